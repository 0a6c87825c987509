"""Rooms of guests."""

from __future__ import annotations

from fairs.lodging.states import StayState
from fairs.workplace.inbox import Kind, Why

KINDS: tuple[Kind, ...] = ()
NOBODY = {
    StayState: {
        StayState.BOOKED: Why.AUTOMATIC,
        StayState.CHECKED_IN: Why.AUTOMATIC,
        StayState.LEFT: Why.FINAL,
        StayState.NO_SHOW: Why.FINAL,
        StayState.CANCELLED: Why.FINAL,
    },
}
