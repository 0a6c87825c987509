"""States of what happens on site: service orders, exhibitor staff, build-up permits, booths handed over."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class OrderState(State):
    """An order of services."""

    ORDERED = "ordered", _l("Ordered, to be paid"), "yellow", "clock"
    CONFIRMED = "confirmed", _l("Paid, to be delivered"), "blue", "truck-delivery"
    DELIVERED = "delivered", _l("Delivered"), "green", "check"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


O = OrderState  # noqa: E741
ORDER_TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    O.ORDERED: frozenset({O.CONFIRMED, O.DELIVERED, O.CANCELLED}),
    O.CONFIRMED: frozenset({O.ORDERED, O.DELIVERED, O.CANCELLED}),  # ordered again: the money went back
    O.DELIVERED: frozenset({O.CONFIRMED, O.ORDERED}),  # marked by mistake
    O.CANCELLED: frozenset(),
}


class StaffState(State):
    """A person named for an exhibitor's booth."""

    REQUESTED = "requested", _l("Beyond the quota, to be decided"), "yellow", "clock"
    NAMED = "named", _l("Named"), "green", "check"
    REFUSED = "refused", _l("Refused"), "red", "x"
    REMOVED = "removed", _l("Taken off"), "secondary", "user-minus"


P = StaffState
STAFF_TRANSITIONS: dict[StaffState, frozenset[StaffState]] = {
    P.REQUESTED: frozenset({P.NAMED, P.REFUSED, P.REMOVED}),
    P.NAMED: frozenset({P.REMOVED}),
    P.REFUSED: frozenset(),
    P.REMOVED: frozenset(),
}


class PermitState(State):
    """A build-up permit."""

    ISSUED = "issued", _l("Valid"), "green", "check"
    REVOKED = "revoked", _l("Revoked"), "red", "ban"


PERMIT_TRANSITIONS: dict[PermitState, frozenset[PermitState]] = {
    PermitState.ISSUED: frozenset({PermitState.REVOKED}),
    PermitState.REVOKED: frozenset(),
}


class HandoverState(State):
    """A booth between organiser and exhibitor."""

    HANDED_OVER = "handed_over", _l("Handed over"), "green", "key"
    DEFECTS = "defects", _l("Handed over with defects"), "orange", "alert-triangle"
    RETURNED = "returned", _l("Returned"), "blue", "arrow-back-up"
    DAMAGED = "damaged", _l("Returned with damage"), "red", "hammer"


H = HandoverState
HANDOVER_TRANSITIONS: dict[HandoverState, frozenset[HandoverState]] = {
    H.HANDED_OVER: frozenset({H.DEFECTS, H.RETURNED, H.DAMAGED}),
    H.DEFECTS: frozenset({H.HANDED_OVER, H.RETURNED, H.DAMAGED}),
    H.DAMAGED: frozenset({H.RETURNED}),
    H.RETURNED: frozenset(),
}
