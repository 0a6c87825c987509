"""Steps by which a payment is asked for, their states, and what came of a call or of a proposal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class StepKind(State):
    """How a payment is asked for, in this order."""

    NOTICE = "notice", _l("Friendly notice"), "blue", "bell"
    REMINDER = "reminder", _l("Reminder"), "yellow", "mail"
    WARNING = "warning", _l("Warning"), "orange", "mail-exclamation"
    CALL = "call", _l("Call"), "orange", "phone"
    RELEASE = "release", _l("Release of the booth"), "red", "bookmark-off"

    @property
    def is_mail(self) -> bool:
        """Whether a letter does it; the others wait for a person."""
        return self in {StepKind.NOTICE, StepKind.REMINDER, StepKind.WARNING}


class StepState(State):
    """A step: done (a letter was sent, a person acted), waiting for a person, or settled by itself."""

    OPEN = "open", _l("Waits"), "yellow", "clock"
    DONE = "done", _l("Done"), "green", "check"
    LAPSED = "lapsed", _l("Not needed any more"), "secondary", "x"


STEP_TRANSITIONS: dict[StepState, frozenset[StepState]] = {
    StepState.OPEN: frozenset({StepState.DONE, StepState.LAPSED}),
    StepState.DONE: frozenset({StepState.OPEN}),  # a promise was not kept: call again
    StepState.LAPSED: frozenset({StepState.OPEN}),  # the money went off again, or the new day passed too
}


class Outcome(State):
    """What came of a call, or of the proposal to release."""

    PROMISED = "promised", _l("Promised to pay"), "green", "calendar-check"
    TALKED = "talked", _l("Reached, no promise"), "blue", "phone"
    NOT_REACHED = "not_reached", _l("Not reached"), "yellow", "phone-off"
    WRONG_NUMBER = "wrong_number", _l("Wrong number"), "red", "phone-x"
    DEFERRED = "deferred", _l("Deferred"), "blue", "hourglass"
    RELEASED = "released", _l("Booth released"), "red", "bookmark-off"
    RELEASED_BY_ITSELF = "released_by_itself", _l("Booth released automatically"), "red", "robot"


CALL_OUTCOMES = (Outcome.PROMISED, Outcome.TALKED, Outcome.NOT_REACHED, Outcome.WRONG_NUMBER)
