"""States of what the card company tells us."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class EventState(State):
    """A message of the card company, from its arrival to its effect."""

    RECEIVED = "received", _l("Waits its turn"), "blue", "clock"
    PROCESSED = "processed", _l("Carried out"), "green", "check"
    IGNORED = "ignored", _l("Nothing to do"), "secondary", "minus"
    FAILED = "failed", _l("Not carried out"), "red", "alert-triangle"
    ATTENTION = "attention", _l("For a person"), "orange", "eye-exclamation"


E = EventState
TRANSITIONS: dict[EventState, frozenset[EventState]] = {
    E.RECEIVED: frozenset({E.PROCESSED, E.IGNORED, E.FAILED, E.ATTENTION}),
    E.FAILED: frozenset({E.RECEIVED, E.IGNORED}),  # tried again by a person, or dealt with elsewhere
    E.ATTENTION: frozenset({E.PROCESSED}),
    E.PROCESSED: frozenset(),
    E.IGNORED: frozenset(),
}
