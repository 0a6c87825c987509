"""Reading importers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.badges.models import Badge
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.core.web import Page, paginate
from fairs.directory.models import Company, Consent, Person
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState, Way


@dataclass(frozen=True, slots=True)
class ImporterFilter:
    """What a list is narrowed to; empty means all. ``text`` is part of a name, or the start of a number or an e-mail."""

    text: str = ""
    state: str = ""
    country: str = ""
    group: str = ""
    source: str = ""  # a Way, or "by:" and the name of who invited


def importer_by_email(fair_id: int, email: str) -> Importer | None:
    """The registration with this address at the fair."""
    return db.session.scalars(
        _whole(select(Importer)).where(Importer.fair_id == fair_id, Person.email == email).order_by(Importer.id)
    ).first()


def importer_of_person(fair_id: int, person_id: int) -> Importer | None:
    """The person's registration at the fair."""
    return db.session.scalar(select(Importer).where(Importer.fair_id == fair_id, Importer.person_id == person_id))


def importer_by_reference(fair_id: int, reference: str) -> Importer:
    """The registration with this number; raises NotFound, also for one of another fair."""
    found = db.session.scalar(
        _whole(select(Importer)).where(Importer.fair_id == fair_id, Importer.reference == reference)
    )
    if found is None:
        raise NotFound
    return found


def badge_of(importer: Importer) -> Badge | None:
    """The badge in force: a replaced one leads to its successor."""
    badge = importer.badge
    while badge is not None and badge.replaced_by_id is not None:
        badge = db.session.get_one(Badge, badge.replaced_by_id)
    return badge


def _whole(query: Select[Importer]) -> Select[Importer]:
    return (
        query.join(Importer.company)
        .join(Importer.person)
        .options(contains_eager(Importer.company), contains_eager(Importer.person), joinedload(Importer.badge))
    )


def importers_matching(fair_id: int, wanted: ImporterFilter) -> Select[Importer]:
    """The fair's importers that fit the filter, with company and person."""
    query = _whole(select(Importer)).where(Importer.fair_id == fair_id)
    if wanted.text:
        folded, plain = fold(wanted.text), wanted.text.strip()
        query = query.where(
            or_(
                Company.folded.contains(folded, autoescape=True),
                Person.folded.contains(folded, autoescape=True),
                Person.email.startswith(plain.lower(), autoescape=True),
                Importer.reference == plain.upper(),
            )
        )
    if wanted.state:
        query = query.where(Importer.state == wanted.state if wanted.state in set(ImporterState) else false())
    if wanted.country:
        query = query.where(Company.country == wanted.country.upper())
    if wanted.group:
        query = query.where((literal("|") + Importer.group_codes + "|").contains(f"|{wanted.group}|", autoescape=True))
    if wanted.source:
        query = query.where(_came_by(wanted.source))
    return query


def _came_by(source: str) -> ColumnElement[bool]:
    if source.startswith("by:"):
        return Importer.invited_by == source.removeprefix("by:")
    if source == Way.INVITATION:
        return or_(Importer.invited_by != "", Importer.source == source)
    known = [way.value for way in Way]
    by_itself = (
        Importer.source.not_in(known) | (Importer.source == source) if source == Way.DESK else Importer.source == source
    )
    return and_(by_itself, Importer.invited_by == "")


def inviters_of(fair_id: int) -> Sequence[str]:
    """Names of those by whom registered importers were invited."""
    query = select(Importer.invited_by).where(Importer.fair_id == fair_id, Importer.invited_by != "")
    return db.session.scalars(query.distinct().order_by(Importer.invited_by)).all()


_SORTS = {
    "new": ((Importer.id, True),),
    "company": ((Company.folded.label("company_folded"), False), (Importer.id, False)),
    "name": ((Person.folded.label("person_folded"), False), (Importer.id, False)),
    "reference": ((Importer.id, False),),
}


def page_of_importers(
    fair_id: int, wanted: ImporterFilter, *, sort: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Importer]:
    """One page; ``sort`` is company, name or reference, with a minus before it for the other way; newest first else."""
    return paginate(importers_matching(fair_id, wanted), *order_of(sort), limit=limit, cursor=cursor)


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend, for ``sort`` as in page_of_importers."""
    descending = sort.startswith("-")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["new"])
    return [(column, backwards != descending) for column, backwards in keys]


def count_importers(fair_id: int, wanted: ImporterFilter) -> int:
    """How many fit the filter."""
    matching = importers_matching(fair_id, wanted).with_only_columns(Importer.id).subquery()
    return db.session.scalar(select(func.count()).select_from(matching)) or 0


def state_counts(fair_id: int) -> Mapping[ImporterState, int]:
    """How many registrations are in each state."""
    rows = db.session.execute(
        select(Importer.state, func.count()).where(Importer.fair_id == fair_id).group_by(Importer.state)
    ).all()
    found = dict(rows)
    return {state: found.get(state, 0) for state in ImporterState}


def waiting_count(fair_id: int) -> int:
    """How many wait for a decision."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Importer)
            .where(and_(Importer.fair_id == fair_id, Importer.state == ImporterState.SUBMITTED))
        )
        or 0
    )


def countries_of(fair_id: int) -> Sequence[str]:
    """ISO 3166 codes of the countries that registered importers come from."""
    return db.session.scalars(
        select(Company.country)
        .join(Importer, Importer.company_id == Company.id)
        .where(Importer.fair_id == fair_id)
        .distinct()
    ).all()


def consents_of(importer: Importer) -> Mapping[str, bool]:
    """What the person agreed to for this fair, by kind; the last word counts."""
    rows = db.session.scalars(
        select(Consent)
        .where(Consent.person_id == importer.person_id, Consent.fair_id == importer.fair_id)
        .order_by(Consent.id)
    )
    return {row.kind: row.given for row in rows}
