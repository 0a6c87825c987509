"""How far a stay has come."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class StayState(State):
    """A stay of one guest: wanted, then in one hotel."""

    WANTED = "wanted", _l("Room wanted"), "yellow", "bed-off"
    BOOKED = "booked", _l("Booked"), "blue", "bed"
    CHECKED_IN = "checked_in", _l("Checked in"), "green", "door-enter"
    LEFT = "left", _l("Left"), "green", "door-exit"
    NO_SHOW = "no_show", _l("Did not come"), "orange", "user-x"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


class StayIssue(State):
    """Why somebody has to look at nights that are booked."""

    NONE = "none", _l("Nothing to look at"), "secondary", "check"
    FLIGHT = "flight", _l("Nights and flight disagree"), "orange", "plane-inflight"
    FAIR = "fair", _l("The fair has moved"), "orange", "calendar-event"
    SUPPORT = "support", _l("The support has ended"), "orange", "hand-stop"


S = StayState
TAKING = (S.BOOKED, S.CHECKED_IN, S.LEFT)
"""The stay stands and has its room."""
HOLDING = (*TAKING, S.NO_SHOW)
"""The stay takes nights of the block: all of them, or those before ``released_from``."""
LIVE = (S.WANTED, S.BOOKED, S.CHECKED_IN)
"""The guest is expected or there."""
TRANSITIONS: dict[StayState, frozenset[StayState]] = {
    S.WANTED: frozenset({S.BOOKED, S.CANCELLED}),
    S.BOOKED: frozenset({S.WANTED, S.CHECKED_IN, S.NO_SHOW, S.CANCELLED}),
    S.CHECKED_IN: frozenset({S.LEFT, S.BOOKED}),
    S.LEFT: frozenset({S.CHECKED_IN}),
    S.NO_SHOW: frozenset({S.BOOKED}),
    S.CANCELLED: frozenset(),
}
