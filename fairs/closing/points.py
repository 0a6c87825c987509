"""The points of a fair's closing: what is still open, by when, who answers. Features above add theirs by :func:`register_point`.

Numbers come from the records; what only a person can say, a person signs. Nothing is blocked by an open point, and none is hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.milestones import milestones_of
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.cases.models import Case
from fairs.cases.states import CaseState
from fairs.claims.models import Claim
from fairs.claims.states import ENDED
from fairs.closing.models import ClosingTick, ClosingWork
from fairs.closing.snapshots import snapshots_of
from fairs.closing.states import PointState, WorkState
from fairs.contracts.counting import headline
from fairs.contracts.models import Contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.states import ContractState, PairState, Verification
from fairs.core.db import db
from fairs.core.i18n import format_datetime
from fairs.core.permissions import Role
from fairs.followups.models import FollowUp
from fairs.payments.models import Invoice
from fairs.payments.queries import OWED
from fairs.sales.queries import sales_table
from fairs.sitework.handover import counts as handover_counts
from fairs.sitework.states import HandoverState
from fairs.surveys.queries import answers_of

REPORT_DAYS = 30
"""Days after the fair by which its result is reported (Decree 81/2018, article 29)."""


@dataclass(frozen=True, slots=True)
class Count:
    """How a point stands by the records: so many open of so many; ``text`` says more. ``applies``: whether there is anything to do."""

    open: int
    total: int = 0
    text: str = ""
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A point. ``days`` after the last day it is due; ``count`` None: a person decides. ``kinds`` of fairs that have it."""

    key: str
    label: Any
    owner: Role
    days: int
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    count: Callable[[Fair], Count] | None = None
    kinds: tuple[str, ...] = ()

    def due(self, fair: Fair) -> date:
        """By which day; it moves with the fair."""
        return fair.ends_on + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Standing:
    """A point of a fair with its state."""

    point: Point
    state: PointState
    due: date
    count: Count | None
    tick: ClosingTick | None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.state in {PointState.OPEN, PointState.LATE}


_points: dict[str, Point] = {}


def register_point(point: Point) -> Point:
    """Add a point to the checklist (or replace the one of the same key); called once by each feature."""
    _points[point.key] = point
    return point


def points_of(fair: Fair) -> list[Point]:
    """The points that a fair of this kind has, in the order of their days."""
    mine = [point for point in _points.values() if not point.kinds or fair.kind in point.kinds]
    return sorted(mine, key=lambda point: point.days)


def point_of(fair: Fair, key: str) -> Point | None:
    """One of them."""
    return next((point for point in points_of(fair) if point.key == key), None)


def checklist(fair: Fair) -> list[Standing]:
    """All points of the fair as they stand today; a constant number of statements."""
    ticks = {tick.key: tick for tick in db.session.scalars(select(ClosingTick).where(ClosingTick.fair_id == fair.id))}
    return [_standing(fair, point, ticks.get(point.key)) for point in points_of(fair)]


def late_points(fair: Fair) -> list[Standing]:
    """What should be done by now, once the fair is closed."""
    if fair.state is not FairState.CLOSED:
        return []
    return [one for one in checklist(fair) if one.state is PointState.LATE]


def _standing(fair: Fair, point: Point, tick: ClosingTick | None) -> Standing:
    found = point.count(fair) if point.count is not None else None
    due = point.due(fair)
    if fair.is_cancelled or (found is not None and not found.applies) or (tick is not None and tick.not_applicable):
        state = PointState.NOT_APPLICABLE
    elif found is not None and found.open == 0:
        state = PointState.DONE
    elif tick is not None:
        state = PointState.SIGNED
    else:
        state = PointState.LATE if due < fair.today else PointState.OPEN
    return Standing(point, state, due, found, tick)


# --- the points -------------------------------------------------------------------------------------------------


def _number(model: Any, fair: Fair, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(model.fair_id == fair.id, *where)) or 0


def _booths(fair: Fair) -> Count:
    states, missing = handover_counts(fair.id)
    total = _number(BoothBooking, fair, BoothBooking.state == BookingState.CONFIRMED)
    back = states.get(HandoverState.RETURNED, 0)
    damaged = states.get(HandoverState.DAMAGED, 0)
    text = ngettext("%(num)s returned with damage", "%(num)s returned with damage", damaged) if damaged else ""
    if missing:
        never = ngettext("%(num)s was never handed over", "%(num)s were never handed over", missing)
        text = " · ".join(part for part in (text, never) if part)
    return Count(total - back, total, text, applies=total > 0)


def _debts(fair: Fair) -> Count:
    total = _number(Invoice, fair)
    return Count(_number(Invoice, fair, Invoice.state.in_(OWED)), total, applies=total > 0)


def _claims(fair: Fair) -> Count:
    total = _number(Claim, fair)
    return Count(_number(Claim, fair, Claim.state.not_in(ENDED)), total, applies=total > 0)


def _deals(fair: Fair) -> Count:
    rows = db.session.execute(
        select(Contract.verification, func.count())
        .where(
            Contract.fair_id == fair.id, Contract.merged_into_id.is_(None),
            Contract.state.not_in((ContractState.LEAD, ContractState.CANCELLED)),
        )
        .group_by(Contract.verification)
    ).tuples()  # fmt: skip
    numbers = dict(rows.all())
    still = {state: number for state, number in numbers.items() if state is not Verification.VERIFIED}
    text = " · ".join(f"{number} {state.label}" for state, number in sorted(still.items(), key=lambda one: str(one[0])))
    total = sum(numbers.values())
    return Count(sum(still.values()), total, text, applies=total > 0)


def _sales(fair: Fair) -> Count:
    table = sales_table(fair)
    days = len([day for day in fair.days if day < fair.today])
    return Count(table.missing, len(table.booths) * days, _("booth-days"), applies=bool(table.booths))


def _cases(fair: Fair) -> Count:
    total = _number(Case, fair)
    return Count(_number(Case, fair, Case.state != CaseState.CLOSED), total, applies=total > 0)


def _duplicates(fair: Fair) -> Count:
    total = _number(ContractPair, fair)
    return Count(_number(ContractPair, fair, ContractPair.state == PairState.OPEN), total, applies=total > 0)


def _survey(fair: Fair) -> Count:
    asked, missing = answers_of(fair.id)
    text = _("%(percent)s %% answered", percent=100 * (asked - missing) // asked) if asked else ""
    return Count(missing, asked, text, applies=asked > 0)


def _follow_ups(fair: Fair) -> Count:
    planned = select(FollowUp.id).where(FollowUp.contract_id == Contract.id).exists()
    total = _number(Contract, fair, headline())
    return Count(_number(Contract, fair, headline(), ~planned), total, applies=total > 0)


def _snapshot(fair: Fair) -> Count:
    found = snapshots_of(fair)
    text = format_datetime(found[0].taken_at) if found else ""
    return Count(0 if found else 1, 1, text)


def _archive(fair: Fair) -> Count:
    made = db.session.scalar(
        select(func.max(ClosingWork.finished_at)).where(
            ClosingWork.fair_id == fair.id, ClosingWork.kind == "archive", ClosingWork.state == WorkState.DONE
        )
    )
    return Count(0 if made else 1, 1, format_datetime(made) if made else "")


def _report(fair: Fair) -> Count:
    done = fair.state is FairState.REPORTED or "report" in milestones_of(fair.id)
    return Count(0 if done else 1, 1)


for _point in (
    Point("snapshot", _l("Figures of the closing are kept"), Role.ORGANISER, 2, "closing.index", {"_anchor": "figures"}, _snapshot),
    Point("booths", _l("Booths are cleared and returned"), Role.BOOTH_SALES, 2, "onsite.plan", {}, _booths),
    Point("sales", _l("Daily sales are declared"), Role.DEALS, 5, "sales.index", {}, _sales, kinds=("public",)),
    Point("cases", _l("Cases on site are closed"), Role.ORGANISER, 7, "cases.index", {}, _cases),
    Point("deals", _l("Deals are verified"), Role.DEALS, 14, "contracts.index", {"verification": "logged"}, _deals),
    Point("duplicates", _l("Possible duplicates are decided"), Role.DEALS, 14, "contracts.duplicates", {}, _duplicates),
    Point("survey", _l("Exhibitors have answered the exit survey"), Role.ORGANISER, 14, "surveys.answers", {"answered": "no"}, _survey),
    Point("statement", _l("Statement of the figures is made"), Role.ORGANISER, 14, "statements.statement"),
    Point("follow_ups", _l("Follow-ups at 3, 6 and 12 months are planned"), Role.DEALS, 20, "followups.index", {}, _follow_ups),
    Point("debts", _l("Invoices are settled"), Role.FINANCE, 30, "payments.index", {"due": "overdue"}, _debts),
    Point("report", _l("Report on the results is handed in (Decree 81/2018)"), Role.ORGANISER, REPORT_DAYS, "timeline.index", {}, _report),
    Point("archive", _l("Archive is made and stored"), Role.ORGANISER, 35, "closing.index", {"_anchor": "archives"}, _archive),
    Point("claims", _l("Claims of guests are settled"), Role.HOSPITALITY, 45, "claims.index", {}, _claims, kinds=("trade",)),
):  # fmt: skip
    register_point(_point)
