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


class RequestState(State):
    """What an exhibitor asked of the organiser."""

    OPEN = "open", _l("Asked"), "yellow", "clock"
    APPROVED = "approved", _l("Agreed to"), "green", "check"
    REFUSED = "refused", _l("Refused"), "red", "x"
    TAKEN_BACK = "taken_back", _l("Taken back"), "secondary", "arrow-back-up"


REQUEST_TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    RequestState.OPEN: frozenset({RequestState.APPROVED, RequestState.REFUSED, RequestState.TAKEN_BACK}),
    RequestState.APPROVED: frozenset(),
    RequestState.REFUSED: frozenset(),
    RequestState.TAKEN_BACK: frozenset(),
}


class WaitingState(State):
    """An exhibitor's entry on the waiting list for booths."""

    WAITING = "waiting", _l("Waiting"), "yellow", "clock"
    OFFERED = "offered", _l("Offered"), "blue", "gift"
    SERVED = "served", _l("Has a booth"), "green", "check"
    LAPSED = "lapsed", _l("Offer not taken"), "secondary", "clock-off"
    LEFT = "left", _l("Left the list"), "secondary", "x"


W = WaitingState
WAITING_TRANSITIONS: dict[WaitingState, frozenset[WaitingState]] = {
    W.WAITING: frozenset({W.OFFERED, W.SERVED, W.LEFT}),
    W.OFFERED: frozenset({W.SERVED, W.LAPSED, W.LEFT}),
    W.SERVED: frozenset(),
    W.LAPSED: frozenset(),
    W.LEFT: frozenset(),
}
