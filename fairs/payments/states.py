"""States of invoices and instalments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class InvoiceState(State):
    """An invoice, by what has been received for it."""

    OPEN = "open", _l("Unpaid"), "yellow", "clock"
    PARTLY_PAID = "partly_paid", _l("Partly paid"), "blue", "progress-check"
    PAID = "paid", _l("Paid"), "green", "check"
    WAIVED = "waived", _l("Nothing owed"), "purple", "certificate"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


I = InvoiceState  # noqa: E741
TRANSITIONS: dict[InvoiceState, frozenset[InvoiceState]] = {
    I.OPEN: frozenset({I.PARTLY_PAID, I.PAID, I.WAIVED, I.CANCELLED}),
    I.PARTLY_PAID: frozenset({I.PAID, I.CANCELLED}),
    I.PAID: frozenset({I.CANCELLED}),  # the fair is called off: what was paid is owed back
    I.WAIVED: frozenset({I.CANCELLED}),
    I.CANCELLED: frozenset(),
}


class CreditState(State):
    """Money that is owed back to a company."""

    OPEN = "open", _l("Owed back"), "yellow", "clock"
    SETTLED = "settled", _l("Settled"), "green", "check"


CREDIT_TRANSITIONS: dict[CreditState, frozenset[CreditState]] = {
    CreditState.OPEN: frozenset({CreditState.SETTLED}),
    CreditState.SETTLED: frozenset(),
}
