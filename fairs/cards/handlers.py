"""What cards do when invoices end and refunds are approved, in the same transaction."""

from __future__ import annotations

from fairs.cards.payback import order_refund
from fairs.cards.service import call_off_invoice
from fairs.core.events import subscribe
from fairs.payments.events import InvoiceCancelled, RefundApproved


@subscribe(InvoiceCancelled)
def stop_asking(event: InvoiceCancelled) -> None:
    """Nobody is to pay for what was cancelled."""
    call_off_invoice(event.invoice_id)


@subscribe(RefundApproved)
def send_back(event: RefundApproved) -> None:
    """What came by card goes back to the card."""
    if event.method == "card":
        order_refund(event.refund_id)
