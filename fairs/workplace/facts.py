"""What the records say of a fair's dates: read in a constant number of statements, judged in ``timeline``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from fairs.allocation.models import AllocationRun
from fairs.allocation.states import AllocationState
from fairs.badges.models import Badge
from fairs.badges.states import BadgeState
from fairs.calendar.milestones import milestones_of
from fairs.calendar.models import Fair, Milestone
from fairs.cases.models import Case
from fairs.cases.states import CaseState
from fairs.claims.queries import standing_of
from fairs.contracts.models import Contract
from fairs.contracts.states import ContractState, Verification
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.documents.models import Selection
from fairs.documents.states import OPEN as SELECTION_OPEN
from fairs.documents.states import SelectionState
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, Hall, PlanVersion
from fairs.hospitality.guests import known_flights
from fairs.hospitality.queries import arrivals_to_drive
from fairs.hosting.queries import state_counts as support_counts
from fairs.hosting.states import HostingState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.invitations.queries import invitations_of
from fairs.letters.queries import missing_letters
from fairs.lodging.queries import missing_lists
from fairs.payments.models import Instalment, Invoice
from fairs.payments.queries import OWED


@dataclass(frozen=True, slots=True)
class Facts:
    """What the records say, in a constant number of statements."""

    milestones: dict[str, Milestone]
    applications: tuple[int, int, date | None]  # all, waiting, the earliest promised day of an answer
    importers: tuple[int, int, date | None]
    badges: tuple[int, int]  # valid, of them not printed
    instalments: dict[str, tuple[int, date]]  # still to be paid by kind: how many, the earliest day
    invoices: int
    selections: tuple[int, int, date | None]  # all that were not cancelled, open, the earliest day one is needed
    halls: tuple[int, int, date | None]  # all, of them with a published plan, the day of the last publication
    flights: tuple[int, int]  # supported guests whose flight to the fair is known, and without
    invitations: tuple[bool, datetime | None]  # whether anybody is to be invited, and when the first campaign began
    letters: tuple[int, int]  # supported guests with a letter that stands, and without
    supports: dict[HostingState, int]  # of importers, by state
    claims: tuple[int, int, int]  # all, those that staff or bank have to do with, those whose papers are kept
    transfers: tuple[int, int]  # guests to be fetched when they arrive, and those without a place
    rooming_lists: tuple[int, int]  # hotels with guests that want a list by a day, and those that were sent none
    allocations: tuple[int, datetime | None]  # drafts, and until when the offers of the published one stand
    cases: tuple[int, int]  # reported on site, and those that are not closed
    contracts: tuple[int, int]  # signed ones and MOUs that stand, and those of them that nobody has verified


def facts_of(fair: Fair) -> Facts:
    """Read what the rules are judged by."""
    applications = _waiting(Exhibitor, fair, ExhibitorState.SUBMITTED, ExhibitorState.APPRAISED)
    importers = _waiting(Importer, fair, ImporterState.SUBMITTED)
    badges, unprinted = db.session.execute(
        select(func.count(), func.coalesce(func.sum(case((Badge.printed_at.is_(None), 1), else_=0)), 0)).where(
            Badge.fair_id == fair.id, Badge.state == BadgeState.ACTIVE
        )
    ).one()
    unpaid = or_(
        and_(
            Instalment.kind == "deposit", Invoice.received_minor < Instalment.amount_minor - Instalment.credited_minor
        ),
        Instalment.kind == "balance",
    )
    rows = db.session.execute(
        select(Instalment.kind, func.count(), func.min(Instalment.due_on))
        .join(Invoice, Invoice.id == Instalment.invoice_id)
        .where(Invoice.fair_id == fair.id, Invoice.state.in_(OWED), unpaid)
        .group_by(Instalment.kind)
    )
    invoices = db.session.scalar(select(func.count()).select_from(Invoice).where(Invoice.fair_id == fair.id)) or 0
    return Facts(
        milestones_of(fair.id), applications, importers, (badges, int(unprinted)),
        {kind: (count, day) for kind, count, day in rows}, invoices, _selections(fair), _halls(fair), known_flights(fair.id),
        invitations_of(fair.id), missing_letters(fair.id), support_counts(fair.id), standing_of(fair.id), arrivals_to_drive(fair.id),
        missing_lists(fair.id), _allocations(fair), _cases(fair), _contracts(fair),
    )  # fmt: skip


def _contracts(fair: Fair) -> tuple[int, int]:
    open_ = case((Contract.verification != Verification.VERIFIED, 1), else_=0)
    row = db.session.execute(
        select(func.count(), func.coalesce(func.sum(open_), 0)).where(
            Contract.fair_id == fair.id,
            Contract.state.not_in((ContractState.LEAD, ContractState.CANCELLED)),
            Contract.merged_into_id.is_(None),
        )
    ).one()
    return row[0], int(row[1])


def _selections(fair: Fair) -> tuple[int, int, date | None]:
    is_open = Selection.state.in_(SELECTION_OPEN)
    total, still, day = db.session.execute(
        select(
            func.count(), func.coalesce(func.sum(case((is_open, 1), else_=0)), 0),
            func.min(case((is_open, Selection.due_on))),
        ).where(Selection.fair_id == fair.id, Selection.state != SelectionState.CANCELLED)
    ).one()  # fmt: skip
    return total, int(still), date.fromisoformat(day) if isinstance(day, str) else day


def _halls(fair: Fair) -> tuple[int, int, date | None]:
    planned = select(Booth.id).where(Booth.hall_id == Hall.id).exists()
    last = select(func.max(PlanVersion.created_at)).where(PlanVersion.fair_id == fair.id).scalar_subquery()
    total, ready, moment = db.session.execute(
        select(func.count(), func.coalesce(func.sum(case((planned, 1), else_=0)), 0), last).where(
            Hall.fair_id == fair.id
        )
    ).one()
    return total, int(ready), local_day(moment, fair.time_zone) if moment is not None else None


def _cases(fair: Fair) -> tuple[int, int]:
    still = func.coalesce(func.sum(case((Case.state != CaseState.CLOSED, 1), else_=0)), 0)
    total, open_ = db.session.execute(select(func.count(), still).where(Case.fair_id == fair.id)).one()
    return total, int(open_)


def _allocations(fair: Fair) -> tuple[int, datetime | None]:
    drafts, until = 0, None
    rows = select(AllocationRun.state, AllocationRun.offer_until).where(
        AllocationRun.fair_id == fair.id, AllocationRun.state.in_([AllocationState.DONE, AllocationState.PUBLISHED])
    )
    for state, moment in db.session.execute(rows.order_by(AllocationRun.id)):
        drafts, until = (drafts + 1, until) if state is AllocationState.DONE else (drafts, moment)
    return drafts, until


def _waiting(model: Any, fair: Fair, *states: Any) -> tuple[int, int, date | None]:
    waits = model.state.in_(states)
    total, waiting, day = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((waits, 1), else_=0)), 0),
            func.min(case((waits, model.decide_by))),
        ).where(model.fair_id == fair.id)
    ).one()
    # SQLite gives a day that went through an aggregate of a CASE back as text.
    return total, int(waiting), date.fromisoformat(day) if isinstance(day, str) else day
