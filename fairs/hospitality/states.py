"""How far a journey has come."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class Direction(State):
    """To the fair or home."""

    ARRIVAL = "arrival", _l("Arrival"), "green", "plane-arrival"
    DEPARTURE = "departure", _l("Departure"), "blue", "plane-departure"


class FlightState(State):
    """A flight of a guest."""

    PLANNED = "planned", _l("Planned"), "blue", "plane"
    FLOWN = "flown", _l("Flown"), "green", "check"
    MISSED = "missed", _l("Not on board"), "orange", "user-x"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


F = FlightState
FLIGHT_TRANSITIONS: dict[FlightState, frozenset[FlightState]] = {
    F.PLANNED: frozenset({F.FLOWN, F.MISSED, F.CANCELLED}),
    F.FLOWN: frozenset(),
    F.MISSED: frozenset({F.PLANNED}),
    F.CANCELLED: frozenset({F.PLANNED}),
}
