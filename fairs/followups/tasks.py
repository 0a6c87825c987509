"""The follow-up by the clock: every morning what is due is planned, asked, reminded."""

from __future__ import annotations

from fairs.followups.service import ask_due, plan, remind_due
from fairs.jobs.queue import periodic


@periodic(hour="8", minute="20")
def follow_up() -> None:
    """Both parties of each contract, 3, 6 and 12 months after the signature."""
    plan()
    ask_due()
    remind_due()
