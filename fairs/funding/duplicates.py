"""Is somebody supported twice? Across fairs, funds, years and offices, by company, person, passport, days and receipts
(không trùng lặp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.core.i18n import format_date, format_money
from fairs.directory.models import Company
from fairs.funding.external import external_matches
from fairs.funding.external_models import ExternalSupport
from fairs.funding.models import Grant
from fairs.funding.states import LIVE, ClashKind, Purpose
from fairs.identity.models import TravelDocument


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
    passport_digest: str = ""
    own_id: int | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Another grant, or a line of another office's list, that may be for the same thing, and why."""

    kind: ClashKind
    grant: Grant | None = None
    external: ExternalSupport | None = None

    @property
    def key(self) -> tuple[int | None, int | None]:
        """The keys of the grant and of the line: one of them is None."""
        return (self.grant.id if self.grant else None, self.external.id if self.external else None)

    @property
    def name(self) -> str:
        """The reference of the grant, or the office whose list it is."""
        if self.grant is not None:
            return self.grant.reference
        return self.external.office if self.external is not None else ""

    @property
    def text(self) -> str:
        """What, where, when and how much, in the reader's language."""
        other = self.grant
        if other is None:
            return self._listed()
        starts = other.period_from or other.fair.starts_on
        ends = other.period_to or other.fair.ends_on
        words: str = _(
            "%(why)s: %(name)s, %(reference)s, %(item)s, %(fair)s, %(from)s–%(to)s, %(amount)s (%(state)s)",
            why=self.kind.label, name=other.title, reference=other.reference, item=other.item, fair=other.fair.name,
            amount=format_money(other.amount), state=other.state.label,
            **{"from": format_date(starts), "to": format_date(ends)},
        )  # fmt: skip
        return words

    def _listed(self) -> str:
        line = self.external
        if line is None:
            return str(self.kind.label)
        days = "–".join(format_date(day) for day in (line.starts_on, line.ends_on) if day is not None)
        amount = format_money(line.amount) if line.amount is not None else ""
        parts = (line.name, line.office, line.purpose, days, amount, line.decision_number)
        return f"{self.kind.label}: {', '.join(part for part in parts if part)}"


def digest_of(person_id: int) -> str:
    """The digest of a person's passport; empty without one."""
    found = select(TravelDocument.number_digest).where(TravelDocument.person_id == person_id)
    return db.session.scalar(found) or ""


def claim_of(grant: Grant) -> Claim:
    """What a grant is for."""
    return Claim(
        grant.fair_id, grant.rule_code, grant.purpose, grant.period_from or grant.fair.starts_on,
        grant.period_to or grant.fair.ends_on, grant.company, grant.person_id, grant.receipt_sha256,
        grant.ticket_number, grant.passport_digest, grant.id,
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
    """The same for many claims, in a few statements however many they are.

    Only a claim that a line of another office's list may be about costs two more.
    """
    listed = _listed(claims)
    return [[*ours, *theirs] for ours, theirs in zip(_among_grants(claims), listed, strict=True)]


def _listed(claims: Sequence[Claim]) -> list[list[Clash]]:
    if not db.session.scalar(select(exists().where(ExternalSupport.id > 0))):
        return [[] for _ in claims]
    found: list[list[Clash]] = []
    for claim in claims:
        lines = external_matches(
            claim.company, claim.person_id, claim.passport_digest, claim.ticket_number, claim.receipt_sha256,
            claim.starts_on, claim.ends_on,
        )  # fmt: skip
        found.append([Clash(ClashKind.EXTERNAL, external=line) for line in lines])
    return found


def _among_grants(claims: Sequence[Claim]) -> list[list[Clash]]:
    companies = [claim.company for claim in claims if claim.company is not None]
    same = _same(companies) if companies else {}
    people = {claim.person_id for claim in claims if claim.person_id is not None}
    others: list[ColumnElement[bool]] = []
    if same:
        others.append(Grant.company_id.in_({key for keys in same.values() for key in keys}))
    if people:
        others.append(Grant.person_id.in_(people))
    if passports := {claim.passport_digest for claim in claims if claim.passport_digest}:
        others.append(Grant.passport_digest.in_(passports))
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
    of_person = _is_person(claim, other)
    # Two delegates of a company each have a ticket of their own: with a person on both sides, the person counts.
    colleague = claim.person_id is not None and other.person_id is not None and not of_person
    if colleague or not (of_company or of_person):
        return False
    starts, ends = other.period_from or other.fair.starts_on, other.period_to or other.fair.ends_on
    at_once = starts <= claim.ends_on and ends >= claim.starts_on
    same_thing = other.rule_code == claim.rule_code or other.purpose is claim.purpose
    return same_thing and (at_once or other.fair_id == claim.fair_id)


def _is_person(claim: Claim, other: Grant) -> bool:
    """The same record, or the same passport under two names."""
    same_passport = bool(claim.passport_digest) and claim.passport_digest == other.passport_digest
    return same_passport or (claim.person_id is not None and other.person_id == claim.person_id)


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
    if claim.passport_digest and claim.passport_digest == other.passport_digest and claim.person_id != other.person_id:
        return ClashKind.PASSPORT
    if claim.rule_code != other.rule_code:
        return ClashKind.SAME_COST
    return ClashKind.SAME_FAIR if claim.fair_id == other.fair_id else ClashKind.SAME_TIME
