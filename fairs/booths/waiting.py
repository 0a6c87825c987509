"""The waiting list for booths by wish: whoever entered first and is met by free booths gets a timed offer.

Nothing is kept of what has become free: what stands on the list and what is free now decide, so no chance is lost when a
process ends between two steps. It is looked at after every commit that frees booths, and by the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.booths.adjacent import share_side
from fairs.booths.errors import AlreadyWaiting, HasBooth, NotAccepted
from fairs.booths.models import BoothBooking
from fairs.booths.queries import is_free, is_live_now
from fairs.booths.sales_models import WaitingEntry
from fairs.booths.service import offer_booths, release_hold
from fairs.booths.states import BookingState, WaitingState
from fairs.booths.withdrawal import terms_of
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import MINE, after_commit, db, transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.text import fold
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothType, Zone

MOST_WAITED = 6
ON_LIST = (WaitingState.WAITING, WaitingState.OFFERED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody waits for: so many adjacent booths with at least so many open sides, a zone, a kind (None: any)."""

    booth_count: int = 1
    open_sides: int = 1
    zone: Zone | None = None
    type: BoothType | None = None


def join_waiting(exhibitor: Exhibitor, wish: Wish, *, by: Actor, source: str = "self") -> WaitingEntry:
    """Enter the waiting list at its end. Raises InvalidInput, NotAccepted, HasBooth, AlreadyWaiting, NotFound."""
    if not 1 <= wish.booth_count <= MOST_WAITED:
        raise InvalidInput(_l("Between 1 and %(most)s booths.", most=MOST_WAITED), field="booth_count")
    if not 1 <= wish.open_sides <= 4:
        raise InvalidInput(_l("Between 1 and 4 open sides."), field="open_sides")
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=MINE, populate_existing=True)
        if wish.zone is not None and wish.zone.fair_id != row.fair_id:
            raise NotFound
        if row.state not in {ExhibitorState.ACCEPTED, ExhibitorState.WAITLISTED}:
            raise NotAccepted
        if db.session.scalar(
            select(BoothBooking.id).where(BoothBooking.exhibitor_id == row.id, is_live_now()).limit(1)
        ):
            raise HasBooth(_l("Who has a booth, or is booking one, does not wait for one."))
        entry = WaitingEntry(
            fair_id=row.fair_id, exhibitor_id=row.id, state=WaitingState.WAITING, booth_count=wish.booth_count,
            open_sides=wish.open_sides, zone_id=wish.zone.id if wish.zone else None,
            type_id=wish.type.id if wish.type else None, source=source,
        )  # fmt: skip
        try:
            with transaction():
                db.session.add(entry)
                db.session.flush()
        except IntegrityError as error:
            raise AlreadyWaiting from error
        after = {
            "booths": wish.booth_count,
            "open_sides": wish.open_sides,
            "zone": wish.zone.code if wish.zone else None,
        }
        record("waiting.join", entry, by=by, after=after)
        after_commit(serve_waiting)
        return entry


def leave_waiting(entry: WaitingEntry, *, by: Actor) -> WaitingEntry:
    """Leave the list; an offer is refused with it. Leaving again changes nothing."""
    with transaction():
        row = _locked(entry)
        if row.state is WaitingState.WAITING:
            row.move_to(WaitingState.LEFT)
            record("waiting.leave", row, by=by)
            return row
    if row.state is WaitingState.OFFERED and row.booking is not None and row.booking.state is BookingState.HELD:
        release_hold(row.booking, by=by)
    settle_entries(row.fair_id)
    return row


def _locked(entry: WaitingEntry) -> WaitingEntry:
    return db.session.get_one(WaitingEntry, entry.id, with_for_update=MINE, populate_existing=True)


def serve_waiting() -> None:
    """Offer what is free to those who wait, at every fair, in the order of their entry; each offer is a transaction."""
    info = db.session().info
    if info.get("serving_waiting"):
        return  # an offer frees what was overdue: the loop that made it goes on by itself
    info["serving_waiting"] = True
    try:
        fairs = db.session.scalars(select(WaitingEntry.fair_id).where(WaitingEntry.state.in_(ON_LIST)).distinct()).all()
        for fair_id in fairs:
            settle_entries(fair_id)
            _serve(fair_id)
    finally:
        info.pop("serving_waiting", None)


def settle_entries(fair_id: int) -> None:
    """Bring entries up to date: an offer that was accepted, refused or ran out; somebody who got a booth otherwise."""
    live = exists().where(BoothBooking.exhibitor_id == WaitingEntry.exhibitor_id, is_live_now())
    booked = exists().where(
        BoothBooking.exhibitor_id == WaitingEntry.exhibitor_id,
        BoothBooking.state.in_([BookingState.RESERVED, BookingState.CONFIRMED]),
    )
    done = ((WaitingEntry.state == WaitingState.OFFERED) & ~live) | (WaitingEntry.state.in_(ON_LIST) & booked)
    ids = db.session.scalars(select(WaitingEntry.id).where(WaitingEntry.fair_id == fair_id, done)).all()
    for entry_id in ids:
        with transaction():
            row = db.session.scalar(
                select(WaitingEntry).where(WaitingEntry.id == entry_id, done).with_for_update(key_share=True, of=WaitingEntry)
                .execution_options(populate_existing=True)
            )  # fmt: skip
            if row is None:
                continue
            before = row.state
            has_booth = db.session.scalar(
                select(BoothBooking.id).where(
                    BoothBooking.exhibitor_id == row.exhibitor_id,
                    BoothBooking.state.in_([BookingState.RESERVED, BookingState.CONFIRMED]),
                ).limit(1)
            )  # fmt: skip
            row.move_to(WaitingState.SERVED if has_booth else WaitingState.LAPSED)
            record("waiting.settle", row, by=SYSTEM, before={"state": before}, after={"state": row.state})


def _serve(fair_id: int) -> None:
    fair = db.session.get_one(Fair, fair_id)
    if not fair.accepts_booking:
        return
    entries = db.session.scalars(
        select(WaitingEntry)
        .join(Exhibitor, Exhibitor.id == WaitingEntry.exhibitor_id)
        .where(
            WaitingEntry.fair_id == fair_id, WaitingEntry.state == WaitingState.WAITING,
            Exhibitor.state == ExhibitorState.ACCEPTED,
            ~exists().where(BoothBooking.exhibitor_id == WaitingEntry.exhibitor_id, is_live_now()),
        )
        .order_by(WaitingEntry.id)
    ).all()  # fmt: skip
    if not entries:
        return
    query = select(Booth).join(Booth.type).where(Booth.fair_id == fair_id, is_free()).order_by(Booth.code)
    free = {booth.id: booth for booth in db.session.scalars(query)}
    until = now() + timedelta(hours=terms_of(fair_id).offer_hours)
    for entry in entries:
        group = fitting_group(list(free.values()), entry)
        if not group:
            continue
        for booth in group:
            free.pop(booth.id)
        try:
            with transaction():
                row = _locked(entry)
                if row.state is not WaitingState.WAITING:
                    continue
                made = offer_booths(fair, row.exhibitor, group, until=until, origin="waitlist", by=SYSTEM)
                row.move_to(WaitingState.OFFERED)
                row.booking_id = made[0].id
                codes = ", ".join(booth.code for booth in group)
                record("waiting.offer", row, by=SYSTEM, after={"booth": codes, "until": until})
        except DomainError:
            continue  # somebody was faster: the next look begins from what is free then


def fitting_group(free: Sequence[Booth], entry: WaitingEntry) -> list[Booth]:
    """The first booths by code that meet the wish: adjacent ones, of which one at least has the open sides asked for."""
    fits = [
        booth for booth in free
        if entry.zone_id in {None, booth.zone_id} and entry.type_id in {None, booth.type_id}
    ]  # fmt: skip
    for first in fits:
        for group in _groups_from(first, fits, entry.booth_count):
            if max(booth.open_sides for booth in group) >= entry.open_sides:
                return sorted(group, key=lambda booth: booth.code)
    return []


def _groups_from(first: Booth, free: Sequence[Booth], size: int) -> Iterator[list[Booth]]:
    """Groups of adjacent booths with ``first`` in them: straight rows before bends, as far as a few steps find them."""
    if size == 1:
        yield [first]
        return
    near = [booth for booth in free if booth.id != first.id and booth.hall_id == first.hall_id]
    for start in [booth for booth in near if share_side(first, booth)]:
        group = [first, start]
        while len(group) < size:
            beside = [b for b in near if b not in group and any(share_side(b, one) for one in group)]
            if not beside:
                break
            in_row = [b for b in beside if (b.y_cm == first.y_cm == start.y_cm) or (b.x_cm == first.x_cm == start.x_cm)]
            group.append((in_row or beside)[0])
        if len(group) == size:
            yield group


def entry_of(exhibitor_id: int) -> WaitingEntry | None:
    """The exhibitor's entry on the list, else the last one it had."""
    query = select(WaitingEntry).where(WaitingEntry.exhibitor_id == exhibitor_id)
    query = query.options(joinedload(WaitingEntry.zone), joinedload(WaitingEntry.type))
    return db.session.scalar(query.order_by(WaitingEntry.state.not_in(ON_LIST), WaitingEntry.id.desc()).limit(1))


def position_of(entry: WaitingEntry) -> int:
    """1 for whoever is next; those before it wait for anything, not only for the same."""
    before = select(func.count()).select_from(WaitingEntry).where(
        WaitingEntry.fair_id == entry.fair_id, WaitingEntry.state == WaitingState.WAITING, WaitingEntry.id < entry.id
    )  # fmt: skip
    return (db.session.scalar(before) or 0) + 1


def entry_by_id(fair_id: int, entry_id: int) -> WaitingEntry:
    """An entry of a fair's list; raises NotFound."""
    found = db.session.scalar(_entries(fair_id).where(WaitingEntry.id == entry_id))
    if found is None:
        raise NotFound
    return found


def entries_matching(fair_id: int, *, text: str = "", state: str = "live", zone: str = "") -> Select[WaitingEntry]:
    """The entries of a fair; ``state`` is a WaitingState, ``live`` (waiting or offered) or all."""
    query = _entries(fair_id).join(Exhibitor, Exhibitor.id == WaitingEntry.exhibitor_id)
    query = query.join(Company, Company.id == Exhibitor.company_id)
    if state == "live":
        query = query.where(WaitingEntry.state.in_(ON_LIST))
    elif state in set(WaitingState):
        query = query.where(WaitingEntry.state == WaitingState(state))
    if zone:
        query = query.join(Zone, Zone.id == WaitingEntry.zone_id).where(Zone.code == zone)
    if text.strip():
        query = query.where(
            Company.folded.contains(fold(text), autoescape=True) | (Exhibitor.reference == text.strip().upper())
        )
    return query


def _entries(fair_id: int) -> Select[WaitingEntry]:
    return (
        select(WaitingEntry)
        .options(
            joinedload(WaitingEntry.exhibitor).joinedload(Exhibitor.company), joinedload(WaitingEntry.zone),
            joinedload(WaitingEntry.type), joinedload(WaitingEntry.booking).joinedload(BoothBooking.booth),
        )
        .where(WaitingEntry.fair_id == fair_id)
    )  # fmt: skip
