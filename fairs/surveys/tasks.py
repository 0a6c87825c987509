"""The exit survey by the clock."""

from __future__ import annotations

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db
from fairs.jobs.queue import periodic
from fairs.surveys.reminding import remind
from fairs.surveys.service import convert_missing


@periodic(minute="40")
def ask_for_surveys() -> None:
    """Hourly, so that what was interrupted goes on; each exhibitor gets each mail once. Rates that came meanwhile are used."""
    states = (FairState.RUNNING, FairState.CLOSED)
    for fair in db.session.scalars(select(Fair).where(Fair.state.in_(states)).order_by(Fair.id)).all():
        remind(fair)
        convert_missing(fair)
