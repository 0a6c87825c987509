"""Jobs of ceremonies."""

from __future__ import annotations

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.ceremonies.service import tell_greeters
from fairs.core.db import db
from fairs.jobs.queue import periodic


@periodic(minute="*/1")
def tell_of_arrivals() -> None:
    """Greeters hear of their guests within a minute, whether or not they look at their page."""
    for fair in db.session.scalars(select(Fair).where(Fair.state == FairState.RUNNING)).all():
        tell_greeters(fair)
