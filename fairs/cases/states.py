"""What happens at a fair, how bad it is, and how far it is seen to."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class CaseKind(State):
    """What somebody reports."""

    COMPLAINT = "complaint", _l("Complaint"), "blue", "message-report"
    INCIDENT = "incident", _l("Incident"), "orange", "alert-triangle"
    LOST = "lost", _l("Lost property"), "purple", "luggage"
    VIOLATION = "violation", _l("Violation"), "red", "gavel"


class Severity(State):
    """How much it matters; the due time follows from it."""

    LOW = "low", _l("Slight"), "secondary", "arrow-down"
    NORMAL = "normal", _l("Usual"), "blue", "minus"
    HIGH = "high", _l("Serious"), "orange", "arrow-up"
    URGENT = "urgent", _l("Danger, at once"), "red", "alert-octagon"


class Side(State):
    """Of lost property: who has it."""

    FOUND = "found", _l("Found, we keep it"), "green", "hand-grab"
    SOUGHT = "sought", _l("Looked for"), "yellow", "search"


class Breach(State):
    """Which rule of the fair's regulations was broken."""

    SUBLETTING = "subletting", _l("Booth sub-let to others"), "red", "replace"
    COUNTERFEIT = "counterfeit", _l("Counterfeit or unlabelled goods"), "red", "copy"
    OTHER = "other", _l("Other rule of the regulations"), "orange", "book-2"


class CaseState(State):
    """How far a case is seen to."""

    OPEN = "open", _l("Open"), "yellow", "circle"
    IN_WORK = "in_work", _l("In work"), "blue", "progress"
    SOLVED = "solved", _l("Solved"), "green", "check"
    CLOSED = "closed", _l("Closed"), "secondary", "lock"
    REOPENED = "reopened", _l("Opened again"), "orange", "refresh"


C = CaseState
CASE_TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    C.OPEN: frozenset({C.IN_WORK, C.SOLVED}),
    C.IN_WORK: frozenset({C.OPEN, C.SOLVED}),
    C.SOLVED: frozenset({C.CLOSED, C.REOPENED}),
    C.CLOSED: frozenset({C.REOPENED}),
    C.REOPENED: frozenset({C.IN_WORK, C.SOLVED}),
}
#: Somebody has still something to do.
PENDING = (C.OPEN, C.REOPENED, C.IN_WORK)


class ViolationState(State):
    """A violation between suspicion and finding: nobody is found guilty unheard, or by one person alone."""

    SUSPECTED = "suspected", _l("Suspected"), "yellow", "eye"
    ASKED = "asked", _l("Exhibitor asked for a statement"), "blue", "mail"
    ANSWERED = "answered", _l("Exhibitor heard"), "blue", "message"
    CONFIRMED = "confirmed", _l("Confirmed"), "red", "gavel"
    DROPPED = "dropped", _l("Dropped"), "secondary", "x"


V = ViolationState
VIOLATION_TRANSITIONS: dict[ViolationState, frozenset[ViolationState]] = {
    V.SUSPECTED: frozenset({V.ASKED, V.ANSWERED, V.DROPPED}),  # heard on the spot, or dropped without asking
    V.ASKED: frozenset(
        {V.ANSWERED, V.CONFIRMED, V.DROPPED}
    ),  # confirmed unheard only when the day to answer has passed
    V.ANSWERED: frozenset({V.CONFIRMED, V.DROPPED}),
    V.CONFIRMED: frozenset(),
    V.DROPPED: frozenset(),
}
