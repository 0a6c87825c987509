"""Clients: keep-alive connections from several processes, bounded in number and time."""

from __future__ import annotations

import http.client
import multiprocessing
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Request = tuple[str, str, bytes | None, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Result:
    """What the clients saw together."""

    per_second: float
    p50_ms: float
    p95_ms: float
    bytes: int
    failed: int

    def as_figures(self) -> dict[str, Any]:
        """Rounded for printing."""
        return {"per_second": round(self.per_second, 1), "p50_ms": round(self.p50_ms, 2), "p95_ms": round(self.p95_ms, 2),
                "bytes": self.bytes, "failed": self.failed}  # fmt: skip


def _client(port: int, requests: list[Request], barrier: Any, out: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    barrier.wait()
    times, failed, size = [], 0, 0
    began = time.perf_counter()
    for method, path, body, headers in requests:
        start = time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        times.append(time.perf_counter() - start)
        size = len(content)
        failed += answer.status >= 400
    out.put((times, failed, size, time.perf_counter() - began))
    connection.close()


def run(port: int, per_client: list[list[Request]]) -> Result:
    """Send each client's requests one after the other, all clients at once."""
    context = multiprocessing.get_context("fork")
    barrier, out = context.Barrier(len(per_client)), context.Queue()
    processes = [context.Process(target=_client, args=(port, requests, barrier, out)) for requests in per_client]
    for process in processes:
        process.start()
    results = [out.get() for _ in processes]
    for process in processes:
        process.join()
    times = sorted(t for result in results for t in result[0])
    longest = max(result[3] for result in results)
    return Result(
        per_second=len(times) / longest,
        p50_ms=statistics.median(times) * 1000,
        p95_ms=times[int(len(times) * 0.95) - 1] * 1000,
        bytes=max(result[2] for result in results),
        failed=sum(result[1] for result in results),
    )


def repeat(path: str, times: int, *, clients: int = 1, headers: dict[str, str] | None = None) -> list[list[Request]]:
    """The same GET, ``times`` for each client."""
    return [[("GET", path, None, headers or {})] * times for _ in range(clients)]


def shared(make: Callable[[int], Request], total: int, clients: int) -> list[list[Request]]:
    """``total`` different requests, dealt out to the clients."""
    requests = [make(number) for number in range(total)]
    return [requests[index::clients] for index in range(clients)]
