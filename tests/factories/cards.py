"""Attempts to pay by card and messages of the card company, without a card company."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from fairs.cards.models import CardAttempt, WebhookEvent
from fairs.cards.states import EventState
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.payments.models import Invoice, Payment
from fairs.payments.states import PaymentState


def card_attempt(invoice: Invoice) -> CardAttempt:
    """A page for card data that is open, whatever is owed on the invoice."""
    with transaction():
        payment = Payment(
            fair_id=invoice.fair_id, company_id=invoice.company_id, invoice_id=invoice.id, state=PaymentState.PENDING, method="card",
            amount_minor=invoice.total_minor or 1, refunded_minor=0, currency=invoice.currency,
        )  # fmt: skip
        db.session.add(payment)
        db.session.flush()
        made = CardAttempt(
            payment_id=payment.id, invoice_id=invoice.id, fair_id=invoice.fair_id, token=uuid4().hex,
            session_id=f"cs_test_{uuid4().hex}", url="https://cards.example/pay", is_open=True, is_called_off=False, is_paid=False,
            tries=0, expires_at=now() + timedelta(hours=1), next_check_at=now() + timedelta(minutes=5),
        )  # fmt: skip
        db.session.add(made)
    return made


def card_event(
    fair_id: int | None, state: EventState, kind: str = "charge.dispute.created", payment_id: int | None = None
) -> WebhookEvent:
    """A message in a state."""
    with transaction():
        made = WebhookEvent(
            provider="stripe", event_id=f"evt_{uuid4().hex}", kind=kind, object_id=f"dp_{uuid4().hex}", state=state,
            fair_id=fair_id, payment_id=payment_id, sent_at=now(), tries=1, last_error="APIConnectionError",
        )  # fmt: skip
        db.session.add(made)
    return made
