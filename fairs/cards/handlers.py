"""What cards do when less is owed and when refunds are approved, in the same transaction."""

from __future__ import annotations

from fairs.cards.payback import order_refund
from fairs.cards.service import call_off_what_is_too_much
from fairs.core.events import subscribe
from fairs.payments.events import InvoiceCancelled, MoneyReceived, RefundApproved


@subscribe(InvoiceCancelled)
def stop_asking(event: InvoiceCancelled) -> None:
    """Nobody is to pay for what was cancelled."""
    call_off_what_is_too_much(event.invoice_id)


@subscribe(MoneyReceived)
def ask_no_more_than_is_owed(event: MoneyReceived) -> None:
    """Nobody is to pay by card what came another way, or is no longer owed."""
    call_off_what_is_too_much(event.invoice_id)


@subscribe(RefundApproved)
def send_back(event: RefundApproved) -> None:
    """What came by card goes back to the card."""
    if event.method == "card":
        order_refund(event.refund_id)
