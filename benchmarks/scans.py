"""Scans at the gates, one by one beside the empty route and in batches; measured on the fair that runs in the demonstration."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.load import Request, repeat, run, shared
from benchmarks.server import Server
from fairs.core.clock import now

BATCH = 500
Say = Callable[..., None]


def load() -> str:
    """How busy the machine was meanwhile: the load of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


class Gates:
    """Measures a server whose running fair has many badges."""

    def __init__(self, say: Say, kind: str, server: Server, facts: dict[str, Any]) -> None:
        self.say, self.kind, self.server = say, kind, server
        self.fair, self.codes = facts["fair"], facts["codes"]
        self.bearer = {"Authorization": f"Bearer {facts['token']}", "Content-Type": "application/json"}
        self.used = 0

    def _next(self, count: int) -> list[str]:
        start, self.used = self.used, self.used + count
        return [self.codes[number % len(self.codes)] for number in range(start, start + count)]

    def _post(self, codes: list[str], ago: timedelta = timedelta()) -> Request:
        moment = now() - ago
        scans = [
            {"id": str(uuid.uuid4()), "device": "bench", "seq": number, "code": code, "gate": "g1", "direction": "in",
             "scanned_at": (moment + timedelta(milliseconds=number)).isoformat()}
            for number, code in enumerate(codes)
        ]  # fmt: skip
        return "POST", f"/api/v1/fairs/{self.fair}/scans", json.dumps({"scans": scans}).encode(), self.bearer

    def singles(self, total: int = 3200, clients: int = 8) -> float:
        """Single scans beside the empty route; gives back their p95 in ms."""
        hello = run(self.server.port, repeat("/healthz", 4000 // clients, clients=clients))
        result = run(self.server.port, shared(lambda _n: self._post(self._next(1)), total, clients))
        self.say("scan_single", self.kind, clients=clients, of_hello=round(result.per_second / hello.per_second, 2), load=load(),
                 **result.as_figures())  # fmt: skip
        return result.p95_ms

    def batches(self, total: int = 24, clients: int = 4, ago: timedelta = timedelta()) -> float:
        """Batches of 500; gives back scans per second."""
        result = run(self.server.port, shared(lambda _n: self._post(self._next(BATCH), ago), total, clients))
        self.say("scan_batch", self.kind, batch=BATCH, clients=clients, late=bool(ago), load=load(),
                 scans_per_second=round(result.per_second * BATCH), p95_ms=round(result.p95_ms, 1), failed=result.failed)  # fmt: skip
        return result.per_second * BATCH

    def all(self) -> None:
        """Single scans, batches as they happen and batches of a device that was without a network."""
        self.singles()
        self.batches()
        self.batches(ago=timedelta(minutes=30))
