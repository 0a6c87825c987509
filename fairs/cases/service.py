"""Cases: reporting, taking, telling, solving, closing, opening again. Each act is an entry that stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from fairs.accounts.models import RoleGrant, User
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.cases.errors import NotDecided
from fairs.cases.models import Case, CaseEntry, CasePhoto, Violation
from fairs.cases.permissions import WORK_CASES
from fairs.cases.places import concerned_of, exhibitor_at, place_of
from fairs.cases.queries import case_by_token
from fairs.cases.states import PENDING, Breach, CaseKind, CaseState, Severity, Side, ViolationState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.pictures import CONTENT_TYPE, Picture, web_pictures
from fairs.core.sequences import next_reference
from fairs.core.storage import Upload, keep
from fairs.core.text import clean, fold, one_line

MOST_PHOTOS = 4  # of one act
LONGEST = 4000
LATEST_DUE = timedelta(days=365)
_H = timedelta(hours=1)
#: By when a case is seen to, when nobody sets a time: a danger at once, a lost umbrella within the week.
DUE: dict[CaseKind, dict[Severity, timedelta]] = {
    CaseKind.COMPLAINT: {Severity.URGENT: _H, Severity.HIGH: 4 * _H, Severity.NORMAL: 24 * _H, Severity.LOW: 72 * _H},
    CaseKind.INCIDENT: {Severity.URGENT: _H / 4, Severity.HIGH: _H, Severity.NORMAL: 4 * _H, Severity.LOW: 24 * _H},
    CaseKind.LOST: {Severity.URGENT: 4 * _H, Severity.HIGH: 24 * _H, Severity.NORMAL: 48 * _H, Severity.LOW: 168 * _H},
    CaseKind.VIOLATION: {Severity.URGENT: 2 * _H, Severity.HIGH: 8 * _H, Severity.NORMAL: 24 * _H, Severity.LOW: 48 * _H},
}  # fmt: skip
#: What can stand in the history: a word and a sign for each act.
ACTS: dict[str, tuple[Any, str]] = {
    "reported": (_l("Reported"), "flag"), "told": (_l("Note"), "message"), "taken": (_l("Taken"), "user-check"),
    "given": (_l("Given to somebody"), "user-share"), "changed": (_l("Changed"), "pencil"),
    "solved": (_l("Solved"), "check"), "closed": (_l("Closed"), "lock"),
    "reopened": (_l("Opened again"), "refresh"), "matched": (_l("Fits what was found"), "link"),
    "handed_over": (_l("Handed over"), "hand-grab"), "asked": (_l("Exhibitor asked for a statement"), "mail"),
    "stated": (_l("Statement of the exhibitor"), "message"), "confirmed": (_l("Violation confirmed"), "gavel"),
    "dropped": (_l("Violation dropped"), "x"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A case as typed. ``place`` and ``concerned`` are words that may name a booth, a gate, an exhibitor or a badge.

    ``token`` is made by the form or program: the same token is the same case, however often it is sent. Without ``due_at``
    the time follows from kind and severity.
    """

    kind: CaseKind
    text: str
    token: str
    place: str = ""
    concerned: str = ""
    severity: Severity = Severity.NORMAL
    side: Side | None = None
    breach: Breach | None = None
    reporter: str = ""
    contact: str = ""
    due_at: datetime | None = None
    photos: Sequence[Upload] = ()


def open_case(fair: Fair, draft: CaseDraft, *, by: Actor) -> Case:
    """Report a case; a violation is bound to an exhibitor. Raises InvalidInput (text, side, breach, concerned, due_at, photos)."""
    text = _text(draft.text, "text", _l("Say what happened."))
    if draft.kind is CaseKind.LOST and draft.side is None:
        raise InvalidInput(_l("Was it found, or is it looked for?"), field="side")
    if draft.kind is CaseKind.VIOLATION and draft.breach is None:
        raise InvalidInput(_l("Which rule was broken?"), field="breach")
    moment = now()
    due_at = draft.due_at or moment + DUE[draft.kind][draft.severity]
    check_due(due_at, moment)
    pictures = _pictures(draft.photos)
    place, concerned = place_of(fair.id, draft.place), concerned_of(fair.id, draft.concerned)
    exhibitor_id = concerned.exhibitor_id
    if (
        exhibitor_id is None
        and place.booth_id is not None
        and not draft.concerned.strip()
        and draft.kind is not CaseKind.LOST
    ):
        exhibitor_id = exhibitor_at(place.booth_id)
    if draft.kind is CaseKind.VIOLATION and exhibitor_id is None:
        raise InvalidInput(_l("Which exhibitor? Write the booth, the number or the name."), field="concerned")
    fair_id, code, reporter = fair.id, fair.code, one_line(draft.reporter)[:120]
    known = case_by_token(fair_id, draft.token)
    if known is not None:
        return known
    try:
        with transaction():
            case = Case(
                fair_id=fair_id, reference=next_reference(code, "N"), token=draft.token[:40], kind=draft.kind,
                severity=draft.severity, side=draft.side if draft.kind is CaseKind.LOST else None, title=title_of(text),
                text=text, folded=folded_of(text, reporter), booth_id=place.booth_id, gate_id=place.gate_id,
                place=place.text, exhibitor_id=exhibitor_id, badge_id=concerned.badge_id, concerned=concerned.text,
                reporter=reporter, contact=one_line(draft.contact)[:120], by_id=by.user_id, due_at=due_at,
            )  # fmt: skip
            db.session.add(case)
            db.session.flush()
            if draft.kind is CaseKind.VIOLATION:
                db.session.add(Violation(fair_id=fair_id, case_id=case.id, exhibitor_id=exhibitor_id, breach=draft.breach,
                                         reported_by_id=by.user_id))  # fmt: skip
            add_entry(case, "reported", "", by=by, mark=draft.token, pictures=pictures)
            record("cases.open", case, by=by, after={"kind": case.kind, "severity": case.severity, "title": case.title})
            return case
    except IntegrityError:
        known = case_by_token(fair_id, draft.token)  # the same form came twice at once
        if known is None:
            raise
        return known


def title_of(text: str) -> str:
    """The first line, at most 120 characters."""
    line = one_line(text.splitlines()[0])
    return line if len(line) <= 120 else f"{line[:119].rstrip()}…"


def folded_of(text: str, reporter: str) -> str:
    """What is searched: the beginning of the text and who told us."""
    return fold(f"{text[:300]} {reporter}")[:400]


def check_due(due_at: datetime, moment: datetime) -> None:
    """Raise InvalidInput for a time that cannot be meant."""
    if not moment - LATEST_DUE < due_at < moment + LATEST_DUE:
        raise InvalidInput(_l("This day cannot be right."), field="due_at")


def _text(text: str, field: str, message: Any) -> str:
    text = clean(text)
    if not text:
        raise InvalidInput(message, field=field)
    if len(text) > LONGEST:
        raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST), field=field)
    return text


def _pictures(photos: Sequence[Upload]) -> list[tuple[str, Picture, Picture]]:
    if len(photos) > MOST_PHOTOS:
        raise InvalidInput(_l("At most %(n)s photos at a time.", n=MOST_PHOTOS), field="photos")
    return [(one.name, *web_pictures(one, field="photos")) for one in photos]


def add_entry(
    case: Case, act: str, text: str, *, by: Actor, mark: str, pictures: Sequence[tuple[str, Picture, Picture]] = ()
) -> CaseEntry:
    """Write an act into the case's history, inside transaction()."""
    entry = CaseEntry(case_id=case.id, token=mark[:40], act=act, text=text, by_id=by.user_id, by_name=by.label[:250])
    db.session.add(entry)
    db.session.flush()
    for name, large, thumb in pictures:
        db.session.add(CasePhoto(
            entry_id=entry.id, large_id=keep(name, large.content, CONTENT_TYPE).id,
            thumb_id=keep(name, thumb.content, CONTENT_TYPE).id, thumb_width=thumb.width, thumb_height=thumb.height,
        ))  # fmt: skip
    db.session.flush()
    return entry


def locked(case: Case) -> Case:
    """The case as it is now, until the commit nobody else's; inside transaction()."""
    return db.session.get_one(Case, case.id, with_for_update=True, populate_existing=True)


def _is_known(case: Case, mark: str) -> bool:
    query = select(CaseEntry.id).where(CaseEntry.case_id == case.id, CaseEntry.token == mark[:40])
    return db.session.scalar(query) is not None


def tell(case: Case, text: str, *, by: Actor, mark: str, photos: Sequence[Upload] = ()) -> Case:
    """Add a note or photos; the same mark counts once. Raises InvalidInput."""
    pictures = _pictures(photos)
    text = clean(text)
    if not text and not pictures:
        raise InvalidInput(_l("Write something, or add a photo."), field="text")
    if len(text) > LONGEST:
        raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST), field="text")
    with transaction():
        row = locked(case)
        if not _is_known(row, mark):
            add_entry(row, "told", text, by=by, mark=mark, pictures=pictures)
            record("cases.tell", row, by=by, after={"photos": len(pictures)})
        return row


def take(case: Case, *, by: Actor, mark: str) -> Case:
    """See to it oneself: the case is in work. Raises InvalidTransition once it is solved."""
    with transaction():
        row = locked(case)
        if row.owner_id == by.user_id and row.state is CaseState.IN_WORK:
            return row
        if row.state is not CaseState.IN_WORK:
            row.move_to(CaseState.IN_WORK)
        row.owner_id = by.user_id
        add_entry(row, "taken", "", by=by, mark=mark)
        record("cases.take", row, by=by, after={"owner": by.user_id})
        return row


@dataclass(frozen=True, slots=True)
class Handling:
    """Who sees to a case, by when, and how bad it is."""

    severity: Severity
    owner_id: int | None
    due_at: datetime


def handle(case: Case, wanted: Handling, *, by: Actor, mark: str) -> Case:
    """Give a case to somebody, set its time or severity; raises InvalidInput (owner_id, due_at) and InvalidTransition."""
    with transaction():
        row = locked(case)
        if row.state not in PENDING:
            row.require_move(CaseState.IN_WORK)
        if wanted.due_at != row.due_at:
            check_due(wanted.due_at, now())
        owner = None
        if wanted.owner_id is not None and wanted.owner_id != row.owner_id:
            owner = next((one for one in possible_owners(row.fair_id) if one.id == wanted.owner_id), None)
            if owner is None:
                raise InvalidInput(_l("Please choose from the list."), field="owner_id")
        before = {"severity": row.severity, "owner": row.owner_id, "due_at": row.due_at}
        row.severity, row.owner_id, row.due_at = wanted.severity, wanted.owner_id, wanted.due_at
        if row.owner_id is None and row.state is CaseState.IN_WORK:
            row.move_to(CaseState.OPEN)
        after = {"severity": row.severity, "owner": row.owner_id, "due_at": row.due_at}
        if before != after:
            add_entry(row, "given" if owner else "changed", owner.name if owner else "", by=by, mark=mark)
            record("cases.handle", row, by=by, before=before, after=after)
        return row


def possible_owners(fair_id: int) -> Sequence[User]:
    """Everybody whose own role at the fair sees to cases, by name."""
    holds = select(RoleGrant.user_id).where(
        or_(RoleGrant.fair_id == fair_id, RoleGrant.fair_id.is_(None)), RoleGrant.role.in_(WORK_CASES.roles),
        RoleGrant.lent_by_id.is_(None),
    )  # fmt: skip
    return db.session.scalars(select(User).where(User.id.in_(holds)).order_by(User.name, User.id)).all()


def solve(case: Case, outcome: str, *, by: Actor, mark: str) -> Case:
    """Say what came of it. Raises InvalidInput (outcome), NotDecided (a violation) and InvalidTransition."""
    outcome = _text(outcome, "outcome", _l("Say what came of it."))
    with transaction():
        row = locked(case)
        if row.kind is CaseKind.VIOLATION and not is_decided(row):
            raise NotDecided
        finish(row, outcome, "solved", by=by, mark=mark)
        return row


def is_decided(case: Case) -> bool:
    """Whether the violation of the case was confirmed or dropped."""
    violation = case.violation
    return violation is not None and violation.state in {ViolationState.CONFIRMED, ViolationState.DROPPED}


def finish(case: Case, outcome: str, act: str, *, by: Actor, mark: str) -> None:
    """The case is solved by an act of its own kind; inside transaction()."""
    case.move_to(CaseState.SOLVED)
    case.outcome, case.solved_at = outcome, now()
    add_entry(case, act, outcome, by=by, mark=mark)
    record("cases.solve", case, by=by, after={"outcome": outcome[:300]})


def close(case: Case, *, by: Actor, mark: str) -> Case:
    """Nothing more is to be done; raises InvalidTransition for what is not solved."""
    with transaction():
        row = locked(case)
        row.move_to(CaseState.CLOSED)
        row.closed_at = now()
        add_entry(row, "closed", "", by=by, mark=mark)
        record("cases.close", row, by=by)
        return row


def reopen(case: Case, reason: str, *, by: Actor, mark: str) -> Case:
    """It was not solved after all. Raises InvalidInput (reason) and InvalidTransition; a decided violation stays decided."""
    reason = _text(reason, "reason", _l("Say why."))
    with transaction():
        row = locked(case)
        row.move_to(CaseState.REOPENED)
        row.solved_at = row.closed_at = None
        row.due_at = now() + DUE[row.kind][row.severity]
        add_entry(row, "reopened", reason, by=by, mark=mark)
        record("cases.reopen", row, by=by, after={"reason": reason[:300]})
        return row
