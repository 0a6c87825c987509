"""Waking the job that does what is due, and how long what failed waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fairs.core.clock import now
from fairs.core.db import after_commit

#: While one worker talks to the card company (at most 25 seconds, a few calls), others leave the row alone.
LEASE = timedelta(minutes=3)
MAX_TRIES = 9  # of a message: the last one about three hours after the first
_wakers: list[Any] = []


def register_waker(waker: Any) -> None:
    """Let the task module say how the work is woken (a queued job)."""
    if waker not in _wakers:
        _wakers.append(waker)


def wake() -> None:
    """Have what is due done after the commit of the present transaction."""
    after_commit(_wake)


def _wake() -> None:
    for waker in _wakers:
        waker()


def later(tries: int) -> datetime:
    """When to try again after so many tries: 20 seconds, then twice as long each time, an hour at most."""
    return now() + min(timedelta(seconds=20 * 2 ** min(tries, 10)), timedelta(hours=1))
