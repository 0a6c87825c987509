"""Taking a batch of scans: each is judged, kept, and moves its wearer's day and the tallies, all in one transaction.

It reads columns and writes rows past the ORM: a gate waits for each scan, and a device that was without a network for two days hands
in thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import bindparam, select

from fairs.badges.codes import BadCode, normalise, verify
from fairs.badges.queries import ScannedBadge, find_by_codes, public_keys
from fairs.badges.states import BadgeState
from fairs.checkin.conflicts import Found, note_conflicts
from fairs.checkin.days import Days
from fairs.checkin.entries import ScanInput, ScanResult
from fairs.checkin.facts import LATE, FairInfo
from fairs.checkin.models import ZoneTally
from fairs.checkin.passes import IMPOSSIBLE, Pass, Stay, clash, did_pass, fold, step
from fairs.checkin.queries import KnownScan
from fairs.checkin.rulebook import GateBook
from fairs.checkin.rules import CLOCKS_DIFFER, Direction, Judgement, Seen, judge
from fairs.checkin.states import ConflictKind, Verdict
from fairs.checkin.stays import Place, passes_of, rehearsed_passes
from fairs.checkin.tallies import Changes
from fairs.core.clock import now
from fairs.core.crypto import encrypt, keyed_digest
from fairs.core.rows import Driver, Reading, Statement, driver, read_rows, write_rows
from fairs.core.text import clean

#: A rehearsal remembers who is inside for so long; then the next one starts afresh.
REHEARSAL_MEMORY = timedelta(hours=3)
#: Who is scanned now cannot have left later: only for older scans earlier passes are looked up where there is no visit.
_NOW = timedelta(seconds=5)

_KEEP_SCANS = Statement.insert(
    "scans",
    ("scan_id", "fair_id", "gate_id", "badge_id", "code_digest", "device", "seq", "method", "direction", "day", "scanned_at",
     "verdict", "counted", "is_rehearsal", "by_id", "device_id", "device_time", "device_verdict", "sealed_code", "created_at"),
)  # fmt: skip
_INSIDE = Reading(
    lambda _driver: select(ZoneTally.inside).where(ZoneTally.zone_id == bindparam("zone"), ZoneTally.day == bindparam("day"))
)  # fmt: skip


@dataclass(slots=True)
class Taking:
    """One batch: what it knows of the fair, and what it learns on the way. Inside transaction()."""

    info: FairInfo
    rehearsal_day: date | None = None
    received: datetime = field(default_factory=now)
    badges: dict[str, ScannedBadge] = field(default_factory=dict)
    days: Days = field(init=False)
    history: dict[Place, list[Pass]] = field(default_factory=dict)
    changes: Changes = field(init=False)
    rows: list[tuple[GateBook, ScanInput, ScannedBadge | None, bool, date, Verdict, bool]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    keys: dict[int, Ed25519PublicKey] | None = None
    inside: dict[Place, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = Days(self.info)
        self.changes = Changes(self.info.id, self.info.zone)

    @property
    def counts(self) -> bool:
        """Whether it is no rehearsal."""
        return self.rehearsal_day is None

    def take(self, entries: Sequence[tuple[int, ScanInput]], known: dict[str, KnownScan]) -> list[ScanResult]:
        """Judge and keep what is not known yet; one result for each entry, in their order."""
        self.badges = find_by_codes((scan.code for _, scan in entries), lock=self.counts)
        new: dict[str, tuple[GateBook, ScanInput, ScannedBadge | None, datetime, date]] = {}
        zone, gates, badges = self.info.zone, self.info.gates, self.badges
        for gate_id, scan in entries:
            if scan.id in known or scan.id in new:
                continue
            badge = badges.get(scan.code)
            if scan.scanned_at.tzinfo is not UTC:
                scan.scanned_at = scan.scanned_at.astimezone(UTC)
            if scan.device_time is not None and scan.device_time.tzinfo is not UTC:
                scan.device_time = scan.device_time.astimezone(UTC)
            local = scan.scanned_at.astimezone(zone)
            new[scan.id] = gates[gate_id], scan, badge, local, self.rehearsal_day or local.date()
        self._look_up(new.values())
        results = {
            entry[1].id: self._take_one(*entry)
            for entry in sorted(new.values(), key=lambda entry: (entry[1].scanned_at, entry[1].seq, entry[1].id))
        }
        self._write()
        answers, seen = [], set()
        for _, scan in entries:
            if scan.id in known:
                answers.append(_repeated(known[scan.id]))
            elif scan.id in seen:
                answers.append(replace(results[scan.id], is_repeat=True))
            else:
                answers.append(results[scan.id])
            seen.add(scan.id)
        return answers

    def _look_up(self, new: Iterable[tuple[GateBook, ScanInput, ScannedBadge | None, datetime, date]]) -> None:
        firsts: dict[Place, datetime] = {}
        for _gate, scan, badge, _local, day in new:
            if badge is not None and badge.fair_id == self.info.id:
                place = day, badge.person_id
                first = firsts.get(place)
                if first is None or scan.scanned_at < first:
                    firsts[place] = scan.scanned_at
        if not firsts:
            return
        if not self.counts:
            self.history = rehearsed_passes(
                self.info, self.rehearsal_day, list(firsts), self.received - REHEARSAL_MEMORY
            )
            self.days.stays = {place: stay for place, rows in self.history.items() if (stay := fold(rows)) is not None}
            return
        self.days.load({person for _, person in firsts})
        recently = self.received - _NOW
        late = []
        for place, first in firsts.items():
            stay = self.days.stays.get(place)
            if (first < recently) if stay is None else (first <= stay.passed_at):
                late.append(place)
        if late:
            self.history = passes_of(self.info, late)
            for place, rows in self.history.items():
                if not rows and (stay := self.days.stays.get(place)) is not None:
                    rows.extend(_as_passes(stay))

    def _take_one(
        self, gate: GateBook, scan: ScanInput, badge: ScannedBadge | None, local: datetime, day: date
    ) -> ScanResult:
        moment = scan.scanned_at
        own = badge if badge is not None and badge.fair_id == self.info.id else None
        stay = self._stay_at(day, own, moment)
        judgement = self._judge(gate, scan, badge, own, stay, local)
        verdict, counted, first = judgement.verdict, False, stay.first_in_at if stay is not None else None
        passed = did_pass(verdict, scan.device_verdict)
        if self.counts:
            is_in = scan.direction == Direction.IN
            self.changes.scanned(gate.id, day, moment, (0 if is_in else 1) if passed else 2)
        if own is not None and passed:
            after, counted = self._pass(gate, scan, own, day)
            first = first or (after.first_in_at if after is not None else None)
        if self.counts and (own is None or scan.device_verdict is not None):
            self._note(scan, own, judgement)
        self._keep(gate, scan, own, badge is None, day, verdict, counted)
        since = judgement.since if verdict is Verdict.ALREADY_INSIDE and judgement.since is not None else None
        return ScanResult(
            scan.id, verdict, moment, day, own, since, first, counted, False, not self.counts, judgement
        )  # fmt: skip

    def _keep(
        self, gate: GateBook, scan: ScanInput, own: ScannedBadge | None, is_unknown: bool, day: date, verdict: Verdict,
        counted: bool,
    ) -> None:  # fmt: skip
        self.rows.append((gate, scan, own, is_unknown, day, verdict, counted))

    def _as_rows(self, kind: Driver) -> list[tuple[Any, ...]]:
        moment, counts, received = kind.moment, self.counts, kind.moment(self.received)
        devices = {name: clean(name)[:60] for name in {row[1].device for row in self.rows}}
        return [
            (
                scan.id, self.info.id, gate.id, own.id if own else None, keyed_digest(scan.code), devices[scan.device],
                scan.seq, scan.method, str(scan.direction), kind.day(day), moment(scan.scanned_at), str(verdict), counted,
                not counts, scan.by_id, scan.device_id, moment(scan.device_time), scan.device_verdict,
                encrypt(scan.code.encode()) if is_unknown and counts else None, received,
            )
            for gate, scan, own, is_unknown, day, verdict, counted in self.rows
        ]  # fmt: skip

    def _stay_at(self, day: date, own: ScannedBadge | None, moment: datetime) -> Stay | None:
        """Where the wearer was when they were scanned, as far as is known by now."""
        if own is None:
            return None
        place = day, own.person_id
        rows = self.history.get(place)
        return self.days.stays.get(place) if rows is None else fold(rows, moment + CLOCKS_DIFFER)

    def _judge(
        self, gate: GateBook, scan: ScanInput, badge: ScannedBadge | None, own: ScannedBadge | None, stay: Stay | None,
        local: datetime,
    ) -> Judgement:  # fmt: skip
        fair = self.info.facts if self.rehearsal_day is None else self.info.rehearsal
        if self.rehearsal_day is not None:
            local = datetime.combine(self.rehearsal_day, local.timetz())
        facts = gate.facts
        zone, inside = facts.zone, None
        if zone is not None and self.counts and self.received - scan.scanned_at < LATE:
            inside = self._inside(gate, local.date())
        if own is not None and stay is None and own.state is BadgeState.ACTIVE and facts.is_open:
            # Nearly everybody: nothing is known of them but the category. Judged once for each minute.
            level = None if zone is None or inside is None else zone.level(inside)
            key = (
                self.counts,
                gate.id,
                scan.direction,
                own.category,
                level,
                inside is None,
                local.date(),
                local.hour,
                local.minute,
            )
            known = self.info.judged.get(key)
            if known is None:
                seen = Seen(known=True, signed=True, category=own.category)
                facts = gate.at(scan.scanned_at, inside=inside)
                known = self.info.judged[key] = judge(seen, facts, fair, scan.direction, local)
            return known
        if zone is not None or not facts.is_open:
            facts = gate.at(scan.scanned_at, inside=inside)
        if own is None:
            seen = Seen(known=False, signed=badge is None and self._is_signed(scan.code), other_fair=badge is not None)
            return judge(seen, facts, fair, scan.direction, local)
        revoked = (own.revoked_at or datetime.min.replace(tzinfo=UTC)) if own.state is BadgeState.REVOKED else None
        replaced = revoked if own.replaced_by_id is not None else None
        seen = Seen(
            known=True, signed=True, category=own.category, revoked_at=None if replaced else revoked, replaced_at=replaced,
            inside_since=stay.since_in(gate.zone_id) if stay else None, first_in_at=stay.first_in_at if stay else None,
            last_out_at=stay.left_at if stay else None, entries_today=1 if stay else 0,
        )  # fmt: skip
        return judge(seen, facts, fair, scan.direction, local)

    def _is_signed(self, code: str) -> bool:
        if self.keys is None:
            self.keys = public_keys(self.info.id)
        try:
            verify(normalise(code), self.keys)
        except BadCode:
            return False
        return True

    def _inside(self, gate: GateBook, day: date) -> int:
        """How many are in the zone of the gate: as the tally says, and by this batch so far."""
        if gate.zone_id is None:
            return 0
        place = day, gate.zone_id
        if place not in self.inside:
            rows = read_rows(_INSIDE, zone=gate.zone_id, day=driver()[1].day(day))
            self.inside[place] = rows[0][0] if rows else 0
        return self.inside[place]

    def _pass(self, gate: GateBook, scan: ScanInput, own: ScannedBadge, day: date) -> tuple[Stay | None, bool]:
        """The wearer went through: where they are now, and whether that made a visit that counts."""
        place, stays = (day, own.person_id), self.days.stays
        one = Pass(
            scan.scanned_at, scan.id, scan.direction == Direction.IN, gate.id, gate.zone_id, gate.is_inner, own.id,
            own.category, own.country, own.category in self.info.counting and day in self.info.facts.fair_days,
        )  # fmt: skip
        before, rows = stays.get(place), self.history.get(place)
        if rows is not None:
            other = clash(rows, one)
            rows.append(one)
            after = fold(rows)
            if other is not None and self.counts:
                self.found.append(Found(ConflictKind.TWO_GATES, scan.id, own.id, scan.device_id, other=other.scan_id))
        else:
            after = step(before, one)
            if (
                before is not None and one.is_in and self.counts and before.inside_since is not None
                and before.last_gate_id not in (gate.id, None) and before.zone_id == gate.zone_id
                and scan.scanned_at - before.passed_at < IMPOSSIBLE
            ):  # fmt: skip
                self.found.append(
                    Found(ConflictKind.TWO_GATES, scan.id, own.id, scan.device_id, near=(place, before.passed_at))
                )
        self.days.put(place, after)
        for stay, change in ((before, -1), (after, 1)):
            if stay is not None and stay.zone_id is not None and (day, stay.zone_id) in self.inside:
                self.inside[day, stay.zone_id] += change
        return after, before is None and after is not None and after.counts and self.counts

    def _note(self, scan: ScanInput, own: ScannedBadge | None, judgement: Judgement) -> None:
        """What a person has to look at: an unknown code, or a device that judged otherwise."""
        ours, theirs = judgement.verdict, scan.device_verdict
        badge_id = own.id if own is not None else None
        if own is None and ours is not Verdict.OTHER_FAIR:
            self.found.append(
                Found(ConflictKind.UNKNOWN_CODE, scan.id, None, scan.device_id, code=keyed_digest(scan.code))
            )
        if theirs is None or Verdict(theirs).lets_in is ours.lets_in:
            return
        late = ours in {Verdict.REVOKED, Verdict.REPLACED} and Verdict(theirs).lets_in
        kind = ConflictKind.REVOKED_MEANWHILE if late else ConflictKind.OTHER_VERDICT
        self.found.append(Found(kind, scan.id, badge_id, scan.device_id, detail={"shown": theirs, "judged": str(ours)}))

    def _write(self) -> None:
        if self.rows:
            connection, kind = driver()
            write_rows(connection, kind, _KEEP_SCANS, self._as_rows(kind))
        if self.counts:
            self.days.write(self.changes)
            if self.found:
                note_conflicts(self.info.id, self.found)
            self.changes.write()


def _repeated(scan: KnownScan) -> ScanResult:
    return ScanResult(
        scan.scan_id, scan.verdict, scan.scanned_at, scan.day, scan.badge, counted=scan.counted, is_repeat=True,
        is_rehearsal=scan.is_rehearsal,
    )  # fmt: skip


def _as_passes(stay: Stay) -> list[Pass]:
    """A visit of which no scan is kept (it came from elsewhere): the passes that it says itself."""
    about = stay.last_gate_id or 0, stay.zone_id, False, stay.badge_id, stay.category, stay.country, stay.counts
    passes = [Pass(stay.first_in_at, "", True, *about)]
    if stay.left_at is not None:
        passes.append(Pass(stay.left_at, "", False, *about))
    if stay.inside_since is not None and stay.inside_since != stay.first_in_at:
        passes.append(Pass(stay.inside_since, "", True, *about))
    return passes
