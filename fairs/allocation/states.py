"""States of a run of the allocation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class AllocationState(State):
    """From the queue to the offers."""

    QUEUED = "queued", _l("Waiting to begin"), "secondary", "clock"
    RUNNING = "running", _l("Being computed"), "blue", "loader"
    DONE = "done", _l("Draft"), "yellow", "file-description"
    INFEASIBLE = "infeasible", _l("Not everybody fits"), "orange", "alert-triangle"
    FAILED = "failed", _l("Stopped by an error"), "red", "bug"
    PUBLISHED = "published", _l("Published"), "green", "send"
    DISCARDED = "discarded", _l("Discarded"), "secondary", "trash"


S = AllocationState
TRANSITIONS: dict[AllocationState, frozenset[AllocationState]] = {
    S.QUEUED: frozenset({S.RUNNING, S.DISCARDED}),
    S.RUNNING: frozenset({S.DONE, S.INFEASIBLE, S.FAILED, S.DISCARDED}),
    S.DONE: frozenset({S.PUBLISHED, S.DISCARDED}),
    S.INFEASIBLE: frozenset({S.DISCARDED}),
    S.FAILED: frozenset({S.DISCARDED}),
    S.PUBLISHED: frozenset(),
    S.DISCARDED: frozenset(),
}
OPEN = frozenset({S.QUEUED, S.RUNNING})
