"""States of a visitor's registration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class VisitorState(State):
    """Where a registration stands; only a registered visitor has a badge that opens gates."""

    PENDING = "pending", _l("Waits for approval"), "yellow", "hourglass"
    REGISTERED = "registered", _l("Registered"), "green", "check"
    REFUSED = "refused", _l("Refused"), "red", "x"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "secondary", "user-x"


TRANSITIONS: dict[VisitorState, frozenset[VisitorState]] = {
    VisitorState.PENDING: frozenset({VisitorState.REGISTERED, VisitorState.REFUSED, VisitorState.WITHDRAWN}),
    # Refused in error, or with a card that was missing then.
    VisitorState.REFUSED: frozenset({VisitorState.REGISTERED, VisitorState.PENDING}),
    VisitorState.REGISTERED: frozenset({VisitorState.WITHDRAWN}),
    VisitorState.WITHDRAWN: frozenset({VisitorState.REGISTERED}),
}
