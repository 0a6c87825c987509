"""Reading cases; each function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from fairs.badges.models import Badge
from fairs.calendar.models import Fair
from fairs.cases.models import Case, CaseEntry, CasePhoto, Violation
from fairs.cases.states import PENDING, CaseKind, CaseState, Severity, ViolationState
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.storage import StoredFile
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth

_SEVEREST = case(
    (Case.severity == Severity.URGENT, 0), (Case.severity == Severity.HIGH, 1), (Case.severity == Severity.NORMAL, 2),
    else_=3,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the list shows. ``state`` is a state, ``all``, or empty for what is still to be seen to; ``owner`` a user's key,
    ``none``, or empty for everybody's."""

    text: str = ""
    kind: str = ""
    state: str = ""
    severity: str = ""
    owner: str = ""
    late: bool = False


def _cases() -> Select[Case]:
    return (
        select(Case)
        .outerjoin(Booth, Booth.id == Case.booth_id)
        .outerjoin(Exhibitor, Exhibitor.id == Case.exhibitor_id)
        .outerjoin(Company, Company.id == Exhibitor.company_id)
        .options(
            contains_eager(Case.booth),
            contains_eager(Case.exhibitor).contains_eager(Exhibitor.company),
            joinedload(Case.gate), joinedload(Case.owner), joinedload(Case.badge).joinedload(Badge.person),
            joinedload(Case.violation),
        )
    )  # fmt: skip


def cases_matching(fair_id: int, wanted: CaseFilter) -> Select[Case]:
    """The fair's cases that fit the filter, with all that a row shows."""
    query = _cases().where(Case.fair_id == fair_id)
    if wanted.kind in set(CaseKind):
        query = query.where(Case.kind == CaseKind(wanted.kind))
    if wanted.severity in set(Severity):
        query = query.where(Case.severity == Severity(wanted.severity))
    if wanted.state in set(CaseState):
        query = query.where(Case.state == CaseState(wanted.state))
    elif wanted.state != "all":
        query = query.where(Case.state.in_([*PENDING, CaseState.SOLVED]))
    if wanted.owner == "none":
        query = query.where(Case.owner_id.is_(None))
    elif wanted.owner.isascii() and wanted.owner.isdigit() and len(wanted.owner) < 19:
        query = query.where(Case.owner_id == int(wanted.owner))
    if wanted.late:
        query = query.where(Case.state.in_(PENDING), Case.due_at < now())
    text = clean(wanted.text)[:100]
    if text:
        folded = fold(text)
        query = query.where(
            or_(
                Case.folded.contains(folded, autoescape=True),
                Case.reference.contains(text.upper(), autoescape=True),
                Booth.code.startswith(text.upper(), autoescape=True),
                Company.folded.contains(folded, autoescape=True),
            )
        )
    return query


def case_keys(sort: str) -> list[tuple[Any, bool]]:
    """By the time it is due, by number, or the worst first."""
    down = sort.startswith("-")
    match sort.removeprefix("-"):
        case "reference":
            return [(Case.reference, down)]
        case "severity":
            return [(_SEVEREST, down), (Case.due_at, False), (Case.id, False)]
        case _:
            return [(Case.due_at, down), (Case.id, down)]


def case_by_reference(fair_id: int, reference: str) -> Case:
    """The fair's case with its history, photos and violation; raises NotFound."""
    found = db.session.scalar(
        _cases()
        .where(Case.fair_id == fair_id, Case.reference == reference.strip().upper()[:20])
        .options(
            selectinload(Case.entries).selectinload(CaseEntry.photos),
            joinedload(Case.match),
        )
    )
    if found is None:
        raise NotFound
    return found


def case_by_token(fair_id: int, token: str) -> Case | None:
    """The case that a form or program has sent before."""
    return db.session.scalar(select(Case).where(Case.fair_id == fair_id, Case.token == token[:40]))


def counts_of(fair_id: int) -> dict[tuple[CaseKind, CaseState], int]:
    """How many cases there are by kind and state."""
    rows = db.session.execute(
        select(Case.kind, Case.state, func.count()).where(Case.fair_id == fair_id).group_by(Case.kind, Case.state)
    )
    return {(kind, state): number for kind, state, number in rows}


def photo_file(fair_id: int, photo_id: int, size: str) -> tuple[StoredFile, Case]:
    """A photo of a case of this fair, and the case; raises NotFound."""
    row = db.session.execute(
        select(CasePhoto, Case)
        .join(CaseEntry, CaseEntry.id == CasePhoto.entry_id)
        .join(Case, Case.id == CaseEntry.case_id)
        .where(Case.fair_id == fair_id, CasePhoto.id == min(photo_id, 2**62))
        .options(joinedload(CasePhoto.large), joinedload(CasePhoto.thumb))
    ).one_or_none()
    if row is None or size not in {"large", "thumb"}:
        raise NotFound
    photo, found = row
    return (photo.large if size == "large" else photo.thumb), found


def violations_against(company_id: int) -> Sequence[Violation]:
    """Confirmed violations of a company at all fairs, the latest first."""
    return db.session.scalars(
        select(Violation)
        .join(Exhibitor, Exhibitor.id == Violation.exhibitor_id)
        .where(Exhibitor.company_id == company_id, Violation.state == ViolationState.CONFIRMED)
        .options(joinedload(Violation.case).joinedload(Case.fair))
        .order_by(Violation.decided_at.desc(), Violation.id.desc())
        .limit(50)
    ).all()


def violations_to_answer(exhibitor_id: int) -> Sequence[Violation]:
    """What was put to an exhibitor, the latest first."""
    return db.session.scalars(
        select(Violation)
        .where(Violation.exhibitor_id == exhibitor_id, Violation.asked_at.is_not(None))
        .options(joinedload(Violation.case))
        .order_by(Violation.id.desc())
    ).all()


def cases_of_report(fair: Fair) -> Sequence[Case]:
    """All cases of a fair in the order in which they were reported, with what the printed report shows."""
    return db.session.scalars(_cases().where(Case.fair_id == fair.id).order_by(Case.id)).all()
