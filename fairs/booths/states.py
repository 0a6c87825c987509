"""States of a booth booking, and of a booth as seen on the plan."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class BookingState(State):
    """Two clocks: a hold of minutes while the form is filled, a reservation of days until the deposit is paid."""

    HELD = "held", _l("Held"), "yellow", "hourglass"
    RESERVED = "reserved", _l("Reserved"), "blue", "bookmark"
    CONFIRMED = "confirmed", _l("Confirmed"), "red", "circle-check"
    EXPIRED = "expired", _l("Expired"), "secondary", "clock-off"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


S = BookingState
TRANSITIONS: dict[BookingState, frozenset[BookingState]] = {
    S.HELD: frozenset({S.RESERVED, S.CONFIRMED, S.EXPIRED, S.CANCELLED}),
    S.RESERVED: frozenset({S.CONFIRMED, S.EXPIRED, S.CANCELLED}),
    S.CONFIRMED: frozenset({S.CANCELLED}),
    S.EXPIRED: frozenset(),
    S.CANCELLED: frozenset(),
}
LIVE = frozenset({S.HELD, S.RESERVED, S.CONFIRMED})


class BoothState(State):
    """A booth as people see it on the plan and in the API."""

    FREE = "free", _l("Free"), "green", "square"
    HELD = "held", _l("Held"), "yellow", "hourglass"
    RESERVED = "reserved", _l("Reserved"), "blue", "bookmark"
    CONFIRMED = "confirmed", _l("Confirmed"), "red", "circle-check"
    BLOCKED = "blocked", _l("Not for sale"), "secondary", "ban"
