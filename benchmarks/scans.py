"""Scans at the gates, one by one and in batches, names and figures, each beside the empty route; measured on the fair that runs in the
demonstration, then again among three million badges and ten million scans (``benchmarks/scale.py``; BENCH_SCALE is a share of that).
"""

from __future__ import annotations

import http.client
import json
import os
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from benchmarks.load import Request, Result, repeat, run, shared
from benchmarks.server import Server
from fairs.core.clock import now

BATCH = 500
Say = Callable[..., None]


def load() -> str:
    """How busy the machine was meanwhile: the load of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


class Gates:
    """Measures a server whose running fair has many badges."""

    def __init__(self, say: Say, kind: str, server: Server, facts: dict[str, Any], cookie: str) -> None:
        self.say, self.kind, self.server = say, kind, server
        self.fair, self.codes = facts["fair"], facts["codes"]
        self.bearer = {"Authorization": f"Bearer {facts['token']}", "Content-Type": "application/json"}
        self.cookie = cookie
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

    def hello(self, clients: int = 1) -> Result:
        """The empty route at this moment: the ceiling of the machine under its present load."""
        return run(self.server.port, repeat("/healthz", 2000 // clients, clients=clients))

    def _say(self, figure: str, hello: Result, result: Result, **facts: Any) -> None:
        self.say(figure, self.kind, **facts, hello_per_second=round(hello.per_second, 1), hello_p50_ms=round(hello.p50_ms, 2),
                 of_hello=round(result.per_second / hello.per_second, 2), load=load(), **result.as_figures())  # fmt: skip

    def singles(self, clients: int, total: int = 1600, **facts: Any) -> Result:
        """Single scans."""
        hello = self.hello(clients)
        result = run(self.server.port, shared(lambda _n: self._post(self._next(1)), total, clients))
        self._say("checkin_single", hello, result, clients=clients, **facts)
        return result

    def batches(self, total: int = 12, clients: int = 4, ago: timedelta = timedelta(), **facts: Any) -> Result:
        """Batches of 500, with the seconds of CPU that the server spent on each: these depend less on who else is busy."""
        hello, spent = self.hello(clients), self.server.cpu_seconds()
        result = run(self.server.port, shared(lambda _n: self._post(self._next(BATCH), ago), total, clients))
        cpu = (self.server.cpu_seconds() - spent) / total
        self._say("checkin_batch", hello, result, batch=BATCH, clients=clients, late=bool(ago), cpu_ms_per_batch=round(cpu * 1000, 1),
                  scans_per_second=round(result.per_second * BATCH), **facts)  # fmt: skip
        return result

    def names(self, **facts: Any) -> list[Result]:
        """People by a part of their name: the API's list, the desk as somebody types, the search of a gate."""
        session = {"Cookie": self.cookie}
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self._page(f"/fairs/{self.fair}/desk", session))
        # As the desk's own field asks: for the list of matches, not for the page around it.
        form = {**session, "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        found = []
        for text in ("nguyen van 07", "nguyen", "07123"):
            typed = urlencode({"q": text, "csrf_token": token[1] if token else ""}).encode()
            asked = json.dumps({"name": text}).encode()
            ways: dict[str, Request] = {
                "visitors": (
                    "GET",
                    f"/api/v1/fairs/{self.fair}/visitors?{urlencode({'q': text, 'limit': 20})}",
                    None,
                    self.bearer,
                ),
                "desk": ("POST", f"/fairs/{self.fair}/desk/matches", typed, form),
                "gate": ("POST", f"/api/v1/fairs/{self.fair}/gate-people", asked, self.bearer),
            }
            for way, one in ways.items():
                hello, result = self.hello(), run(self.server.port, [[one] * 60])
                self._say("name_search", hello, result, people=len(self.codes), text=text, by=way, **facts)
                found.append(result)
        return found

    def figures(self, **facts: Any) -> list[Result]:
        """A fair's figures and its board; made anew for each call, as nothing is the same for longer than FAIRS_HOT_SECONDS."""
        session, found = {"Cookie": self.cookie}, []
        for by, path in (("gates", f"/fairs/{self.fair}/gates/figures"), ("board", f"/fairs/{self.fair}/board/figures"),
                         ("board_page", f"/fairs/{self.fair}/board")):  # fmt: skip
            hello, result = self.hello(), run(self.server.port, repeat(path, 60, headers=session))
            self._say("figures", hello, result, by=by, **facts)
            found.append(result)
        return found

    def _page(self, path: str, headers: dict[str, str]) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request("GET", path, headers=headers)
        return connection.getresponse().read().decode()

    def round(self, **facts: Any) -> dict[str, float]:
        """Everything once; the median of each in ms."""
        one = self.singles(1, 800, **facts)
        eight = self.singles(8, 1600, **facts)
        batch = self.batches(**facts)
        late = self.batches(ago=timedelta(minutes=30), **facts)
        names, figures = self.names(**facts), self.figures(**facts)
        found = {"single": one, "single_8": eight, "batch": batch, "batch_late": late}
        medians = {name: result.p50_ms for name, result in found.items()}
        return medians | {"names": max(r.p50_ms for r in names), "figures": max(r.p50_ms for r in figures)}

    def scale(self, before: dict[str, float], built: dict[str, Any]) -> None:
        """The same among millions, and how many times slower."""
        self.say("scale_built", self.kind, **built)
        after = self.round(among=built["badges"])
        self.say("scale", self.kind, badges=built["badges"], scans=built["scans"], load=load(),
                 slower={name: round(after[name] / before[name], 2) for name in before})  # fmt: skip
