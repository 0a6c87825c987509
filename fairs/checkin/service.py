"""Taking scans; setting up gates.

Scans are an append-only log of their own, so a scan leaves no audit entry beside it; changes of gates do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.checkin.entries import CLOCK_TOLERANCE, METHODS, MOST_SCANS, ScanInput, ScanResult
from fairs.checkin.errors import BadScan, GateExists, Overtaken
from fairs.checkin.facts import FairInfo, fair_info
from fairs.checkin.models import AccessZone, Gate
from fairs.checkin.queries import gate_by_code, scans_by_id
from fairs.checkin.taking import Taking
from fairs.checkin.together import Together
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, in_transaction, let_go, transaction, write_turn
from fairs.core.errors import InvalidInput
from fairs.core.text import one_line

__all__ = [
    "GateDraft",
    "ScanInput",
    "ScanResult",
    "change_gate",
    "check_in",
    "check_in_at",
    "create_gate",
    "set_gate_open",
]

_EARLIEST_YEAR = 2000
_FEW = 4  # scans: more are a transaction of their own
_SCAN_ID = re.compile(r"[A-Za-z0-9._:\-]{1,40}")
_GATE_CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


def check_in(
    fair: Fair, gate: Gate, scans: Sequence[ScanInput], *, by: Actor, rehearsal_day: date | None = None
) -> list[ScanResult]:
    """Judge, keep and count scans of one gate; one result per scan, in their order. See :func:`check_in_at`."""
    entries = [(gate.id, scan) for scan in scans]
    _check(entries)
    return take_scans(fair, entries, by=by, rehearsal_day=rehearsal_day, gates_of=gate.fair_id)


def check_in_at(
    fair: Fair, entries: Sequence[tuple[int, ScanInput]], *, by: Actor, rehearsal_day: date | None = None
) -> list[ScanResult]:
    """Judge, keep and count scans, each with the key of its gate, at most 500; all of them or, on an error, none.

    Idempotent by the scan's id. Unknown codes are kept as well (sealed, until they are known). A closed gate still takes
    scans: a device may hand in late what it read before the gate closed. With ``rehearsal_day``, or at a fair that is a
    rehearsal, the scans are judged as of that day and never counted. Raises BadScan.
    """
    _check(entries)
    return take_scans(fair, entries, by=by, rehearsal_day=rehearsal_day)


def take_scans(
    fair: Fair, entries: Sequence[tuple[int, ScanInput]], *, by: Actor, rehearsal_day: date | None = None,
    device_id: int | None = None, gates_of: int | None = None,
) -> list[ScanResult]:  # fmt: skip
    """As check_in_at, for scans that were checked when they were read; ``gates_of`` is the fair whose gates they came by."""
    day = rehearsal_day or (fair.rehearsal_day or fair.today if fair.is_rehearsal else None)
    # Read before the transaction, which makes every loaded object be read anew.
    info = fair_info(fair, gates_of)
    for _, scan in entries:
        scan.by_id, scan.device_id = by.user_id, device_id
    if len(entries) <= _FEW and not in_transaction():
        let_go()  # who waits for the others must not keep a connection from the one who writes for all
        return _together.do(
            (id(db.engine), info.id, gates_of, day), [(info, day, gate_id, scan) for gate_id, scan in entries]
        )
    with write_turn():
        return _take(info, day, entries)


def _take(info: FairInfo, day: date | None, entries: Sequence[tuple[int, ScanInput]]) -> list[ScanResult]:
    try:
        # Nearly every scan is new, so nobody asks first: one that is known refuses to be kept twice.
        with transaction():
            return Taking(info, day).take(entries, {})
    except IntegrityError:
        with transaction():
            return Taking(info, day).take(entries, scans_by_id(info.id, [scan.id for _, scan in entries]))


_Entry = tuple[FairInfo, date | None, int, ScanInput]


def _take_some(entries: list[_Entry]) -> list[ScanResult]:
    info, day = entries[-1][:2]
    return _take(info, day, [entry[2:] for entry in entries])


_together: Together[_Entry, ScanResult] = Together(_take_some, write_turn)


def _check(entries: Sequence[tuple[int, ScanInput]]) -> None:
    if len(entries) > MOST_SCANS:
        raise BadScan(_l("At most %(n)s scans at a time.", n=MOST_SCANS), field="scans")
    latest = now() + CLOCK_TOLERANCE
    for index, (_, scan) in enumerate(entries):
        if not _SCAN_ID.fullmatch(scan.id):
            raise BadScan(_l("An id is 1 to 40 letters, digits and . _ : -"), field=f"scans.{index}.id")
        if scan.scanned_at.tzinfo is None:
            raise BadScan(_l("The time needs its offset from UTC."), field=f"scans.{index}.scanned_at")
        if scan.scanned_at > latest or scan.scanned_at.year < _EARLIEST_YEAR:
            raise BadScan(_l("This time cannot be right; check the device's clock."), field=f"scans.{index}.scanned_at")
        if scan.method not in METHODS:
            raise BadScan(field=f"scans.{index}.method")


@dataclass(frozen=True, slots=True)
class GateDraft:
    """A gate as typed; ``direction`` is in, out or both."""

    name_vi: str
    name_en: str
    direction: str = "in"
    count_method: str = ""
    zone: AccessZone | None = None
    unknown_signed: str = "admit"


def create_gate(fair: Fair, code: str, draft: GateDraft, *, by: Actor) -> Gate:
    """A new open gate; raises GateExists and InvalidInput."""
    if not _GATE_CODE.fullmatch(code) or len(code) > 20:
        raise InvalidInput(_l("Use letters, digits and hyphens."), field="code")
    _check_gate(draft)
    with transaction():
        if gate_by_code(fair.id, code) is not None:
            raise GateExists(field="code")
        gate = Gate(fair_id=fair.id, code=code, name_vi=draft.name_vi, name_en=draft.name_en, direction=draft.direction,
                    count_method=draft.count_method, zone_id=draft.zone and draft.zone.id,
                    unknown_signed=draft.unknown_signed, changed_at=now())  # fmt: skip
        db.session.add(gate)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise GateExists(field="code") from error
        record("checkin.create_gate", gate, by=by, after={"code": code, "direction": draft.direction})
        return gate


def change_gate(gate: Gate, draft: GateDraft, *, by: Actor) -> Gate:
    """Rename a gate, turn its direction or let it lead into another zone; raises InvalidInput. Scans that were made keep
    their own direction."""
    _check_gate(draft)
    with transaction():
        row = db.session.get_one(Gate, gate.id, with_for_update=True, populate_existing=True)
        names = ("name_vi", "name_en", "direction", "count_method", "zone_id", "unknown_signed")
        before = {key: getattr(row, key) for key in names}
        row.name_vi, row.name_en, row.direction = draft.name_vi, draft.name_en, draft.direction
        row.count_method, row.unknown_signed = draft.count_method, draft.unknown_signed
        row.zone_id = draft.zone.id if draft.zone is not None else None
        after = {key: getattr(row, key) for key in before}
        if before != after:
            row.changed_at = now()
            record("checkin.change_gate", row, by=by, before=before, after=after)
        return row


def set_gate_open(gate: Gate, is_open: bool, *, by: Actor, reason: str = "", at: datetime | None = None) -> Gate:
    """Open or close a gate; its screen then scans, or says that the gate is closed and why.

    ``at`` is when it happened, for what a device reports later. Raises Overtaken when the gate was opened, closed or set up
    anew since.
    """
    with transaction():
        row = db.session.get_one(Gate, gate.id, with_for_update=True, populate_existing=True)
        if row.is_open is not is_open:
            if at is not None and row.changed_at is not None and at < row.changed_at:
                raise Overtaken
            moment, said = at or now(), one_line(reason)[:300]
            row.is_open, row.changed_at = is_open, moment
            row.closed_at, row.close_reason = (None, "") if is_open else (moment, said)
            after = {"reason": said} if said else None
            record("checkin.open_gate" if is_open else "checkin.close_gate", row, by=by, after=after)
        return row


def _check_gate(draft: GateDraft) -> None:
    if not draft.name_vi and not draft.name_en:
        raise InvalidInput(_l("Give the gate a name in at least one language."), field="name_vi")
    if draft.direction not in {"in", "out", "both"}:
        raise InvalidInput(field="direction")
    if draft.unknown_signed not in {"admit", "refuse"}:
        raise InvalidInput(field="unknown_signed")
