"""States of invoices, of money on its way in and out, and of what is owed back."""

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
    I.PARTLY_PAID: frozenset({I.PAID, I.WAIVED, I.CANCELLED}),
    I.PAID: frozenset({I.WAIVED, I.CANCELLED}),  # what was paid is owed back
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


class PaymentState(State):
    """Money on its way in, from the attempt to the bank's word. What is confirmed stays confirmed."""

    CREATED = "created", _l("Begun"), "secondary", "point"
    PENDING = "pending", _l("On its way"), "blue", "clock"
    CONFIRMED = "confirmed", _l("Received"), "green", "check"
    FAILED = "failed", _l("Failed"), "red", "alert-triangle"
    CANCELLED = "cancelled", _l("Called off"), "secondary", "x"
    REFUNDED = "refunded", _l("Paid back"), "purple", "receipt-refund"


P = PaymentState
PAYMENT_TRANSITIONS: dict[PaymentState, frozenset[PaymentState]] = {
    P.CREATED: frozenset({P.PENDING, P.CONFIRMED, P.FAILED, P.CANCELLED}),
    P.PENDING: frozenset({P.CONFIRMED, P.FAILED, P.CANCELLED}),
    P.CONFIRMED: frozenset({P.REFUNDED}),
    P.FAILED: frozenset({P.PENDING, P.CONFIRMED, P.CANCELLED}),  # a second card; or the good news came last
    P.CANCELLED: frozenset({P.CONFIRMED}),  # money that came all the same is received, and owed back
    P.REFUNDED: frozenset(),
}
IN_HAND = (P.CONFIRMED, P.REFUNDED)  # the money came in, whatever became of it


class RefundState(State):
    """Money on its way back: asked for by one person, approved by another, sent, done."""

    REQUESTED = "requested", _l("Waits for approval"), "yellow", "clock"
    APPROVED = "approved", _l("Approved"), "blue", "circle-check"
    IN_TRANSIT = "in_transit", _l("On its way"), "blue", "send"
    DONE = "done", _l("Paid back"), "green", "check"
    FAILED = "failed", _l("Not paid back"), "red", "alert-triangle"


R = RefundState
REFUND_TRANSITIONS: dict[RefundState, frozenset[RefundState]] = {
    R.REQUESTED: frozenset({R.APPROVED, R.FAILED}),
    R.APPROVED: frozenset({R.IN_TRANSIT, R.DONE, R.FAILED}),
    R.IN_TRANSIT: frozenset({R.DONE, R.FAILED}),
    R.DONE: frozenset(),
    R.FAILED: frozenset(),
}
UNDER_WAY = (R.REQUESTED, R.APPROVED, R.IN_TRANSIT)


class EntryKind(State):
    """What moved what a company owes a fair; the sign says which way (above zero: it owes more)."""

    INVOICE = "invoice", _l("Invoice"), "secondary", "file-invoice"
    CREDIT_NOTE = "credit_note", _l("Credit note"), "secondary", "file-minus"
    PAYMENT = "payment", _l("Payment"), "green", "cash"
    REFUND = "refund", _l("Refund"), "purple", "receipt-refund"
