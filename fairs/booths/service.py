"""Holding, offering, reserving, confirming and releasing booths.

One booth, one live booking: the booth's row is locked, its overdue holds are expired, then the booking is inserted; the
partial unique index is the last guard. Nothing here depends on a sweeper having run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.booths.adjacent import are_adjacent
from fairs.booths.errors import (
    BookingClosed,
    BoothBlocked,
    DecisionMissing,
    HasBooth,
    HoldExpired,
    NotAccepted,
    NotAdjacent,
    PriceChanged,
    TermsNotAccepted,
)
from fairs.booths.models import OFFERED_BY, BoothBooking
from fairs.booths.notices import tell_confirmed, tell_offered, tell_released, tell_reserved
from fairs.booths.pricing import Quote, make_quote
from fairs.booths.queries import price_book
from fairs.booths.rows import end_booking, expire_overdue, kept_fair, lock_invoice, locked_booths, locked_bundle, taken
from fairs.booths.states import LIVE, BookingState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.sequences import next_reference
from fairs.core.text import clean, fold
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth
from fairs.payments.invoicing import InvoiceDraft, LineDraft, cancel_with_credit, issue_invoice
from fairs.payments.models import Credit, Invoice
from fairs.payments.states import InvoiceState

SUBJECT = "BoothBooking"


MOST_BOOTHS = 20  # booked together; more is a plan of its own


@dataclass(frozen=True, slots=True)
class BoothOrder:
    """How a booth is booked. ``as_staff``: for a caller, also outside booking hours and beside another booth."""

    as_staff: bool = False
    fascia_name: str = ""


def quote(fair: Fair, booths: Booth | Sequence[Booth], exhibitor: Exhibitor | None) -> Quote:
    """What booths cost this exhibitor if they are booked today; raises NoPrice."""
    wanted = [booths] if isinstance(booths, Booth) else booths
    return make_quote(fair, wanted, price_book(fair, exhibitor), exhibitor)


def may_book_now(fair: Fair, *, as_staff: bool = False) -> bool:
    """Whether booths can be booked at this moment; staff book until the fair is over."""
    if as_staff:
        return not fair.is_over and fair.state is not FairState.DRAFT
    in_time = fair.booking_closes_at is None or now() < fair.booking_closes_at
    return fair.accepts_booking and in_time


def hold_booth(fair: Fair, booth: Booth, exhibitor: Exhibitor, order: BoothOrder, *, by: Actor) -> BoothBooking:
    """Hold one booth: as hold_booths()."""
    return hold_booths(fair, [booth], exhibitor, order, by=by)[0]


def hold_booths(
    fair: Fair, booths: Sequence[Booth], exhibitor: Exhibitor, order: BoothOrder, *, by: Actor
) -> list[BoothBooking]:
    """Hold adjacent booths together for ``fair.hold_minutes``, all or none.

    The same exhibitor holding the same booths again gets the same hold; adding a neighbour to a hold gives no more time. An
    earlier hold of the exhibitor on other booths is released. Raises BookingClosed, NotAccepted, BoothBlocked, NoPrice,
    NotAdjacent, HasBooth, NotFound (booth or exhibitor of another fair) and BoothTaken with the nearest free booths.
    """
    ids = {booth.id for booth in booths}  # before the transaction: a row may be gone by then
    with transaction():
        fair = kept_fair(fair.id)
        held_for, wanted = _lock_for_booking(fair, ids, exhibitor)
        holders = _holders(wanted)
        mine = [one for one in holders if one.exhibitor_id == held_for.id]
        if len(mine) == len(wanted) == len(locked_bundle(mine[0])):
            return sorted(mine, key=lambda one: one.id)
        if not may_book_now(fair, as_staff=order.as_staff):
            raise BookingClosed
        _check_order(held_for, wanted, holders)
        until = now() + timedelta(minutes=fair.hold_minutes)
        earlier = [one.hold_until for one in mine if one.hold_until is not None]
        _make_room(held_for, wanted, order, by)
        return _insert(
            fair, held_for, wanted, until=min([until, *earlier]), origin="staff" if order.as_staff else "self",
            fascia_name=order.fascia_name, by=by,
        )  # fmt: skip


def offer_booths(
    fair: Fair, exhibitor: Exhibitor, booths: Sequence[Booth], *, until: datetime, origin: str, by: Actor
) -> list[BoothBooking]:
    """Offer adjacent booths to an exhibitor: they are held until ``until``, the exhibitor is told and accepts by reserving.

    ``origin`` is offer, waitlist or allocation. One transaction; who makes many offers makes each in a transaction of its
    own, since the rows that one locks must not wait for those of another. Raises BoothTaken naming the booth, NotAccepted,
    BoothBlocked, HasBooth (any live booking of the exhibitor), NotAdjacent, NoPrice, BookingClosed, InvalidInput, NotFound.
    """
    if origin not in OFFERED_BY:
        raise InvalidInput(field="origin")
    if until <= now():
        raise InvalidInput(_l("This moment has passed."), field="until")
    ids = {booth.id for booth in booths}  # before the transaction: a row may be gone by then
    with transaction():
        fair = kept_fair(fair.id)
        held_for, wanted = _lock_for_booking(fair, ids, exhibitor)
        if not may_book_now(fair, as_staff=True):
            raise BookingClosed
        _check_order(held_for, wanted, _holders(wanted))
        if db.session.scalar(
            select(BoothBooking.id)
            .where(BoothBooking.exhibitor_id == held_for.id, BoothBooking.state.in_(LIVE))
            .limit(1)
        ):
            raise HasBooth(_l("The exhibitor has a booth already, or is booking one now."))
        made = _insert(fair, held_for, wanted, until=until, origin=origin, fascia_name="", by=by)
        tell_offered(fair, made, quote(fair, wanted, held_for))
        return made


def _lock_for_booking(fair: Fair, ids: Collection[int], exhibitor: Exhibitor) -> tuple[Exhibitor, list[Booth]]:
    """The exhibitor's row, then the booths' in one order, always: two holds at once must not both see "no booth yet"."""
    held_for = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=MINE, populate_existing=True)
    if not 1 <= len(ids) <= MOST_BOOTHS:
        raise InvalidInput(_l("Between 1 and %(most)s booths are booked together.", most=MOST_BOOTHS), field="with")
    wanted = locked_booths(ids)
    if len(wanted) != len(ids):  # the organiser has just taken one off the plan
        raise NotFound
    if held_for.fair_id != fair.id or any(booth.fair_id != fair.id for booth in wanted):
        raise NotFound
    expire_overdue(BoothBooking.booth_id.in_(ids) | (BoothBooking.exhibitor_id == held_for.id))
    return held_for, wanted


def _holders(wanted: Sequence[Booth]) -> Sequence[BoothBooking]:
    ids = [booth.id for booth in wanted]
    query = select(BoothBooking).where(BoothBooking.booth_id.in_(ids), BoothBooking.state.in_(LIVE))
    return db.session.scalars(query.order_by(BoothBooking.id)).all()


def _check_order(exhibitor: Exhibitor, wanted: Sequence[Booth], holders: Sequence[BoothBooking]) -> None:
    if exhibitor.state is not ExhibitorState.ACCEPTED:
        raise NotAccepted
    for booth in wanted:
        if booth.is_blocked or not booth.type.is_sold:
            raise BoothBlocked(_l("Booth %(code)s is not for sale.", code=booth.code), booth=booth.code)
    for holder in holders:
        if holder.exhibitor_id != exhibitor.id:
            raise taken(next(booth for booth in wanted if booth.id == holder.booth_id))
        if holder.state is not BookingState.HELD:
            raise HasBooth
    if not are_adjacent(wanted):
        raise NotAdjacent


def _insert(
    fair: Fair,
    exhibitor: Exhibitor,
    wanted: Sequence[Booth],
    *,
    until: datetime,
    origin: str,
    fascia_name: str,
    by: Actor,
) -> list[BoothBooking]:
    offer = quote(fair, wanted, exhibitor)
    made = [
        BoothBooking(
            fair_id=fair.id, booth_id=booth.id, exhibitor_id=exhibitor.id, origin=origin,
            reference=next_reference(fair.code, "B"), state=BookingState.HELD, hold_until=until,
            price_minor=offer.price_of(booth.id).amount_minor, support_minor=offer.support_of(booth.id).amount_minor,
            currency=offer.currency, fascia_name=clean(fascia_name)[:120],
        )
        for booth in wanted
    ]  # fmt: skip
    try:
        with transaction():
            db.session.add_all(made)
            db.session.flush()
            if len(made) > 1:
                for booking in made:
                    booking.bundle_id = made[0].id
    except IntegrityError as error:
        raise taken(wanted[0]) from error
    for booking in made:
        after = {"booth": booking.booth.code, "until": until} | ({"origin": origin} if origin in OFFERED_BY else {})
        record("booths.offer" if origin in OFFERED_BY else "booths.hold", booking, by=by, after=after)
    return made


def _make_room(exhibitor: Exhibitor, wanted: Sequence[Booth], order: BoothOrder, by: Actor) -> None:
    """One booking per exhibitor: an earlier hold gives way, an earlier reservation stands (staff may add to it)."""
    others = db.session.scalars(
        select(BoothBooking)
        .where(BoothBooking.exhibitor_id == exhibitor.id, BoothBooking.state.in_(LIVE))
        .order_by(BoothBooking.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if not order.as_staff and any(booking.state is not BookingState.HELD for booking in others):
        raise HasBooth
    codes = ", ".join(booth.code for booth in wanted)
    for booking in others:
        if booking.state is BookingState.HELD:
            end_booking(booking, BookingState.CANCELLED, f"→ {codes}"[:200], by, "booths.release")


def expire_due() -> int:
    """Mark holds whose minutes have run out; returns how many. Only tidies up: readers and holders test the time."""
    with transaction():
        return expire_overdue(BoothBooking.id.is_not(None), skip_locked=True)


def reserve(booking: BoothBooking, *, fascia_name: str, terms_accepted: bool, by: Actor) -> BoothBooking:
    """Turn a hold into a reservation with an invoice and tell the exhibitor; booths held together are reserved together.

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
        fair = kept_fair(booking.fair_id)
        rows = locked_bundle(booking)
        row = next(one for one in rows if one.id == booking.id)
        if row.state in {BookingState.RESERVED, BookingState.CONFIRMED}:
            return row
        if row.state is not BookingState.HELD or row.is_overdue_hold:
            raise HoldExpired
        offer = quote(fair, [one.booth for one in rows], row.exhibitor)
        if row.exhibitor.is_supported and not row.exhibitor.decision_number.strip():
            raise DecisionMissing
        invoice = invoice_for(fair, rows, offer, by)
        for one in rows:
            one.fascia_name, one.terms_accepted_at = fascia, now()
            one.fascia_check = not names_exhibitor(fascia, one.exhibitor)
            one.support_minor = offer.support_of(one.booth_id).amount_minor
            one.decision_number = one.exhibitor.decision_number.strip() if offer.support else ""
            one.hold_until = None
            settle_state(one, offer)
            after = {"invoice": invoice.number, "price": one.price, "support": one.support, "state": one.state}
            record("booths.reserve", one, by=by, before={"state": BookingState.HELD}, after=after)
        if offer.total:
            tell_reserved(fair, rows, invoice, offer)
        else:
            tell_confirmed(fair, rows, invoice)
        return row


def settle_state(booking: BoothBooking, offer: Quote) -> None:
    """Reserved until the deposit has come, or confirmed at once where nothing is owed."""
    if offer.total:
        booking.deposit_due_on = offer.deposit_due_on
        booking.move_to(BookingState.RESERVED)
    else:
        booking.move_to(BookingState.CONFIRMED)
        booking.confirmed_at = now()


def names_exhibitor(fascia: str, exhibitor: Exhibitor) -> bool:
    """Whether the name on the board is the company's own, or a part of it. A booth is not sub-let: others are agreed to."""
    name = fold(fascia)
    return bool(name) and (name in exhibitor.company.folded or fold(exhibitor.company.name) in name)


def _reprice(booking: BoothBooking, by: Actor) -> bool:
    """Take over a price that changed since the hold; True when it did, so that nobody owes what they have not seen."""
    with transaction():
        rows = locked_bundle(booking)
        if rows[0].state is not BookingState.HELD or rows[0].is_overdue_hold:
            return False
        offer = quote(db.session.get_one(Fair, rows[0].fair_id), [row.booth for row in rows], rows[0].exhibitor)
        changed = False
        for row in rows:
            price, support = offer.price_of(row.booth_id), offer.support_of(row.booth_id)
            if (price, support) == (row.price, row.support):
                continue
            changed = True
            record("booths.reprice", row, by=by, before={"price": row.price}, after={"price": price})
            row.price_minor, row.support_minor, row.currency = price.amount_minor, support.amount_minor, price.currency
        return changed


def invoice_for(fair: Fair, bookings: Sequence[BoothBooking], offer: Quote, by: Actor) -> Invoice:
    """Issue the one invoice of booths booked together, and note it on each booking. Inside transaction()."""
    lines = [LineDraft(line.kind, line.text_vi, line.text_en, line.net, line.vat_percent) for line in offer.lines]
    draft = InvoiceDraft(
        fair_id=fair.id, fair_code=fair.code, company_id=bookings[0].exhibitor.company_id, subject_type=SUBJECT,
        subject_id=bookings[0].lead_id, lines=lines, deposit_percent=offer.deposit_percent,
        deposit_due_on=offer.deposit_due_on, balance_due_on=offer.balance_due_on, issued_on=fair.today,
    )  # fmt: skip
    invoice = issue_invoice(draft, by=by)
    for booking in bookings:
        booking.invoice_id = invoice.id
    return invoice


def book_for(
    fair: Fair, booth: Booth | Sequence[Booth], exhibitor: Exhibitor, *, fascia_name: str, by: Actor
) -> BoothBooking:
    """Hold and reserve in one, by a clerk for a caller who has heard the terms; raises as the two steps do."""
    wanted = [booth] if isinstance(booth, Booth) else booth
    with transaction():
        held = hold_booths(fair, wanted, exhibitor, BoothOrder(as_staff=True), by=by)
        return reserve(held[0], fascia_name=fascia_name, terms_accepted=True, by=by)


def confirm(booking: BoothBooking, *, by: Actor) -> BoothBooking:
    """Confirm a reservation whose deposit has come; a booking that is confirmed stays so. Raises InvalidTransition."""
    with transaction():
        rows = locked_bundle(booking)
        row = next(one for one in rows if one.id == booking.id)
        if row.state is BookingState.CONFIRMED:
            return row
        if row.state is not BookingState.RESERVED:
            raise InvalidTransition
        for one in rows:
            one.move_to(BookingState.CONFIRMED)
            one.confirmed_at = now()
            record("booths.confirm", one, by=by, before={"state": BookingState.RESERVED}, after={"state": one.state})
        tell_confirmed(db.session.get_one(Fair, row.fair_id), rows, db.session.get(Invoice, row.invoice_id))
        return row


def release_hold(booking: BoothBooking, *, by: Actor) -> BoothBooking:
    """Give held booths back; a hold that is over already stays so. Raises InvalidTransition once it is reserved."""
    with transaction():
        rows = locked_bundle(booking)
        row = next(one for one in rows if one.id == booking.id)
        if row.state in {BookingState.EXPIRED, BookingState.CANCELLED}:
            return row
        if row.state is not BookingState.HELD:
            raise InvalidTransition
        for one in rows:
            end_booking(one, BookingState.CANCELLED, "released", by, "booths.release")
        return row


def cancel_booking(booking: BoothBooking, *, reason: str, by: Actor) -> BoothBooking:
    """Cancel a booking in any live state, with a reason, and all made together with it; the exhibitor is told.

    Its invoice is cancelled; money received for it is owed back in full, for it is not the exhibitor who withdraws.
    Raises InvalidInput, InvalidTransition.
    """
    if not clean(reason):
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="reason")
    with transaction():
        kept_fair(booking.fair_id)
        lock_invoice(booking)
        rows = locked_bundle(booking)
        row = next(one for one in rows if one.id == booking.id)
        before = row.state
        for one in rows:
            end_booking(one, BookingState.CANCELLED, clean(reason)[:200], by, "booths.cancel")
        drop_invoice(row, by=by, reason=row.end_reason)
        if before is not BookingState.HELD:
            tell_released(db.session.get_one(Fair, row.fair_id), rows)
        return row


def drop_invoice(booking: BoothBooking, *, by: Actor, reason: str) -> Credit | None:
    """Cancel a booking's invoice; what was received for it becomes a credit. Inside transaction()."""
    invoice = db.session.get(Invoice, booking.invoice_id) if booking.invoice_id else None
    if invoice is None or invoice.state is InvoiceState.CANCELLED:
        return None
    return cancel_with_credit(invoice, by=by, reason=reason)


def end_with_fair(booking: BoothBooking, *, reason: str, by: Actor) -> None:
    """End a live booking because the fair is called off; its invoice and the notice are the caller's. Inside transaction()."""
    end_booking(booking, BookingState.CANCELLED, reason[:200], by, "booths.cancel")
