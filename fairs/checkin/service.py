"""Judging scans and counting visits; setting up gates.

Scans are an append-only log of their own, so a scan leaves no audit entry beside it; changes of gates do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.badges.categories import counting
from fairs.badges.queries import ScannedBadge, find_by_codes
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.checkin.errors import BadScan, GateExists
from fairs.checkin.models import Gate, Scan, Visit
from fairs.checkin.queries import KnownScan, gate_by_code, presences_of, rehearsed_presence, scans_by_id
from fairs.checkin.rules import Direction, Presence, Presented, judge
from fairs.checkin.states import Verdict
from fairs.core.actor import Actor
from fairs.core.clock import local_day, now
from fairs.core.crypto import keyed_digest
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import clean

MOST_SCANS = 500
#: How far a device's clock may run ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
#: A rehearsal remembers who is inside for so long; then the next one starts afresh.
REHEARSAL_MEMORY = timedelta(hours=3)
_EARLIEST_YEAR = 2000
_SCAN_ID = re.compile(r"[A-Za-z0-9._:\-]{1,40}")
_GATE_CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
METHODS = ("camera", "scanner", "typed", "api")


@dataclass(frozen=True, slots=True)
class ScanInput:
    """One code as a device read it. ``id`` is made by the device: the same id is the same scan, however often sent."""

    id: str
    code: str
    scanned_at: datetime
    direction: Direction = Direction.IN
    device: str = ""
    seq: int = 0
    method: str = "camera"


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What the gate says. ``since`` is when the wearer came in (for one who is inside already: this time).

    ``counted``: this scan made a visit that counts. ``is_repeat``: the scan was known already, nothing was done.
    """

    id: str
    verdict: Verdict
    scanned_at: datetime
    day: date
    badge: ScannedBadge | None = None
    since: datetime | None = None
    first_in_at: datetime | None = None
    counted: bool = False
    is_repeat: bool = False
    is_rehearsal: bool = False


def check_in(
    fair: Fair, gate: Gate, scans: Sequence[ScanInput], *, by: Actor, rehearsal_day: date | None = None
) -> list[ScanResult]:
    """Judge, keep and count scans of one gate; one result per scan, in their order. See :func:`check_in_at`."""
    return check_in_at(fair, [(gate.id, scan) for scan in scans], by=by, rehearsal_day=rehearsal_day)


def check_in_at(
    fair: Fair, entries: Sequence[tuple[int, ScanInput]], *, by: Actor, rehearsal_day: date | None = None
) -> list[ScanResult]:
    """Judge, keep and count scans, each with the key of its gate, at most 500; all of them or, on an error, none.

    Idempotent by the scan's id. Unknown codes are kept as well (only a digest of them). A closed gate still takes
    scans: a device may hand in late what it read before the gate closed. With ``rehearsal_day``, or at a fair that is a
    rehearsal, the scans are judged as of that day and never counted. Raises BadScan.
    """
    day = rehearsal_day or (fair.rehearsal_day or fair.today if fair.is_rehearsal else None)
    # Read before the transaction, which makes every loaded object be read anew.
    about = (fair.id, fair.time_zone, frozenset(fair.days), day, by.user_id, fair.is_cancelled, counting(fair))
    _check(entries)
    try:
        # Nearly every scan is new, so nobody asks first: one that is known refuses to be kept twice.
        with transaction():
            return _Session(*about).take(entries, {})
    except IntegrityError:
        with transaction():
            return _Session(*about).take(entries, scans_by_id(about[0], [scan.id for _, scan in entries]))


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


_KEEP_SCANS = insert(Scan.__table__)  # type: ignore[arg-type]
_KEEP_VISITS = insert(Visit.__table__)  # type: ignore[arg-type]
_MOVE_VISIT = update(Visit.__table__).where(  # type: ignore[arg-type]
    Visit.fair_id == bindparam("of_fair"), Visit.day == bindparam("of_day"), Visit.person_id == bindparam("of_person")
)


@dataclass(slots=True)
class _Session:
    """One call of check_in: what it knows of the fair, and what it learns on the way. Inside transaction().

    It reads columns and writes rows past the ORM: a gate waits for each scan.
    """

    fair_id: int
    time_zone: str
    fair_days: frozenset[date]
    rehearsal_day: date | None
    by_id: int | None
    is_called_off: bool
    counting: frozenset[BadgeCategory]
    badges: dict[str, ScannedBadge] = field(default_factory=dict)
    presences: dict[tuple[date, int], Presence] = field(default_factory=dict)
    rehearsed: dict[int, Presence] = field(default_factory=dict)
    scans: list[dict[str, Any]] = field(default_factory=list)
    visits: dict[tuple[date, int], dict[str, Any]] = field(default_factory=dict)
    moved: set[tuple[date, int]] = field(default_factory=set)

    def take(self, entries: Sequence[tuple[int, ScanInput]], known: dict[str, KnownScan]) -> list[ScanResult]:
        self.badges = find_by_codes((scan.code for _, scan in entries), lock=self.rehearsal_day is None)
        new = [(gate_id, scan) for gate_id, scan in entries if scan.id not in known]
        self._look_up_presence([scan for _, scan in new])
        results: dict[str, ScanResult] = {}
        for gate_id, scan in sorted(new, key=lambda entry: (entry[1].scanned_at, entry[1].seq)):
            if scan.id not in results:
                results[scan.id] = self._take_one(gate_id, scan)
        self._write()
        answers: list[ScanResult] = []
        seen: set[str] = set()
        for _, scan in entries:
            if scan.id in known:
                answers.append(self._repeated(known[scan.id]))
            else:
                answers.append(replace(results[scan.id], is_repeat=scan.id in seen))
            seen.add(scan.id)
        return answers

    def _write(self) -> None:
        connection = db.session.connection()
        if self.scans:
            connection.execute(_KEEP_SCANS, self.scans)
        if self.visits:
            connection.execute(_KEEP_VISITS, list(self.visits.values()))
        for day, person_id in self.moved:
            place = {"of_fair": self.fair_id, "of_day": day, "of_person": person_id}
            connection.execute(_MOVE_VISIT, place | _times(self.presences[day, person_id]))

    def _day(self, scan: ScanInput) -> date:
        return self.rehearsal_day or local_day(scan.scanned_at, self.time_zone)

    def _own(self, scan: ScanInput) -> ScannedBadge | None:
        badge = self.badges.get(scan.code)
        return badge if badge is not None and badge.fair_id == self.fair_id else None

    def _look_up_presence(self, scans: Sequence[ScanInput]) -> None:
        pairs = {(self._day(scan), badge) for scan in scans if (badge := self._own(scan)) is not None}
        if not pairs:
            return
        if self.rehearsal_day is None:
            people = {badge.person_id for _, badge in pairs}
            self.presences = presences_of(self.fair_id, {day for day, _ in pairs}, people)
        else:
            since = now() - REHEARSAL_MEMORY
            ids = {badge.id for _, badge in pairs}
            self.rehearsed = rehearsed_presence(self.fair_id, self.rehearsal_day, ids, since)

    def _take_one(self, gate_id: int, scan: ScanInput) -> ScanResult:
        badge, day = self.badges.get(scan.code), self._day(scan)
        own = self._own(scan)
        presence = before = self._presence(own, day)
        presented = Presented(
            is_known=badge is not None,
            is_of_this_fair=own is not None,
            is_called_off=self.is_called_off,
            is_revoked=own is not None and own.state is BadgeState.REVOKED,
            inside=presence.is_inside_at(scan.scanned_at),
        )
        verdict = judge(presented, scan.direction, day, self.fair_days)
        counted = False
        if own is not None and verdict.lets_in:
            presence = presence.after(scan.direction, scan.scanned_at)
            counted = self._remember(own, day, presence)
        self.scans.append(
            {
                "scan_id": scan.id, "fair_id": self.fair_id, "gate_id": gate_id, "badge_id": own.id if own else None,
                "code_digest": keyed_digest(scan.code), "device": clean(scan.device)[:60], "seq": scan.seq,
                "method": scan.method, "direction": str(scan.direction), "day": day, "scanned_at": scan.scanned_at,
                "verdict": verdict, "counted": counted, "is_rehearsal": self.rehearsal_day is not None, "by_id": self.by_id,
            }
        )  # fmt: skip
        since = before.inside_since if verdict is Verdict.ALREADY_INSIDE else None
        return ScanResult(
            scan.id, verdict, scan.scanned_at, day, own, since, before.first_in_at or presence.first_in_at, counted,
            is_rehearsal=self.rehearsal_day is not None,
        )  # fmt: skip

    def _presence(self, badge: ScannedBadge | None, day: date) -> Presence:
        if badge is None:
            return Presence()
        if self.rehearsal_day is not None:
            return self.rehearsed.get(badge.id, Presence())
        return self.presences.get((day, badge.person_id), Presence())

    def _remember(self, badge: ScannedBadge, day: date, presence: Presence) -> bool:
        """Keep where the person is now; True when that made a visit that counts."""
        if self.rehearsal_day is not None:
            self.rehearsed[badge.id] = presence
            return False
        if presence.first_in_at is None:
            return False  # leaving without having been seen to enter proves no visit
        place = day, badge.person_id
        is_known = place in self.presences
        self.presences[place] = presence
        if place in self.visits:
            self.visits[place].update(_times(presence))
            return False
        if is_known:
            self.moved.add(place)
            return False
        counts = badge.category in self.counting
        self.visits[place] = {
            "fair_id": self.fair_id, "day": day, "person_id": badge.person_id, "badge_id": badge.id,
            "category": badge.category, "counts": counts, "country": badge.country, **_times(presence),
        }  # fmt: skip
        return counts

    def _repeated(self, scan: KnownScan) -> ScanResult:
        return ScanResult(
            scan.scan_id, scan.verdict, scan.scanned_at, scan.day, scan.badge, counted=scan.counted, is_repeat=True,
            is_rehearsal=scan.is_rehearsal,
        )  # fmt: skip


def _times(presence: Presence) -> dict[str, datetime | None]:
    return {
        "first_in_at": presence.first_in_at,
        "inside_since": presence.inside_since,
        "left_at": presence.left_at,
    }


@dataclass(frozen=True, slots=True)
class GateDraft:
    """A gate as typed; ``direction`` is in, out or both."""

    name_vi: str
    name_en: str
    direction: str = "in"
    count_method: str = ""


def create_gate(fair: Fair, code: str, draft: GateDraft, *, by: Actor) -> Gate:
    """A new open gate; raises GateExists and InvalidInput."""
    if not _GATE_CODE.fullmatch(code) or len(code) > 20:
        raise InvalidInput(_l("Use letters, digits and hyphens."), field="code")
    _check_gate(draft)
    with transaction():
        if gate_by_code(fair.id, code) is not None:
            raise GateExists(field="code")
        gate = Gate(fair_id=fair.id, code=code, name_vi=draft.name_vi, name_en=draft.name_en, direction=draft.direction,
                    count_method=draft.count_method)  # fmt: skip
        db.session.add(gate)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise GateExists(field="code") from error
        record("checkin.create_gate", gate, by=by, after={"code": code, "direction": draft.direction})
        return gate


def change_gate(gate: Gate, draft: GateDraft, *, by: Actor) -> Gate:
    """Rename a gate or turn its direction; raises InvalidInput. Scans that were made keep their own direction."""
    _check_gate(draft)
    with transaction():
        row = db.session.get_one(Gate, gate.id, with_for_update=True, populate_existing=True)
        before = {key: getattr(row, key) for key in ("name_vi", "name_en", "direction", "count_method")}
        row.name_vi, row.name_en, row.direction = draft.name_vi, draft.name_en, draft.direction
        row.count_method = draft.count_method
        after = {key: getattr(row, key) for key in before}
        if before != after:
            record("checkin.change_gate", row, by=by, before=before, after=after)
        return row


def set_gate_open(gate: Gate, is_open: bool, *, by: Actor) -> Gate:
    """Open or close a gate; its screen then scans, or says that the gate is closed."""
    with transaction():
        row = db.session.get_one(Gate, gate.id, with_for_update=True, populate_existing=True)
        if row.is_open is not is_open:
            row.is_open = is_open
            record("checkin.open_gate" if is_open else "checkin.close_gate", row, by=by)
        return row


def _check_gate(draft: GateDraft) -> None:
    if not draft.name_vi and not draft.name_en:
        raise InvalidInput(_l("Give the gate a name in at least one language."), field="name_vi")
    if draft.direction not in {"in", "out", "both"}:
        raise InvalidInput(field="direction")
