"""Finding badges by code, and what their faces show."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from fairs.badges.codes import SHORT_SIGNS, BadCode, fingerprint, read, typed
from fairs.badges.errors import OtherFair, UnknownCode
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.core.db import db, few
from fairs.core.rows import Driver, Reading, driver, read_rows
from fairs.core.text import fold
from fairs.directory.models import Company, Person

# Longer texts cannot be codes, whatever a keyboard did to them.
_LONGEST_SHORT, _LONGEST = 40, 1000
_FULL = (joinedload(Badge.person), joinedload(Badge.company))


def public_keys(fair_id: int) -> dict[int, Ed25519PublicKey]:
    """The fair's keys that verify codes, retired ones included (badges outlive a rotation), withdrawn ones not."""
    rows = db.session.execute(
        select(BadgeKey.id, BadgeKey.public_key).where(BadgeKey.fair_id == fair_id, BadgeKey.withdrawn_at.is_(None))
    )
    return {key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in rows}


def badge_by_code(fair_id: int, text: str) -> Badge:
    """The badge of a scanned or typed code: short code, exact code, or one that a Vietnamese keyboard mangled.

    Raises UnknownCode, or OtherFair for a true badge of another fair. Revoked badges are found, too.
    """
    if len(text) > _LONGEST:
        raise UnknownCode
    if len(text.strip()) <= _LONGEST_SHORT:
        return _one(Badge.short_code, _short(text), fair_id)
    try:
        # Only who has seen the real code can make its fingerprint: as strong as the signature, and one look-up.
        return _one(Badge.fingerprint, fingerprint(text), fair_id)
    except BadCode as error:
        raise UnknownCode from error


def badge_by_signature(fair_id: int, text: str) -> bytes:
    """The serial of a code that one of the fair's keys signed, known here or not; raises UnknownCode."""
    try:
        return read(text, public_keys(fair_id))
    except BadCode as error:
        raise UnknownCode from error


def _short(text: str) -> str:
    try:
        return typed(text)
    except BadCode as error:
        raise UnknownCode from error


def _one(column: object, value: str, fair_id: int) -> Badge:
    rows = db.session.scalars(select(Badge).options(*_FULL).where(column == value)).all()  # type: ignore[arg-type]
    for badge in rows:
        if badge.fair_id == fair_id:
            return badge
    raise OtherFair if rows else UnknownCode


@dataclass(frozen=True, slots=True)
class ScannedBadge:
    """What a gate must know of a badge and its wearer. ``country`` is the company's, or the person's own."""

    id: int
    fair_id: int
    person_id: int
    reference: str
    category: BadgeCategory
    state: BadgeState
    replaced_by_id: int | None
    revoke_reason: str
    name: str
    passport_name: str
    name_language: str
    company: str
    country: str
    revoked_at: datetime | None = None


#: The columns of a ScannedBadge, in its order; join Badge.person and, from outside, Badge.company.
SCANNED = (
    Badge.id, Badge.fair_id, Badge.person_id, Badge.reference, Badge.category, Badge.state, Badge.replaced_by_id,
    Badge.revoke_reason, case((Person.badge_name != "", Person.badge_name), else_=Person.native_name), Person.passport_name,
    Person.name_language, func.coalesce(Company.name, ""), func.coalesce(Company.country, Person.country),
    Badge.revoked_at,
)  # fmt: skip


@functools.cache
def _look_up(kinds: frozenset[str], *, lock: bool) -> Reading:
    # Made once for each kind of batch: gates send these statements hundreds of times a minute.
    columns = {"fingerprint": Badge.fingerprint, "short_code": Badge.short_code}

    def make(driver: Driver) -> Select[Any]:
        query = (
            select(Badge.fingerprint, Badge.short_code, *SCANNED)
            .join(Badge.person)
            .outerjoin(Badge.company)
            .where(or_(*(driver.among(columns[kind], kind) for kind in sorted(kinds))))
            .order_by(Badge.person_id, Badge.id)
        )
        return query.with_for_update(of=Person, key_share=True) if lock else query

    return Reading(make)


_CATEGORIES = {str(one): one for one in BadgeCategory}
_STATES = {str(one): one for one in BadgeState}


def find_by_codes(texts: Iterable[str], *, lock: bool = False) -> dict[str, ScannedBadge]:
    """The badges of many scanned or typed texts of any fair in one statement; texts that name no badge are left out.

    With ``lock`` the wearers' rows are locked in the order of their keys until the commit, so that two gates that
    read one person's badge at the same moment take turns.
    """
    wanted = {text: key for text in set(texts) if (key := _key(text)) is not None}
    if not wanted:
        return {}
    values: dict[str, list[str]] = {}
    for kind, value in wanted.values():
        values.setdefault(kind, []).append(value)
    found: dict[tuple[str, str], ScannedBadge] = {}
    _, given = driver()
    rows = read_rows(
        _look_up(frozenset(values), lock=lock), **{name: given.many(codes) for name, codes in values.items()}
    )
    for row in rows:
        facts: list[Any] = [*row[2:6], _CATEGORIES[row[6]], _STATES[row[7]], *row[8:-1], given.moment_of(row[-1])]
        found["fingerprint", row[0]] = found["short_code", row[1]] = ScannedBadge(*facts)
    return {text: found[key] for text, key in wanted.items() if key in found}


def _key(text: str) -> tuple[str, str] | None:
    try:
        if len(text.strip()) <= _LONGEST_SHORT:
            return "short_code", typed(text)
        return ("fingerprint", fingerprint(text)) if len(text) <= _LONGEST else None
    except BadCode:
        return None


def active_badge(fair_id: int, person_id: int) -> Badge | None:
    """The person's valid badge at a fair, the newest."""
    return db.session.scalars(
        select(Badge)
        .options(*_FULL)
        .where(Badge.fair_id == fair_id, Badge.person_id == person_id, Badge.state == "active")
        .order_by(Badge.id.desc())
    ).first()


def badges_by_id(ids: Sequence[int]) -> Sequence[Badge]:
    """Badges with person, company and key, in the order of their references."""
    return db.session.scalars(
        select(Badge).options(*_FULL, joinedload(Badge.key)).where(Badge.id.in_(ids)).order_by(Badge.reference)
    ).all()


@dataclass(frozen=True, slots=True)
class BadgeFilter:
    """What the list of badges shows; empty values mean all. ``printed`` is yes, no or empty, ``key`` the one that signed."""

    text: str = ""
    category: str = ""
    state: str = ""
    printed: str = ""
    key: int | None = None


def badge_list(fair_id: int, wanted: BadgeFilter) -> Select[Any]:
    """The fair's badges with person, company and key; order and page are the caller's.

    The text is looked for in names of person and company, in the reference and in the short code.
    """
    query = (
        select(Badge)
        .join(Badge.person)
        .outerjoin(Badge.company)
        .options(contains_eager(Badge.person), contains_eager(Badge.company), joinedload(Badge.key))
        .where(Badge.fair_id == fair_id)
    )
    if wanted.text:
        folded, capital = fold(wanted.text), wanted.text.strip().upper()
        # Each name is looked for in its own index, and codes only where the text may be a part of one.
        named = Person.folded.contains(folded, autoescape=True)
        people = few(select(Person.id).where(named))
        companies = select(Company.id).where(Company.folded.contains(folded, autoescape=True))
        codes: list[ColumnElement[bool]] = []
        if re.search(r"[\d-]", capital):
            codes.append(Badge.reference.contains(capital, autoescape=True))
        if SHORT_SIGNS.issuperset(prefix := _short_prefix(wanted.text)):
            codes.append(Badge.short_code.startswith(prefix, autoescape=True))
        if people is None:
            query = query.where(or_(named, Badge.company_id.in_(companies), *codes))
        else:
            # Each way by its own index; what few have not by that of the fair, which would be read whole.
            few_have = Badge.person_id.in_(people), Badge.company_id.in_(companies)
            found = [select(Badge.id).where(Badge.fair_id + 0 == fair_id, way) for way in few_have]
            if codes:
                found.append(select(Badge.id).where(Badge.fair_id == fair_id, or_(*codes)))
            query = query.where(Badge.id.in_(union_all(*found)))
    if wanted.category == "importer":
        query = query.where(Badge.category.in_([BadgeCategory.IMPORTER, BadgeCategory.HOSTED]))
    elif wanted.category:
        query = query.where(Badge.category == wanted.category)
    if wanted.state:
        query = query.where(Badge.state == wanted.state)
    if wanted.key is not None:
        query = query.where(Badge.key_id == wanted.key)
    if wanted.printed:
        query = query.where(Badge.printed_at.is_(None) if wanted.printed == "no" else Badge.printed_at.is_not(None))
    return query


def _short_prefix(text: str) -> str:
    """The beginning of a short code as it is stored, however it was typed."""
    try:
        return typed(text)
    except BadCode:
        return text.strip().upper()


def badge_by_reference(fair_id: int, reference: str) -> Badge | None:
    """The fair's badge with this reference, with person, company and key."""
    return db.session.scalar(
        select(Badge)
        .options(*_FULL, joinedload(Badge.key))
        .where(Badge.fair_id == fair_id, Badge.reference == reference)
    )


def badge_counts(fair_id: int) -> dict[str, int]:
    """Valid badges, how many of them are not printed, and revoked ones. One statement."""
    active = Badge.state == BadgeState.ACTIVE
    valid, unprinted, revoked = db.session.execute(
        select(
            func.coalesce(func.sum(case((active, 1), else_=0)), 0),
            func.coalesce(func.sum(case((and_(active, Badge.printed_at.is_(None)), 1), else_=0)), 0),
            func.coalesce(func.sum(case((active, 0), else_=1)), 0),
        ).where(Badge.fair_id == fair_id)
    ).one()
    return {"valid": int(valid), "unprinted": int(unprinted), "revoked": int(revoked)}
