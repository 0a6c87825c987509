"""States of a cashier's shift, and the kinds of what goes in and out of the till."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ShiftState(State):
    """A cashier's shift, from the opening float to the hand-over of the money."""

    OPEN = "open", _l("Shift open"), "green", "lock-open"
    COUNTED = "counted", _l("Till counted"), "yellow", "calculator"
    HANDED_OVER = "handed_over", _l("Handed over"), "secondary", "check"


SHIFT_TRANSITIONS: dict[ShiftState, frozenset[ShiftState]] = {
    ShiftState.OPEN: frozenset({ShiftState.COUNTED}),
    ShiftState.COUNTED: frozenset({ShiftState.OPEN, ShiftState.HANDED_OVER}),  # open again: counted wrongly
    ShiftState.HANDED_OVER: frozenset(),
}


class CashKind(State):
    """Why cash went in or out of the till."""

    RECEIPT = "receipt", _l("Received for an invoice"), "green", "cash"
    REFUND = "refund", _l("Refund paid out"), "purple", "receipt-refund"
    PAID_IN = "paid_in", _l("Paid in"), "blue", "arrow-down-left"
    PAID_OUT = "paid_out", _l("Paid out of the till"), "orange", "arrow-up-right"

    @property
    def is_in(self) -> bool:
        """Whether cash comes in: its voucher is a receipt (phiếu thu), else a payment voucher (phiếu chi)."""
        return self in {CashKind.RECEIPT, CashKind.PAID_IN}
