"""Daily closing by the clock."""

from __future__ import annotations

from sqlalchemy import select

from fairs.budgets.closing import note_due_days
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.jobs.queue import periodic


@periodic(hour="*", minute="20")
def ask_for_closings() -> None:
    """Each hour, as fairs have zones of their own: a day with movements that is over and not closed awaits finance."""
    for fair in db.session.scalars(select(Fair).where(Fair.is_rehearsal.is_(False)).order_by(Fair.id)).all():
        note_due_days(fair)
