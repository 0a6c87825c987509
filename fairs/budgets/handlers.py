"""What payments tells: money came for a sponsor's invoice."""

from __future__ import annotations

from fairs.budgets.sponsor_queries import SUBJECT
from fairs.budgets.sponsoring import note_money
from fairs.core.events import subscribe
from fairs.payments.events import MoneyReceived


@subscribe(MoneyReceived)
def sponsor_paid(event: MoneyReceived) -> None:
    """A sponsor whose instalments are all paid has kept the promise."""
    if event.subject_type == SUBJECT and event.fully_paid:
        note_money(event.subject_id, by=event.by)
