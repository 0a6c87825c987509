"""Is somebody supported twice? Across fairs, funds, years and offices, by company, person, passport, days and receipts
(không trùng lặp)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.core.i18n import format_date, format_money
from fairs.directory.models import Company
from fairs.funding.external import Asked, ListedSupport
from fairs.funding.external_models import ExternalSupport
from fairs.funding.models import Grant
from fairs.funding.states import LIVE, ClashKind, Purpose
from fairs.identity.models import TravelDocument


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody would be supported for. Days are whole days; ``own_id`` is the grant itself, once there is one.

    ``subject`` is whose support it is, as on the grant: papers that are kept for it elsewhere are its own.
    """

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
    subject: tuple[str, int] = ("", 0)


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
    pool = _together.get()
    known = pool.digests if pool is not None and person_id in pool.digests else digests_of([person_id])
    return known[person_id]


def digests_of(person_ids: Collection[int]) -> dict[int, str]:
    """The same for many, each with an entry; one statement."""
    query = select(TravelDocument.person_id, TravelDocument.number_digest)
    found = dict(db.session.execute(query.where(TravelDocument.person_id.in_(person_ids))).all())
    return {key: found.get(key, "") for key in person_ids}


def claim_of(grant: Grant) -> Claim:
    """What a grant is for."""
    return Claim(
        grant.fair_id, grant.rule_code, grant.purpose, grant.period_from or grant.fair.starts_on,
        grant.period_to or grant.fair.ends_on, grant.company, grant.person_id, grant.receipt_sha256,
        grant.ticket_number, grant.passport_digest, grant.id, (grant.subject_type, grant.subject_id),
    )  # fmt: skip


def same_companies(company: Company) -> Sequence[int]:
    """Keys of all records that are this company or a branch of it: by tax code, or by name without accents and country."""
    pool = _together.get()
    known = pool.same if pool is not None and company.id in pool.same else _same([company])
    return sorted(known[company.id])


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
    """The same for many claims: a constant number of statements however many they are, none inside ``read_together``."""
    pool = _together.get()
    if pool is None or not pool.covers(claims):
        pool = Pool.of(claims)
    return [pool.clashes(claim) for claim in claims]


@dataclass(slots=True)
class Pool:
    """All supports that may be the same as any of some claims, read at once: a constant number of statements."""

    asked: list[set[Any]]  # companies, people, passports, receipts, tickets that it was read for
    same: dict[int, set[int]]
    digests: dict[int, str]
    grants: list[Grant]
    papers: dict[
        tuple[str, int, Purpose], tuple[set[str], set[str]]
    ]  # receipts and tickets kept for a subject elsewhere
    listed: ListedSupport

    @classmethod
    def of(cls, claims: Sequence[Claim], digests: Mapping[int, str] | None = None) -> Pool:
        """Read for these claims; ``digests`` of passports by person, as ``digests_of`` gave them, are kept for the check."""
        asked = _keys_of(claims)
        _companies, persons, passports, receipts, tickets = asked
        companies = [claim.company for claim in claims if claim.company is not None]
        same = _same(companies) if companies else {}
        others: list[ColumnElement[bool]] = [
            column.in_(values)
            for column, values in (
                (Grant.company_id, {key for keys in same.values() for key in keys}), (Grant.person_id, persons),
                (Grant.passport_digest, passports), (Grant.receipt_sha256, receipts), (Grant.ticket_number, tickets),
            )
            if values
        ]  # fmt: skip
        papers: dict[tuple[str, int, Purpose], tuple[set[str], set[str]]] = {}
        for paper in (
            (paper for source in _papers for paper in source(receipts, tickets)) if receipts or tickets else ()
        ):
            kept = papers.setdefault((paper.subject_type, paper.subject_id, paper.purpose), (set(), set()))
            kept[0].add(paper.receipt_sha256)
            kept[1].add(paper.ticket_number)
        for kind in sorted({key[0] for key in papers}):
            others.append(
                and_(Grant.subject_type == kind, Grant.subject_id.in_({k[1] for k in papers if k[0] == kind}))
            )
        grants: list[Grant] = []
        if others:
            query = select(Grant).options(joinedload(Grant.fair)).where(Grant.state.in_(LIVE), or_(*others))
            grants = list(db.session.scalars(query.order_by(Grant.id.desc())))
        listed = ListedSupport.of([as_asked(claim) for claim in claims])
        return cls(asked, same, dict(digests or {}), grants, papers, listed)

    def covers(self, claims: Sequence[Claim]) -> bool:
        """Whether it was read for all that these ask."""
        return all(wanted <= known for wanted, known in zip(_keys_of(claims), self.asked, strict=True))

    def clashes(self, claim: Claim) -> list[Clash]:
        """What may be the same as a claim: grants, the newest first, then lines of other offices' lists."""
        ours = [
            Clash(_kind(claim, one, self._kept(claim, one)), one)
            for one in self.grants
            if one.state in LIVE and _clashes(claim, one, self.same, self._kept(claim, one))
        ]
        return ours + [Clash(ClashKind.EXTERNAL, external=line) for line in self.listed.matches(as_asked(claim))]

    def _kept(self, claim: Claim, other: Grant) -> tuple[set[str], set[str]]:
        """Receipts and tickets that prove another grant: its own, and those that the features above keep for its subject."""
        receipts, tickets = {other.receipt_sha256} - {""}, {other.ticket_number} - {""}
        if (other.subject_type, other.subject_id) != claim.subject:
            more = self.papers.get((other.subject_type, other.subject_id, other.purpose), (set(), set()))
            receipts, tickets = (receipts | more[0]) - {""}, (tickets | more[1]) - {""}
        return receipts, tickets

    def add(self, grant: Grant) -> None:
        """A grant that was proposed since."""
        self.grants.insert(0, grant)


def _keys_of(claims: Sequence[Claim]) -> list[set[Any]]:
    return [
        {claim.company.id for claim in claims if claim.company is not None},
        {claim.person_id for claim in claims if claim.person_id is not None},
        {claim.passport_digest for claim in claims} - {""},
        {claim.receipt_sha256 for claim in claims} - {""},
        {claim.ticket_number for claim in claims} - {""},
    ]


def as_asked(claim: Claim) -> Asked:
    """What the lists of other offices are asked for."""
    return Asked(
        claim.company, claim.person_id, claim.passport_digest, claim.ticket_number, claim.receipt_sha256, claim.starts_on,
        claim.ends_on,
    )  # fmt: skip


_together: ContextVar[Pool | None] = ContextVar("supports_read_together", default=None)


@contextmanager
def read_together(pool: Pool) -> Iterator[Pool]:
    """Inside, the check asks this pool instead of the database: for many rows in one transaction or preview.

    What is proposed meanwhile is added; what others propose meanwhile is seen by their own check, and again before a commitment.
    """
    token = _together.set(pool)
    try:
        yield pool
    finally:
        _together.reset(token)


def note_proposed(grant: Grant) -> None:
    """A grant was proposed: the pool in use knows it from now on."""
    if (pool := _together.get()) is not None:
        pool.add(grant)


# --- papers of the features above ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt (file hash) or ticket number that a feature above keeps as proof of a subject's support."""

    subject_type: str
    subject_id: int
    purpose: Purpose
    receipt_sha256: str = ""
    ticket_number: str = ""


Papers = Callable[[Collection[str], Collection[str]], Iterable[Paper]]
_papers: list[Papers] = []


def register_papers(source: Papers) -> None:
    """Say which of some receipts and tickets a feature above keeps; a constant number of statements."""
    if source not in _papers:
        _papers.append(source)


# --- the rules -------------------------------------------------------------------------------------------------------


def _clashes(claim: Claim, other: Grant, same: dict[int, set[int]], kept: tuple[set[str], set[str]]) -> bool:
    if other.id == claim.own_id:
        return False
    if claim.receipt_sha256 in kept[0] or claim.ticket_number in kept[1]:
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


def _kind(claim: Claim, other: Grant, kept: tuple[set[str], set[str]]) -> ClashKind:
    if claim.receipt_sha256 in kept[0]:
        return ClashKind.RECEIPT
    if claim.ticket_number in kept[1]:
        return ClashKind.TICKET
    if claim.passport_digest and claim.passport_digest == other.passport_digest and claim.person_id != other.person_id:
        return ClashKind.PASSPORT
    if claim.rule_code != other.rule_code:
        return ClashKind.SAME_COST
    return ClashKind.SAME_FAIR if claim.fair_id == other.fair_id else ClashKind.SAME_TIME
