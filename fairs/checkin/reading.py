"""Reading what programs and devices send, by hand: strict checks of plain values, no schema between a gate and its verdict.

Of a program one bad entry refuses the batch, in the words of the schema (``schemas.ScanBatch``). Of a device each entry is read for
itself: what cannot be taken is kept for the supervisor and stops no other.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.checkin.devices import DeviceHolder
from fairs.checkin.entries import CLOCK_TOLERANCE, METHODS, ActInput, Event, Refused, ScanInput
from fairs.checkin.errors import BadScan
from fairs.checkin.facts import FairInfo
from fairs.checkin.rules import Direction
from fairs.checkin.states import ActKind, Verdict

EARLIEST_YEAR = 2000
MOST_SEQ = 2**31 - 1
ID = re.compile(r"[A-Za-z0-9._:\-]{1,40}")
#: A difference that the network's delay alone can make is no fault of the clock.
_DELAY = timedelta(seconds=30)
#: A clock that was put right between scan and upload may leave times ahead of ours: so far they are taken as of the upload.
_MOST_AHEAD = timedelta(days=7)
_WAYS = {str(way): way for way in Direction}
_VERDICTS = frozenset(str(verdict) for verdict in Verdict)
_SCAN_KEYS = frozenset(
    {"id", "code", "gate", "direction", "scanned_at", "device", "seq", "method", "verdict", "clock_offset_ms", "kind"}
)
_ACT_KEYS = frozenset(
    {"id", "kind", "of", "reason", "supervisor", "code", "person_code", "gate", "scanned_at", "acted_at", "at", "device",
     "seq", "clock_offset_ms"}
)  # fmt: skip
_ACTS = {str(kind): kind for kind in ActKind if kind is not ActKind.SETTLE}
_OF_A_BADGE = frozenset({ActKind.REVOKE, ActKind.REPLACE})
_OF_A_GATE = frozenset({ActKind.OPEN_GATE, ActKind.CLOSE_GATE})


class Flaw(ValueError):
    """An entry cannot be taken; its text is a key of ``conflicts.PROBLEMS``."""


@dataclass(slots=True)
class Clock:
    """How to put a device's times right. ``received`` is our time, ``ahead`` how far its clock ran ahead when it sent."""

    received: datetime
    ahead: timedelta = timedelta()

    @classmethod
    def of(cls, received: datetime, sent_at: datetime | None) -> Clock:
        """By the device's time of sending, if it said it."""
        ahead = sent_at - received if sent_at is not None else timedelta()
        return cls(received, timedelta() if abs(ahead) < _DELAY else ahead)

    def corrected(self, moment: datetime, offset_ms: int | None) -> datetime:
        """A device's time by our clock: by the offset measured at that time, else by that of sending; never after now."""
        ahead = self.ahead if offset_ms is None else timedelta(milliseconds=offset_ms)
        try:
            found = moment - ahead
            if found > self.received + _MOST_AHEAD or found.year < EARLIEST_YEAR:
                raise Flaw("bad_time")
        except OverflowError as error:
            raise Flaw("bad_time") from error
        return min(found, self.received)


def moment_of(value: Any) -> datetime:
    """An ISO time with its offset from UTC; raises Flaw."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise Flaw("bad_time")
    except (TypeError, ValueError) as error:
        raise Flaw("bad_time") from error
    return moment


def _offset(values: dict[str, Any]) -> int | None:
    value = values.get("clock_offset_ms")
    if value is not None and (type(value) is not int or abs(value) > 2**52):
        raise Flaw("bad_entry")
    return value


def read_scan(values: Any, method: str) -> ScanInput:
    """A scan with its time as the device's clock said it; raises Flaw, whatever is wrong. Its gate is the caller's."""
    if type(values) is not dict or not values.keys() <= _SCAN_KEYS:
        raise Flaw("bad_entry")
    get = values.get
    scan_id, code, way = get("id"), get("code"), get("direction")
    device, seq, shown = get("device", ""), get("seq", 0), get("verdict")
    method = get("method", method)
    if (
        type(scan_id) is not str or ID.fullmatch(scan_id) is None
        or type(code) is not str or not 0 < len(code) <= 1000
        or type(way) is not str or way not in _WAYS
        or type(device) is not str or len(device) > 60
        or type(seq) is not int or not 0 <= seq <= MOST_SEQ
        or type(method) is not str or method not in METHODS
        or not (shown is None or (type(shown) is str and shown in _VERDICTS))
        or get("kind", "scan") != "scan"
    ):  # fmt: skip
        raise Flaw("bad_entry")
    moment = moment_of(get("scanned_at"))
    return ScanInput(scan_id, code, moment, _WAYS[way], device, seq, method, moment, shown)


def read_program(body: Any, info: FairInfo, received: datetime) -> list[tuple[int, ScanInput]]:
    """All scans of a program's batch; raises Flaw at the first that is not as the contract says."""
    if type(body) is not dict or not body.keys() <= {"scans", "sent_at"} or type(body.get("scans")) is not list:
        raise Flaw("bad_entry")
    sent_at = body.get("sent_at")
    clock = Clock.of(received, moment_of(sent_at) if sent_at is not None else None)
    latest, gates, entries = received + CLOCK_TOLERANCE, info.by_code, []
    for values in body["scans"]:
        scan = read_scan(values, "api")
        gate = values.get("gate")
        if type(gate) is not str or gate not in gates:
            raise Flaw("unknown_gate")
        offset = _offset(values)
        if offset is not None or clock.ahead:
            scan.scanned_at = clock.corrected(scan.scanned_at, offset)
        if scan.scanned_at > latest or scan.scanned_at.year < EARLIEST_YEAR:
            raise Flaw("bad_time")
        entries.append((gates[gate].id, scan))
    return entries


def checked_scan(values: dict[str, Any], clock: Clock, place: str) -> ScanInput:
    """A scan that the schema has read; raises BadScan with what of ``place`` is wrong."""
    if not ID.fullmatch(values["id"]):
        raise BadScan(_l("An id is 1 to 40 letters, digits and . _ : -"), field=f"{place}.id")
    moment: datetime = values["scanned_at"]
    offset = values["clock_offset_ms"]
    try:
        found = clock.corrected(moment, offset) if offset is not None or clock.ahead else moment
    except Flaw:
        found = datetime.min.replace(tzinfo=UTC)
    if found.year < EARLIEST_YEAR or found > clock.received + CLOCK_TOLERANCE:
        raise BadScan(_l("This time cannot be right; check the device's clock."), field=f"{place}.scanned_at")
    return ScanInput(
        values["id"], values["code"], found, _WAYS[values["direction"]], values["device"], values["seq"], values["method"],
        moment, values["verdict"],
    )  # fmt: skip


def read_events(
    raws: list[Any], info: FairInfo, clock: Clock, *, device: DeviceHolder | None, gate: str = ""
) -> list[tuple[int, Event]]:
    """Each entry of a device with the key of its gate (0 where there is none), or what is wrong with it.

    ``gate`` is the code of the gate when it stands in the address.
    """
    return [_event(raw, info, clock, device, gate) for raw in raws]


def _event(raw: Any, info: FairInfo, clock: Clock, device: DeviceHolder | None, gate: str) -> tuple[int, Event]:
    try:
        if device is not None and device.is_revoked:
            raise Flaw("device_revoked")
        kind = raw.get("kind", "scan") if type(raw) is dict else None
        if kind == "scan":
            return _scan(raw, info, clock, device, gate)
        if type(kind) is str and kind in _ACTS:
            return _act(raw, info, clock, device, gate)
        raise Flaw("bad_entry")
    except Flaw as flaw:
        return 0, Refused(entry_id(raw), str(flaw), raw)


def _scan(
    raw: dict[str, Any], info: FairInfo, clock: Clock, device: DeviceHolder | None, gate: str
) -> tuple[int, ScanInput]:
    scan = read_scan(raw, "camera")
    place = info.by_code.get(str(raw.get("gate") or gate))
    if place is None:
        raise Flaw("unknown_gate")
    if device is not None and not device.may_scan_at(place.facts.code):
        raise Flaw("other_gate")
    scan.scanned_at = clock.corrected(scan.scanned_at, _offset(raw))
    if device is not None and not device.may_scan_on(scan.scanned_at.astimezone(info.zone).date()):
        raise Flaw("other_day")
    return place.id, scan


def _act(
    raw: dict[str, Any], info: FairInfo, clock: Clock, device: DeviceHolder | None, gate: str
) -> tuple[int, ActInput]:
    kind = _ACTS[raw["kind"]]
    texts = {name: raw.get(name, "") for name in ("id", "of", "reason", "code", "person_code")}
    supervisor = raw.get("supervisor")
    if (
        not raw.keys() <= _ACT_KEYS
        or any(type(text) is not str or len(text) > 1000 for text in texts.values())
        or ID.fullmatch(texts["id"]) is None
        or not (supervisor is None or type(supervisor) is int)
    ):
        raise Flaw("bad_entry")
    if kind is ActKind.BIND:
        if not texts["code"] or not texts["person_code"]:
            raise Flaw("bad_entry")
    elif kind in _OF_A_BADGE:
        if not texts["code"]:
            raise Flaw("bad_entry")
    elif kind not in _OF_A_GATE and ID.fullmatch(texts["of"]) is None:
        raise Flaw("bad_entry")
    if kind not in {ActKind.UNDO, ActKind.BIND} and not texts["reason"].strip():
        raise Flaw("no_reason")
    moment = moment_of(raw.get("acted_at") or raw.get("scanned_at") or raw.get("at"))
    place = info.by_code.get(str(raw.get("gate") or gate))
    if kind in _OF_A_GATE:
        if place is None:
            raise Flaw("unknown_gate")
        if device is not None and not device.may_scan_at(place.facts.code):
            raise Flaw("other_gate")
    act = ActInput(
        texts["id"], kind, clock.corrected(moment, _offset(raw)), place.id if place else None, texts["of"],
        texts["reason"][:300], supervisor, texts["code"], texts["person_code"], moment,
    )  # fmt: skip
    return act.gate_id or 0, act


def entry_id(raw: Any) -> str:
    """The id that an entry has, else one that follows from what was sent: the same entry has the same each time."""
    named = raw.get("id") if type(raw) is dict else None
    if type(named) is str and ID.fullmatch(named):
        return named
    return hashlib.sha256(json.dumps(raw, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[
        :40
    ]
