"""Single scans that arrive at the same moment are kept together: one transaction and one write to the disk for all of them.

While one thread of this process writes, others wait; the next takes what has come meanwhile along. Nobody waits for company: a scan
that comes alone is written at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST = 64


def _taken() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Job(Generic[T, R]):
    key: Hashable
    entries: list[T]
    results: list[R] | None = None
    is_refused: bool = False
    leads: bool = False  # it is this one's turn to write, for all who wait
    woken: threading.Lock = field(default_factory=_taken)


@dataclass(slots=True)
class Together(Generic[T, R]):
    """Does ``work`` for lists of entries with the same key, several at once. Safe for threads. ``turn`` is waited for before: who
    comes meanwhile is taken along."""

    work: Callable[[list[T]], list[R]]
    turn: Callable[[], AbstractContextManager[None]]
    _waiting: list[_Job[T, R]] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _is_led: bool = False

    def do(self, key: Hashable, entries: list[T]) -> list[R]:
        """The results of ``work`` for these entries; raises what it raises for them alone."""
        job: _Job[T, R] = _Job(key, entries)
        with self._guard:
            self._waiting.append(job)
            if not self._is_led:
                self._is_led = job.leads = True
        if not job.leads:
            job.woken.acquire()
        if job.leads:
            self._lead(job)
        if job.is_refused:
            # Something of the others, or of ours, could not be kept: each for itself.
            with self.turn():
                return self.work(entries)
        if job.results is None:
            raise RuntimeError("nobody did this")
        return job.results

    def _lead(self, first: _Job[T, R]) -> None:
        mine = [first]
        try:
            with self.turn():
                with self._guard:
                    others = [job for job in self._waiting if job.key == first.key and job is not first]
                    mine += others[: _MOST - 1]
                    self._waiting = [job for job in self._waiting if job not in mine]
                results = self.work([entry for job in mine for entry in job.entries])
            for job in mine:
                job.results, results = results[: len(job.entries)], results[len(job.entries) :]
        except Exception:  # noqa: BLE001 - each is then tried alone, and raises what it raises
            for job in mine:
                job.is_refused = True
        finally:
            with self._guard:
                self._waiting = [job for job in self._waiting if job not in mine]
                self._is_led = bool(self._waiting)
                following = self._waiting[0] if self._is_led else None
            if following is not None:
                following.leads = True
                following.woken.release()
            for job in mine[1:]:
                job.woken.release()
