"""States of the work that closing a fair needs, and of the points of its checklist."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class WorkState(State):
    """A work that the worker does: keeping figures, making an archive."""

    WAITING = "waiting", _l("Waiting"), "secondary", "clock"
    RUNNING = "running", _l("In progress"), "blue", "loader"
    DONE = "done", _l("Finished"), "green", "check"
    FAILED = "failed", _l("Could not be made"), "red", "alert-triangle"


W = WorkState
WORK_TRANSITIONS: dict[WorkState, frozenset[WorkState]] = {
    W.WAITING: frozenset({W.RUNNING, W.FAILED}),
    W.RUNNING: frozenset({W.WAITING, W.DONE, W.FAILED}),
    W.DONE: frozenset(),
    W.FAILED: frozenset({W.WAITING}),
}


class PointState(State):
    """How a point of the checklist stands. Nothing of it is kept but what a person signed."""

    DONE = "done", _l("Done"), "green", "check"
    SIGNED = "signed", _l("Signed off"), "teal", "signature"
    OPEN = "open", _l("Open"), "yellow", "clock"
    LATE = "late", _l("Late"), "red", "alert-triangle"
    NOT_APPLICABLE = "not_applicable", _l("Not applicable"), "secondary", "minus"
