"""Why scans or gates are refused as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, DomainError, InvalidInput


class BadScan(InvalidInput):
    """A scan in a batch cannot be taken; ``field`` says which one and what of it. Nothing of the batch is kept."""

    code = "bad_scan"


class UnknownGate(InvalidInput):
    """The fair has no gate with this code."""

    code = "unknown_gate"
    message = _l("This fair has no gate with this code.")


class GateExists(Conflict):
    """The code is taken by another gate of the fair."""

    code = "gate_exists"
    message = _l("Another gate has this code already.")


class NoCounters(Conflict):
    """The fair counts visitors by their badges, or its figures stand already."""

    code = "no_counters"
    message = _l("This fair counts its visitors by badge; only public fairs have counters.")


class BadCount(InvalidInput):
    """A count cannot be taken; ``field`` says which one and what of it. Nothing of the batch is kept."""

    code = "bad_count"


class DeviceRevoked(DomainError):
    """The device was revoked by staff: it scans nothing any more, and hands in what it still keeps."""

    code = "device_revoked"
    status = 401
    message = _l("This device was revoked. Hand it to the supervisor.")


class EnrolmentOver(DomainError):
    """The code was used, is older than a quarter of an hour, or never was one."""

    code = "enrolment_over"
    status = 422
    message = _l("This code was used already or has run out. Ask for a new one.")


class NotToday(DomainError):
    """The day is not among those for which the device was enrolled."""

    code = "device_not_today"
    status = 403
    message = _l("This device was not enrolled for today. Ask the supervisor.")


class NotSupervisor(DomainError):
    """Who unlocked the device has no PIN at this fair any more, or may not set up its gates any more."""

    code = "not_supervisor"
    status = 403
    message = _l("This person is no supervisor of these gates any more.")


class Overtaken(Conflict):
    """A device reports late what it did to a gate, and the gate was changed since."""

    code = "overtaken"
    message = _l("The gate was opened, closed or changed after that: it stays as it is.")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row of rules: its place (from 0), the field of it, and words."""

    row: int
    field: str
    message: Any


class ZoneExists(Conflict):
    """The code is taken by another zone of the fair."""

    code = "zone_exists"
    message = _l("Another hall or area has this code already.")


class ZoneInUse(Conflict):
    """A gate leads into the zone, or scans tell of people in it."""

    code = "zone_in_use"
    message = _l("Gates lead into it, or people were counted in it: it stays.")


class BadRules(InvalidInput):
    """Rules of a gate that cannot be judged by. ``problems`` say which row and what of it. Nothing is kept."""

    code = "bad_rules"

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = list(problems)
        first = self.problems[0]
        super().__init__(_l("Row %(n)s: %(message)s", n=first.row + 1, message=first.message), field="rules")
