"""What devices hand in and what they are answered: scans, and acts of people at a gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fairs.badges.queries import ScannedBadge
from fairs.checkin.rules import Direction, Judgement
from fairs.checkin.states import ActKind, Verdict

MOST_SCANS = 500
#: How far a device's clock may run ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
METHODS = ("camera", "scanner", "typed", "api")


@dataclass(slots=True)
class ScanInput:
    """One code as a device read it. ``id`` is made by the device: the same id is the same scan, however often sent.

    ``scanned_at`` is corrected by what is known of the device's clock, ``device_time`` is what its clock said. ``device_verdict``
    is what the guard was shown when the device had no network.
    """

    id: str
    code: str
    scanned_at: datetime
    direction: Direction = Direction.IN
    device: str = ""
    seq: int = 0
    method: str = "camera"
    device_time: datetime | None = None
    device_verdict: str | None = None
    by_id: int | None = None
    device_id: int | None = None


@dataclass(slots=True)
class ActInput:
    """What a guard or supervisor did on a device. ``of`` is the id of a scan, ``code`` and ``person_code`` are of a binding."""

    id: str
    kind: ActKind
    acted_at: datetime
    gate_id: int | None = None
    of: str = ""
    reason: str = ""
    supervisor_id: int | None = None
    code: str = ""
    person_code: str = ""
    device_time: datetime | None = None


@dataclass(slots=True)
class Refused:
    """An entry that cannot be taken: why, and all that was sent, for the supervisor."""

    id: str
    problem: str
    raw: object


@dataclass(slots=True)
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
    judgement: Judgement | None = None


@dataclass(slots=True)
class ActResult:
    """What became of an act: ``outcome`` is done, waiting (the scan is not here yet), too_late, not_allowed, failed."""

    id: str
    kind: ActKind
    outcome: str
    acted_at: datetime
    message: str = ""
    is_repeat: bool = False


@dataclass(slots=True)
class KeptAside:
    """An entry that could not be taken was kept for the supervisor."""

    id: str
    problem: str
    is_repeat: bool = False


Event = ScanInput | ActInput | Refused
Answer = ScanResult | ActResult | KeptAside
