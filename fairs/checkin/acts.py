"""Acts of people at a gate, as devices hand them in: a scan taken back, somebody admitted all the same, a blank badge bound.

An act is kept once by the id that the device gave it, with what became of it. It may come before its scan: it then waits for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.accounts.models import User
from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.checkin.conflicts import Found, note_conflicts
from fairs.checkin.days import refold
from fairs.checkin.devices import supervisor_of
from fairs.checkin.entries import ActInput, ActResult
from fairs.checkin.facts import FairInfo
from fairs.checkin.models import Scan, ScanAct
from fairs.checkin.passes import did_pass
from fairs.checkin.quarantine import rejudge_in
from fairs.checkin.states import ActKind, ConflictKind
from fairs.checkin.supervised import SUPERVISED, do_supervised
from fairs.checkin.tallies import Changes
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import DomainError
from fairs.directory.models import Person
from fairs.printing.service import bind_blank

#: How long a guard may take a scan back, on the device's own clock; a moment more for the press itself.
UNDO_WITHIN = timedelta(seconds=10)
_SLACK = timedelta(seconds=1)
DONE, WAITING = "done", "waiting"


def take_act(info: FairInfo, act: ActInput, *, by: Actor, device_id: int | None) -> ActResult:
    """Keep an act and do it; of one that is known only say what became of it."""
    for attempt in (1, 2):
        try:
            with transaction():
                return _take(info, act, by, device_id)
        except IntegrityError:
            # The same act came twice at once: it is known by now.
            if attempt == 2:
                raise
    raise AssertionError  # pragma: no cover


def _take(info: FairInfo, act: ActInput, by: Actor, device_id: int | None) -> ActResult:
    known = db.session.scalar(select(ScanAct).where(ScanAct.fair_id == info.id, ScanAct.act_id == act.id))
    if known is not None:
        return ActResult(act.id, known.kind, known.outcome, known.acted_at, is_repeat=True)
    supervisor = supervisor_of(info.id, act.supervisor_id)
    row = ScanAct(
        act_id=act.id, fair_id=info.id, gate_id=act.gate_id, kind=act.kind, of_scan_id=act.of, reason=act.reason,
        supervisor_id=supervisor.id if supervisor is not None else None, device_id=device_id, by_id=by.user_id, acted_at=act.acted_at,
        device_time=act.device_time, outcome=WAITING,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    message = ""
    if act.kind is ActKind.BIND:
        message = _bind(info, row, act, by)
    elif act.kind in SUPERVISED:
        message = do_supervised(row, act.code, by=_who(row, by))
    else:
        scan = _locked_scan(info.id, act.of)
        if scan is not None:
            do_act(info, row, scan)
    if row.outcome != WAITING:
        _note(info, row, by, message)
    db.session.flush()
    return ActResult(act.id, act.kind, row.outcome, act.acted_at, message)


def _locked_scan(fair_id: int, scan_id: str) -> Scan | None:
    """The scan, with its wearer's row locked as batches lock it: nobody else moves their day meanwhile."""
    scan = db.session.scalar(select(Scan).where(Scan.fair_id == fair_id, Scan.scan_id == scan_id))
    if scan is not None and scan.badge_id is not None:
        lock_people([scan.badge_id])
    return scan


def lock_people(badge_ids: Collection[int]) -> None:
    """Lock the rows of who wears these badges, in the order in which batches do."""
    query = select(Person.id).join(Badge, Badge.person_id == Person.id).where(Badge.id.in_(badge_ids))
    db.session.execute(query.order_by(Person.id).with_for_update(of=Person, **MINE)).all()


def do_act(info: FairInfo, row: ScanAct, scan: Scan, *, is_settled: bool = False) -> None:
    """Take a scan back, or let its wearer in, and move day and tallies. ``outcome`` says what became of it."""
    row.scan_id, row.badge_id = scan.id, scan.badge_id
    row.gate_id = row.gate_id or scan.gate_id
    row.outcome = DONE if is_settled else _outcome(row, scan)
    if row.outcome != DONE or scan.is_rehearsal:
        return
    earlier = set(
        db.session.scalars(
            select(ScanAct.kind).where(ScanAct.scan_id == scan.id, ScanAct.outcome == DONE, ScanAct.id != row.id)
        )
    )
    changes = Changes(info.id, info.zone)
    for acts, change in ((earlier, -1), (earlier | {row.kind}, 1)):
        place = gate_place(scan.direction, scan.verdict, scan.device_verdict, acts)
        if place is not None:
            changes.scanned(scan.gate_id, scan.day, scan.scanned_at, place, change)
    db.session.flush()
    if scan.badge_id is not None:
        refold(info, [_place(scan)], changes)
    changes.write()


def _place(scan: Scan) -> tuple[date, int]:
    return scan.day, db.session.scalars(select(Badge.person_id).where(Badge.id == scan.badge_id)).one()


def gate_place(direction: str, verdict: str, shown: str | None, acts: Collection[ActKind]) -> int | None:
    """Where a scan stands in its gate's tally: 0 came, 1 went, 2 refused, None when it was taken back."""
    if ActKind.UNDO in acts:
        return None
    if not did_pass(verdict, shown, acts):
        return 2
    return 0 if direction == "in" else 1


def _outcome(row: ScanAct, scan: Scan) -> str:
    if row.kind is ActKind.ADMIT:
        return DONE if row.supervisor_id is not None else "not_allowed"
    if row.supervisor_id is not None:
        return DONE
    if row.device_id != scan.device_id:
        return "not_allowed"
    passed = (row.device_time or row.acted_at) - (scan.device_time or scan.scanned_at)
    return DONE if -_SLACK <= passed <= UNDO_WITHIN + _SLACK else "too_late"


def _bind(info: FairInfo, row: ScanAct, act: ActInput, by: Actor) -> str:
    """Bind a blank; what printing says when it cannot be is kept with the act and told to the guard."""
    try:
        with transaction():
            badge = bind_blank(act.code, act.person_code, at=act.acted_at, by=_who(row, by), fair_id=info.id)
    except DomainError as error:
        row.outcome, row.detail = "failed", {"problem": error.code, "message": str(error)}
        return str(error)
    row.outcome, row.badge_id = DONE, badge.id
    db.session.flush()
    rejudge_in(info)
    return ""


def _who(row: ScanAct, by: Actor) -> Actor:
    """The supervisor whose PIN unlocked it, else the device or person that sent it."""
    user = db.session.get(User, row.supervisor_id) if row.supervisor_id is not None else None
    return Actor(user.id, user.name or user.email) if user is not None else by


def _note(info: FairInfo, row: ScanAct, by: Actor, message: str) -> None:
    after: dict[str, Any] = {"scan": row.of_scan_id, "reason": row.reason, "outcome": row.outcome}
    record(f"checkin.{row.kind}", row, by=_who(row, by), after=after)
    if row.outcome != DONE:
        detail = {"problem": f"act_{row.outcome}", "act": row.act_id, "kind": str(row.kind), "message": message}
        of = row.of_scan_id if row.scan_id is not None else ""
        found = Found(ConflictKind.NOT_TAKEN, of, row.badge_id, row.device_id, entry=row.act_id, detail=detail)
        note_conflicts(info.id, [found])


def do_waiting(info: FairInfo, scan_ids: Collection[str] | None = None) -> int:
    """Do the acts that came before their scans (of these scans, or of all); gives back how many."""
    query = select(ScanAct.id).where(
        ScanAct.fair_id == info.id, ScanAct.scan_id.is_(None), ScanAct.of_scan_id != "", ScanAct.outcome == WAITING
    )
    if scan_ids is not None:
        query = query.where(ScanAct.of_scan_id.in_(scan_ids))
    count = 0
    for key in db.session.scalars(query.order_by(ScanAct.id)).all():
        with transaction():
            row = db.session.get_one(ScanAct, key, with_for_update=True, populate_existing=True)
            scan = _locked_scan(info.id, row.of_scan_id)
            if scan is None or row.outcome != WAITING:
                continue
            do_act(info, row, scan)
            _note(info, row, Actor(row.by_id, ""), "")
            count += 1
    return count


def act_in_words(outcome: str, message: str = "") -> str:
    """What the guard reads."""
    words = {
        DONE: _("Done."),
        WAITING: _("Kept; its scan has not arrived yet."),
        "too_late": _("Too late: a scan is taken back within ten seconds. The supervisor has been told."),
        "not_allowed": _("Not allowed. The supervisor has been told."),
    }
    return message or words.get(outcome, outcome)


def undo_by_person(info: FairInfo, scan: Scan, reason: str, *, by: Actor) -> ScanAct:
    """A supervisor takes a scan back on their page, at any time. Inside transaction()."""
    if scan.badge_id is not None:
        lock_people([scan.badge_id])
    row = ScanAct(
        act_id=f"settle-undo-{scan.id}", fair_id=info.id, gate_id=scan.gate_id, kind=ActKind.UNDO, of_scan_id=scan.scan_id,
        reason=reason[:300], supervisor_id=by.user_id, by_id=by.user_id, acted_at=now(), outcome=WAITING,
    )  # fmt: skip
    known = db.session.scalar(select(ScanAct).where(ScanAct.fair_id == info.id, ScanAct.act_id == row.act_id))
    if known is not None:
        return known
    db.session.add(row)
    db.session.flush()
    do_act(info, row, scan, is_settled=True)
    record("checkin.undo", row, by=by, after={"scan": scan.scan_id, "reason": reason})
    return row
