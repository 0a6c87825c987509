"""Reading claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from fairs.checkin.models import Visit
from fairs.claims.models import Charge, Claim, ClaimFile, ClaimLine, ClaimPayment, ClaimRules, ClaimTransfer
from fairs.claims.states import WITH_GUEST, ChargeState, ClaimState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.funding.external import Asked, external_matches
from fairs.funding.models import Grant
from fairs.funding.states import LIVE
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED, SupportTier

S = ClaimState


def rules_of(fair_id: int) -> ClaimRules:
    """What the fair asks of its guests; the defaults where nobody has set it."""
    found = db.session.scalar(select(ClaimRules).where(ClaimRules.fair_id == fair_id))
    return found or ClaimRules(
        fair_id=fair_id, check_in_days=2, meetings=5, days_to_claim=30, remind_before=7, review_days=10
    )


def _whole(query: Select[Claim]) -> Select[Claim]:
    return query.options(
        joinedload(Claim.hosting), joinedload(Claim.importer), joinedload(Claim.company), joinedload(Claim.person),
        joinedload(Claim.survey), selectinload(Claim.files), selectinload(Claim.lines), selectinload(Claim.meetings),
        selectinload(Claim.waivers), selectinload(Claim.clashes), selectinload(Claim.charges),
        selectinload(Claim.payments).joinedload(ClaimPayment.transfer),
    )  # fmt: skip


def claim_of(importer_id: int) -> Claim | None:
    """The claim of an importer, with all that belongs to it."""
    return db.session.scalar(_whole(select(Claim)).where(Claim.importer_id == importer_id))


def claim_by_reference(fair_id: int, reference: str) -> Claim:
    """The claim with this number and all that belongs to it; raises NotFound, also for one of another fair."""
    found = db.session.scalar(_whole(select(Claim)).where(Claim.fair_id == fair_id, Claim.reference == reference))
    if found is None:
        raise NotFound
    return found


def locked(claim: Claim) -> Claim:
    """The claim's row, read again under its lock. Inside transaction()."""
    return db.session.scalars(
        select(Claim).where(Claim.id == claim.id).with_for_update(of=Claim).execution_options(populate_existing=True)
    ).one()


def check_in_days(claim: Claim) -> Sequence[date]:
    """The days on which the guest was checked in at the fair."""
    return db.session.scalars(
        select(Visit.day).where(Visit.fair_id == claim.fair_id, Visit.person_id == claim.person_id).order_by(Visit.day)
    ).all()


@dataclass(frozen=True, slots=True)
class Earlier:
    """Where a paper or ticket number was used before."""

    reference: str
    what: str
    name: str


def used_before(claim: Claim, *, sha256: str = "", number: str = "") -> list[Earlier]:
    """Other claims, grants of any fund and fair, and lists of other offices that hold this file or ticket number."""
    found = []
    if sha256:
        rows = db.session.execute(
            select(Claim.reference, Company.name)
            .join(ClaimFile, ClaimFile.claim_id == Claim.id).join(Company, Company.id == Claim.company_id)
            .where(ClaimFile.sha256 == sha256, Claim.id != claim.id).distinct()
        )  # fmt: skip
        found += [Earlier(reference, sha256, name) for reference, name in rows]
    if number:
        rows = db.session.execute(
            select(Claim.reference, Company.name)
            .join(ClaimLine, ClaimLine.claim_id == Claim.id).join(Company, Company.id == Claim.company_id)
            .where(ClaimLine.number == number, Claim.id != claim.id).distinct()
        )  # fmt: skip
        found += [Earlier(reference, number, name) for reference, name in rows]
    papers = [
        column == value for column, value in ((Grant.receipt_sha256, sha256), (Grant.ticket_number, number)) if value
    ]
    if papers:
        mine = and_(Grant.subject_type == "Hosting", Grant.subject_id == claim.hosting_id)
        grants = select(Grant.reference, Grant.title).where(Grant.state.in_(LIVE), or_(*papers), ~mine)
        found += [Earlier(reference, sha256 or number, name) for reference, name in db.session.execute(grants)]
        lines = external_matches(Asked(ticket_number=number, sha256=sha256))
        found += [Earlier(line.office[:20], sha256 or number, line.name or line.decision_number) for line in lines]
    return found


# --- the list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What the list is narrowed to; empty means all."""

    text: str = ""
    state: str = ""
    tier: str = ""
    country: str = ""
    due: str = ""  # overdue | week


def claims_matching(fair_id: int, wanted: ClaimFilter, today: date) -> Select[Claim]:
    """The fair's claims that fit the filter, with support, company and person."""
    query = (
        select(Claim).join(Claim.hosting).join(Claim.company).join(Claim.person)
        .options(contains_eager(Claim.hosting), contains_eager(Claim.company), contains_eager(Claim.person))
        .where(Claim.fair_id == fair_id)
    )  # fmt: skip
    if wanted.text:
        folded, plain = fold(wanted.text), wanted.text.strip().upper()
        query = query.where(
            or_(
                Company.folded.contains(folded, autoescape=True), Person.folded.contains(folded, autoescape=True),
                Claim.reference == plain, Hosting.reference == plain,
            )
        )  # fmt: skip
    if wanted.state:
        query = query.where(Claim.state == wanted.state if wanted.state in set(ClaimState) else false())
    if wanted.tier:
        query = query.where(Hosting.tier == wanted.tier if wanted.tier in set(SupportTier) else false())
    if wanted.country:
        query = query.where(Company.country == wanted.country.upper())
    if wanted.due == "overdue":
        query = query.where(Claim.state.in_(WITH_GUEST), Claim.due_on < today)
    elif wanted.due == "week":
        query = query.where(Claim.state.in_(WITH_GUEST), Claim.due_on.between(today, today + timedelta(days=7)))
    return query


_SORTS: Mapping[str, Any] = {
    "due": ((Claim.due_on, False), (Claim.id, False)),
    "reference": ((Claim.id, False),),
    "payable": ((Claim.currency, False), (Claim.payable_minor, False), (Claim.id, False)),  # a dong is no dollar
}


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend: due, reference, payable, with a minus before it for the other way."""
    descending = sort.startswith("-")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["reference"])
    return [(column, backwards != descending) for column, backwards in keys]


def countries_of(fair_id: int) -> Sequence[str]:
    """ISO 3166 codes of the countries that claims come from."""
    return db.session.scalars(
        select(Company.country).join(Claim, Claim.company_id == Company.id).where(Claim.fair_id == fair_id).distinct()
    ).all()


def state_counts(fair_id: int) -> Mapping[ClaimState, int]:
    """How many claims are in each state."""
    rows = db.session.execute(select(Claim.state, func.count()).where(Claim.fair_id == fair_id).group_by(Claim.state))
    found = dict(rows.all())
    return {state: found.get(state, 0) for state in ClaimState}


def standing_of(fair_id: int) -> tuple[int, int, int]:
    """All claims of a fair, those that staff or bank still have to do with, and those whose papers are kept; one statement."""
    open_states = (S.SUBMITTED, S.REVIEWED, S.APPROVED, S.IN_TRANSFER)
    total, still, kept = db.session.execute(
        select(
            func.count(), func.coalesce(func.sum(case((Claim.state.in_(open_states), 1), else_=0)), 0),
            func.coalesce(func.sum(case((Claim.purged_at.is_(None), 1), else_=0)), 0),
        ).where(Claim.fair_id == fair_id)
    ).one()  # fmt: skip
    return int(total), int(still), int(kept)


def waiting_count(fair_id: int) -> int:
    """How many claims somebody of the staff has to do something with."""
    states = (S.SUBMITTED, S.REVIEWED, S.APPROVED)
    query = select(func.count()).select_from(Claim).where(Claim.fair_id == fair_id, Claim.state.in_(states))
    return db.session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of a fair in one currency. ``committed`` is the most that travel and nights of granted guests may cost."""

    currency: str
    guests: int
    claims: int
    committed: Money
    reviewed: Money
    approved: Money
    paid: Money
    hotels: Money
    owed: Money


def figures_of(fair_id: int) -> Sequence[Figures]:
    """What is committed, approved and paid, by currency; three statements."""
    committed: dict[str, tuple[int, int]] = {}
    for row in db.session.scalars(select(Hosting).where(Hosting.fair_id == fair_id, Hosting.state.in_(GRANTED))):
        number, amount = committed.get(row.currency, (0, 0))
        whole = (row.travel_cap_minor if row.tier.pays_travel else 0) + row.night_cap_minor * row.funded_nights
        committed[row.currency] = number + 1, amount + whole
    payable = func.coalesce(Claim.travel_minor, 0) + func.coalesce(Claim.lodging_minor, 0)

    def total(*states: ClaimState) -> Any:
        return func.coalesce(func.sum(case((Claim.state.in_(states), payable), else_=0)), 0)

    approved = (S.APPROVED, S.IN_TRANSFER, S.PAID, S.CLOSED)
    claims = {
        currency: values
        for currency, *values in db.session.execute(
            select(
                Claim.currency, func.count(), total(S.REVIEWED, *approved), total(*approved), total(S.PAID),
                func.coalesce(func.sum(Claim.hotel_minor), 0),
            ).where(Claim.fair_id == fair_id).group_by(Claim.currency)
        )
    }  # fmt: skip
    owed = {
        currency: int(amount)
        for currency, amount in db.session.execute(
            select(Charge.currency, func.sum(Charge.amount_minor))
            .where(Charge.fair_id == fair_id, Charge.state == ChargeState.OWED).group_by(Charge.currency)
        )
    }  # fmt: skip
    found = []
    for currency in sorted({*committed, *claims, *owed}):
        guests, most = committed.get(currency, (0, 0))
        count, reviewed, agreed, paid, hotels = (int(one) for one in claims.get(currency, [0] * 5))
        found.append(
            Figures(
                currency, guests, count, Money(most, currency), Money(reviewed, currency), Money(agreed, currency),
                Money(paid, currency), Money(hotels, currency), Money(owed.get(currency, 0), currency),
            )
        )  # fmt: skip
    return found


# --- lists for the bank ----------------------------------------------------------------------------------------------


def transfers_of(fair_id: int) -> Sequence[ClaimTransfer]:
    """The lists that were made, newest first."""
    return db.session.scalars(
        select(ClaimTransfer).where(ClaimTransfer.fair_id == fair_id)
        .options(selectinload(ClaimTransfer.payments).joinedload(ClaimPayment.claim))
        .order_by(ClaimTransfer.id.desc()).limit(100)
    ).all()  # fmt: skip


def transfer_by_number(fair_id: int, number: str) -> ClaimTransfer:
    """A list with its orders; raises NotFound."""
    found = db.session.scalar(
        select(ClaimTransfer).where(ClaimTransfer.fair_id == fair_id, ClaimTransfer.number == number)
        .options(selectinload(ClaimTransfer.payments).joinedload(ClaimPayment.claim).joinedload(Claim.person),
                 selectinload(ClaimTransfer.payments).joinedload(ClaimPayment.claim).joinedload(Claim.company))
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def to_pay(fair_id: int) -> Sequence[Claim]:
    """Approved claims that are on no list yet."""
    return db.session.scalars(
        select(Claim).where(Claim.fair_id == fair_id, Claim.state == S.APPROVED)
        .options(joinedload(Claim.person), joinedload(Claim.company)).order_by(Claim.id)
    ).all()  # fmt: skip


def _mine(rows: Sequence[Any], key: int) -> Any:
    found = next((row for row in rows if row.id == key), None)
    if found is None:
        raise NotFound
    return found


def mine(rows: Sequence[Any], key: int) -> Any:
    """The row of a claim's own rows with this key; raises NotFound."""
    return _mine(rows, key)
