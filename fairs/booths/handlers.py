"""What bookings do when others speak: money confirms them, withdrawal ends them, and plans do not change under them.

Booths that become free go to those who wait.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, delete, not_, select, update
from sqlalchemy.orm import joinedload, selectinload

from fairs.booths.errors import BoothsInUse
from fairs.booths.events import BoothsFreed
from fairs.booths.late import invoices_of_booking, use_late_money
from fairs.booths.models import BoothBooking
from fairs.booths.notices import tell_replanned
from fairs.booths.price_rules import rules_of
from fairs.booths.queries import is_live_now
from fairs.booths.service import SUBJECT, confirm, end_with_fair, release_hold
from fairs.booths.states import LIVE, BookingState, WaitingState
from fairs.booths.waiting import entry_of, leave_waiting, serve_waiting
from fairs.booths.withdrawal import withdraw_booking
from fairs.calendar.effects import moved_day
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.calendar.models import Fair
from fairs.core.db import MINE, after_commit, db, in_transaction
from fairs.core.events import subscribe
from fairs.exhibitors.events import ExhibitorWithdrawn
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.events import BoothsOpened, BoothsWillChange
from fairs.floorplans.models import Booth
from fairs.payments.events import CancelledInvoicePaid, MoneyCameLate, MoneyReceived


@subscribe(MoneyReceived)
def confirm_on_deposit(event: MoneyReceived) -> None:
    """A reservation is confirmed once its deposit is covered. Money for a booking that has ended is finance's matter."""
    if event.subject_type != SUBJECT or not event.deposit_covered:
        return
    booking = db.session.get(BoothBooking, event.subject_id, with_for_update=MINE, populate_existing=True)
    if booking is not None and booking.state is BookingState.RESERVED:
        confirm(booking, by=event.by)


@subscribe(CancelledInvoicePaid)
def name_successor(event: CancelledInvoicePaid) -> None:
    """The booking may live on under another invoice (it was moved), which late money pays."""
    if event.subject_type == SUBJECT:
        event.may_pay |= invoices_of_booking(event.subject_id)


@subscribe(MoneyCameLate)
def bring_back_booths(event: MoneyCameLate) -> None:
    """Money for a booth that was lost brings it back while it is free, else it is owed back."""
    if event.subject_type == SUBJECT:
        use_late_money(event)


@subscribe(BoothsFreed)
def serve_after_freeing(_event: BoothsFreed) -> None:
    """Whoever waits for such a booth may get it, once the change is committed."""
    after_commit(serve_waiting)


@subscribe(BoothsOpened)
def serve_after_opening(_event: BoothsOpened) -> None:
    """As above, for booths that are new or on sale again."""
    after_commit(serve_waiting)


@subscribe(ExhibitorWithdrawn)
def free_booths(event: ExhibitorWithdrawn) -> None:
    """Whoever withdraws gives the booth back, by the fair's terms, and leaves the waiting list."""
    query = select(BoothBooking).where(BoothBooking.exhibitor_id == event.exhibitor.id, BoothBooking.state.in_(LIVE))
    for booking in db.session.scalars(query.order_by(BoothBooking.id)).all():
        if booking.state not in LIVE:
            continue  # ended together with the one before
        if booking.state is BookingState.HELD:
            release_hold(booking, by=event.by)
        else:
            text = event.reason or str(_l("The company withdrew."))
            withdraw_booking(booking, text=text, by=event.by, even_late=True)
    entry = entry_of(event.exhibitor.id)
    if entry is not None and entry.state is WaitingState.WAITING:
        leave_waiting(entry, by=event.by)


@subscribe(BoothsWillChange)
def keep_booked_booths(event: BoothsWillChange) -> None:
    """Nothing is taken from whoever has a booth: it is not dropped, made smaller, renumbered, of another kind or off sale.

    It may move: the booking stays and the exhibitor is told. A booth that was ever sold stays on the plan, for papers speak of
    it; holds that ran out go with it.
    """
    refused = {*event.dropped, *event.shrunk, *event.renumbered, *event.retyped, *event.blocked}
    taken = _codes(refused, is_live_now())
    if taken:
        message = _l(
            "Booked, so it is neither dropped, made smaller, renumbered, changed in kind nor blocked: %(booths)s.",
            booths=", ".join(taken),
        )
        raise BoothsInUse(message, booths=taken)
    holds = and_(BoothBooking.invoice_id.is_(None), BoothBooking.confirmed_at.is_(None))
    named = _codes(event.dropped, not_(holds))
    if named:
        message = _l(
            "Invoices and bookings of before speak of %(booths)s: block it instead of dropping it.",
            booths=", ".join(named),
        )
        raise BoothsInUse(message, booths=named)
    if event.dropped:
        ended = select(BoothBooking.id).where(BoothBooking.booth_id.in_(event.dropped))
        bundled = update(BoothBooking).where(BoothBooking.bundle_id.in_(ended)).values(bundle_id=None)
        db.session.execute(bundled, execution_options={"synchronize_session": False})
        db.session.execute(delete(BoothBooking).where(BoothBooking.booth_id.in_(event.dropped)))
    if event.moved:
        _tell_replanned(event)


def _codes(booth_ids: Collection[int], condition: ColumnElement[bool]) -> list[str]:
    if not booth_ids:
        return []
    query = select(Booth.code).join(BoothBooking, BoothBooking.booth_id == Booth.id)
    return list(db.session.scalars(query.where(Booth.id.in_(booth_ids), condition).distinct().order_by(Booth.code)))


def _tell_replanned(event: BoothsWillChange) -> None:
    moves = {move.booth_id: move for move in event.moved}
    fair = db.session.get_one(Fair, event.fair_id)
    query = (
        select(BoothBooking)
        .where(BoothBooking.booth_id.in_(moves), is_live_now())
        .options(
            joinedload(BoothBooking.booth).joinedload(Booth.hall),
            joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company),
        )
        .order_by(BoothBooking.id)
    )
    for booking in db.session.scalars(query).all():
        tell_replanned(fair, booking, moves[booking.booth_id])


def _bookings(fair_id: int, states: Collection[BookingState]) -> Sequence[BoothBooking]:
    query = (
        select(BoothBooking)
        .where(BoothBooking.fair_id == fair_id, BoothBooking.state.in_(states))
        .options(selectinload(BoothBooking.booth), selectinload(BoothBooking.exhibitor))
        .order_by(BoothBooking.id)
    )
    if in_transaction():
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(query).all()


@subscribe(FairRescheduled)
def move_deposit_days(event: FairRescheduled) -> None:
    """A reservation waits for its deposit as long as the invoice gives."""
    for booking in _bookings(event.fair.id, [BookingState.RESERVED]):
        if booking.deposit_due_on is not None:
            due = moved_day(event.fair, event.move, booking.deposit_due_on)
            event.found.set(
                "booths", _l("Reserved until the deposit is paid"), booking.reference, booking, "deposit_due_on", due
            )


@subscribe(FairRescheduled)
def move_early_days(event: FairRescheduled) -> None:
    """Early-bird prices last as long before the opening as they did."""
    for rule in rules_of(event.fair.id):
        if rule.until is not None:
            day = moved_day(event.fair, event.move, rule.until)
            event.found.set("booths", _l("Last day of early-bird prices"), rule.text_en, rule, "until", day)


@subscribe(FairCalledOff)
def end_bookings(event: FairCalledOff) -> None:
    """Every booth is given back. The one notice of the fair's cancelling says so; there is none per booking."""

    def end(booking: BoothBooking) -> None:
        end_with_fair(booking, reason=event.reason, by=event.by)

    for booking in _bookings(event.fair.id, LIVE):
        event.found.add(
            "booths", "BoothBooking.state", _l("Booth %(code)s", code=booking.booth.code), booking.reference,
            booking.state.label, BookingState.CANCELLED.label, act=lambda row=booking: end(row),
            company_id=booking.exhibitor.company_id,
        )  # fmt: skip
