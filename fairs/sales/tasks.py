"""Reminders of daily sales by the clock."""

from __future__ import annotations

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db
from fairs.jobs.queue import periodic
from fairs.sales.reminding import remind


@periodic(minute="*/10")
def ask_for_sales() -> None:
    """Often, since fairs close at different hours; each booth and day is asked for once in the evening and once in the morning."""
    states = (FairState.RUNNING, FairState.CLOSED)
    public = Fair.kind == "public"
    for fair in db.session.scalars(select(Fair).where(Fair.state.in_(states), public).order_by(Fair.id)).all():
        remind(fair)
