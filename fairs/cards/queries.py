"""Reading attempts, refunds to cards and messages of the card company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from fairs.cards.models import CardAttempt, CardRefund, WebhookEvent
from fairs.cards.states import EventState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.payments.models import Invoice, Payment, Refund
from fairs.payments.states import PaymentState


def attempt_by_token(token: str) -> CardAttempt | None:
    """The attempt that the card company knows by this name."""
    return db.session.scalar(
        select(CardAttempt)
        .where(CardAttempt.token == token)
        .options(joinedload(CardAttempt.payment), joinedload(CardAttempt.invoice).joinedload(Invoice.company))
    )


def attempt_by_intent(intent_id: str) -> CardAttempt | None:
    """The attempt by which this payment of the card company came."""
    return db.session.scalar(select(CardAttempt).where(CardAttempt.intent_id == intent_id))


def open_attempt_of(invoice_id: int) -> CardAttempt | None:
    """The attempt of the invoice by which money may still come."""
    return db.session.scalar(select(CardAttempt).where(CardAttempt.invoice_id == invoice_id, CardAttempt.is_open))


def refund_by_key(key: str) -> CardRefund | None:
    """The order to give money back that the card company knows by this key."""
    return db.session.scalar(select(CardRefund).join(Refund).where(Refund.idempotency_key == key))


def due(model: type[Any], column: Any, moment: datetime, limit: int = 100) -> Sequence[int]:
    """Keys of the rows whose time has come, the longest waiting first."""
    return db.session.scalars(
        select(model.id).where(column.is_not(None), column <= moment).order_by(column, model.id).limit(limit)
    ).all()


def attempts_matching(fair_id: int, text: str, state: PaymentState | None) -> Select[CardAttempt]:
    """The fair's attempts that fit, with payment, invoice and company."""
    query = (
        select(CardAttempt)
        .join(CardAttempt.payment)
        .where(CardAttempt.fair_id == fair_id)
        .options(
            joinedload(CardAttempt.payment), joinedload(CardAttempt.invoice).joinedload(Invoice.company)
        )
    )  # fmt: skip
    if state is not None:
        query = query.where(Payment.state == state)
    if words := clean(text):
        query = query.join(Invoice, Invoice.id == CardAttempt.invoice_id).join(
            Company, Company.id == Invoice.company_id
        )
        plain = "".join(words.split())
        query = query.where(
            or_(
                Company.folded.contains(fold(words), autoescape=True),
                Invoice.number.contains(plain.upper(), autoescape=True),
                Payment.external_reference == plain,
            )
        )
    return query


def events_matching(fair_id: int, state: EventState | None) -> Select[WebhookEvent]:
    """The messages about the fair's payments, and those of which nobody knows yet what they are about."""
    query = (
        select(WebhookEvent)
        .where(or_(WebhookEvent.fair_id == fair_id, WebhookEvent.fair_id.is_(None)))
        .options(
            joinedload(WebhookEvent.payment).joinedload(Payment.company),
            joinedload(WebhookEvent.payment).joinedload(Payment.invoice),
        )
    )
    return query.where(WebhookEvent.state == state) if state is not None else query


def event_of(fair_id: int, event_id: int) -> WebhookEvent:
    """One message that the fair may see; raises NotFound."""
    found = db.session.scalar(events_matching(fair_id, None).where(WebhookEvent.id == event_id))
    if found is None:
        raise NotFound
    return found


def refunds_waiting(fair_id: int) -> Sequence[CardRefund]:
    """Orders to give money back that are not done."""
    return db.session.scalars(
        select(CardRefund)
        .where(CardRefund.fair_id == fair_id, CardRefund.next_try_at.is_not(None))
        .options(joinedload(CardRefund.refund).joinedload(Refund.company))
        .order_by(CardRefund.id)
    ).all()


def newest_fair() -> int | None:
    """The fair at which somebody last began to pay by card."""
    return db.session.scalar(select(CardAttempt.fair_id).order_by(CardAttempt.id.desc()).limit(1))
