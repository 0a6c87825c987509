"""What bookings do when others speak: money confirms them, withdrawal ends them, and plans do not change under them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.booths.errors import BoothsInUse
from fairs.booths.models import BoothBooking
from fairs.booths.queries import is_live_now
from fairs.booths.service import SUBJECT, cancel_booking, confirm
from fairs.booths.states import LIVE, BookingState
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.exhibitors.events import ExhibitorWithdrawn
from fairs.floorplans.events import BoothsWillChange
from fairs.floorplans.models import Booth
from fairs.payments.events import MoneyReceived


@subscribe(MoneyReceived)
def confirm_on_deposit(event: MoneyReceived) -> None:
    """A reservation is confirmed once its deposit is covered. Money for a booking that has ended is finance's matter."""
    if event.subject_type != SUBJECT or not event.deposit_covered:
        return
    booking = db.session.get(BoothBooking, event.subject_id, with_for_update=True, populate_existing=True)
    if booking is not None and booking.state is BookingState.RESERVED:
        confirm(booking, by=event.by)


@subscribe(ExhibitorWithdrawn)
def free_booths(event: ExhibitorWithdrawn) -> None:
    """Whoever withdraws gives the booth back."""
    query = select(BoothBooking).where(BoothBooking.exhibitor_id == event.exhibitor.id, BoothBooking.state.in_(LIVE))
    for booking in db.session.scalars(query).all():
        cancel_booking(booking, reason=event.reason or str(_l("The company withdrew.")), by=event.by)


@subscribe(BoothsWillChange)
def keep_booked_booths(event: BoothsWillChange) -> None:
    """Refuse to move or block booked booths, and to remove a booth that any booking, even an old one, speaks of."""
    _refuse(is_live_now(), event.changed)
    _refuse(None, event.removed)


def _refuse(condition: object, booth_ids: object) -> None:
    ids = list(booth_ids)  # type: ignore[call-overload]
    query = select(Booth.code).join(BoothBooking, BoothBooking.booth_id == Booth.id).where(Booth.id.in_(ids))
    if condition is not None:
        query = query.where(condition)  # type: ignore[arg-type]
    codes = db.session.scalars(query.distinct().order_by(Booth.code).limit(6)).all() if ids else []
    if codes:
        raise BoothsInUse(booths=list(codes))
