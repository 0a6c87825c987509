"""States of an act on many rows, and of each row in it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class RunState(State):
    """From the preview to the result; what can be undone can go back."""

    PREVIEW = "preview", _l("Preview"), "secondary", "eye"
    RUNNING = "running", _l("In progress"), "blue", "loader"
    DONE = "done", _l("Done"), "green", "check"
    UNDOING = "undoing", _l("Being undone"), "blue", "loader"
    UNDONE = "undone", _l("Undone"), "secondary", "arrow-back-up"


class ItemState(State):
    """What became of one row."""

    WAITING = "waiting", _l("To be done"), "secondary", "clock"
    SKIPPED = "skipped", _l("Skipped"), "yellow", "player-skip-forward"
    DONE = "done", _l("Done"), "green", "check"
    FAILED = "failed", _l("Not done"), "red", "alert-triangle"
    UNDONE = "undone", _l("Undone"), "secondary", "arrow-back-up"


RUN_TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.PREVIEW: frozenset({RunState.RUNNING}),
    RunState.RUNNING: frozenset({RunState.DONE}),
    RunState.DONE: frozenset({RunState.UNDOING}),
    RunState.UNDOING: frozenset({RunState.UNDONE}),
    RunState.UNDONE: frozenset(),
}
ITEM_TRANSITIONS: dict[ItemState, frozenset[ItemState]] = {
    ItemState.WAITING: frozenset({ItemState.SKIPPED, ItemState.DONE, ItemState.FAILED}),
    ItemState.SKIPPED: frozenset({ItemState.WAITING}),
    ItemState.DONE: frozenset({ItemState.UNDONE}),
    ItemState.FAILED: frozenset(),
    ItemState.UNDONE: frozenset(),
}
