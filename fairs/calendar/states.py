"""States of a fair."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class FairState(State):
    """The lifecycle of a fair."""

    DRAFT = "draft", _l("Draft"), "secondary", "pencil"
    PUBLISHED = "published", _l("Published"), "blue", "world"
    BOOKING_OPEN = "booking_open", _l("Booking open"), "green", "layout-grid"
    RUNNING = "running", _l("Running"), "red", "player-play"
    CLOSED = "closed", _l("Closed"), "secondary", "lock"
    REPORTED = "reported", _l("Reported"), "purple", "report"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "calendar-off"


S = FairState
TRANSITIONS: dict[FairState, frozenset[FairState]] = {
    S.DRAFT: frozenset({S.PUBLISHED}),
    S.PUBLISHED: frozenset({S.DRAFT, S.BOOKING_OPEN, S.CANCELLED}),
    S.BOOKING_OPEN: frozenset({S.PUBLISHED, S.RUNNING, S.CANCELLED}),
    S.RUNNING: frozenset({S.BOOKING_OPEN, S.CLOSED, S.CANCELLED}),
    S.CLOSED: frozenset({S.RUNNING, S.REPORTED}),
    S.REPORTED: frozenset(),
    S.CANCELLED: frozenset(),  # what follows from it (credits, letters) cannot be taken back
}
