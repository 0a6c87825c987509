"""Reading contracts: lists, sums in USD, parties at the fair, who took part in what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from fairs.audit.models import AuditEntry
from fairs.badges.errors import OtherFair, UnknownCode
from fairs.badges.models import Badge
from fairs.badges.queries import badge_by_code
from fairs.badges.states import BadgeState
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.contracts.counting import STANDINGS, standing
from fairs.contracts.models import Contract, ContractRevision
from fairs.contracts.states import ContractKind, ContractState, Verification
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.storage import StoredFile
from fairs.core.text import clean, fold
from fairs.core.web import Page, paginate
from fairs.directory.models import Company
from fairs.directory.queries import search_companies
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

#: A deal belongs to a fair when it was signed within so many days of it; beyond, the second person says why.
WINDOW = timedelta(days=30)
AUTHORS = ("contracts.log", "contracts.edit", "contracts.correct", "contracts.move")
SORTS = {"reference": Contract.id, "signed": Contract.signed_on, "value": Contract.usd_minor}

_Exporter, _Importer = aliased(Company), aliased(Company)


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """What a list of contracts shows; ``country`` is the importer's, ``standing`` one of counting.STANDINGS, and the days of
    signature are both inclusive."""

    state: ContractState | None = None
    verification: Verification | None = None
    country: str = ""
    exporter_id: int | None = None
    text: str = ""
    kind: ContractKind | None = None
    standing: str = ""
    signed_from: date | None = None
    signed_to: date | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """How many contracts, their value in USD, and how many of them have no rate yet and are not in the value."""

    count: int = 0
    usd: Money = field(default_factory=lambda: Money(0, "USD"))
    without_rate: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures that are never added up, one for each of counting.STANDINGS."""

    verified: Sum
    mou: Sum
    mou_waiting: Sum
    waiting: Sum
    incomplete: Sum
    leads: Sum
    cancelled_later: Sum
    cancelled: Sum
    part: Sum


@dataclass(frozen=True, slots=True)
class Facts:
    """What the system itself knows about the points of the checklist."""

    lines: Money
    sum_fits: bool
    in_window: bool
    exporter_here: bool
    importer_here: bool


def _filtered(fair_id: int, wanted: ContractFilter) -> Select[Contract]:
    query = (
        select(Contract)
        .join(_Exporter, _Exporter.id == Contract.exporter_id)
        .join(_Importer, _Importer.id == Contract.importer_id)
        .where(Contract.fair_id == fair_id)
    )
    if wanted.state is not None:
        query = query.where(Contract.state == wanted.state)
    if wanted.verification is not None:
        query = query.where(Contract.verification == wanted.verification)
    if wanted.country:
        query = query.where(_Importer.country == wanted.country)
    if wanted.exporter_id is not None:
        query = query.where(Contract.exporter_id == wanted.exporter_id)
    if wanted.kind is not None:
        query = query.where(Contract.kind == wanted.kind)
    if wanted.standing:
        query = query.where(standing() == wanted.standing)
    if wanted.signed_from is not None:
        query = query.where(Contract.signed_on >= wanted.signed_from)
    if wanted.signed_to is not None:
        query = query.where(Contract.signed_on <= wanted.signed_to)
    text = clean(wanted.text)
    if text:
        folded, plain = fold(text), "".join(text.split()).upper()
        query = query.where(
            or_(
                Contract.reference.contains(plain, autoescape=True),
                func.upper(Contract.number).contains(text.upper(), autoescape=True),
                _Exporter.folded.contains(folded, autoescape=True),
                _Importer.folded.contains(folded, autoescape=True),
            )
        )
    return query


def list_contracts(
    fair_id: int, wanted: ContractFilter, *, sort: str = "-reference", cursor: str | None = None, limit: int = 50
) -> Page[Contract]:
    """A page of the fair's contracts; ``sort`` is a key of SORTS, with - for descending."""
    return paginate(contracts_matching(fair_id, wanted), *order_of(sort), limit=limit, cursor=cursor)


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend, for ``sort`` as in list_contracts."""
    column, down = SORTS.get(sort.removeprefix("-"), Contract.id), sort.startswith("-")
    return [(column, down)] if column is Contract.id else [(column, down), (Contract.id, down)]


def contracts_matching(fair_id: int, wanted: ContractFilter) -> Select[Contract]:
    """The fair's contracts that fit the filter, with both parties and the framework."""
    return _filtered(fair_id, wanted).options(
        joinedload(Contract.exporter), joinedload(Contract.importer), joinedload(Contract.parent)
    )


def contracts_page(fair_id: int, *, cursor: str | None, limit: int) -> Page[Contract]:
    """For the API: oldest first, with lines and parties."""
    query = (
        select(Contract)
        .where(Contract.fair_id == fair_id)
        .options(
            joinedload(Contract.exporter),
            joinedload(Contract.importer),
            joinedload(Contract.parent),
            selectinload(Contract.lines),
        )
    )
    return paginate(query, (Contract.id, False), limit=limit, cursor=cursor)


def sums(fair_id: int, wanted: ContractFilter) -> Sums:
    """Values in USD by standing; amounts of different standing are never added. The filter's own standing is left aside, so
    that all of them stay beside one another."""
    kind = standing().label("kind")
    rows = db.session.execute(
        _filtered(fair_id, replace(wanted, standing=""))
        .with_only_columns(
            kind,
            func.count(Contract.id),
            func.coalesce(func.sum(Contract.usd_minor), 0),
            func.count(Contract.id) - func.count(Contract.usd_minor),
        )
        .group_by(kind)
    )
    found = {name: Sum(count, Money(int(usd or 0), "USD"), without) for name, count, usd, without in rows}
    return Sums(**{name: found.get(name, Sum()) for name in STANDINGS})


def contract_by_reference(fair_id: int, reference: str) -> Contract | None:
    """The contract with all that its page shows."""
    return db.session.scalar(
        select(Contract)
        .where(Contract.fair_id == fair_id, Contract.reference == reference)
        .options(
            joinedload(Contract.exporter),
            joinedload(Contract.importer),
            joinedload(Contract.evidence),
            joinedload(Contract.parent),
            selectinload(Contract.lines),
            selectinload(Contract.confirmations),
            selectinload(Contract.signatures),
        )
    )


def contract_with_file(sha256: str, *, but: int | None = None) -> Contract | None:
    """A standing contract whose evidence is this very file."""
    query = (
        select(Contract)
        .join(StoredFile, StoredFile.id == Contract.evidence_id)
        .where(StoredFile.sha256 == sha256, Contract.state != ContractState.CANCELLED)
        .order_by(Contract.id)
        .limit(1)
    )
    return db.session.scalars(query if but is None else query.where(Contract.id != but)).first()


def version(contract: Contract) -> int:
    """Grows with every act upon the contract: what somebody was shown can be told from what it is now."""
    found = db.session.scalar(
        select(func.max(AuditEntry.id)).where(
            AuditEntry.subject_type == "Contract", AuditEntry.subject_id == contract.id
        )
    )
    return int(found or 0)


def authors(contract: Contract) -> frozenset[int]:
    """Users who logged, changed or moved the contract, and those in whose place they did: none of them verifies it."""
    rows = db.session.execute(
        select(AuditEntry.actor_id, AuditEntry.for_id).where(
            AuditEntry.subject_type == "Contract", AuditEntry.subject_id == contract.id, AuditEntry.action.in_(AUTHORS)
        )
    )
    users = {contract.logged_by_id, contract.logged_for_id, *(user for pair in rows for user in pair)}
    return frozenset(user for user in users if user is not None)


def has_author(users: Any) -> ColumnElement[bool]:
    """The condition that one of ``users`` (an expression for IN) is among the contract's :func:`authors`."""
    acted = (
        exists()
        .where(
            AuditEntry.subject_type == "Contract",
            AuditEntry.subject_id == Contract.id,
            AuditEntry.action.in_(AUTHORS),
            or_(AuditEntry.actor_id.in_(users), AuditEntry.for_id.in_(users)),
        )
        .correlate(Contract)
    )
    # A column without a value must say no, or NOT would say neither.
    logged = func.coalesce(Contract.logged_by_id, 0).in_(users) | func.coalesce(Contract.logged_for_id, 0).in_(users)
    return or_(logged, acted)


def facts(contract: Contract, fair: Fair) -> Facts:
    """What is known about the points that the second person checks."""
    total = Money(sum(line.amount_minor for line in contract.lines), contract.currency)
    return Facts(
        lines=total,
        sum_fits=total == contract.value,
        in_window=fair.starts_on - WINDOW <= contract.signed_on <= fair.ends_on + WINDOW,
        exporter_here=_here(fair.id, contract.exporter_id),
        importer_here=_here(fair.id, contract.importer_id),
    )


def _here(fair_id: int, company_id: int) -> bool:
    """Whether the company takes part in the fair: accepted exhibitor, approved importer, or somebody with a badge."""
    queries = (
        select(Exhibitor.id).where(
            Exhibitor.fair_id == fair_id,
            Exhibitor.company_id == company_id,
            Exhibitor.state == ExhibitorState.ACCEPTED,
        ),
        select(Importer.id).where(
            Importer.fair_id == fair_id, Importer.company_id == company_id, Importer.state == ImporterState.APPROVED
        ),
        select(Badge.id).where(
            Badge.fair_id == fair_id, Badge.company_id == company_id, Badge.state == BadgeState.ACTIVE
        ),
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in queries)


def booths_of(fair_id: int, company_ids: Iterable[int | None]) -> dict[int | None, list[str]]:
    """Codes of the booths that each company has at the fair, by company."""
    rows = db.session.execute(
        select(Exhibitor.company_id, Booth.code)
        .join(BoothBooking, BoothBooking.exhibitor_id == Exhibitor.id)
        .join(Booth, Booth.id == BoothBooking.booth_id)
        .where(
            Exhibitor.fair_id == fair_id,
            Exhibitor.company_id.in_([i for i in company_ids if i is not None]),
            BoothBooking.state.in_([BookingState.RESERVED, BookingState.CONFIRMED]),
        )
        .order_by(Booth.code)
    )
    found: dict[int | None, list[str]] = {}
    for company_id, code in rows:
        found.setdefault(company_id, []).append(code)
    return found


def find_parties(fair_id: int, text: str, *, domestic: bool, limit: int = 8) -> Sequence[Company]:
    """Companies by a scanned badge, a reference of the fair (badge, exhibitor, importer), a booth, or a search."""
    text = clean(text)
    if not text:
        return []
    company = _by_code(fair_id, text)
    if company is not None:
        return [company]
    return search_companies(text, domestic=domestic, limit=limit)


def _by_code(fair_id: int, text: str) -> Company | None:
    try:
        badge = badge_by_code(fair_id, text)
        return badge.company
    except (UnknownCode, OtherFair):
        pass
    if len(text) > 20:
        return None
    code = text.upper()
    queries = (
        select(Company).join(Exhibitor, Exhibitor.company_id == Company.id).where(Exhibitor.reference == code, Exhibitor.fair_id == fair_id),
        select(Company).join(Importer, Importer.company_id == Company.id).where(Importer.reference == code, Importer.fair_id == fair_id),
        select(Company).join(Badge, Badge.company_id == Company.id).where(Badge.reference == code, Badge.fair_id == fair_id),
        select(Company)
        .join(Exhibitor, Exhibitor.company_id == Company.id)
        .join(BoothBooking, BoothBooking.exhibitor_id == Exhibitor.id)
        .join(Booth, Booth.id == BoothBooking.booth_id)
        .where(
            Booth.fair_id == fair_id,
            Booth.code == code,
            BoothBooking.state.in_([BookingState.RESERVED, BookingState.CONFIRMED]),
        ),
    )  # fmt: skip
    return next((found for query in queries if (found := db.session.scalars(query.limit(1)).first())), None)


def importer_countries(fair_id: int) -> list[str]:
    """Countries of the importers of the fair's contracts."""
    query = (
        select(Company.country).join(Contract, Contract.importer_id == Company.id).where(Contract.fair_id == fair_id)
    )
    return sorted(db.session.scalars(query.distinct()))


def standings_of(contracts: Iterable[Contract]) -> dict[int, str]:
    """Which of counting.STANDINGS each contract has, by its id; in one query."""
    ids = [contract.id for contract in contracts]
    rows = db.session.execute(select(Contract.id, standing()).where(Contract.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def revisions_of(contract: Contract) -> Sequence[ContractRevision]:
    """What was verified before, newest first."""
    return db.session.scalars(
        select(ContractRevision)
        .where(ContractRevision.contract_id == contract.id)
        .options(joinedload(ContractRevision.evidence))
        .order_by(ContractRevision.number.desc())
    ).all()


def revision_of(contract: Contract, number: int) -> ContractRevision | None:
    """One of :func:`revisions_of`."""
    return db.session.scalar(
        select(ContractRevision).where(
            ContractRevision.contract_id == contract.id, ContractRevision.number == min(number, 2**31 - 1)
        )
    )


def exporters(fair_id: int) -> Sequence[Company]:
    """Companies that export under the fair's contracts, by name."""
    wanted = select(Contract.exporter_id).where(Contract.fair_id == fair_id)
    return db.session.scalars(select(Company).where(Company.id.in_(wanted)).order_by(Company.folded, Company.id)).all()
