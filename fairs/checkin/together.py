"""Single scans that arrive at the same moment are kept together: one transaction and one write to the disk for all of them.

While one thread of this process writes, others wait; the next takes what has come meanwhile along. Nobody waits for company: a scan
that comes alone is written at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST = 64


@dataclass(slots=True, eq=False)
class _Job(Generic[T, R]):
    key: Hashable
    entries: list[T]
    results: list[R] | None = None
    is_refused: bool = False


@dataclass(slots=True)
class Together(Generic[T, R]):
    """Does ``work`` for lists of entries with the same key, several at once. Safe for threads."""

    work: Callable[[list[T]], list[R]]
    _waiting: list[_Job[T, R]] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _writer: threading.Lock = field(default_factory=threading.Lock)

    def do(self, key: Hashable, entries: list[T]) -> list[R]:
        """The results of ``work`` for these entries; raises what it raises for them alone."""
        job: _Job[T, R] = _Job(key, entries)
        with self._guard:
            self._waiting.append(job)
        with self._writer:
            if job.results is None and not job.is_refused:
                self._lead(key)
        if job.is_refused:
            # Something of the others, or of ours, could not be kept: each for itself.
            return self.work(entries)
        if job.results is None:
            raise RuntimeError("nobody did this")
        return job.results

    def _lead(self, key: Hashable) -> None:
        with self._guard:
            mine = [job for job in self._waiting if job.key == key][:_MOST]
            self._waiting = [job for job in self._waiting if job not in mine]
        try:
            results = self.work([entry for job in mine for entry in job.entries])
        except Exception:  # noqa: BLE001 - each is then tried alone, and raises what it raises
            for job in mine:
                job.is_refused = True
            return
        for job in mine:
            job.results, results = results[: len(job.entries)], results[len(job.entries) :]
