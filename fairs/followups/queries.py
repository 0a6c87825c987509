"""Reading the follow-up: whom to ask, what the parties say, which value counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from fairs.contracts.models import Contract
from fairs.contracts.states import ContractState
from fairs.core.db import db
from fairs.core.text import clean, fold
from fairs.directory.models import Company, Membership
from fairs.exhibitors.models import Exhibitor
from fairs.followups.models import FollowUp, FollowUpDecision
from fairs.followups.states import FollowUpState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

_Exporter, _Importer = aliased(Company), aliased(Company)
_ANSWERED = FollowUpState.ANSWERED


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom we ask on one side of a contract, and in which language."""

    name: str
    email: str
    phone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts after so many months, in minor units of the contract's currency; None where nobody answered.

    Where both parties answered the lower value counts, until a clerk decides. ``differs``: they do not say the same;
    ``open``: and nobody has decided.
    """

    answers: int
    shipped_minor: int | None = None
    paid_minor: int | None = None
    failed: bool = False
    differs: bool = False
    decided: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether a clerk has to decide between the two answers."""
        return self.differs and not self.decided


def counted(rows: Iterable[FollowUp], decision: FollowUpDecision | None) -> Counted:
    """What counts, from the questions of one contract and month to both sides."""
    answered = [row for row in rows if row.state is _ANSWERED]
    if not answered:
        return Counted(0)
    shipped, paid = [row.shipped_minor or 0 for row in answered], [row.paid_minor or 0 for row in answered]
    failed = [row.outcome == "failed" for row in answered]
    differs = len(set(shipped)) > 1 or len(set(paid)) > 1 or len(set(failed)) > 1
    values = (decision.shipped_minor, decision.paid_minor) if decision is not None else (min(shipped), min(paid))
    reasons = tuple(dict.fromkeys(reason for row in answered for reason in row.reasons))
    return Counted(len(answered), *values, any(failed), differs, decision is not None, reasons)


def usd_cents(minor: int | None, contract_minor: int, contract_usd: int | None) -> int | None:
    """An amount in the contract's currency in US cents by the contract's frozen rate, rounded half up; None without a rate."""
    if minor is None or contract_usd is None or not contract_minor:
        return None
    return (2 * minor * contract_usd + contract_minor) // (2 * contract_minor)


def suggested_state(contract: Contract, found: Counted) -> ContractState | None:
    """What the contract's status should become after these answers; None when it fits already. A clerk clicks."""
    if not found.answers or contract.state not in {
        ContractState.SIGNED, ContractState.PART_SHIPPED, ContractState.SHIPPED
    }:  # fmt: skip
        return None
    shipped, paid = found.shipped_minor or 0, found.paid_minor or 0
    if found.failed and not shipped and not paid:
        target = ContractState.CANCELLED
    elif shipped >= contract.value_minor:
        target = ContractState.PAID if paid >= contract.value_minor else ContractState.SHIPPED
    elif shipped:
        target = ContractState.PART_SHIPPED
    else:
        return None
    if target is ContractState.PAID and contract.state is ContractState.PART_SHIPPED:
        target = ContractState.SHIPPED  # step by step
    return target if contract.may_move_to(target) else None


def contacts_of(rows: Sequence[FollowUp]) -> dict[int, Contact]:
    """Whom we ask, by the question's id: the contact at the fair, else what the directory knows of the company."""
    pairs = {(row.fair_id, row.party.id) for row in rows}
    exhibitors = {
        (one.fair_id, one.company_id): one
        for one in db.session.scalars(
            select(Exhibitor).where(tuple_(Exhibitor.fair_id, Exhibitor.company_id).in_(pairs))
        )
    }
    importers: dict[tuple[int, int], Importer] = {}
    for one in db.session.scalars(
        select(Importer)
        .where(tuple_(Importer.fair_id, Importer.company_id).in_(pairs))
        .options(joinedload(Importer.person))
        .order_by(Importer.state != ImporterState.APPROVED, Importer.id)
    ):
        importers.setdefault((one.fair_id, one.company_id), one)
    return {row.id: _contact(row, exhibitors, importers) for row in rows}


def _contact(
    row: FollowUp,
    exhibitors: dict[tuple[int, int], Exhibitor],
    importers: dict[tuple[int, int], Importer],
) -> Contact:
    company = row.party
    exhibitor, guest = exhibitors.get((row.fair_id, company.id)), importers.get((row.fair_id, company.id))
    if row.side == "importer" and guest is not None:
        person = guest.person
        return Contact(
            person.display_name, person.email or company.email, person.phone or company.phone, guest.locale or "en"
        )
    if exhibitor is not None:
        return Contact(
            exhibitor.contact_name or company.name, exhibitor.contact_email or company.email,
            exhibitor.contact_phone or company.phone, exhibitor.locale or "vi",
        )  # fmt: skip
    return Contact(company.name, company.email, company.phone, "vi" if company.is_domestic else "en")


@dataclass(frozen=True, slots=True)
class FollowUpFilter:
    """What the list shows; ``due``: only what should have been asked by now."""

    state: FollowUpState | None = None
    month: int | None = None
    side: str = ""
    text: str = ""


def follow_ups_matching(fair_id: int, wanted: FollowUpFilter) -> Select[FollowUp]:
    """The fair's questions that fit, with contract and parties."""
    query = (
        select(FollowUp)
        .join(Contract, Contract.id == FollowUp.contract_id)
        .join(_Exporter, _Exporter.id == Contract.exporter_id)
        .join(_Importer, _Importer.id == Contract.importer_id)
        .where(FollowUp.fair_id == fair_id)
        .options(
            joinedload(FollowUp.contract).joinedload(Contract.exporter),
            joinedload(FollowUp.contract).joinedload(Contract.importer),
        )
    )
    if wanted.state is not None:
        query = query.where(FollowUp.state == wanted.state)
    if wanted.month:
        query = query.where(FollowUp.month == wanted.month)
    if wanted.side:
        query = query.where(FollowUp.side == wanted.side)
    text = clean(wanted.text)
    if text:
        folded = fold(text)
        query = query.where(
            or_(
                Contract.reference.contains("".join(text.split()).upper(), autoescape=True),
                and_(FollowUp.side == "exporter", _Exporter.folded.contains(folded, autoescape=True)),
                and_(FollowUp.side == "importer", _Importer.folded.contains(folded, autoescape=True)),
            )
        )
    return query


def follow_ups_of(contract_id: int) -> Sequence[FollowUp]:
    """All questions about a contract, by month and side."""
    return db.session.scalars(
        select(FollowUp)
        .where(FollowUp.contract_id == contract_id)
        .options(
            joinedload(FollowUp.contract).joinedload(Contract.exporter),
            joinedload(FollowUp.contract).joinedload(Contract.importer),
        )
        .order_by(FollowUp.month, FollowUp.side)
    ).all()


def decisions_of(contract_id: int) -> dict[int, FollowUpDecision]:
    """The clerk's decisions about a contract, by month."""
    rows = db.session.scalars(select(FollowUpDecision).where(FollowUpDecision.contract_id == contract_id))
    return {row.month: row for row in rows}


def own_follow_ups(user_id: int) -> Select[FollowUp]:
    """The questions to the companies that the user acts for, which were asked or answered."""
    companies = select(Membership.company_id).where(Membership.user_id == user_id)
    side_is_theirs = or_(
        and_(FollowUp.side == "exporter", Contract.exporter_id.in_(companies)),
        and_(FollowUp.side == "importer", Contract.importer_id.in_(companies)),
    )
    return (
        select(FollowUp)
        .join(Contract, Contract.id == FollowUp.contract_id)
        .where(
            side_is_theirs,
            FollowUp.state.in_((FollowUpState.ASKED, FollowUpState.ANSWERED, FollowUpState.NO_ANSWER)),
            Contract.state != ContractState.CANCELLED,
            Contract.merged_into_id.is_(None),
        )
        .options(
            joinedload(FollowUp.contract).joinedload(Contract.exporter),
            joinedload(FollowUp.contract).joinedload(Contract.importer),
        )
        .order_by(FollowUp.state != FollowUpState.ASKED, FollowUp.due_on.desc(), FollowUp.id)
    )


def undecided() -> ColumnElement[bool]:
    """The exporter's answer where the importer says something else and nobody has decided."""
    other = aliased(FollowUp)
    differs = or_(
        other.shipped_minor != FollowUp.shipped_minor,
        other.paid_minor != FollowUp.paid_minor,
        and_(other.outcome == "failed", FollowUp.outcome != "failed"),
        and_(other.outcome != "failed", FollowUp.outcome == "failed"),
    )
    disagrees = (
        select(other.id)
        .where(
            other.contract_id == FollowUp.contract_id, other.month == FollowUp.month, other.side == "importer",
            other.state == _ANSWERED, differs,
        )
        .exists()
    )  # fmt: skip
    decided = (
        select(FollowUpDecision.id)
        .where(FollowUpDecision.contract_id == FollowUp.contract_id, FollowUpDecision.month == FollowUp.month)
        .exists()
    )
    return and_(FollowUp.side == "exporter", FollowUp.state == _ANSWERED, disagrees, ~decided)
