"""How far a stay has come."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class StayState(State):
    """A stay of one guest in one hotel."""

    BOOKED = "booked", _l("Booked"), "blue", "bed"
    CHECKED_IN = "checked_in", _l("Checked in"), "green", "door-enter"
    LEFT = "left", _l("Left"), "green", "door-exit"
    NO_SHOW = "no_show", _l("Did not come"), "orange", "user-x"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


S = StayState
TAKING = (S.BOOKED, S.CHECKED_IN, S.LEFT)
"""The stay takes its nights of the block."""
TRANSITIONS: dict[StayState, frozenset[StayState]] = {
    S.BOOKED: frozenset({S.CHECKED_IN, S.NO_SHOW, S.CANCELLED}),
    S.CHECKED_IN: frozenset({S.LEFT}),
    S.NO_SHOW: frozenset({S.BOOKED}),
    S.LEFT: frozenset(),
    S.CANCELLED: frozenset(),
}
