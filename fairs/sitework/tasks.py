"""Site work by the clock: following bookings and money, and reminders of the manual."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db
from fairs.jobs.queue import periodic, task
from fairs.sitework.manual import remind
from fairs.sitework.settling import settle


def _fairs(*states: FairState) -> Sequence[Fair]:
    return db.session.scalars(select(Fair).where(Fair.state.in_(states)).order_by(Fair.id)).all()


@periodic(minute="*/5")
def settle_site_work() -> None:
    """Permits end when money goes back, orders follow their invoices, badges their booths."""
    for fair in _fairs(FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING):
        settle(fair)


@task()
def settle_now(fair_id: int) -> None:
    """The same for one fair at once, when a deposit has confirmed a booth."""
    settle(db.session.get_one(Fair, fair_id))


@periodic(hour="8", minute="10")
def remind_of_the_manual() -> None:
    """Once a day, before work begins; each exhibitor hears of an item once when it is due soon and once when it is late."""
    for fair in _fairs(FairState.PUBLISHED, FairState.BOOKING_OPEN):
        remind(fair)
