"""Verdicts of a gate."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class Verdict(State):
    """What the gate says to a scanned code."""

    WELCOME = "welcome", _l("Welcome"), "green", "check"
    ALREADY_INSIDE = "already_inside", _l("Already inside"), "yellow", "login"
    GOODBYE = "goodbye", _l("Goodbye"), "blue", "logout"
    WRONG_DAY = "wrong_day", _l("Not valid today"), "red", "calendar-x"
    FAIR_CANCELLED = "fair_cancelled", _l("Fair cancelled"), "red", "calendar-off"
    NOT_NOW = "not_now", _l("Not at this hour"), "red", "clock"
    NOT_HERE = "not_here", _l("Not at this gate"), "red", "barrier-block"
    USED = "used", _l("Used today already"), "red", "repeat"
    FULL = "full", _l("Hall full"), "red", "users-group"
    PAUSED = "paused", _l("Entry paused"), "red", "player-pause"
    GATE_CLOSED = "gate_closed", _l("Gate closed"), "red", "lock"
    REPLACED = "replaced", _l("Badge replaced"), "red", "replace"
    REVOKED = "revoked", _l("Badge revoked"), "red", "ban"
    OTHER_FAIR = "other_fair", _l("Badge of another fair"), "red", "building-off"
    UNKNOWN = "unknown", _l("Unknown code"), "red", "help"
    QUARANTINED = "quarantined", _l("Kept for the supervisor"), "red", "inbox"

    @property
    def lets_in(self) -> bool:
        """Whether the person may pass."""
        return self in {Verdict.WELCOME, Verdict.ALREADY_INSIDE, Verdict.GOODBYE}


class CountSource(State):
    """How people without badges were counted."""

    TAP = "tap", _l("Counted on the telephone"), "blue", "hand-click"
    PAPER = "paper", _l("Typed from paper"), "secondary", "pencil"
    TURNSTILE = "turnstile", _l("Turnstile or sensor"), "green", "scan"
    CORRECTION = "correction", _l("Correction"), "yellow", "edit"


class DeviceState(State):
    """A device at the gates."""

    INVITED = "invited", _l("To be enrolled"), "yellow", "qrcode"
    ACTIVE = "active", _l("In use"), "green", "device-mobile"
    REVOKED = "revoked", _l("Revoked"), "red", "ban"


DEVICE_TRANSITIONS: dict[DeviceState, frozenset[DeviceState]] = {
    DeviceState.INVITED: frozenset({DeviceState.ACTIVE, DeviceState.REVOKED}),
    DeviceState.ACTIVE: frozenset(
        {DeviceState.INVITED, DeviceState.REVOKED}
    ),  # enrolled anew after its storage was lost
    DeviceState.REVOKED: frozenset(),
}


class ActKind(State):
    """What a person did at a gate beside scanning."""

    UNDO = "undo", _l("Scan undone"), "yellow", "arrow-back-up"
    ADMIT = "admit", _l("Admitted in spite of the verdict"), "orange", "user-check"
    BIND = "bind", _l("Blank badge bound"), "blue", "link"
    REVOKE = "revoke", _l("Badge revoked"), "red", "ban"
    REPLACE = "replace", _l("Badge replaced"), "orange", "replace"
    OPEN_GATE = "open_gate", _l("Gate opened"), "green", "lock-open"
    CLOSE_GATE = "close_gate", _l("Gate closed"), "secondary", "lock"
    SETTLE = "settle", _l("Conflict settled"), "blue", "gavel"


class ConflictKind(State):
    """Why a scan needs a person to look at it."""

    TWO_GATES = "two_gates", _l("One badge at two gates at once"), "red", "copy"
    REVOKED_MEANWHILE = "revoked_meanwhile", _l("Admitted, though the badge was revoked"), "red", "ban"
    CLOCK = "clock", _l("The device's clock was wrong"), "yellow", "clock-exclamation"
    UNKNOWN_CODE = "unknown_code", _l("Unknown code"), "yellow", "help"
    NOT_TAKEN = "not_taken", _l("Could not be taken"), "red", "inbox"
    OTHER_VERDICT = "other_verdict", _l("Judged otherwise without a network"), "yellow", "arrows-diff"


class ConflictState(State):
    """Whether somebody has settled it."""

    OPEN = "open", _l("To be settled"), "yellow", "alert-triangle"
    SETTLED = "settled", _l("Cleared up"), "green", "check"


CONFLICT_TRANSITIONS: dict[ConflictState, frozenset[ConflictState]] = {
    ConflictState.OPEN: frozenset({ConflictState.SETTLED}),
    ConflictState.SETTLED: frozenset(),
}
