"""States of print jobs, print stations and pre-printed blanks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class JobState(State):
    """A badge on its way to paper."""

    QUEUED = "queued", _l("Waiting to be printed"), "blue", "clock"
    LEASED = "leased", _l("Printing"), "yellow", "printer"
    PRINTED = "printed", _l("Printed"), "green", "check"
    FAILED = "failed", _l("Not printed"), "red", "alert-triangle"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


J = JobState
JOB_TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    J.QUEUED: frozenset({J.LEASED, J.CANCELLED, J.PRINTED}),  # printed: an old lease reported late that it had come out
    J.LEASED: frozenset({J.PRINTED, J.FAILED, J.QUEUED, J.CANCELLED}),
    J.FAILED: frozenset({J.QUEUED, J.CANCELLED, J.PRINTED}),
    J.CANCELLED: frozenset({J.PRINTED}),  # reported late: the paper is there, whatever was decided meanwhile
    J.PRINTED: frozenset(),
}


class StationState(State):
    """Whether a print station takes jobs."""

    OPEN = "open", _l("Station open"), "green", "printer"
    CLOSED = "closed", _l("Station closed"), "secondary", "printer-off"


STATION_TRANSITIONS: dict[StationState, frozenset[StationState]] = {
    StationState.OPEN: frozenset({StationState.CLOSED}),
    StationState.CLOSED: frozenset({StationState.OPEN}),
}


class BlankState(State):
    """A numbered badge that was printed before anybody was to wear it."""

    UNUSED = "unused", _l("Not used"), "blue", "square-dashed"
    BOUND = "bound", _l("Bound to a person"), "green", "link"
    VOID = "void", _l("Void"), "red", "ban"


BLANK_TRANSITIONS: dict[BlankState, frozenset[BlankState]] = {
    BlankState.UNUSED: frozenset({BlankState.BOUND, BlankState.VOID}),
    BlankState.BOUND: frozenset(),
    BlankState.VOID: frozenset(),
}


class FailReason(State):
    """Why a job did not come out."""

    PAPER_OUT = "paper_out", _l("Out of paper or labels"), "secondary", "file-off"
    JAM = "jam", _l("Paper jam"), "secondary", "alert-triangle"
    OFFLINE = "offline", _l("Printer off or not connected"), "secondary", "plug-off"
    UNREADABLE = "unreadable", _l("Came out unreadable"), "secondary", "eye-off"
    OTHER = "other", _l("Another reason"), "secondary", "dots"
