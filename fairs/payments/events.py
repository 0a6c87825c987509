"""What payments tells the features above."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairs.core.actor import Actor
from fairs.core.money import Money


@dataclass(frozen=True, slots=True)
class MoneyReceived:
    """Money was recorded against an invoice, or a credit note lowered it. ``deposit_covered``: at least the first instalment is paid in full."""

    invoice_id: int
    subject_type: str
    subject_id: int
    deposit_covered: bool
    fully_paid: bool
    by: Actor


@dataclass(slots=True)
class CancelledInvoicePaid:
    """Money is about to be recorded against a cancelled invoice. Handlers name the invoices that it may pay instead: they are
    locked before the number of the receipt is taken, for which payments of those very invoices would wait."""

    subject_type: str
    subject_id: int
    may_pay: set[int] = field(default_factory=set)


@dataclass(slots=True)
class MoneyCameLate:
    """Money was recorded against an invoice that is cancelled. A handler that puts it to use makes the credit itself
    (``credit_late_money``) and then applies it; otherwise it is owed back."""

    invoice_id: int
    subject_type: str
    subject_id: int
    company_id: int
    payment_id: int
    amount: Money
    by: Actor
    is_credited: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceCancelled:
    """An invoice ended: whoever asks for its money elsewhere (a card page) stops asking."""

    invoice_id: int
    by: Actor


@dataclass(frozen=True, slots=True)
class PaymentConfirmed:
    """Money of a company is here; its receipts and credits are made."""

    payment_id: int
    by: Actor


@dataclass(frozen=True, slots=True)
class RefundApproved:
    """A second person agreed to a refund: who pays by ``method`` sends it."""

    refund_id: int
    method: str
    by: Actor
