"""Is somebody supported twice? Across fairs, funds and years, by company, person, days and receipts (không trùng lặp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
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
        return _(
            "%(why)s: %(name)s, %(reference)s, %(item)s, %(fair)s, %(from)s–%(to)s, %(amount)s (%(state)s)",
            why=self.kind.label, name=other.title, reference=other.reference, item=other.item, fair=other.fair.name,
            amount=format_money(other.amount), state=other.state.label,
            **{"from": format_date(starts), "to": format_date(ends)},
        )  # fmt: skip


def claim_of(grant: Grant) -> Claim:
    """What a grant is for."""
    return Claim(
        grant.fair_id, grant.rule_code, grant.purpose, grant.period_from or grant.fair.starts_on,
        grant.period_to or grant.fair.ends_on, grant.company, grant.person_id, grant.receipt_sha256,
        grant.ticket_number, grant.id,
    )  # fmt: skip


def same_companies(company: Company) -> Sequence[int]:
    """Keys of all records that are this company or a branch of it: by tax code, or by name without accents and country."""
    return db.session.scalars(select(Company.id).where(_same_company(company))).all()


def _same_company(company: Company) -> ColumnElement[bool]:
    same: list[ColumnElement[bool]] = [Company.id == company.id]
    if company.folded:
        same.append(and_(Company.folded == company.folded, Company.country == company.country))
    if company.tax_code:
        # A branch has the ten digits of its company and three of its own.
        same.append(Company.tax_code.startswith(company.tax_code[:10], autoescape=True))
    return or_(*same)


def find_clashes(claim: Claim) -> list[Clash]:
    """Live grants that may be for the same thing, the newest first; one statement."""
    who: list[ColumnElement[bool]] = []
    if claim.company is not None:
        who.append(Grant.company_id.in_(select(Company.id).where(_same_company(claim.company))))
    if claim.person_id is not None:
        who.append(Grant.person_id == claim.person_id)
    starts, ends = func.coalesce(Grant.period_from, Fair.starts_on), func.coalesce(Grant.period_to, Fair.ends_on)
    at_once = and_(starts <= claim.ends_on, ends >= claim.starts_on)
    same_thing = or_(Grant.rule_code == claim.rule_code, Grant.purpose == claim.purpose)
    fits: list[ColumnElement[bool]] = []
    if who:
        fits.append(and_(or_(*who), same_thing, or_(at_once, Grant.fair_id == claim.fair_id)))
    if claim.receipt_sha256:
        fits.append(Grant.receipt_sha256 == claim.receipt_sha256)
    if claim.ticket_number:
        fits.append(Grant.ticket_number == claim.ticket_number)
    if not fits:
        return []
    query = (
        select(Grant).join(Fair, Fair.id == Grant.fair_id).options(joinedload(Grant.fair))
        .where(Grant.state.in_(LIVE), or_(*fits)).order_by(Grant.id.desc()).limit(20)
    )  # fmt: skip
    if claim.own_id is not None:
        query = query.where(Grant.id != claim.own_id)
    # Two delegates of a company each have a ticket of their own: with a person on both sides, the person counts.
    return [
        Clash(_kind(claim, other), other)
        for other in db.session.scalars(query)
        if not _of_a_colleague(claim, other) or _by_paper(claim, other)
    ]


def _of_a_colleague(claim: Claim, other: Grant) -> bool:
    return claim.person_id is not None and other.person_id is not None and claim.person_id != other.person_id


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
