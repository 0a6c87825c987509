"""Search over everything: what a typed or scanned text may mean, looked for only where the reader's roles reach.

Names are found by parts of words in any order, in the ``folded`` columns. Two statements walk the names of people and of
companies; what belongs to those found (an importer, a badge, an invoice) is then looked up by key, so that 100,000
people cost two walks of an index and not one per kind. Only when a text fits more than MOST names does each kind look
for itself: then it meets rows soon.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false, func, or_, select, true, union_all

from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.queries import find_by_codes
from fairs.calendar.models import Fair
from fairs.calendar.queries import all_fairs
from fairs.core.db import db
from fairs.directory.models import Company, Person
from fairs.directory.permissions import VIEW_DIRECTORY
from fairs.funding.models import SupportRule
from fairs.funding.permissions import VIEW_FUNDING
from fairs.workplace.kinds import KINDS, Kind
from fairs.workplace.scope import Scope
from fairs.workplace.terms import KEYS, MOST, Found, Group, Hit, Names, Wanted, all_words, understand

_LONGEST_CODE = 1000
_MOST_FAIRS = 40
_COMPANY = (Company.id, Company.name, Company.name_en, Company.country, Company.commune, Company.tax_code, Company.phone,
            Company.email)  # fmt: skip
_PERSON = (Person.id, Person.native_name, Person.passport_name, Person.name_language, Person.country, Person.phone,
           Person.email, Company.name.label("company"))  # fmt: skip


def _company_fits(wanted: Wanted) -> Callable[[Any], ColumnElement[bool]]:
    def fits(model: Any) -> ColumnElement[bool]:
        if wanted.email:
            return model.email.contains(wanted.email, autoescape=True)  # type: ignore[no-any-return]
        if wanted.digits:
            numbers = [model.tax_code.startswith(wanted.code, autoescape=True), all_words(model.folded, wanted)]
            return or_(*numbers, model.phone.contains(wanted.phone)) if wanted.phone else or_(*numbers)
        if wanted.looks_like_code:
            return or_(model.tax_code == wanted.code, all_words(model.folded, wanted))
        return all_words(model.folded, wanted)

    return fits


def _person_fits(wanted: Wanted) -> Callable[[Any], ColumnElement[bool]]:
    def fits(model: Any) -> ColumnElement[bool]:
        if wanted.email:
            return model.email.contains(wanted.email, autoescape=True)  # type: ignore[no-any-return]
        if wanted.phone:
            return model.phone.contains(wanted.phone)  # type: ignore[no-any-return]
        if len(wanted.words) == 1 and set(wanted.text) & {".", "_"}:
            part = model.email.contains(wanted.text.lower(), autoescape=True)
            return or_(part, all_words(model.folded, wanted))
        return all_words(model.folded, wanted)

    return fits


def _names(model: Any, fits: Callable[[Any], ColumnElement[bool]]) -> Names:
    """The keys of those that fit, KEYS at the most, whichever are met first: an index alone answers it."""
    keys = db.session.scalars(select(model.id).where(fits(model)).limit(KEYS + 1)).all()
    return Names(model, fits, tuple(keys[:KEYS]), len(keys) <= KEYS)


def _companies(wanted: Wanted, names: Names, limit: int) -> Group:
    rows = db.session.execute(_shown(select(*_COMPANY), names, limit)).all()
    hits = [
        Hit("profiles.company", {"company_id": row.id}, row.name, _facts(wanted, row, row.commune or row.name_en),
            country=row.country, keys=(row.tax_code,))
        for row in rows
    ]  # fmt: skip
    return _group("companies", _l("Companies"), "building-store", hits, names)


def _people(wanted: Wanted, names: Names, limit: int) -> Group:
    query = select(*_PERSON).outerjoin(Company, Company.id == Person.company_id)
    rows = db.session.execute(_shown(query, names, limit)).all()
    hits = [
        Hit("profiles.person", {"person_id": row.id}, row.native_name, _facts(wanted, row, row.company or row.passport_name),
            country=row.country, lang=row.name_language)
        for row in rows
    ]  # fmt: skip
    return _group("people", _l("Persons"), "user", hits, names)


def _rules(wanted: Wanted, limit: int) -> list[Group]:
    """Rules of support by their item, their legal basis or their code; they belong to no fair."""
    rows = db.session.scalars(
        select(SupportRule).where(SupportRule.is_newest, all_words(SupportRule.folded, wanted))
        .order_by(SupportRule.code).limit(limit + 1)
    ).all()  # fmt: skip
    hits = tuple(
        Hit(
            "support_rules.show", {"rule_code": row.code}, row.item, f"{row.code} · {row.legal_basis}", keys=(row.code,)
        )
        for row in rows[:limit]
    )
    return [Group("support_rules", _l("Rules of support"), "scale", hits, len(hits), len(rows) > limit)] if hits else []


def _shown(query: Any, names: Names, limit: int) -> Any:
    # Of very many, those that were met first are as good as any: the reader will add a word.
    ids = names.ids if names.is_complete else names.ids[:MOST]
    # The expression keeps PostgreSQL from walking the index of all names in search of these few.
    by_name = func.coalesce(names.model.folded, "")
    return query.where(names.model.id.in_(ids)).order_by(by_name, names.model.id).limit(limit)


def _group(kind: str, label: Any, icon: str, hits: list[Hit], names: Names) -> Group:
    return Group(kind, label, icon, tuple(hits), len(names.ids), not names.is_complete)


def _facts(wanted: Wanted, row: Any, text: str | None) -> str:
    """What tells namesakes apart; the number or address by which somebody was found stands beside."""
    found_by = row.email if wanted.email else row.phone if wanted.phone else ""
    return " · ".join(part for part in (text, found_by) if part)


def _nobody(model: Any) -> Names:
    return Names(model, lambda _: false(), (), True)


def scanned(text: str, scope: Scope) -> Hit | None:
    """The wearer of the badge whose code this is, also after a Vietnamese keyboard mangled it; None for other texts.

    Who may not open people gets the badge itself, at fairs where badges are theirs to see.
    """
    if len(text) > _LONGEST_CODE:
        return None
    badge = next(iter(find_by_codes([text]).values()), None)
    if badge is None:
        return None
    if scope.has(VIEW_DIRECTORY):
        return Hit("profiles.person", {"person_id": badge.person_id}, badge.name, badge.reference)
    if scope.at(PRINT_BADGES, badge.fair_id):
        fair = db.session.get_one(Fair, badge.fair_id)
        values = {"fair_slug": fair.slug, "reference": badge.reference}
        return Hit("badges.show", values, badge.name, badge.reference)
    return None


def search(text: str, scope: Scope, *, limit: int = MOST) -> Found:
    """Everything that fits, at most ``limit`` of each kind; none is looked for when the text is too short.

    It takes two statements for the names and at most one for each kind, however much there is.
    """
    hit = scanned(text, scope)
    if hit is not None:
        return Found(exact=hit)
    wanted = understand(text)
    if wanted is None:
        return Found()
    fairs = sorted(all_fairs(), key=lambda fair: fair.starts_on, reverse=True)
    groups: list[Group] = []
    if wanted.letter:
        groups = _find_kinds(wanted, scope, _nobody(Company), _nobody(Person), fairs, limit)
    else:
        companies, people = _names(Company, _company_fits(wanted)), _names(Person, _person_fits(wanted))
        if scope.has(VIEW_DIRECTORY):
            groups += [_companies(wanted, companies, limit)] if companies.ids else []
            groups += [_people(wanted, people, limit)] if people.ids else []
        groups += _find_kinds(wanted, scope, companies, people, fairs, limit)
        groups += _rules(wanted, limit) if scope.has(VIEW_FUNDING) else []
    exact = [hit for group in groups for hit in group.hits if wanted.code in hit.keys]
    return Found(tuple(groups), exact[0] if len(exact) == 1 else None)


def _find_kinds(
    wanted: Wanted, scope: Scope, companies: Names, people: Names, fairs: Sequence[Fair], limit: int
) -> list[Group]:
    """One statement for each kind that the reader may see and the text may mean; ``fairs`` are all, the newest first."""
    found = []
    for kind in KINDS:
        mine = [fair.id for fair in fairs if scope.at(kind.permission, fair.id)]
        if not mine or wanted.letter not in {"", kind.letter}:
            continue
        fits = [kind.reference == wanted.code] if wanted.letter else kind.matches(wanted, companies, people)
        conditions = [condition for condition in fits if condition is not None]
        if not conditions:
            continue
        is_short = companies.is_complete and people.is_complete
        reach = kind.model.fair_id.in_(mine) if is_short else _first_of_each(kind, conditions, mine, limit)
        rows = db.session.execute(
            kind.query()
            .add_columns(Fair)
            .join(Fair, Fair.id == kind.model.fair_id)
            .where(reach, or_(*conditions) if is_short else true())
            .order_by(Fair.starts_on.desc(), kind.model.id.desc())
            .limit(limit + 1)
        ).all()
        if rows:
            hits = tuple(kind.hit(row) for row in rows[:limit])
            found.append(Group(kind.key, kind.label, kind.icon, hits, len(hits), len(rows) > limit))
    return found


def _first_of_each(kind: Kind, conditions: list[Any], fairs: list[int], limit: int) -> ColumnElement[bool]:
    """Where very many fit, sorting them all takes long: the first that are met, the newest fairs first, are enough."""
    parts = [
        select(kind.model.id).where(kind.model.fair_id == fair, or_(*conditions)).limit(limit + 1)
        for fair in fairs[:_MOST_FAIRS]
    ]
    each = union_all(*(select(part.subquery().c.id) for part in parts)).limit(limit + 1)
    return kind.model.id.in_(select(each.subquery().c.id))  # type: ignore[no-any-return]
