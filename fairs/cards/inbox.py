"""The inbox of the card company's messages: stored first and answered, carried out after, once, in whatever order.

A message is only a hint: what it speaks of is asked again, and what the answer says is carried out.
"""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.cards.due import LEASE, MAX_TRIES, later, wake
from fairs.cards.errors import CardsUnavailable, UnknownThere
from fairs.cards.models import CardAttempt, WebhookEvent
from fairs.cards.payback import CONTRADICTION, settle_refund
from fairs.cards.queries import attempt_by_intent, attempt_by_token, newest_fair
from fairs.cards.service import settle_intent, settle_page
from fairs.cards.states import EventState
from fairs.cards.stripe_client import RefundFacts, StripeGateway, Told
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidTransition
from fairs.core.faults import reach
from fairs.core.money import Money
from fairs.payments.models import Payment

log = logging.getLogger(__name__)

STRIPE = "stripe"
REFUND_NEWS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")


def store_event(told: Told) -> bool:
    """Keep a message; False when it was here before. Its work begins after the commit."""
    known = select(WebhookEvent.id).where(WebhookEvent.provider == STRIPE, WebhookEvent.event_id == told.event_id)
    if db.session.scalar(known) is not None:
        return False
    try:
        with transaction():
            db.session.add(
                WebhookEvent(
                    provider=STRIPE, event_id=told.event_id, kind=told.kind, object_id=told.object_id,
                    state=EventState.RECEIVED, sent_at=told.sent_at, next_try_at=now(), tries=0,
                )
            )  # fmt: skip
            wake()
    except IntegrityError:  # two deliveries at once: the other one has stored it
        return False
    reach("cards.webhook_stored")
    return True


def process_event(gateway: StripeGateway, event_id: int) -> None:
    """What the job does with a message whose time has come. After MAX_TRIES failures it awaits a person."""
    with transaction():
        event = db.session.get_one(WebhookEvent, event_id, with_for_update=True, populate_existing=True)
        if event.state is not EventState.RECEIVED or event.next_try_at is None or event.next_try_at > now():
            return
        event.tries += 1
        event.next_try_at = now() + LEASE
    try:
        _carry_out(gateway, event)
    except CardsUnavailable as problem:
        _fail(event, problem.reason)
    except InvalidTransition:
        _end(event, EventState.ATTENTION, error=CONTRADICTION)
    except UnknownThere:
        _fail(event, "unknown_there", is_final=True)
    except DomainError as problem:
        _fail(event, problem.code, is_final=True)
    except Exception as problem:
        log.exception("a message of the card company cannot be carried out")
        _fail(event, type(problem).__name__)


def _carry_out(gateway: StripeGateway, event: WebhookEvent) -> None:
    kind = event.kind
    if kind.startswith("checkout.session."):
        page = gateway.session(event.object_id)
        reach("cards.before_confirm")
        _end_for(event, settle_page(gateway, page))
    elif kind in {"payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled"}:
        intent = gateway.intent(event.object_id)
        reach("cards.before_confirm")
        with transaction():
            _end_for(event, settle_intent(intent))
    elif kind in REFUND_NEWS:
        refund = gateway.refund(event.object_id)
        with transaction():
            order = settle_refund(refund)
            _end_for(event, order.refund.payment if order else None)
    elif kind == "charge.refunded":
        _refunds_of_charge(gateway, event)
    elif kind == "charge.dispute.created":
        dispute = gateway.dispute(event.object_id)
        attempt = _attempt(gateway, dispute.intent_id)
        if attempt is None:
            _end(event, EventState.IGNORED)
        else:
            _end(event, EventState.ATTENTION, attempt, amount=dispute.amount, error=dispute.reason)
    else:
        _end(event, EventState.IGNORED)


def _refunds_of_charge(gateway: StripeGateway, event: WebhookEvent) -> None:
    intent_id = gateway.charge_intent(event.object_id)
    attempt = _attempt(gateway, intent_id)
    if attempt is None or intent_id is None:
        _end(event, EventState.IGNORED)
        return
    refunds = gateway.refunds_of(intent_id)
    not_ours: list[RefundFacts] = []
    is_wrong = False
    for refund in refunds:
        try:
            if settle_refund(refund) is None and refund.status not in {"failed", "canceled"}:
                not_ours.append(refund)
        except InvalidTransition:
            is_wrong = True
    if not_ours:  # somebody gave money back on the card company's own pages: our books do not know of it
        _end(event, EventState.ATTENTION, attempt, amount=not_ours[0].amount, error="refund_not_made_here")
    elif is_wrong:
        _end(event, EventState.ATTENTION, attempt, error=CONTRADICTION)
    else:
        _end(event, EventState.PROCESSED, attempt)


def _attempt(gateway: StripeGateway, intent_id: str | None) -> CardAttempt | None:
    if intent_id is None:
        return None
    # Money may go back before we have heard that it came.
    return attempt_by_intent(intent_id) or attempt_by_token(gateway.intent(intent_id).token)


def _end_for(event: WebhookEvent, payment: Payment | None) -> None:
    """Carried out for this payment, or none of ours."""
    with transaction():
        row = _locked(event)
        if payment is not None:
            row.fair_id, row.payment_id = payment.fair_id, payment.id
        _close(row, EventState.PROCESSED if payment is not None else EventState.IGNORED)


def _end(
    event: WebhookEvent, state: EventState, attempt: CardAttempt | None = None, *, amount: Money | None = None, error: str = ""
) -> None:  # fmt: skip
    with transaction():
        row = _locked(event)
        if attempt is not None:
            row.fair_id, row.payment_id = attempt.fair_id, attempt.payment_id
        if amount is not None:
            row.amount_minor, row.currency = amount.amount_minor, amount.currency
        if state is EventState.ATTENTION and row.fair_id is None:
            row.fair_id = newest_fair()
        _close(row, state, error)


def _close(row: WebhookEvent, state: EventState, error: str = "") -> None:
    if row.state is EventState.RECEIVED:  # another worker may have been faster
        row.move_to(state)
        row.ended_at, row.next_try_at, row.last_error = now(), None, error[:300]


def _fail(event: WebhookEvent, error: str, *, is_final: bool = False) -> None:
    with transaction():
        row = _locked(event)
        if row.state is not EventState.RECEIVED:
            return
        row.last_error = error[:300]
        if is_final or row.tries >= MAX_TRIES:
            # Of what nobody knows the fair, those hear who took cards last: somebody has to.
            row.fair_id = row.fair_id or newest_fair()
            row.move_to(EventState.FAILED)
            row.next_try_at = None
        else:
            row.next_try_at = later(row.tries)


def try_event_again(event: WebhookEvent, *, by: Actor) -> None:
    """Have a failed message carried out once more; raises InvalidTransition when it has not failed."""
    with transaction():
        row = _locked(event)
        row.move_to(EventState.RECEIVED)
        row.tries, row.next_try_at, row.handled_by_id = 0, now(), by.user_id
        record("cards.try_again", row, by=by, after={"event": row.event_id, "kind": row.kind})
        wake()


def close_event(event: WebhookEvent, note: str, *, by: Actor) -> None:
    """A person has dealt with it, and says how; raises InvalidTransition when nobody is awaited."""
    with transaction():
        row = _locked(event)
        row.move_to(EventState.PROCESSED if row.state is EventState.ATTENTION else EventState.IGNORED)
        row.note, row.ended_at, row.handled_by_id = note[:400], now(), by.user_id
        record("cards.close", row, by=by, after={"event": row.event_id, "kind": row.kind, "note": row.note})


def _locked(event: WebhookEvent) -> WebhookEvent:
    return db.session.get_one(WebhookEvent, event.id, with_for_update=True, populate_existing=True)
