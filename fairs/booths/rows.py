"""Rows of bookings and what belongs to them, locked in one order; ending and expiring. For the services of this feature.

The order is: fair, invoice, exhibitor, booths, bookings, series of numbers.
"""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, select

from fairs.audit.service import record
from fairs.booths.errors import BoothTaken
from fairs.booths.events import BoothsFreed
from fairs.booths.models import BoothBooking
from fairs.booths.queries import nearest_free, price_book
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db
from fairs.core.events import publish
from fairs.floorplans.models import Booth
from fairs.payments.models import Invoice


def kept_fair(fair_id: int) -> Fair:
    """The fair, kept as it is until the commit: whoever moves its days or calls it off waits, bookings do not."""
    return db.session.get_one(Fair, fair_id, with_for_update={"read": True, "key_share": True}, populate_existing=True)


def locked_booths(ids: Collection[int]) -> list[Booth]:
    """These booths, read anew and locked in one order."""
    query = select(Booth).where(Booth.id.in_(ids)).order_by(Booth.id).with_for_update(key_share=True, of=Booth)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def locked_bundle(booking: BoothBooking) -> list[BoothBooking]:
    """All bookings made together with this one, read anew and locked by key."""
    query = select(BoothBooking).where((BoothBooking.id == booking.id) | (BoothBooking.bundle_id == booking.lead_id))
    query = query.order_by(BoothBooking.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def lock_invoice(booking: BoothBooking) -> Invoice | None:
    """The booking's invoice, locked before any booking, as when money is received: the other order could deadlock.

    It is read again: the booking may have got another one meanwhile.
    """
    invoice_id = db.session.scalar(select(BoothBooking.invoice_id).where(BoothBooking.id == booking.id))
    if invoice_id is None:
        return None
    return db.session.get_one(Invoice, invoice_id, with_for_update=MINE, populate_existing=True)


def expire_overdue(condition: ColumnElement[bool], *, skip_locked: bool = False) -> int:
    """Expire the overdue holds that match; inside transaction(). Locked in one order, so that two holders never cross."""
    is_overdue = and_(BoothBooking.state == BookingState.HELD, BoothBooking.hold_until <= now())
    together = select(BoothBooking.bundle_id).where(condition, is_overdue, BoothBooking.bundle_id.is_not(None))
    overdue = db.session.scalars(
        select(BoothBooking)
        .where(is_overdue, condition | BoothBooking.bundle_id.in_(together))
        .order_by(BoothBooking.id)
        .with_for_update(key_share=True, skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    ).all()
    for booking in overdue:
        booking.move_to(BookingState.EXPIRED)
        booking.ended_at = booking.hold_until
        booking.end_reason = "hold"
        record("booths.expire", booking, by=SYSTEM)
    db.session.flush()
    for fair_id in {booking.fair_id for booking in overdue}:
        publish(BoothsFreed(fair_id))
    return len(overdue)


def taken(booth: Booth) -> BoothTaken:
    """The error that somebody was faster, with the nearest free booths and their prices."""
    book = price_book(db.session.get_one(Fair, booth.fair_id))
    nearest = []
    for free in nearest_free(booth):
        price = book.full_price(free)
        nearest.append(
            {
                "code": free.code,
                "type": free.type.code,
                "zone": free.zone.code if free.zone else None,
                "area_m2": free.area_m2,
                "price": price.as_dict() if price else None,
            }
        )
    return BoothTaken(_l("Somebody has just taken booth %(code)s.", code=booth.code), booth=booth.code, nearest=nearest)


def end_booking(booking: BoothBooking, state: BookingState, reason: str, by: Actor, action: str) -> None:
    """End one booking; whoever ends one of several booked together ends all. Inside transaction()."""
    before = booking.state
    booking.move_to(state)
    booking.ended_at = now()
    booking.end_reason = reason
    record(action, booking, by=by, before={"state": before}, after={"state": state, "reason": reason})
    db.session.flush()
    publish(BoothsFreed(booking.fair_id))
