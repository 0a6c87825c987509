"""Reading the support of importers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED, PLACED, HostingState, SupportTier


@dataclass(frozen=True, slots=True)
class HostingFilter:
    """What a list is narrowed to; empty means all. ``least`` is a score; ``past`` is yes or no: came to earlier fairs."""

    text: str = ""
    state: HostingState | None = None
    tier: SupportTier | None = None
    region: str = ""
    country: str = ""
    least: int = 0
    past: str = ""


def hosting_of(importer_id: int) -> Hosting | None:
    """The support of an importer, whatever its state."""
    return db.session.scalar(select(Hosting).where(Hosting.importer_id == importer_id))


def hostings_of(importer_ids: Sequence[int]) -> dict[int, Hosting]:
    """The support of many importers in one statement, by the importer's key."""
    rows = db.session.scalars(select(Hosting).where(Hosting.importer_id.in_(importer_ids)))
    return {row.importer_id: row for row in rows}


def hosting_by_reference(fair_id: int, reference: str) -> Hosting:
    """The support with this number at this fair; raises NotFound."""
    found = db.session.scalar(
        _whole(select(Hosting)).where(Hosting.fair_id == fair_id, Hosting.reference == reference.strip().upper()[:20])
    )
    if found is None:
        raise NotFound
    return found


def _whole(query: Select[Hosting]) -> Select[Hosting]:
    return (
        query.join(Company, Company.id == Hosting.company_id)
        .join(Person, Person.id == Hosting.person_id)
        .options(
            contains_eager(Hosting.company), contains_eager(Hosting.person), joinedload(Hosting.importer),
            joinedload(Hosting.selection), joinedload(Hosting.fair),
        )
    )  # fmt: skip


def hostings_matching(fair_id: int, wanted: HostingFilter) -> Select[Hosting]:
    """The supports of a fair that fit, with what a row shows."""
    query = _whole(select(Hosting)).where(Hosting.fair_id == fair_id)
    if wanted.text:
        folded = fold(wanted.text)
        query = query.where(
            or_(
                Company.folded.contains(folded, autoescape=True), Person.folded.contains(folded, autoescape=True),
                Hosting.reference == wanted.text.strip().upper()[:20],
            )
        )  # fmt: skip
    if wanted.state is not None:
        query = query.where(Hosting.state == wanted.state)
    if wanted.tier is not None:
        query = query.where(Hosting.tier == wanted.tier)
    if wanted.region:
        query = query.where(Hosting.region == wanted.region)
    if wanted.country:
        query = query.where(Company.country == wanted.country.upper())
    if wanted.least:
        query = query.where(Hosting.score >= wanted.least)
    if wanted.past == "yes":
        query = query.where(or_(Hosting.past_visits > 0, Hosting.past_deals > 0))
    elif wanted.past == "no":
        query = query.where(Hosting.past_visits == 0, Hosting.past_deals == 0)
    return query


_SORTS: Mapping[str, tuple[tuple[Any, bool], ...]] = {
    "score": ((Hosting.score, False), (Hosting.id, True)),
    "company": ((Company.folded.label("company_folded"), False), (Hosting.id, False)),
    "name": ((Person.folded.label("person_folded"), False), (Hosting.id, False)),
    "reference": ((Hosting.id, False),),
    "rank": ((Hosting.rank, False), (Hosting.id, False)),
}


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list: score, company, name, reference or rank, with a minus before it for the other way."""
    descending = sort.startswith("-")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["score"])
    return [(column, backwards != descending) for column, backwards in keys]


def state_counts(fair_id: int) -> dict[HostingState, int]:
    """How many supports are in each state."""
    rows = db.session.execute(
        select(Hosting.state, func.count()).where(Hosting.fair_id == fair_id).group_by(Hosting.state)
    )
    found = {state: int(number) for state, number in rows}
    return {state: found.get(state, 0) for state in HostingState}


def countries_of(fair_id: int) -> Sequence[str]:
    """Codes of the countries that guests who ask for support come from."""
    return db.session.scalars(
        select(Company.country)
        .join(Hosting, Hosting.company_id == Company.id)
        .where(Hosting.fair_id == fair_id)
        .distinct()
    ).all()


@dataclass(frozen=True, slots=True)
class Share:
    """A country of the board: who asked, who has a place, who is granted, who confirmed."""

    region: str
    country: str
    asked: int
    placed: int
    granted: int
    confirmed: int


def shares_of(fair_id: int) -> Sequence[Share]:
    """Supports of a fair by region and country; one statement."""
    confirmed = (HostingState.CONFIRMED, HostingState.SETTLED)

    def number(states: Sequence[HostingState]) -> Any:
        return func.sum(case((Hosting.state.in_(states), 1), else_=0))

    rows = db.session.execute(
        select(Hosting.region, Company.country, func.count(), number(PLACED), number(GRANTED), number(confirmed))
        .join(Company, Company.id == Hosting.company_id)
        .where(Hosting.fair_id == fair_id)
        .group_by(Hosting.region, Company.country)
        .order_by(Hosting.region, Company.country)
    )
    return [Share(region, country, *(int(value or 0) for value in values)) for region, country, *values in rows]


def undecided_of(fair_id: int, *, limit: int = 2000) -> Sequence[Hosting]:
    """Applications whose score still moves, best first."""
    return db.session.scalars(
        _whole(select(Hosting))
        .where(Hosting.fair_id == fair_id, Hosting.state.in_((HostingState.APPLIED, HostingState.RESERVE)))
        .order_by(Hosting.score.desc(), Hosting.id)
        .limit(limit)
    ).all()
