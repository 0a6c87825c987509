"""Cases on site and devices at the gates: who sees to them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import and_, or_
from sqlalchemy.orm import joinedload

from fairs.cases.models import Case, Violation
from fairs.cases.permissions import DECIDE_VIOLATIONS, MANAGE_CASES, WORK_CASES
from fairs.cases.states import PENDING, CaseState, ViolationState
from fairs.exhibitors.models import Exhibitor
from fairs.workplace.inbox import INVOLVED, TODAY, Kind, Link, Why


def _page(case: Case) -> Link:
    return "cases.show", {"reference": case.reference}


def _violation_page(violation: Violation) -> Link:
    return "cases.show", {"reference": violation.case.reference, "_anchor": "violation"}


_VIOLATION = (
    joinedload(Violation.case),
    joinedload(Violation.exhibitor).joinedload(Exhibitor.company),
)

KINDS = (
    Kind(
        key="case",
        states=PENDING,
        model=Case,
        where=(Case.state.in_(PENDING), or_(Case.owner_id.is_(None), Case.owner_id.in_(INVOLVED))),
        permission=WORK_CASES,
        counts_from=Case.due_at,
        days=0,
        icon="alert-hexagon",
        reason=_l("Case to see to"),
        title=lambda n: ngettext("%(num)s case is to be seen to", "%(num)s cases are to be seen to", n),
        who=lambda case: case.title,
        what=lambda case: f"{case.kind.label} · {case.reference}",
        button=_l("See to it"),
        page=_page,
        list_page=("cases.index", {}),
    ),
    Kind(
        key="case-solved",
        states=(CaseState.SOLVED,),
        model=Case,
        where=(Case.state == CaseState.SOLVED,),
        permission=MANAGE_CASES,
        counts_from=Case.solved_at,
        days=2,
        icon="lock",
        reason=_l("Solved case to close"),
        title=lambda n: ngettext("%(num)s solved case is to be closed", "%(num)s solved cases are to be closed", n),
        who=lambda case: case.title,
        what=lambda case: f"{case.kind.label} · {case.reference}",
        button=_l("Close"),
        page=_page,
        list_page=("cases.index", {"state": "solved"}),
    ),
    Kind(
        key="violation-ask",
        states=(ViolationState.SUSPECTED,),
        model=Violation,
        where=(Violation.state == ViolationState.SUSPECTED,),
        permission=MANAGE_CASES,
        counts_from=Violation.created_at,
        days=0,
        icon="mail",
        reason=_l("Exhibitor to be heard"),
        title=lambda n: ngettext(
            "%(num)s exhibitor is to be heard about a violation",
            "%(num)s exhibitors are to be heard about violations",
            n,
        ),
        who=lambda violation: violation.exhibitor.company.name,
        what=lambda violation: f"{violation.breach.label} · {violation.case.reference}",
        button=_l("Ask for a statement"),
        page=_violation_page,
        list_page=("cases.index", {"kind": "violation"}),
        load=_VIOLATION,
    ),
    Kind(
        key="violation-decide",
        states=(ViolationState.ASKED, ViolationState.ANSWERED),
        model=Violation,
        where=(
            or_(
                Violation.state == ViolationState.ANSWERED,
                and_(Violation.state == ViolationState.ASKED, Violation.answer_by < TODAY),
            ),
            or_(Violation.reported_by_id.is_(None), Violation.reported_by_id.not_in(INVOLVED)),
            or_(Violation.asked_by_id.is_(None), Violation.asked_by_id.not_in(INVOLVED)),
            or_(Violation.taken_by_id.is_(None), Violation.taken_by_id.not_in(INVOLVED)),
        ),
        permission=DECIDE_VIOLATIONS,
        counts_from=Violation.answer_by,
        days=1,
        icon="gavel",
        reason=_l("Violation to decide"),
        title=lambda n: ngettext("%(num)s violation is to be decided", "%(num)s violations are to be decided", n),
        who=lambda violation: violation.exhibitor.company.name,
        what=lambda violation: f"{violation.breach.label} · {violation.case.reference}",
        button=_l("Decide"),
        page=_violation_page,
        list_page=("cases.index", {"kind": "violation"}),
        load=_VIOLATION,
    ),
)

NOBODY = {
    CaseState: {CaseState.CLOSED: Why.FINAL},
    ViolationState: {ViolationState.CONFIRMED: Why.FINAL, ViolationState.DROPPED: Why.FINAL},
}
