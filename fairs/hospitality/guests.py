"""Reading the list of guests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.hospitality.models import Flight, TransferRun, TransferSeat
from fairs.hospitality.queries import COMING, LIVE, day_of
from fairs.hospitality.states import Direction
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED, SupportTier
from fairs.importers.models import Importer


@dataclass(frozen=True, slots=True)
class GuestFilter:
    """What the list of guests is narrowed to; empty means all. ``flight`` is none, arrival (missing) or departure (missing)."""

    text: str = ""
    tier: str = ""
    day: date | None = None
    flight: str = ""
    changed: bool = False
    country: str = ""


def _has(direction: Direction) -> Any:
    return select(Flight.id).where(Flight.importer_id == Importer.id, Flight.direction == direction, LIVE).exists()


def _changed_since_print(fair_id: int) -> Any:
    """A place changed after the list of its run was printed, or came to no printed list after others were printed."""
    printed = aliased(TransferRun)
    earlier = select(printed.id).where(printed.fair_id == fair_id, printed.printed_at < TransferSeat.changed_at)
    return (
        select(TransferSeat.id)
        .outerjoin(TransferRun, TransferRun.id == TransferSeat.run_id)
        .where(
            TransferSeat.importer_id == Importer.id,
            or_(
                TransferRun.printed_at < TransferSeat.changed_at,
                and_(TransferRun.printed_at.is_(None), earlier.correlate(TransferSeat).exists()),
            ),
        )
        .exists()
    )


def guests_matching(fair: Fair, wanted: GuestFilter) -> Select[Importer]:
    """Who has flights, a place in a vehicle or support that is granted, with company and person."""
    granted = select(Hosting.id).where(Hosting.importer_id == Importer.id, Hosting.state.in_(GRANTED))
    flies = select(Flight.id).where(Flight.importer_id == Importer.id, LIVE)
    query = (
        select(Importer)
        .join(Importer.company)
        .join(Importer.person)
        .options(contains_eager(Importer.company), contains_eager(Importer.person), joinedload(Importer.badge))
        .where(Importer.fair_id == fair.id, COMING, or_(granted.exists(), flies.exists()))
    )
    if wanted.text:
        words = fold(wanted.text)
        query = query.where(
            or_(
                Company.folded.contains(words, autoescape=True), Person.folded.contains(words, autoescape=True),
                Importer.reference == wanted.text.upper(),
            )
        )  # fmt: skip
    if wanted.tier == "none":
        query = query.where(~granted.exists())
    elif wanted.tier:
        query = query.where(
            granted.where(Hosting.tier == wanted.tier).exists()
            if wanted.tier in set(SupportTier)
            else Importer.id == -1
        )
    if wanted.day is not None:
        begin, end = day_of(fair, wanted.day)
        day = flies.where(Flight.direction == Direction.ARRIVAL, Flight.arrives_at >= begin, Flight.arrives_at < end)
        query = query.where(day.exists())
    if wanted.flight == "none":
        query = query.where(~flies.exists())
    elif wanted.flight in set(Direction):
        query = query.where(~_has(Direction(wanted.flight)))
    if wanted.changed:
        query = query.where(_changed_since_print(fair.id))
    if wanted.country:
        query = query.where(Company.country == wanted.country.upper())
    return query


_SORTS: dict[str, tuple[tuple[Any, bool], ...]] = {
    "name": ((Person.folded.label("person_folded"), False), (Importer.id, False)),
    "company": ((Company.folded.label("company_folded"), False), (Importer.id, False)),
    "reference": ((Importer.id, False),),
}


def guest_order(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list; ``sort`` is name, company or reference, with a minus before it for the other way."""
    descending = sort.startswith("-")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["name"])
    return [(column, backwards != descending) for column, backwards in keys]


def known_flights(fair_id: int) -> tuple[int, int]:
    """Of the guests whose support is granted: how many have a flight to the fair, and how many have none."""
    has = _has(Direction.ARRIVAL)
    total, have = db.session.execute(
        select(func.count(), func.coalesce(func.sum(case((has, 1), else_=0)), 0))
        .select_from(Hosting)
        .join(Importer, Importer.id == Hosting.importer_id)
        .where(Hosting.fair_id == fair_id, Hosting.state.in_(GRANTED), COMING)
    ).one()
    return int(have), total - int(have)
