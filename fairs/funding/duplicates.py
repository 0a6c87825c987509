"""Is somebody supported twice? Across fairs, funds and years, by company, person, days and receipts (không trùng lặp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.core.i18n import format_date, format_money
from fairs.directory.models import Company
from fairs.funding.models import Grant
from fairs.funding.states import LIVE, ClashKind, Purpose


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody would be supported for. Days are whole days; ``own_id`` is the grant itself, once there is one."""

    fair_id: int
    rule_code: str
    purpose: Purpose
    starts_on: date
    ends_on: date
    company: Company | None = None
    person_id: int | None = None
    receipt_sha256: str = ""
    ticket_number: str = ""
    own_id: int | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Another grant that may be for the same thing, and why."""

    kind: ClashKind
    grant: Grant

    @property
    def text(self) -> str:
        """What, where, when and how much, in the reader's language."""
        other = self.grant
        starts = other.period_from or other.fair.starts_on
        ends = other.period_to or other.fair.ends_on
        words: str = _(
            "%(why)s: %(name)s, %(reference)s, %(item)s, %(fair)s, %(from)s–%(to)s, %(amount)s (%(state)s)",
            why=self.kind.label, name=other.title, reference=other.reference, item=other.item, fair=other.fair.name,
            amount=format_money(other.amount), state=other.state.label,
            **{"from": format_date(starts), "to": format_date(ends)},
        )  # fmt: skip
        return words


def claim_of(grant: Grant) -> Claim:
    """What a grant is for."""
    return Claim(
        grant.fair_id, grant.rule_code, grant.purpose, grant.period_from or grant.fair.starts_on,
        grant.period_to or grant.fair.ends_on, grant.company, grant.person_id, grant.receipt_sha256,
        grant.ticket_number, grant.id,
    )  # fmt: skip


def same_companies(company: Company) -> Sequence[int]:
    """Keys of all records that are this company or a branch of it: by tax code, or by name without accents and country."""
    return sorted(_same([company])[company.id])


def _same(companies: Sequence[Company]) -> dict[int, set[int]]:
    """For each company the keys of all its records; one statement for all."""
    # A branch has the ten digits of its company and three of its own.
    taxes = {one.tax_code[:10] for one in companies if one.tax_code}
    rows = db.session.execute(
        select(Company.id, Company.folded, Company.country, Company.tax_code).where(
            or_(
                Company.id.in_([one.id for one in companies]),
                Company.folded.in_([one.folded for one in companies if one.folded]),
                *(Company.tax_code.startswith(tax, autoescape=True) for tax in taxes),
            )
        )
    ).all()
    found: dict[int, set[int]] = {}
    for one in companies:
        tax = (one.tax_code or "")[:10]
        found[one.id] = {one.id} | {
            key
            for key, folded, country, other in rows
            if (folded and folded == one.folded and country == one.country) or (tax and (other or "")[:10] == tax)
        }
    return found


def find_clashes(claim: Claim) -> list[Clash]:
    """Live grants that may be for the same thing, the newest first."""
    return find_all_clashes([claim])[0]


def find_all_clashes(claims: Sequence[Claim]) -> list[list[Clash]]:
    """The same for many claims, in two statements however many they are."""
    companies = [claim.company for claim in claims if claim.company is not None]
    same = _same(companies) if companies else {}
    people = {claim.person_id for claim in claims if claim.person_id is not None}
    others: list[ColumnElement[bool]] = []
    if same:
        others.append(Grant.company_id.in_({key for keys in same.values() for key in keys}))
    if people:
        others.append(Grant.person_id.in_(people))
    if receipts := {claim.receipt_sha256 for claim in claims if claim.receipt_sha256}:
        others.append(Grant.receipt_sha256.in_(receipts))
    if tickets := {claim.ticket_number for claim in claims if claim.ticket_number}:
        others.append(Grant.ticket_number.in_(tickets))
    if not others:
        return [[] for _ in claims]
    query = select(Grant).options(joinedload(Grant.fair)).where(Grant.state.in_(LIVE), or_(*others))
    grants = db.session.scalars(query.order_by(Grant.id.desc())).all()
    return [[Clash(_kind(claim, one), one) for one in grants if _clashes(claim, one, same)] for claim in claims]


def _clashes(claim: Claim, other: Grant, same: dict[int, set[int]]) -> bool:
    if other.id == claim.own_id:
        return False
    if _by_paper(claim, other):
        return True
    of_company = claim.company is not None and other.company_id in same[claim.company.id]
    of_person = claim.person_id is not None and other.person_id == claim.person_id
    # Two delegates of a company each have a ticket of their own: with a person on both sides, the person counts.
    colleague = claim.person_id is not None and other.person_id is not None and not of_person
    if colleague or not (of_company or of_person):
        return False
    starts, ends = other.period_from or other.fair.starts_on, other.period_to or other.fair.ends_on
    at_once = starts <= claim.ends_on and ends >= claim.starts_on
    same_thing = other.rule_code == claim.rule_code or other.purpose is claim.purpose
    return same_thing and (at_once or other.fair_id == claim.fair_id)


def _by_paper(claim: Claim, other: Grant) -> bool:
    return bool(
        (claim.receipt_sha256 and claim.receipt_sha256 == other.receipt_sha256)
        or (claim.ticket_number and claim.ticket_number == other.ticket_number)
    )


def _kind(claim: Claim, other: Grant) -> ClashKind:
    if claim.receipt_sha256 and claim.receipt_sha256 == other.receipt_sha256:
        return ClashKind.RECEIPT
    if claim.ticket_number and claim.ticket_number == other.ticket_number:
        return ClashKind.TICKET
    if claim.rule_code != other.rule_code:
        return ClashKind.SAME_COST
    return ClashKind.SAME_FAIR if claim.fair_id == other.fair_id else ClashKind.SAME_TIME
