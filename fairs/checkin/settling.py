"""Settling what the gates noted: a supervisor looks at both scans, says what holds and why. Nothing is erased."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from fairs.accounts.models import User
from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.service import revoke_badge
from fairs.badges.states import BadgeState
from fairs.calendar.models import Fair
from fairs.checkin.acts import undo_by_person
from fairs.checkin.facts import fair_info
from fairs.checkin.models import GateDevice, Scan, ScanAct, ScanConflict
from fairs.checkin.queries import open_conflicts
from fairs.checkin.states import ActKind, ConflictKind, ConflictState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.crypto import decrypt
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.states import State
from fairs.core.text import fold, one_line
from fairs.directory.models import Person


class Outcome(State):
    """What holds."""

    KEEP = "keep", _l("Everything stays as it is"), "green", "check"
    UNDO_THIS = "undo", _l("Take this scan back"), "yellow", "arrow-back-up"
    UNDO_OTHER = "undo_other", _l("Take the other scan back"), "yellow", "arrow-back-up"
    REVOKE = "revoke", _l("Revoke the badge"), "red", "ban"


#: Why an entry could not be taken.
PROBLEMS = {
    "bad_entry": _l("It is not as the contract says."),
    "bad_time": _l("Its time cannot be right."),
    "unknown_gate": _l("The fair has no gate with this code."),
    "other_gate": _l("The device was not enrolled for this gate."),
    "other_day": _l("The device was not enrolled for this day."),
    "device_revoked": _l("The device is revoked."),
    "no_reason": _l("No reason was given."),
    "act_too_late": _l("A scan was taken back later than ten seconds."),
    "act_not_allowed": _l("Who did it was not allowed to."),
    "act_failed": _l("What was asked for could not be done."),
}


@dataclass(frozen=True, slots=True)
class ConflictFilter:
    """What the list shows; ``state`` is open, settled or all."""

    text: str = ""
    kind: str = ""
    state: str = "open"


def conflict_list(fair_id: int, wanted: ConflictFilter) -> Select[Any]:
    """The fair's conflicts with scans, gates, badge and person; order and page are the caller's."""
    other = aliased(Scan)
    query = (
        select(ScanConflict)
        .outerjoin(ScanConflict.scan)
        .outerjoin(other, ScanConflict.other_scan)
        .outerjoin(ScanConflict.badge)
        .outerjoin(Badge.person)
        .options(
            contains_eager(ScanConflict.scan).joinedload(Scan.gate),
            contains_eager(ScanConflict.other_scan.of_type(other)).joinedload(other.gate),
            contains_eager(ScanConflict.badge).options(contains_eager(Badge.person), joinedload(Badge.company)),
        )
        .where(ScanConflict.fair_id == fair_id)
    )
    if wanted.kind:
        query = query.where(ScanConflict.kind == wanted.kind)
    if wanted.state != "all":
        query = query.where(ScanConflict.state == wanted.state)
    if wanted.text:
        query = query.where(
            or_(
                Person.folded.contains(fold(wanted.text)[:100], autoescape=True),
                Badge.reference.startswith(wanted.text.strip().upper(), autoescape=True),
            )
        )
    return query


def conflict_by_id(fair_id: int, key: int) -> ScanConflict:
    """The fair's conflict with this key; raises NotFound."""
    found: ScanConflict | None = db.session.scalar(
        conflict_list(fair_id, ConflictFilter(state="all")).where(ScanConflict.id == key)
    )
    if found is None:
        raise NotFound
    return found


def device_of(conflict: ScanConflict) -> GateDevice | None:
    """The device that handed it in."""
    return db.session.get(GateDevice, conflict.device_id) if conflict.device_id is not None else None


def what_was_sent(conflict: ScanConflict) -> str:
    """The entry that could not be taken, as it came; its code is left out."""
    sealed = conflict.detail.get("sealed")
    if not sealed:
        return ""
    try:
        text = decrypt(b64decode(sealed)).decode()
    except InvalidToken:
        return ""
    import json

    try:
        raw = json.loads(text)
    except ValueError:
        return text[:2000]
    if isinstance(raw, dict):
        raw = {key: "…" if key in {"code", "person_code"} else value for key, value in raw.items()}
    return json.dumps(raw, ensure_ascii=False, indent=1)[:2000]


def problem_of(conflict: ScanConflict) -> str:
    """What is wrong, in one sentence; empty where the kind says it all."""
    detail = conflict.detail
    if conflict.kind is ConflictKind.CLOCK:
        hours = round(abs(detail.get("seconds", 0)) / 3600)
        if detail.get("seconds", 0) > 0:
            return str(ngettext("Its clock ran %(num)s hour ahead.", "Its clock ran %(num)s hours ahead.", hours))
        return str(ngettext("Its clock was %(num)s hour behind.", "Its clock was %(num)s hours behind.", hours))
    if conflict.kind is ConflictKind.NOT_TAKEN:
        known = PROBLEMS.get(detail.get("problem", ""))
        return f"{known or ''} {detail.get('message', '')}".strip()
    return ""


def ways_of(conflict: ScanConflict) -> list[Outcome]:
    """What a supervisor may decide about it."""
    ways = [Outcome.KEEP]
    if conflict.scan is not None and conflict.kind not in {ConflictKind.UNKNOWN_CODE, ConflictKind.NOT_TAKEN}:
        ways.append(Outcome.UNDO_THIS)
    if conflict.other_scan is not None:
        ways.append(Outcome.UNDO_OTHER)
    if conflict.badge is not None and conflict.badge.state is BadgeState.ACTIVE:
        ways.append(Outcome.REVOKE)
    return ways


def settle_conflict(
    fair: Fair,
    conflict: ScanConflict,
    way: str,
    reason: str,
    *,
    by: Actor,
    act_id: str = "",
    device_id: int | None = None,
) -> ScanConflict:
    """Say what holds, and do it; raises InvalidInput, InvalidTransition when somebody was faster.

    ``act_id`` is the id that a device gave this settling: said again, it changes nothing.
    """
    said = one_line(reason)[:280]
    if not said:
        raise InvalidInput(_l("Say why."), field="reason")
    info = fair_info(fair)
    with transaction():
        row = db.session.get_one(ScanConflict, conflict.id, with_for_update=True, populate_existing=True)
        if act_id and _is_settled_by(row, act_id):
            return row
        row.move_to(ConflictState.SETTLED)
        if way not in set(ways_of(row)):
            raise InvalidInput(_l("Please choose from the list."), field="way")
        row.settled_at, row.settled_by_id, row.outcome = now(), by.user_id, f"{way}:{said}"
        for wanted, key in ((Outcome.UNDO_THIS, row.scan_id), (Outcome.UNDO_OTHER, row.other_scan_id)):
            if way == wanted and key is not None:
                undo_by_person(info, db.session.get_one(Scan, key), said, by=by)
        if way == Outcome.REVOKE and row.badge_id is not None:
            revoke_badge(db.session.get_one(Badge, row.badge_id), said, by=by)
        db.session.add(
            ScanAct(
                act_id=act_id or f"settle-{row.id}", fair_id=row.fair_id, kind=ActKind.SETTLE, scan_id=row.scan_id,
                badge_id=row.badge_id, reason=said, supervisor_id=by.user_id, by_id=by.user_id, device_id=device_id,
                acted_at=now(), detail={"outcome": way, "conflict": row.id},
            )
        )  # fmt: skip
        db.session.flush()
        record("checkin.settle", row, by=by, after={"outcome": way, "reason": said})
        return row


def _is_settled_by(row: ScanConflict, act_id: str) -> bool:
    known = db.session.scalar(select(ScanAct).where(ScanAct.fair_id == row.fair_id, ScanAct.act_id == act_id))
    if known is not None and (known.kind is not ActKind.SETTLE or known.detail.get("conflict") != row.id):
        raise InvalidInput(_l("This id is of something else."), field="id")
    return known is not None


def acts_on(conflict: ScanConflict) -> Sequence[ScanAct]:
    """What people did to its scans, oldest first."""
    keys = [key for key in (conflict.scan_id, conflict.other_scan_id) if key is not None]
    return db.session.scalars(
        select(ScanAct)
        .where(and_(ScanAct.scan_id.in_(keys), ScanAct.fair_id == conflict.fair_id))
        .order_by(ScanAct.acted_at, ScanAct.id)
    ).all()


_MOST_SHOWN = 20


def conflicts_to_settle(fair_id: int) -> dict[str, Any]:
    """The newest open conflicts as a device at the gates shows them, and how many there are; no codes."""
    newest = conflict_list(fair_id, ConflictFilter()).order_by(ScanConflict.created_at.desc(), ScanConflict.id.desc())
    rows = db.session.scalars(newest.limit(_MOST_SHOWN)).all()
    return {"open": sum(open_conflicts(fair_id).values()), "conflicts": [_as_device_reads(row) for row in rows]}


def _as_device_reads(row: ScanConflict) -> dict[str, Any]:
    badge = row.badge
    return {
        "id": row.id, "kind": str(row.kind), "words": str(row.kind.label), "problem": problem_of(row), "noted_at": row.created_at,
        "name": badge.person.display_name if badge else "", "company": badge.company.name if badge and badge.company else "",
        "category": str(badge.category) if badge else "", "reference": badge.reference if badge else "",
        "scans": [
            {
                "gate": scan.gate.name, "direction": scan.direction, "scanned_at": scan.scanned_at, "device": scan.device,
                "verdict": str(scan.verdict), "shown": scan.device_verdict or "",
            }
            for scan in (row.scan, row.other_scan) if scan is not None
        ],
        "ways": [{"way": str(way), "words": str(way.label)} for way in ways_of(row)],
    }  # fmt: skip


def settled_in_words(row: ScanConflict) -> dict[str, Any]:
    """What was decided about a conflict, when and by whom."""
    by = db.session.get(User, row.settled_by_id) if row.settled_by_id is not None else None
    return {
        "conflict": row.id, "way": row.outcome.partition(":")[0], "settled_at": row.settled_at,
        "settled_by": (by.name or by.email) if by is not None else "",
    }  # fmt: skip
