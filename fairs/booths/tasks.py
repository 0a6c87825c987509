"""Tidying up by the clock."""

from __future__ import annotations

from fairs.booths.service import expire_due
from fairs.booths.waiting import serve_waiting
from fairs.jobs.queue import periodic


@periodic(minute="*/5")
def expire_holds() -> None:
    """Mark holds whose minutes have run out, and offer what is free to those who wait. Booths are free without it."""
    expire_due()
    serve_waiting()
