"""Search over everything: what a typed or scanned text may mean, looked for only where the reader's roles reach.

Names are found by parts of words in any order, in the ``folded`` columns. Two statements walk the names of people and of
companies; what belongs to those found (an importer, a badge, an invoice) is then looked up by key, so that 100,000
people cost two walks of an index and not one per kind. Only when a text fits more than MOST names does each kind look
for itself: then it meets rows soon.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false, or_, select

from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.queries import find_by_codes
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.directory.models import Company, Person
from fairs.directory.permissions import VIEW_DIRECTORY
from fairs.workplace.kinds import find_kinds
from fairs.workplace.scope import Scope
from fairs.workplace.terms import MOST, Found, Group, Hit, Names, Wanted, all_words, understand

_LONGEST_CODE = 1000


def _companies(wanted: Wanted, limit: int) -> tuple[Names, list[Hit]]:
    def fits(model: Any) -> ColumnElement[bool]:
        if wanted.email:
            return model.email.contains(wanted.email, autoescape=True)  # type: ignore[no-any-return]
        if wanted.digits:
            numbers = [model.tax_code.startswith(wanted.code, autoescape=True), all_words(model.folded, wanted)]
            return or_(*numbers, model.phone.contains(wanted.phone)) if wanted.phone else or_(*numbers)
        if wanted.looks_like_code:
            return or_(model.tax_code == wanted.code, all_words(model.folded, wanted))
        return all_words(model.folded, wanted)

    columns = (Company.id, Company.name, Company.name_en, Company.country, Company.commune, Company.tax_code,
               Company.phone, Company.email)  # fmt: skip
    rows = db.session.execute(select(*columns).where(fits(Company)).order_by(Company.folded).limit(MOST + 1)).all()
    hits = [
        Hit("profiles.company", {"company_id": row.id}, row.name, _facts(wanted, row, row.commune or row.name_en),
            country=row.country, keys=(row.tax_code,))
        for row in rows[:limit]
    ]  # fmt: skip
    return Names(Company, fits, tuple(row.id for row in rows[:MOST]), len(rows) <= MOST), hits


def _people(wanted: Wanted, limit: int) -> tuple[Names, list[Hit]]:
    def fits(model: Any) -> ColumnElement[bool]:
        if wanted.email:
            return model.email.contains(wanted.email, autoescape=True)  # type: ignore[no-any-return]
        if wanted.phone:
            return model.phone.contains(wanted.phone)  # type: ignore[no-any-return]
        if len(wanted.words) == 1 and set(wanted.text) & {".", "_"}:
            part = model.email.contains(wanted.text.lower(), autoescape=True)
            return or_(part, all_words(model.folded, wanted))
        return all_words(model.folded, wanted)

    columns = (Person.id, Person.native_name, Person.passport_name, Person.name_language, Person.country, Person.phone,
               Person.email, Company.name.label("company"))  # fmt: skip
    query = select(*columns).outerjoin(Company, Company.id == Person.company_id).where(fits(Person))
    rows = db.session.execute(query.order_by(Person.folded).limit(MOST + 1)).all()
    hits = [
        Hit("profiles.person", {"person_id": row.id}, row.native_name, _facts(wanted, row, row.company or row.passport_name),
            country=row.country, lang=row.name_language)
        for row in rows[:limit]
    ]  # fmt: skip
    return Names(Person, fits, tuple(row.id for row in rows[:MOST]), len(rows) <= MOST), hits


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
        return Hit("profiles.person", {"person_id": badge.person_id}, badge.person.display_name, badge.reference)
    if scope.at(PRINT_BADGES, badge.fair_id):
        fair = db.session.get_one(Fair, badge.fair_id)
        values = {"fair_slug": fair.slug, "reference": badge.reference}
        return Hit("badges.show", values, badge.person.display_name, badge.reference)
    return None


def search(text: str, scope: Scope, *, limit: int = MOST) -> Found:
    """Everything that fits, at most ``limit`` of each kind; at most one statement per kind, none for a short text."""
    hit = scanned(text, scope)
    if hit is not None:
        return Found(exact=hit)
    wanted = understand(text)
    if wanted is None:
        return Found()
    groups: list[Group] = []
    if wanted.letter:
        groups = find_kinds(wanted, scope, _nobody(Company), _nobody(Person), limit)
    else:
        companies, company_hits = _companies(wanted, limit)
        people, person_hits = _people(wanted, limit)
        if scope.has(VIEW_DIRECTORY):
            for kind, label, icon, names, hits in (
                ("companies", _l("Companies"), "building-store", companies, company_hits),
                ("people", _l("People"), "user", people, person_hits),
            ):
                if hits:
                    more = not names.is_complete or len(names.ids) > len(hits)
                    groups.append(Group(kind, label, icon, tuple(hits), len(names.ids), more))
        groups += find_kinds(wanted, scope, companies, people, limit)
    exact = [hit for group in groups for hit in group.hits if wanted.code in hit.keys]
    return Found(tuple(groups), exact[0] if len(exact) == 1 else None)
