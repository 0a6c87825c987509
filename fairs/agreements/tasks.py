"""Agreements follow bookings and terms by themselves."""

from __future__ import annotations

from sqlalchemy import select

from fairs.agreements.issuing import issue_due
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.jobs.queue import periodic, task

AT_ONCE = 25
_LIVE = (FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING)


@periodic(minute="*/5")
def issue_agreements() -> None:
    """New and changed bookings get their agreement; many at once are spread, so that other work goes on."""
    for fair in db.session.scalars(select(Fair).where(Fair.state.in_(_LIVE)).order_by(Fair.id)).all():
        issue_due(fair, by=SYSTEM, most=AT_ONCE)


@task()
def issue_now(fair_id: int) -> None:
    """The same for one fair at once, after its text was published."""
    issue_due(db.session.get_one(Fair, fair_id), by=SYSTEM)
