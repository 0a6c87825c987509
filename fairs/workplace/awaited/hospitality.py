"""Flights and transfers of guests."""

from __future__ import annotations

from fairs.hospitality.states import FlightState
from fairs.workplace.inbox import Kind, Why

KINDS: tuple[Kind, ...] = ()
NOBODY = {
    FlightState: {
        FlightState.PLANNED: Why.AUTOMATIC,
        FlightState.FLOWN: Why.FINAL,
        FlightState.MISSED: Why.AUTOMATIC,
        FlightState.CANCELLED: Why.FINAL,
    },
}
