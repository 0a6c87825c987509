"""Money back to a card: ordered when a refund is approved, sent by a job, once, however often and wherever it is interrupted."""

from __future__ import annotations

from fairs.cards.due import LEASE, later, wake
from fairs.cards.errors import CardsRefused, CardsUnavailable
from fairs.cards.models import CardRefund
from fairs.cards.queries import refund_by_key
from fairs.cards.stripe_client import RefundFacts, StripeGateway
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidTransition
from fairs.core.faults import reach
from fairs.payments.credits import day_of_money
from fairs.payments.models import Refund
from fairs.payments.refunds import fail_refund, finish_refund, send_refund
from fairs.payments.states import RefundState

UNDER_WAY = ("pending", "requires_action")
CONTRADICTION = "contradicts_the_books"


def order_refund(refund_id: int) -> None:
    """Note that an approved refund is to be sent to the card. Inside transaction()."""
    refund = db.session.get_one(Refund, refund_id)
    db.session.add(CardRefund(refund_id=refund.id, fair_id=refund.fair_id, tries=0, next_try_at=now()))
    wake()


def pay_back(gateway: StripeGateway, order_id: int) -> None:
    """What the job does with an order whose time has come. Failures are noted and tried again later."""
    with transaction():
        order = db.session.get_one(CardRefund, order_id, with_for_update=True, populate_existing=True)
        if order.next_try_at is None or order.next_try_at > now():
            return
        order.tries += 1
        order.next_try_at = now() + LEASE
    refund = order.refund
    if refund.state is RefundState.APPROVED:
        refund = send_refund(refund)  # on its way before anybody is asked: from here on it is never sent anew by hand
    reach("cards.refund_sent")
    if refund.state is not RefundState.IN_TRANSIT:  # decided by a person meanwhile
        _note(order, "", is_done=True)
        return
    try:
        settle_refund(_facts(gateway, order, refund))
    except CardsUnavailable as problem:
        _note(order, problem.reason)
    except InvalidTransition:  # a person has decided otherwise meanwhile
        _note(order, CONTRADICTION, is_done=True)
    except CardsRefused as problem:
        with transaction():
            fail_refund(refund, because=problem.reason)
            _note(order, problem.reason, is_done=True)


def _facts(gateway: StripeGateway, order: CardRefund, refund: Refund) -> RefundFacts:
    assert refund.payment is not None  # noqa: S101  request_refund sees to it
    if order.external_id:
        return gateway.refund(order.external_id)
    intent_id = refund.payment.external_reference or ""
    # The card company remembers keys for a day only; what was sent before a long silence is found by its name.
    sent = next((one for one in gateway.refunds_of(intent_id) if one.key == refund.idempotency_key), None)
    facts = sent or gateway.create_refund(intent_id, refund.amount, refund.idempotency_key)
    reach("cards.refund_created")
    return facts


def settle_refund(facts: RefundFacts) -> CardRefund | None:
    """Carry out what a refund's state at the card company says; None when it is not one of ours.

    Raises InvalidTransition where it contradicts what is in the books: it failed after it was done.
    """
    with transaction():
        order = refund_by_key(facts.key) if facts.key else None
        if order is None:
            return None
        if facts.status == "succeeded":
            finish_refund(order.refund, reference=facts.id, on=day_of_money())
        elif facts.status not in UNDER_WAY:
            fail_refund(order.refund, because=facts.failure or facts.status)
        row = db.session.get_one(CardRefund, order.id, with_for_update=True, populate_existing=True)
        row.external_id = facts.id
        row.last_error = ""
        row.next_try_at = later(row.tries + 6) if facts.status in UNDER_WAY else None
        return row


def _note(order: CardRefund, error: str, *, is_done: bool = False) -> None:
    with transaction():
        row = db.session.get_one(CardRefund, order.id, with_for_update=True, populate_existing=True)
        row.last_error = error[:300]
        row.next_try_at = None if is_done else later(row.tries)
