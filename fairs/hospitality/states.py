"""How far a journey has come, and how guests are driven."""

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
    F.FLOWN: frozenset({F.PLANNED}),  # marked by mistake
    F.MISSED: frozenset({F.PLANNED}),
    F.CANCELLED: frozenset({F.PLANNED}),
}


class RunKind(State):
    """Where a run goes."""

    ARRIVAL = "arrival", _l("From the airport"), "green", "plane-arrival"
    DEPARTURE = "departure", _l("To the airport"), "blue", "plane-departure"
    SHUTTLE = "shuttle", _l("Between hotel and fair"), "cyan", "bus"


class RunState(State):
    """A drive of one vehicle."""

    PLANNED = "planned", _l("Planned"), "blue", "bus"
    RUNNING = "running", _l("Under way"), "yellow", "steering-wheel"
    DONE = "done", _l("Driven"), "green", "check"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


class SeatState(State):
    """A guest's place in a run."""

    NEEDS_PLACE = "needs_place", _l("Needs a place"), "orange", "alert-triangle"
    BOOKED = "booked", _l("Has a place"), "blue", "armchair"
    CALLED = "called", _l("Called"), "yellow", "phone-outgoing"
    MET = "met", _l("Met"), "green", "user-check"
    NOT_FOUND = "not_found", _l("Not found"), "red", "user-question"
    DROPPED = "dropped", _l("Given up"), "secondary", "x"


R = RunState
RUN_TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    R.PLANNED: frozenset({R.RUNNING, R.DONE, R.CANCELLED}),
    R.RUNNING: frozenset({R.PLANNED, R.DONE, R.CANCELLED}),
    R.DONE: frozenset({R.RUNNING}),  # marked by mistake
    R.CANCELLED: frozenset(),
}
OPEN_RUNS = (R.PLANNED, R.RUNNING)

S = SeatState
SEAT_TRANSITIONS: dict[SeatState, frozenset[SeatState]] = {
    S.NEEDS_PLACE: frozenset({S.BOOKED, S.DROPPED}),
    S.BOOKED: frozenset({S.NEEDS_PLACE, S.CALLED, S.MET, S.NOT_FOUND, S.DROPPED}),
    S.CALLED: frozenset({S.BOOKED, S.MET, S.NOT_FOUND, S.NEEDS_PLACE, S.DROPPED}),
    S.NOT_FOUND: frozenset({S.BOOKED, S.CALLED, S.MET, S.NEEDS_PLACE, S.DROPPED}),
    S.MET: frozenset({S.BOOKED}),  # marked by mistake
    S.DROPPED: frozenset({S.NEEDS_PLACE, S.BOOKED}),
}
AT_THE_CAR = (S.BOOKED, S.CALLED, S.MET, S.NOT_FOUND)
"""The guest takes a place of the vehicle."""
