"""Reminders by the clock."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.clock import now
from fairs.core.db import db
from fairs.dunning.service import run_due
from fairs.jobs.queue import periodic

WORKING_HOURS = range(8, 18)


@periodic(minute="20")
def ask_for_payments() -> None:
    """Hourly while people work where the fair is, so that what was interrupted goes on; each step is taken once."""
    states = (FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING, FairState.CLOSED)
    for fair in db.session.scalars(select(Fair).where(Fair.state.in_(states)).order_by(Fair.id)).all():
        if now().astimezone(ZoneInfo(fair.time_zone)).hour in WORKING_HOURS:
            run_due(fair, current_app.extensions["fairs_config"])
