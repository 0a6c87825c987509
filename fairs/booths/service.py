"""Holding, reserving, confirming and releasing booths.

One booth, one live booking: the booth's row is locked, its overdue holds are expired, then the booking is inserted; the
partial unique index is the last guard. Nothing here depends on a sweeper having run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.booths.errors import (
    BookingClosed,
    BoothBlocked,
    BoothTaken,
    DecisionMissing,
    HasBooth,
    HoldExpired,
    NotAccepted,
    PriceChanged,
    TermsNotAccepted,
)
from fairs.booths.models import BoothBooking
from fairs.booths.notices import tell_confirmed, tell_released, tell_reserved
from fairs.booths.pricing import Quote, full_price, make_quote
from fairs.booths.queries import nearest_free
from fairs.booths.states import LIVE, BookingState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.sequences import next_reference
from fairs.core.text import clean
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothPrice
from fairs.floorplans.queries import prices_of
from fairs.payments.models import Invoice
from fairs.payments.service import InvoiceDraft, LineDraft, cancel_invoice, issue_invoice
from fairs.payments.states import InvoiceState

SUBJECT = "BoothBooking"


@dataclass(frozen=True, slots=True)
class BoothOrder:
    """How a booth is booked. ``as_staff``: for a caller, also outside booking hours and beside another booth."""

    as_staff: bool = False
    fascia_name: str = ""


def quote(fair: Fair, booth: Booth, exhibitor: Exhibitor | None) -> Quote:
    """What the booth costs this exhibitor if it is booked today; raises NoPrice."""
    price = db.session.scalar(
        select(BoothPrice).where(BoothPrice.fair_id == fair.id, BoothPrice.type_id == booth.type_id)
    )
    return make_quote(fair, booth, price, exhibitor)


def may_book_now(fair: Fair, *, as_staff: bool = False) -> bool:
    """Whether booths can be booked at this moment; staff book until the fair is over."""
    if as_staff:
        return not fair.is_over and fair.state is not FairState.DRAFT
    in_time = fair.booking_closes_at is None or now() < fair.booking_closes_at
    return fair.accepts_booking and in_time


def hold_booth(fair: Fair, booth: Booth, exhibitor: Exhibitor, order: BoothOrder, *, by: Actor) -> BoothBooking:
    """Hold a booth for ``fair.hold_minutes``; the same exhibitor holding it again gets the same hold, never more time.

    An earlier hold of the exhibitor on another booth is released. Raises BookingClosed, NotAccepted, BoothBlocked,
    NoPrice, HasBooth, NotFound (booth or exhibitor of another fair) and BoothTaken with the nearest free booths.
    """
    booth_id = booth.id  # before the transaction: its row may be gone by then
    with transaction():
        fair = _fair_of(fair.id)
        # Then the exhibitor's row, always: two holds of one exhibitor at once must not both see "no booth yet".
        held_for = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        wanted = db.session.get(Booth, booth_id, with_for_update=True, populate_existing=True)
        if wanted is None:  # the organiser has just taken it off the plan
            raise NotFound
        if wanted.fair_id != fair.id or held_for.fair_id != fair.id:
            raise NotFound
        _expire_overdue((BoothBooking.booth_id == wanted.id) | (BoothBooking.exhibitor_id == held_for.id))
        holder = db.session.scalar(
            select(BoothBooking).where(BoothBooking.booth_id == wanted.id, BoothBooking.state.in_(LIVE))
        )
        if holder is not None and holder.exhibitor_id == held_for.id:
            return holder
        if not may_book_now(fair, as_staff=order.as_staff):
            raise BookingClosed
        if held_for.state is not ExhibitorState.ACCEPTED:
            raise NotAccepted
        if wanted.is_blocked or not wanted.type.is_sold:
            raise BoothBlocked
        if holder is not None:
            raise _taken(wanted)
        _make_room(held_for, wanted, order, by)
        offer = quote(fair, wanted, held_for)
        booking = BoothBooking(
            fair_id=fair.id, booth_id=wanted.id, exhibitor_id=held_for.id,
            reference=next_reference(fair.code, "B"), state=BookingState.HELD,
            hold_until=now() + timedelta(minutes=fair.hold_minutes), price_minor=offer.price.amount_minor,
            support_minor=offer.support.amount_minor, currency=offer.currency,
            fascia_name=clean(order.fascia_name)[:120],
        )  # fmt: skip
        try:
            with transaction():
                db.session.add(booking)
                db.session.flush()
        except IntegrityError as error:
            raise _taken(wanted) from error
        record("booths.hold", booking, by=by, after={"booth": wanted.code, "until": booking.hold_until})
        return booking


def _make_room(exhibitor: Exhibitor, wanted: Booth, order: BoothOrder, by: Actor) -> None:
    """One booth per exhibitor: an earlier hold gives way, an earlier reservation stands (staff may add to it)."""
    others = db.session.scalars(
        select(BoothBooking)
        .where(BoothBooking.exhibitor_id == exhibitor.id, BoothBooking.state.in_(LIVE))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not order.as_staff and any(booking.state is not BookingState.HELD for booking in others):
        raise HasBooth
    for booking in others:
        if booking.state is BookingState.HELD:
            _end(booking, BookingState.CANCELLED, f"→ {wanted.code}", by, "booths.release")


def _taken(booth: Booth) -> BoothTaken:
    prices = prices_of(booth.fair_id)
    nearest = []
    for free in nearest_free(booth):
        price = full_price(free, prices.get(free.type_id))
        nearest.append(
            {
                "code": free.code,
                "type": free.type.code,
                "zone": free.zone.code if free.zone else None,
                "area_m2": free.area_m2,
                "price": price.as_dict() if price else None,
            }
        )
    return BoothTaken(booth=booth.code, nearest=nearest)


def _expire_overdue(condition: ColumnElement[bool], *, skip_locked: bool = False) -> int:
    """Expire the overdue holds that match; inside transaction(). Locked in one order, so that two holders never cross."""
    overdue = db.session.scalars(
        select(BoothBooking)
        .where(condition, BoothBooking.state == BookingState.HELD, BoothBooking.hold_until <= now())
        .order_by(BoothBooking.id)
        .with_for_update(skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    ).all()
    for booking in overdue:
        booking.move_to(BookingState.EXPIRED)
        booking.ended_at = booking.hold_until
        booking.end_reason = "hold"
        record("booths.expire", booking, by=SYSTEM)
    db.session.flush()
    return len(overdue)


def expire_due() -> int:
    """Mark holds whose minutes have run out; returns how many. Only tidies up: readers and holders test the time."""
    with transaction():
        return _expire_overdue(BoothBooking.id.is_not(None), skip_locked=True)


def _locked(booking: BoothBooking) -> BoothBooking:
    return db.session.get_one(BoothBooking, booking.id, with_for_update=True, populate_existing=True)


def reserve(booking: BoothBooking, *, fascia_name: str, terms_accepted: bool, by: Actor) -> BoothBooking:
    """Turn a hold into a reservation with an invoice and tell the exhibitor.

    A supported exhibitor who owes nothing is confirmed at once by the decision's number. Doing it again changes
    nothing. Raises HoldExpired, TermsNotAccepted, InvalidInput (fascia name), PriceChanged, DecisionMissing.
    """
    fascia = clean(fascia_name)
    if not fascia or len(fascia) > 120:
        message = _l("Write the name for the fascia board.") if not fascia else _l("At most 120 characters.")
        raise InvalidInput(message, field="fascia_name")
    if not terms_accepted:
        raise TermsNotAccepted(field="terms")
    if _reprice(booking, by):
        raise PriceChanged
    with transaction():
        fair = _fair_of(booking.fair_id)
        row = _locked(booking)
        if row.state in {BookingState.RESERVED, BookingState.CONFIRMED}:
            return row
        if row.state is not BookingState.HELD or row.is_overdue_hold:
            raise HoldExpired
        offer = quote(fair, row.booth, row.exhibitor)
        if row.exhibitor.is_supported and not row.exhibitor.decision_number.strip():
            raise DecisionMissing
        row.fascia_name, row.terms_accepted_at = fascia, now()
        row.support_minor = offer.support.amount_minor
        row.decision_number = row.exhibitor.decision_number.strip() if offer.support else ""
        invoice = _invoice(fair, row, offer, by)
        row.invoice_id = invoice.id
        row.hold_until = None
        if offer.total:
            row.deposit_due_on = offer.deposit_due_on
            row.move_to(BookingState.RESERVED)
        else:
            row.move_to(BookingState.CONFIRMED)
            row.confirmed_at = now()
        after = {"invoice": invoice.number, "price": row.price, "support": row.support, "state": row.state}
        record("booths.reserve", row, by=by, before={"state": BookingState.HELD}, after=after)
        if offer.total:
            tell_reserved(fair, row, invoice, offer)
        else:
            tell_confirmed(fair, row, invoice)
        return row


def _reprice(booking: BoothBooking, by: Actor) -> bool:
    """Take over a price that changed since the hold; True when it did, so that nobody owes what they have not seen."""
    with transaction():
        row = _locked(booking)
        if row.state is not BookingState.HELD or row.is_overdue_hold:
            return False
        offer = quote(db.session.get_one(Fair, row.fair_id), row.booth, row.exhibitor)
        if (offer.price, offer.support) == (row.price, row.support):
            return False
        record("booths.reprice", row, by=by, before={"price": row.price}, after={"price": offer.price})
        row.price_minor, row.support_minor = offer.price.amount_minor, offer.support.amount_minor
        return True


def _invoice(fair: Fair, booking: BoothBooking, offer: Quote, by: Actor) -> Invoice:
    lines = [LineDraft(line.kind, line.text_vi, line.text_en, line.net, line.vat_percent) for line in offer.lines]
    draft = InvoiceDraft(
        fair_id=fair.id, fair_code=fair.code, company_id=booking.exhibitor.company_id, subject_type=SUBJECT,
        subject_id=booking.id, lines=lines, deposit_percent=offer.deposit_percent,
        deposit_due_on=offer.deposit_due_on, balance_due_on=offer.balance_due_on, issued_on=fair.today,
    )  # fmt: skip
    return issue_invoice(draft, by=by)


def book_for(fair: Fair, booth: Booth, exhibitor: Exhibitor, *, fascia_name: str, by: Actor) -> BoothBooking:
    """Hold and reserve in one, by a clerk for a caller who has heard the terms; raises as the two steps do."""
    with transaction():
        booking = hold_booth(fair, booth, exhibitor, BoothOrder(as_staff=True), by=by)
        return reserve(booking, fascia_name=fascia_name, terms_accepted=True, by=by)


def confirm(booking: BoothBooking, *, by: Actor) -> BoothBooking:
    """Confirm a reservation whose deposit has come; a booking that is confirmed stays so. Raises InvalidTransition."""
    with transaction():
        row = _locked(booking)
        if row.state is BookingState.CONFIRMED:
            return row
        if row.state is not BookingState.RESERVED:
            raise InvalidTransition
        row.move_to(BookingState.CONFIRMED)
        row.confirmed_at = now()
        record("booths.confirm", row, by=by, before={"state": BookingState.RESERVED}, after={"state": row.state})
        tell_confirmed(db.session.get_one(Fair, row.fair_id), row, db.session.get(Invoice, row.invoice_id))
        return row


def release_hold(booking: BoothBooking, *, by: Actor) -> BoothBooking:
    """Give a held booth back; a hold that is over already stays so. Raises InvalidTransition once it is reserved."""
    with transaction():
        row = _locked(booking)
        if row.state in {BookingState.EXPIRED, BookingState.CANCELLED}:
            return row
        if row.state is not BookingState.HELD:
            raise InvalidTransition
        _end(row, BookingState.CANCELLED, "released", by, "booths.release")
        return row


def cancel_booking(booking: BoothBooking, *, reason: str, by: Actor) -> BoothBooking:
    """Cancel a booking in any live state, with a reason; the exhibitor is told. Raises InvalidInput, InvalidTransition.

    Its invoice is cancelled when nothing was received; money received is left to finance.
    """
    if not clean(reason):
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="reason")
    with transaction():
        # The invoice's row first, as when money is received: the other order could deadlock.
        invoice = booking.invoice_id and db.session.get(Invoice, booking.invoice_id, with_for_update=True)
        row = _locked(booking)
        before = row.state
        _end(row, BookingState.CANCELLED, clean(reason)[:200], by, "booths.cancel")
        if invoice and invoice.state in {InvoiceState.OPEN, InvoiceState.WAIVED}:
            cancel_invoice(invoice, by=by, reason=row.end_reason)
        if before is not BookingState.HELD:
            tell_released(db.session.get_one(Fair, row.fair_id), row)
        return row


def end_with_fair(booking: BoothBooking, *, reason: str, by: Actor) -> None:
    """End a live booking because the fair is called off; its invoice and the notice are the caller's. Inside transaction()."""
    _end(booking, BookingState.CANCELLED, reason[:200], by, "booths.cancel")


def _fair_of(fair_id: int) -> Fair:
    """The fair, kept as it is until the commit: whoever moves its days or calls it off waits, bookings do not."""
    return db.session.get_one(Fair, fair_id, with_for_update={"read": True, "key_share": True}, populate_existing=True)


def _end(booking: BoothBooking, state: BookingState, reason: str, by: Actor, action: str) -> None:
    before = booking.state
    booking.move_to(state)
    booking.ended_at = now()
    booking.end_reason = reason
    record(action, booking, by=by, before={"state": before}, after={"state": state, "reason": reason})
    db.session.flush()
