"""Reading bookings and the live plan. A hold whose minutes have run out counts as free everywhere here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from fairs.booths.adjacent import share_side
from fairs.booths.models import BoothBooking
from fairs.booths.pricing import PriceBook
from fairs.booths.sales_models import PriceRule
from fairs.booths.states import LIVE, BookingState, BoothState
from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.directory.models import Company, Membership
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothPrice, BoothType, Hall


def is_live_now() -> ColumnElement[bool]:
    """The condition that a booking keeps others off its booth at this moment."""
    waiting = and_(BoothBooking.state == BookingState.HELD, BoothBooking.hold_until <= now())
    return and_(BoothBooking.state.in_(LIVE), ~func.coalesce(waiting, False))


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the plan: staff see every name, an exhibitor what is theirs, the public only confirmed names."""

    is_staff: bool = False
    exhibitor_ids: frozenset[int] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanBooth:
    """A booth as it stands on the plan: metres, state, and the exhibitor's name where the viewer may see it."""

    id: int
    code: str
    x: float
    y: float
    w: float
    h: float
    open_sides: int
    type_id: int
    zone_id: int | None
    state: BoothState
    name: str = ""
    is_mine: bool = False

    @property
    def area_m2(self) -> float:
        """Floor area in square metres."""
        return self.w * self.h

    @property
    def number(self) -> str:
        """The code without the hall: what is written on the booth."""
        return self.code.rpartition("-")[2]


_SHOWN = {state: BoothState(state.value) for state in LIVE}


def plan_of(hall: Hall, viewer: Viewer) -> list[PlanBooth]:
    """The booths of a hall with their state now, by code; one query whatever their number."""
    live = _live_columns().where(BoothBooking.fair_id == hall.fair_id).subquery()
    rows = db.session.execute(
        select(
            Booth.id, Booth.code, Booth.x_cm, Booth.y_cm, Booth.w_cm, Booth.h_cm, Booth.open_sides, Booth.type_id,
            Booth.zone_id, Booth.is_blocked, live.c.state, live.c.exhibitor_id, live.c.name,
        )
        .outerjoin(live, live.c.booth_id == Booth.id)
        .where(Booth.hall_id == hall.id)
        .order_by(Booth.code)
    )  # fmt: skip
    return [
        PlanBooth(
            row[0], row[1], row[2] / 100, row[3] / 100, row[4] / 100, row[5] / 100, row[6], row[7], row[8],
            state := _shown(row.state, row.is_blocked), row.name if _may_see(viewer, state, row.exhibitor_id) else "",
            row.exhibitor_id in viewer.exhibitor_ids,
        )
        for row in rows
    ]  # fmt: skip


def _live_columns() -> Select[*tuple[Any, ...]]:
    return (
        select(BoothBooking.booth_id, BoothBooking.state, BoothBooking.exhibitor_id, Company.name)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .join(Company, Company.id == Exhibitor.company_id)
        .where(is_live_now())
    )


def _shown(state: BookingState | None, is_blocked: bool) -> BoothState:
    if state is not None:
        return _SHOWN[state]
    return BoothState.BLOCKED if is_blocked else BoothState.FREE


def _may_see(viewer: Viewer, state: BoothState, exhibitor_id: int | None) -> bool:
    if exhibitor_id is None:
        return False
    return viewer.is_staff or exhibitor_id in viewer.exhibitor_ids or state is BoothState.CONFIRMED


def states_of(fair_id: int) -> dict[str, str]:
    """Code to state of every booth of a fair that is not free now: what the open plans poll for."""
    live = (
        select(BoothBooking.booth_id, BoothBooking.state)
        .where(BoothBooking.fair_id == fair_id, is_live_now())
        .subquery()
    )
    rows = db.session.execute(
        select(Booth.code, live.c.state, Booth.is_blocked)
        .outerjoin(live, live.c.booth_id == Booth.id)
        .where(Booth.fair_id == fair_id, or_(live.c.state.is_not(None), Booth.is_blocked.is_(True)))
        .order_by(Booth.code)
    )
    return {row.code: _shown(row.state, row.is_blocked).value for row in rows}


def state_counts(fair_id: int) -> dict[BoothState, int]:
    """How many booths of a fair are in each state now."""
    states = list(states_of(fair_id).values())
    total = db.session.scalar(select(func.count()).select_from(Booth).where(Booth.fair_id == fair_id)) or 0
    counts = {state: states.count(state.value) for state in BoothState}
    counts[BoothState.FREE] = total - len(states)
    return counts


def booth_state(booth: Booth, booking: BoothBooking | None) -> BoothState:
    """The state of one booth with its live booking."""
    return _shown(booking.state if booking is not None and booking.is_live else None, booth.is_blocked)


def price_book(fair: Fair, exhibitor: Exhibitor | None = None, *, day: date | None = None) -> PriceBook:
    """The prices and rules of a fair for an exhibitor (None: for anybody) who books today, or on ``day``; two queries.

    The company's country decides: where the fair has prices in dollars, companies from abroad pay those.
    """
    found = db.session.scalars(select(BoothPrice).where(BoothPrice.fair_id == fair.id)).all()
    rules = db.session.scalars(
        select(PriceRule).where(PriceRule.fair_id == fair.id).order_by(PriceRule.position, PriceRule.id)
    ).all()
    currency = fair.currency
    if exhibitor is not None and not exhibitor.company.is_domestic:
        currency = next((price.currency for price in found if price.currency != fair.currency), currency)
    prices = {price.type_id: price for price in found if price.currency == currency}
    return PriceBook(currency, prices, rules, day or fair.today, exhibitor.track if exhibitor is not None else "paying")


def bundle_of(booking: BoothBooking) -> Sequence[BoothBooking]:
    """The bookings of all booths booked together with this one, itself among them, by key."""
    if booking.bundle_id is None:
        return [booking]
    return db.session.scalars(
        _bookings().where(BoothBooking.bundle_id == booking.bundle_id).order_by(BoothBooking.id)
    ).all()


def codes_of(bookings: Sequence[BoothBooking]) -> str:
    """The booths' codes, one after the other."""
    return ", ".join(one.booth.code for one in bookings)


def live_booking(booth_id: int) -> BoothBooking | None:
    """The booking that keeps others off this booth now."""
    return db.session.scalar(_bookings().where(BoothBooking.booth_id == booth_id, is_live_now()))


def bookings_of(exhibitor_id: int) -> Sequence[BoothBooking]:
    """All bookings of an exhibitor, newest first."""
    return db.session.scalars(
        _bookings().where(BoothBooking.exhibitor_id == exhibitor_id).order_by(BoothBooking.id.desc())
    ).all()


def current_booking(exhibitor_id: int) -> BoothBooking | None:
    """The exhibitor's live booking; when the organiser gave several, the one furthest on (confirmed, reserved, held).

    Of booths booked together the first one stands for all.
    """
    rank = [BookingState.CONFIRMED, BookingState.RESERVED, BookingState.HELD]
    found = db.session.scalars(
        _bookings().where(BoothBooking.exhibitor_id == exhibitor_id, is_live_now()).order_by(BoothBooking.id.desc())
    ).all()
    return min(found, key=lambda one: (rank.index(one.state), one.bundle_id not in {None, one.id}), default=None)


def booking_by_reference(fair_id: int, reference: str) -> BoothBooking:
    """The booking of a fair with this reference; raises NotFound."""
    booking = db.session.scalar(
        _bookings().where(BoothBooking.fair_id == fair_id, BoothBooking.reference == reference.strip().upper())
    )
    if booking is None:
        raise NotFound
    return booking


def _bookings() -> Select[BoothBooking]:
    return select(BoothBooking).options(
        joinedload(BoothBooking.booth).joinedload(Booth.hall),
        joinedload(BoothBooking.booth).joinedload(Booth.zone),
        joinedload(BoothBooking.booth).joinedload(Booth.type),
        joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company),
    )


def bookings_matching(
    fair: Fair, *, text: str = "", state: str = "", zone_id: int | None = None
) -> Select[BoothBooking]:
    """The bookings of a fair; ``state`` is a BookingState, ``live`` or ``overdue`` (deposit not paid by its day)."""
    query = _bookings().join(BoothBooking.booth).join(BoothBooking.exhibitor).join(Exhibitor.company)
    query = query.where(BoothBooking.fair_id == fair.id)
    if state == "live":
        query = query.where(is_live_now())
    elif state == "overdue":
        query = query.where(BoothBooking.state == BookingState.RESERVED, BoothBooking.deposit_due_on < fair.today)
    elif state == BookingState.HELD:
        query = query.where(BoothBooking.state == BookingState.HELD, is_live_now())
    elif state in set(BookingState):
        query = query.where(BoothBooking.state == BookingState(state))
    if zone_id is not None:
        query = query.where(Booth.zone_id == zone_id)
    if text:
        wanted = text.strip()
        query = query.where(
            Company.folded.contains(fold(wanted), autoescape=True)
            | Booth.code.startswith(wanted.upper(), autoescape=True)
            | BoothBooking.reference.startswith(wanted.upper(), autoescape=True)
        )
    return query


def is_free() -> ColumnElement[bool]:
    """The condition that a booth can be sold at this moment; the query joins its type."""
    taken = select(BoothBooking.booth_id).where(BoothBooking.fair_id == Booth.fair_id, is_live_now())
    return and_(Booth.is_blocked.is_(False), BoothType.is_sold.is_(True), Booth.id.not_in(taken))


def nearest_free(booth: Booth, *, limit: int = 5) -> list[Booth]:
    """The free booths for sale nearest to ``booth``: the same hall first, then by distance, equal size before others."""
    taken = select(BoothBooking.booth_id).where(BoothBooking.fair_id == booth.fair_id, is_live_now())
    away = (Booth.x_cm - booth.x_cm) * (Booth.x_cm - booth.x_cm) + (Booth.y_cm - booth.y_cm) * (Booth.y_cm - booth.y_cm)
    return list(
        db.session.scalars(
            select(Booth)
            .join(Booth.type)
            .options(joinedload(Booth.type), joinedload(Booth.zone))
            .where(
                Booth.fair_id == booth.fair_id,
                Booth.id != booth.id,
                Booth.is_blocked.is_(False),
                BoothType.is_sold.is_(True),
                Booth.id.not_in(taken),
            )
            .order_by(Booth.hall_id != booth.hall_id, away, Booth.w_cm * Booth.h_cm != booth.area_cm2, Booth.code)
            .limit(limit)
        )
    )


def neighbours(booth: Booth) -> list[tuple[Booth, str]]:
    """The booths that touch this one, with the exhibitor's name where it is confirmed (else empty)."""
    live = _live_columns().where(BoothBooking.state == BookingState.CONFIRMED).subquery()
    rows = db.session.execute(
        select(Booth, live.c.name)
        .outerjoin(live, live.c.booth_id == Booth.id)
        .where(
            Booth.hall_id == booth.hall_id,
            Booth.id != booth.id,
            Booth.x_cm <= booth.x_cm + booth.w_cm,
            Booth.x_cm + Booth.w_cm >= booth.x_cm,
            Booth.y_cm <= booth.y_cm + booth.h_cm,
            Booth.y_cm + Booth.h_cm >= booth.y_cm,
        )
        .order_by(Booth.code)
    )
    return [(row[0], row[1] or "") for row in rows if share_side(row[0], booth)]


def free_beside(booths: Sequence[Booth]) -> Sequence[Booth]:
    """The free booths that stand wall to wall with one of these, by code; one query."""
    left, right = min(b.x_cm for b in booths), max(b.x_cm + b.w_cm for b in booths)
    top, bottom = min(b.y_cm for b in booths), max(b.y_cm + b.h_cm for b in booths)
    found = db.session.scalars(
        select(Booth)
        .join(Booth.type)
        .where(
            Booth.hall_id == booths[0].hall_id,
            Booth.id.not_in([booth.id for booth in booths]),
            Booth.x_cm <= right,
            Booth.x_cm + Booth.w_cm >= left,
            Booth.y_cm <= bottom,
            Booth.y_cm + Booth.h_cm >= top,
            is_free(),
        )
        .order_by(Booth.code)
    )
    return [one for one in found if any(share_side(one, booth) for booth in booths)]


def free_with(booth: Booth, codes: Sequence[str]) -> list[Booth]:
    """``booth`` and those of these booths that are free and hang together with it; what does not fit is left out."""
    wanted = {code.strip().upper() for code in codes}
    query = select(Booth).join(Booth.type).options(joinedload(Booth.type), joinedload(Booth.zone))
    found = (
        list(db.session.scalars(query.where(Booth.hall_id == booth.hall_id, Booth.code.in_(wanted), is_free())))
        if wanted
        else []
    )
    group = [booth]
    while True:
        beside = next((b for b in found if b not in group and any(share_side(b, one) for one in group)), None)
        if beside is None:
            return group
        group.append(beside)


def accepted_exhibitors(fair_id: int, company_ids: Collection[int]) -> Sequence[Exhibitor]:
    """The accepted exhibitors of a fair among these companies."""
    if not company_ids:
        return []
    return db.session.scalars(
        _exhibitors(fair_id).where(Exhibitor.state == ExhibitorState.ACCEPTED, Exhibitor.company_id.in_(company_ids))
    ).all()


def exhibitors_of_user(fair_id: int, user_id: int | None) -> Sequence[Exhibitor]:
    """The exhibitors of a fair for whose company the user may act, in any state."""
    if user_id is None:
        return []
    mine = select(Membership.company_id).where(Membership.user_id == user_id)
    return db.session.scalars(_exhibitors(fair_id).where(Exhibitor.company_id.in_(mine))).all()


def search_accepted(fair_id: int, text: str, limit: int = 8) -> Sequence[Exhibitor]:
    """Accepted exhibitors of a fair whose company's name, tax code, phone or own reference matches."""
    wanted = text.strip()
    return db.session.scalars(
        _exhibitors(fair_id)
        .join(Exhibitor.company)
        .where(
            Exhibitor.state == ExhibitorState.ACCEPTED,
            Company.folded.contains(fold(wanted), autoescape=True)
            | Company.tax_code.startswith(wanted, autoescape=True)
            | Company.phone.startswith(wanted, autoescape=True)
            | Exhibitor.contact_phone.startswith(wanted, autoescape=True)
            | (Exhibitor.reference == wanted.upper()),
        )
        .order_by(Company.folded, Exhibitor.id)
        .limit(limit)
    ).all()


def exhibitor_by_reference(fair_id: int, reference: str) -> Exhibitor:
    """The exhibitor of a fair with this reference; raises NotFound."""
    found = db.session.scalar(_exhibitors(fair_id).where(Exhibitor.reference == reference.strip().upper()))
    if found is None:
        raise NotFound
    return found


def _exhibitors(fair_id: int) -> Select[Exhibitor]:
    return (
        select(Exhibitor)
        .options(joinedload(Exhibitor.company).joinedload(Company.village))
        .where(Exhibitor.fair_id == fair_id)
        .order_by(Exhibitor.id)
    )
