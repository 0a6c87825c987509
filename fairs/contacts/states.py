"""How far an import has come, and what became of each of its rows."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ImportKind(State):
    """What a list is of."""

    CONTACTS = "contacts", _l("Contacts"), "secondary", "address-book"
    SUPPORT = "support", _l("Support of another office"), "secondary", "coins"


class ImportState(State):
    """A list, from the file to the directory. Nothing outside the import is written before it runs."""

    UPLOADED = "uploaded", _l("Columns to be looked over"), "yellow", "table"
    CHECKING = "checking", _l("Being compared"), "blue", "loader"
    PREVIEW = "preview", _l("To be decided"), "yellow", "eye"
    RUNNING = "running", _l("Being imported"), "blue", "loader"
    WAITING = "waiting", _l("Imported but for unsure rows"), "orange", "user-question"
    DONE = "done", _l("Imported"), "green", "check"
    UNDOING = "undoing", _l("Being undone"), "blue", "loader"
    UNDONE = "undone", _l("Undone"), "secondary", "arrow-back-up"


S = ImportState
IMPORT_TRANSITIONS: dict[ImportState, frozenset[ImportState]] = {
    S.UPLOADED: frozenset({S.CHECKING}),
    S.CHECKING: frozenset({S.PREVIEW, S.UPLOADED}),
    S.PREVIEW: frozenset({S.RUNNING, S.UPLOADED}),
    S.RUNNING: frozenset({S.DONE, S.WAITING}),
    S.WAITING: frozenset({S.RUNNING, S.UNDOING, S.DONE}),
    S.DONE: frozenset({S.UNDOING}),
    S.UNDOING: frozenset({S.UNDONE}),
    S.UNDONE: frozenset(),
}
BUSY = (S.CHECKING, S.RUNNING, S.UNDOING)


class RowState(State):
    """A row of a list."""

    NEW = "new", _l("New"), "blue", "user-plus"
    KNOWN = "known", _l("Known"), "green", "user-check"
    UNSURE = "unsure", _l("Unsure"), "orange", "user-question"
    WRONG = "wrong", _l("With errors"), "red", "alert-triangle"
    MERGED = "merged", _l("Twice in the file"), "secondary", "arrows-join"
    LEFT = "left", _l("Left out"), "secondary", "eye-off"
    IMPORTED = "imported", _l("Imported"), "green", "check"
    KEPT = "kept", _l("Stays"), "orange", "lock"
    UNDONE = "undone", _l("Undone"), "secondary", "arrow-back-up"


R = RowState
ROW_TRANSITIONS: dict[RowState, frozenset[RowState]] = {
    R.NEW: frozenset({R.IMPORTED, R.UNSURE, R.LEFT}),
    R.KNOWN: frozenset({R.IMPORTED, R.UNSURE, R.LEFT}),
    R.UNSURE: frozenset({R.NEW, R.KNOWN, R.LEFT}),
    R.WRONG: frozenset(),
    R.MERGED: frozenset(),
    R.LEFT: frozenset({R.UNSURE}),
    R.IMPORTED: frozenset({R.UNDONE, R.KEPT}),
    R.KEPT: frozenset(),
    R.UNDONE: frozenset({R.KEPT}),
}
