"""The only clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta(0))


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _shift.get()


def today(time_zone: str) -> date:
    """The calendar day it is now in ``time_zone`` (an IANA name such as ``Asia/Ho_Chi_Minh``)."""
    return local_day(now(), time_zone)


def local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day of ``moment`` in ``time_zone``: a fair counts visits by its own days, not by UTC."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let the clock start at ``moment`` in this block: the demonstration tells a story that began before today."""
    token = _shift.set(moment - datetime.now(UTC))
    try:
        yield
    finally:
        _shift.reset(token)
