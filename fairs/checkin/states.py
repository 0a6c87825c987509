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
    REVOKED = "revoked", _l("Badge revoked"), "red", "ban"
    OTHER_FAIR = "other_fair", _l("Badge of another fair"), "red", "building-off"
    UNKNOWN = "unknown", _l("Unknown code"), "red", "help"

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
