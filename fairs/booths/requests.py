"""What exhibitors ask of the organiser: more time, to pass a booth on, to change places. Booths are not sub-let."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.booths.errors import AlreadyAsked, HasBooth, NotAccepted, NotAgreed
from fairs.booths.models import BookingRequest, BoothBooking
from fairs.booths.moves import extend_booking, lock_invoices, quote_again, swap_bookings
from fairs.booths.notices import tell_answered, tell_asked, tell_reserved
from fairs.booths.rows import end_booking, expire_overdue, kept_fair, locked_bundle
from fairs.booths.service import drop_invoice, invoice_for, names_exhibitor, settle_state
from fairs.booths.states import LIVE, BookingState, RequestState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor, involved_columns, require_second_person
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.sequences import next_reference
from fairs.core.text import clean
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth

_WHY = _l("Say why: the organiser decides by it.")


def ask_extension(booking: BoothBooking, until: date, *, reason: str, by: Actor) -> BookingRequest:
    """Ask for more time for an offer or a deposit. Raises InvalidInput, InvalidTransition, AlreadyAsked."""
    return _ask(booking, "extension", reason, by, (BookingState.HELD, BookingState.RESERVED), until=until)


def ask_transfer(booking: BoothBooking, to: Exhibitor, *, reason: str, by: Actor) -> BookingRequest:
    """Ask to pass a reserved or confirmed booking on to another accepted exhibitor of the fair, who has to agree.

    Raises InvalidInput, NotFound, InvalidTransition, AlreadyAsked.
    """
    if to.id == booking.exhibitor_id:
        raise InvalidInput(_l("This exhibitor has the booth already."), field="to")
    if to.fair_id != booking.fair_id:
        raise NotFound
    return _ask(
        booking, "transfer", reason, by, (BookingState.RESERVED, BookingState.CONFIRMED), other_exhibitor_id=to.id
    )


def ask_swap(booking: BoothBooking, other: BoothBooking, *, reason: str, by: Actor) -> BookingRequest:
    """Ask to change places with another exhibitor, who has to agree. Raises as ask_transfer()."""
    if other.exhibitor_id == booking.exhibitor_id:
        raise InvalidInput(_l("Both bookings are of one exhibitor."), field="other")
    if other.fair_id != booking.fair_id or other.state not in LIVE:
        raise NotFound
    return _ask(
        booking, "swap", reason, by, (BookingState.RESERVED, BookingState.CONFIRMED),
        other_exhibitor_id=other.exhibitor_id, other_booking_id=other.lead_id,
    )  # fmt: skip


def _ask(
    booking: BoothBooking, kind: str, reason: str, by: Actor, states: Sequence[BookingState], *,
    until: date | None = None, other_exhibitor_id: int | None = None, other_booking_id: int | None = None,
) -> BookingRequest:  # fmt: skip
    if not clean(reason):
        raise InvalidInput(_WHY, field="reason")
    with transaction():
        rows = locked_bundle(booking)
        fair = db.session.get_one(Fair, rows[0].fair_id)
        if rows[0].state not in states or rows[0].is_overdue_hold:
            raise InvalidTransition
        if until is not None and not fair.today <= until < fair.starts_on:
            raise InvalidInput(_l("Choose a day from today to the day before the opening."), field="until")
        known = select(BookingRequest.id).where(
            BookingRequest.booking_id == rows[0].id, BookingRequest.kind == kind,
            BookingRequest.state == RequestState.OPEN,
        )  # fmt: skip
        if db.session.scalar(known.limit(1)):
            raise AlreadyAsked
        made = BookingRequest(
            fair_id=fair.id, booking_id=rows[0].id, kind=kind, state=RequestState.OPEN, reason=clean(reason)[:400],
            until=until, other_exhibitor_id=other_exhibitor_id, other_booking_id=other_booking_id,
            **involved_columns(by),
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        record("booths.ask", made, by=by, after={"kind": kind, "booking": rows[0].reference, "reason": made.reason})
        if made.other_exhibitor is not None:
            tell_asked(fair, rows, made.other_exhibitor, kind, made.reason)
        return made


def agree(request: BookingRequest, *, by: Actor) -> BookingRequest:
    """The other exhibitor agrees, by itself or in writing to a clerk, and accepts the fair's terms. Raises InvalidTransition."""
    with transaction():
        row = _locked(request)
        if row.state is not RequestState.OPEN or row.other_exhibitor_id is None:
            raise InvalidTransition
        if row.agreed_at is None:
            row.agreed_at = now()
            record("booths.agree", row, by=by, after={"kind": row.kind})
        return row


def take_back(request: BookingRequest, *, by: Actor) -> BookingRequest:
    """The exhibitor no longer asks, or the other one does not want it. Raises InvalidTransition."""
    with transaction():
        row = _locked(request)
        row.move_to(RequestState.TAKEN_BACK)
        row.answered_at = now()
        record("booths.take_back", row, by=by, after={"kind": row.kind})
        return row


def answer_request(request: BookingRequest, grant: bool, *, answer: str, by: Actor) -> BookingRequest:
    """The organiser grants what was asked, which is then done, or refuses with a reason; the exhibitor is told.

    Raises SamePerson (nobody grants their own request), NotAgreed, InvalidInput (a refusal without a reason), and whatever the
    act itself raises.
    """
    if not grant and not clean(answer):
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="answer")
    with transaction():
        lead = db.session.get_one(BoothBooking, request.booking_id)
        kept_fair(lead.fair_id)
        others = [request.other_booking] if request.other_booking is not None else []
        lock_invoices(lead, *others)
        row = _locked(request)
        row.require_move(RequestState.APPROVED)
        require_second_person(by, row.by_id, row.for_id)
        if grant:
            if row.other_exhibitor_id is not None and row.agreed_at is None:
                raise NotAgreed
            _do(row, lead, by)
        row.move_to(RequestState.APPROVED if grant else RequestState.REFUSED)
        row.answer, row.answered_at = clean(answer)[:400], now()
        record("booths.answer", row, by=by, after={"kind": row.kind, "state": row.state, "reason": row.answer})
        if row.kind == "transfer" or not grant:
            tell_answered(db.session.get_one(Fair, row.fair_id), [lead], row.kind, granted=grant, answer=row.answer)
        return row


def _do(row: BookingRequest, lead: BoothBooking, by: Actor) -> None:
    if row.kind == "extension" and row.until is not None:
        extend_booking(lead, row.until, reason=row.reason, by=by)
    elif row.kind == "transfer" and row.other_exhibitor is not None:
        transfer_booking(lead, row.other_exhibitor, reason=row.reason, by=by)
    elif row.kind == "swap" and row.other_booking is not None:
        swap_bookings(lead, row.other_booking, reason=row.reason, by=by)


def transfer_booking(booking: BoothBooking, to: Exhibitor, *, reason: str, by: Actor) -> BoothBooking:
    """Pass booths on to another accepted exhibitor without a booth: its own invoice at its own price, deposit due anew.

    The first exhibitor's booking ends; what it paid is owed back to it. Raises NotAccepted, HasBooth, NotFound,
    InvalidTransition, NoPrice.
    """
    with transaction():
        kept_fair(booking.fair_id)
        lock_invoices(booking)
        target = db.session.get_one(Exhibitor, to.id, with_for_update=MINE, populate_existing=True)
        ids = list(db.session.scalars(select(BoothBooking.booth_id).where((BoothBooking.id == booking.lead_id) | (BoothBooking.bundle_id == booking.lead_id))))  # fmt: skip
        list(
            db.session.scalars(
                select(Booth).where(Booth.id.in_(ids)).order_by(Booth.id).with_for_update(key_share=True, of=Booth)
            )
        )
        expire_overdue(BoothBooking.exhibitor_id == target.id)
        rows = locked_bundle(booking)
        fair = db.session.get_one(Fair, rows[0].fair_id)
        if target.fair_id != fair.id:
            raise NotFound
        if any(row.state not in LIVE or row.state is BookingState.HELD for row in rows):
            raise InvalidTransition
        if target.state is not ExhibitorState.ACCEPTED:
            raise NotAccepted(_l("The other company is not accepted at this fair."))
        if target.id == rows[0].exhibitor_id or db.session.scalar(
            select(BoothBooking.id).where(BoothBooking.exhibitor_id == target.id, BoothBooking.state.in_(LIVE)).limit(1)
        ):
            raise HasBooth(_l("The other exhibitor has a booth already."))
        for row in rows:
            end_booking(row, BookingState.CANCELLED, f"→ {target.company.name}"[:200], by, "booths.transfer")
        drop_invoice(rows[0], by=by, reason=f"→ {target.company.name}: {clean(reason)}")
        made = [
            BoothBooking(
                fair_id=fair.id, booth_id=row.booth_id, exhibitor_id=target.id, origin="staff", price_minor=0,
                reference=next_reference(fair.code, "B"), state=BookingState.HELD, currency=row.currency,
                fascia_name=target.company.name[:120], terms_accepted_at=now(),
                decision_number=target.decision_number.strip() if target.is_supported else "",
            )
            for row in rows
        ]  # fmt: skip
        db.session.add_all(made)
        db.session.flush()
        offer = quote_again(fair, made, [one.booth for one in made])
        for one in made:
            one.bundle_id = made[0].id if len(made) > 1 else None
            one.price_minor = offer.price_of(one.booth_id).amount_minor
            one.support_minor, one.currency = offer.support_of(one.booth_id).amount_minor, offer.currency
            one.fascia_check = not names_exhibitor(one.fascia_name, target)
            settle_state(one, offer)
        invoice = invoice_for(fair, made, offer, by)
        for one in made:
            record(
                "booths.reserve", one, by=by, after={"invoice": invoice.number, "price": one.price, "state": one.state}
            )
        tell_reserved(fair, made, invoice, offer)
        return made[0]


def _locked(request: BookingRequest) -> BookingRequest:
    return db.session.get_one(BookingRequest, request.id, with_for_update=MINE, populate_existing=True)


def requests_of(booking: BoothBooking) -> Sequence[BookingRequest]:
    """What was asked about a booking, newest first."""
    query = select(BookingRequest).where(BookingRequest.booking_id == booking.lead_id)
    loaded = joinedload(BookingRequest.other_exhibitor).joinedload(Exhibitor.company)
    return db.session.scalars(query.options(loaded).order_by(BookingRequest.id.desc())).all()


def asked_of(exhibitor: Exhibitor) -> Sequence[BookingRequest]:
    """What other exhibitors ask of this one: to take over a booth, or to change places."""
    query = select(BookingRequest).where(
        BookingRequest.other_exhibitor_id == exhibitor.id, BookingRequest.state == RequestState.OPEN
    )
    booking = joinedload(BookingRequest.booking)
    return db.session.scalars(
        query.options(booking.joinedload(BoothBooking.booth), booking.joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company))
        .order_by(BookingRequest.id)
    ).all()  # fmt: skip


def open_requests(fair_id: int) -> Sequence[BookingRequest]:
    """What exhibitors of a fair ask: the open ones first, then the newest of the others."""
    query = select(BookingRequest).where(BookingRequest.fair_id == fair_id)
    booking = joinedload(BookingRequest.booking)
    return db.session.scalars(
        query.options(
            booking.joinedload(BoothBooking.booth), booking.joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company),
            joinedload(BookingRequest.other_exhibitor).joinedload(Exhibitor.company),
        )
        .order_by(BookingRequest.state != RequestState.OPEN, BookingRequest.id.desc()).limit(200)
    ).all()  # fmt: skip


def request_by_id(fair_id: int, request_id: int) -> BookingRequest:
    """A request of a fair; raises NotFound."""
    found = db.session.get(BookingRequest, request_id)
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def set_fascia(booking: BoothBooking, name: str, *, by: Actor) -> BoothBooking:
    """Agree to the name on the fascia board, or change it: the exhibitor's own, or one that the organiser agrees to.

    Raises InvalidInput, InvalidTransition.
    """
    fascia = clean(name)
    if not fascia or len(fascia) > 120:
        raise InvalidInput(_l("Between 1 and 120 characters."), field="fascia_name")
    with transaction():
        rows = locked_bundle(booking)
        if rows[0].state not in {BookingState.RESERVED, BookingState.CONFIRMED}:
            raise InvalidTransition
        for row in rows:
            before, row.fascia_name, row.fascia_check = row.fascia_name, fascia, False
            record("booths.fascia", row, by=by, before={"fascia": before}, after={"fascia": fascia})
        return next(row for row in rows if row.id == booking.id)
