"""Claims by the clock: made and opened, reminded, expired, and their papers removed."""

from __future__ import annotations

from fairs.claims.service import expire_due, open_missing_claims, purge_due, remind_due, unlock_all
from fairs.jobs.queue import periodic


@periodic(minute="*/10")
def open_claims() -> None:
    """Each granted support has a claim, and opens once its guest has done their part (check-ins come without a word)."""
    open_missing_claims()
    unlock_all()


@periodic(hour="7", minute="40")
def watch_claims() -> None:
    """Guests whose last day is near are reminded, claims after it end."""
    remind_due()
    expire_due()


@periodic(hour="3", minute="40")
def remove_old_papers() -> None:
    """Papers and accounts are not needed any more 30 days after a claim has closed."""
    purge_due()
