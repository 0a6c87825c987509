"""The only clock. Tests travel in time with time-machine."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(time_zone: str) -> date:
    """The calendar day it is now in ``time_zone`` (an IANA name such as ``Asia/Ho_Chi_Minh``)."""
    return now().astimezone(ZoneInfo(time_zone)).date()


def local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day of ``moment`` in ``time_zone``: a fair counts visits by its own days, not by UTC."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
