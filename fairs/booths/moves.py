"""Extending, moving and swapping bookings. What is paid stays with the exhibitor: a new invoice takes the place of the old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from fairs.audit.service import record
from fairs.booths.adjacent import are_adjacent
from fairs.booths.errors import BoothBlocked, HoldExpired, NotAdjacent
from fairs.booths.events import BoothsFreed
from fairs.booths.models import BoothBooking
from fairs.booths.notices import tell_extended, tell_other_booth
from fairs.booths.pricing import Quote, make_quote
from fairs.booths.queries import price_book
from fairs.booths.rows import expire_overdue, kept_fair, locked_booths, locked_bundle, taken
from fairs.booths.service import drop_invoice, invoice_for
from fairs.booths.states import LIVE, BookingState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import local_day
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.floorplans.models import Booth
from fairs.payments.credits import apply_credit
from fairs.payments.models import Invoice
from fairs.payments.queries import OWED

EVENING = time(18)  # an offer that is extended to a day ends then


def extend_booking(booking: BoothBooking, until: date, *, reason: str, by: Actor) -> BoothBooking:
    """Give more time: a hold or an offer lasts until the evening of ``until``, a reservation's deposit is due then.

    The invoice's instalments follow. The exhibitor is told. Raises InvalidInput (no reason; a day that gives no more time or
    is not before the opening), HoldExpired, InvalidTransition for one that is confirmed or has ended.
    """
    if not clean(reason):
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="reason")
    with transaction():
        kept_fair(booking.fair_id)
        invoices = lock_invoices(booking)
        rows = locked_bundle(booking)
        fair = db.session.get_one(Fair, rows[0].fair_id)
        if until < fair.today or until >= fair.starts_on:
            raise InvalidInput(_l("Choose a day from today to the day before the opening."), field="until")
        if rows[0].is_overdue_hold:
            raise HoldExpired
        if rows[0].state not in {BookingState.HELD, BookingState.RESERVED}:
            raise InvalidTransition
        moment = fair.at(until, EVENING)
        for row in rows:
            before = row.hold_until or row.deposit_due_on
            if row.state is BookingState.HELD:
                if row.hold_until is not None and moment <= row.hold_until:
                    raise InvalidInput(_l("This gives no more time than there is."), field="until")
                row.hold_until = moment
            else:
                if row.deposit_due_on is not None and until <= row.deposit_due_on:
                    raise InvalidInput(_l("This gives no more time than there is."), field="until")
                row.deposit_due_on = until
            record(
                "booths.extend",
                row,
                by=by,
                before={"until": before},
                after={"until": until, "reason": clean(reason)[:200]},
            )
        for invoice in invoices:
            for part in invoice.instalments:
                if invoice.state in OWED:
                    part.due_on = until if part.kind == "deposit" else max(part.due_on, until)
        tell_extended(fair, rows, until, clean(reason)[:200])
        return next(row for row in rows if row.id == booking.id)


def lock_invoices(*bookings: BoothBooking) -> list[Invoice]:
    """The bookings' invoices, locked in one order and before any booking, as when money is received."""
    wanted = select(BoothBooking.invoice_id).where(BoothBooking.id.in_([one.id for one in bookings]))
    query = select(Invoice).where(Invoice.id.in_(wanted)).order_by(Invoice.id)
    return list(
        db.session.scalars(query.with_for_update(key_share=True, of=Invoice).execution_options(populate_existing=True))
    )


def quote_again(fair: Fair, rows: Sequence[BoothBooking], booths: Sequence[Booth]) -> Quote:
    """What other booths cost somebody who has booked already: an early-bird rebate counts from the day of booking."""
    exhibitor, day = rows[0].exhibitor, local_day(rows[0].created_at, fair.time_zone)
    return make_quote(fair, booths, price_book(fair, exhibitor, day=day), exhibitor)


def move_booking(booking: BoothBooking, booths: Sequence[Booth], *, reason: str, by: Actor) -> BoothBooking:
    """Move a live booking to other free booths, as many as it has; the exhibitor is told, with the difference in price.

    The invoice is replaced; money received goes over to the new one, what is too much becomes a credit. Raises InvalidInput,
    BoothTaken, BoothBlocked, NotAdjacent, NoPrice, NotFound, HoldExpired, InvalidTransition.
    """
    if not clean(reason):
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="reason")
    ids = {booth.id for booth in booths}
    with transaction():
        kept_fair(booking.fair_id)
        lock_invoices(booking)
        wanted = locked_booths(ids)
        expire_overdue(BoothBooking.booth_id.in_([booth.id for booth in wanted]))
        rows = locked_bundle(booking)
        fair = db.session.get_one(Fair, rows[0].fair_id)
        _require_live(rows)
        if len(wanted) != len(rows):
            raise InvalidInput(
                _l("Choose as many booths as the booking has: %(count)s.", count=len(rows)), field="booths"
            )
        if any(booth.fair_id != fair.id for booth in wanted):
            raise NotFound
        own = {row.booth_id for row in rows}
        if own == {booth.id for booth in wanted}:
            raise InvalidInput(_l("The booking is there already."), field="booths")
        for booth in wanted:
            if booth.id not in own and (booth.is_blocked or not booth.type.is_sold):
                raise BoothBlocked(_l("Booth %(code)s is not for sale.", code=booth.code), booth=booth.code)
        other = select(BoothBooking.booth_id).where(
            BoothBooking.booth_id.in_([booth.id for booth in wanted]), BoothBooking.state.in_(LIVE),
            BoothBooking.id.not_in([row.id for row in rows]),
        )  # fmt: skip
        held = db.session.scalar(other.limit(1))
        if held is not None:
            raise taken(next(booth for booth in wanted if booth.id == held))
        if not are_adjacent(wanted):
            raise NotAdjacent
        _place(fair, [(rows, wanted)], clean(reason)[:200], "booths.move", by)
        publish(BoothsFreed(fair.id))
        return next(row for row in rows if row.id == booking.id)


def swap_bookings(one: BoothBooking, other: BoothBooking, *, reason: str, by: Actor) -> None:
    """Two live bookings of one fair change places; each exhibitor pays its new booths. Both are told.

    Raises InvalidInput (no reason, the same exhibitor, another number of booths), NoPrice, NotFound, HoldExpired,
    InvalidTransition.
    """
    if not clean(reason):
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="reason")
    with transaction():
        kept_fair(one.fair_id)
        lock_invoices(one, other)
        leads = [one.lead_id, other.lead_id]
        both = BoothBooking.id.in_(leads) | BoothBooking.bundle_id.in_(leads)
        booths = {
            booth.id: booth
            for booth in locked_booths(list(db.session.scalars(select(BoothBooking.booth_id).where(both))))
        }
        query = select(BoothBooking).where(both).order_by(BoothBooking.id).with_for_update(key_share=True)
        found = db.session.scalars(query.execution_options(populate_existing=True)).all()
        mine = [row for row in found if row.lead_id == leads[0]]
        theirs = [row for row in found if row.lead_id == leads[1]]
        fair = db.session.get_one(Fair, mine[0].fair_id)
        if not theirs or theirs[0].fair_id != fair.id:
            raise NotFound
        _require_live(mine)
        _require_live(theirs)
        if mine[0].exhibitor_id == theirs[0].exhibitor_id:
            raise InvalidInput(_l("Both bookings are of one exhibitor."), field="other")
        if len(mine) != len(theirs):
            raise InvalidInput(_l("Only bookings of as many booths change places."), field="other")
        if {row.booth_id for row in found} - set(booths):
            raise InvalidTransition  # somebody moved one of them a moment ago
        places = [[booths[row.booth_id] for row in rows] for rows in (theirs, mine)]
        _place(fair, [(mine, places[0]), (theirs, places[1])], clean(reason)[:200], "booths.swap", by)


def _require_live(rows: Sequence[BoothBooking]) -> None:
    if rows[0].is_overdue_hold:
        raise HoldExpired
    if any(row.state not in LIVE for row in rows):
        raise InvalidTransition


def _place(
    fair: Fair, moves: Sequence[tuple[Sequence[BoothBooking], Sequence[Booth]]], reason: str, action: str, by: Actor
) -> None:
    """Give each bundle its new booths. For a moment inside the transaction the rows are not live, or they would meet."""
    offers = [quote_again(fair, rows, booths) for rows, booths in moves]
    before = {row.id: (row.state, row.booth.code, row.price) for rows, _ in moves for row in rows}
    db.session.flush()
    db.session.execute(
        update(BoothBooking).where(BoothBooking.id.in_(before)).values(state=BookingState.CANCELLED),
        execution_options={"synchronize_session": False},
    )
    for (rows, booths), offer in zip(moves, offers, strict=True):
        for row, booth in zip(rows, booths, strict=True):
            db.session.execute(
                update(BoothBooking)
                .where(BoothBooking.id == row.id)
                .values(
                    state=before[row.id][0], booth_id=booth.id, price_minor=offer.price_of(booth.id).amount_minor,
                    support_minor=offer.support_of(booth.id).amount_minor, currency=offer.currency,
                ),
                execution_options={"synchronize_session": False},
            )  # fmt: skip
            db.session.refresh(row)
            _, code, price = before[row.id]
            after = {"booth": booth.code, "price": row.price, "reason": reason}
            record(action, row, by=by, before={"booth": code, "price": price}, after=after)
    for (rows, _), offer in zip(moves, offers, strict=True):
        difference = _replace_invoice(fair, rows, offer, reason, by)
        tell_other_booth(fair, rows, ", ".join(before[row.id][1] for row in rows), difference, reason)


def _replace_invoice(
    fair: Fair, rows: Sequence[BoothBooking], offer: Quote, reason: str, by: Actor
) -> tuple[Money, Money] | None:
    """The invoice of the new booths instead of the old one, due when the old one was; gives the totals of both."""
    invoice_id = rows[0].invoice_id
    old = db.session.get_one(Invoice, invoice_id) if invoice_id is not None else None
    if old is None:
        return None
    due = {part.kind: part.due_on for part in old.instalments}
    deposit_due = max(due.get("deposit", offer.deposit_due_on), fair.today)
    dated = replace(offer, deposit_due_on=deposit_due, balance_due_on=due.get("balance", offer.balance_due_on))
    codes = ", ".join(row.booth.code for row in rows)
    credit = drop_invoice(rows[0], by=by, reason=f"→ {codes}: {reason}")
    new = invoice_for(fair, rows, dated, by)
    if credit is not None and new.total and credit.currency == new.currency:
        apply_credit(credit, new, on=fair.today, by=by)
    return old.total, new.total
