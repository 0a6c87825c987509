"""Paying an invoice by card: begun here, finished on the card company's page, believed when the card company says so.

The network is used between transactions; each step may be repeated, and a process may end between any two.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

from flask_babel import gettext as _

from fairs.cards.due import LEASE, later, wake
from fairs.cards.errors import AttemptUnderWay, CardsRefused
from fairs.cards.models import CardAttempt
from fairs.cards.queries import attempt_by_token, open_attempt_of
from fairs.cards.stripe_client import CURRENCIES, IntentFacts, SessionFacts, SessionOrder, StripeGateway
from fairs.config import Config
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import DomainError
from fairs.core.faults import reach
from fairs.core.money import Money
from fairs.payments.credits import CLOSED, day_of_money
from fairs.payments.errors import WrongAmount
from fairs.payments.models import Invoice, Payment
from fairs.payments.queries import OWED, next_open
from fairs.payments.refunds import RefundDraft, request_refund
from fairs.payments.service import begin_payment, confirm_payment, note_payment
from fairs.payments.states import IN_HAND, CreditState, PaymentState

log = logging.getLogger(__name__)

OPEN_FOR = timedelta(hours=1)  # the card company takes 30 minutes to a day
LOOK_AGAIN = timedelta(minutes=5)
RETURN_PATH = "/my/card-payments/"


def amount_by_card(invoice: Invoice, *, whole: bool) -> Money | None:
    """What can be paid by card now: the next open instalment, or all that is open. None when nothing can."""
    if invoice.currency not in CURRENCIES or invoice.state not in OWED:
        return None
    if whole:
        return invoice.open_amount
    part = next_open(invoice, day_of_money())
    return part.open if part is not None else None


def start_payment(gateway: StripeGateway, config: Config, invoice: Invoice, *, whole: bool, by: Actor) -> CardAttempt:
    """Begin to pay by card, or go on with what was begun; the attempt then has the ``url`` of the page for card data.

    Where an earlier attempt turns out to be paid, that one is given back. Raises WrongAmount when nothing can be paid,
    CardsUnavailable, CardsRefused, AttemptUnderWay.
    """
    amount = amount_by_card(invoice, whole=whole)
    if not amount:
        raise WrongAmount
    earlier = open_attempt_of(invoice.id)
    if earlier is not None:
        if earlier.payment.amount != amount and not earlier.is_called_off:
            call_off(earlier)
        earlier = look_at(gateway, config, earlier)
        if earlier.payment.state in IN_HAND:
            return earlier
        if earlier.is_open:
            if earlier.is_called_off:  # the money is on its way
                raise AttemptUnderWay
            note_payment(earlier.payment, PaymentState.PENDING, by=by)  # after a refused card, another one
            return earlier
    attempt = _begin(invoice, amount, by)
    open_session(gateway, config, attempt)
    return attempt


def _begin(invoice: Invoice, amount: Money, by: Actor) -> CardAttempt:
    with transaction():
        db.session.get_one(Invoice, invoice.id, with_for_update=MINE, populate_existing=True)
        if open_attempt_of(invoice.id) is not None:
            raise AttemptUnderWay
        payment = begin_payment(invoice, amount, "card", by=by)
        attempt = CardAttempt(
            payment_id=payment.id, invoice_id=invoice.id, fair_id=payment.fair_id, token=uuid4().hex, is_open=True,
            is_called_off=False, is_paid=False, tries=0, expires_at=now() + OPEN_FOR, next_check_at=now() + LEASE,
        )  # fmt: skip
        db.session.add(attempt)
        db.session.flush()
        return attempt


def open_session(gateway: StripeGateway, config: Config, attempt: CardAttempt) -> SessionFacts:
    """Have the page for card data made, or learn again which one was made. Raises CardsUnavailable, CardsRefused."""
    order = SessionOrder(
        attempt.token, attempt.payment.amount, attempt.invoice.number, f"{config.base_url.rstrip('/')}{RETURN_PATH}{attempt.token}",
        attempt.expires_at,
    )  # fmt: skip
    reach("cards.before_create")
    try:
        facts = gateway.create_session(order)
    except CardsRefused as refused:
        _end(attempt, PaymentState.FAILED, refused.reason)
        raise
    reach("cards.after_create")
    with transaction():
        note_payment(attempt.payment, PaymentState.PENDING, reference=facts.id)
        row = _locked(attempt)
        _learn(row, facts.intent_id, session_id=facts.id)
        row.url = facts.url[:2000]
        row.next_check_at = now() + LOOK_AGAIN
    return facts


def call_off(attempt: CardAttempt) -> None:
    """Have the page ended at the card company by the job that is woken; what is paid there until then is received."""
    with transaction():
        row = _locked(attempt)
        if row.is_open:
            row.is_called_off, row.next_check_at = True, now()
            wake()


def call_off_what_is_too_much(invoice_id: int) -> None:
    """Call off the open page of an invoice over more than is still open of it: the invoice ended, was lowered, or its money
    came another way. Inside transaction(), the invoice the caller's."""
    attempt = open_attempt_of(invoice_id)
    if attempt is None or attempt.payment.state in IN_HAND:
        return
    invoice = db.session.get_one(Invoice, invoice_id)
    if invoice.state not in OWED or attempt.payment.amount_minor > invoice.open_amount.amount_minor:
        call_off(attempt)


def look_at(gateway: StripeGateway, config: Config, attempt: CardAttempt) -> CardAttempt:
    """Ask the card company what became of an attempt and do what follows; ends it there when it is called off."""
    facts = gateway.session(attempt.session_id) if attempt.session_id else open_session(gateway, config, attempt)
    if attempt.is_called_off and facts.status == "open":
        try:
            facts = gateway.expire_session(facts.id)
        except CardsRefused:  # paid or expired since
            facts = gateway.session(facts.id)
    settle_page(gateway, facts)
    if attempt.is_called_off and facts.intent_id and not facts.is_paid and facts.status == "complete":
        try:
            settle_intent(gateway.cancel_intent(facts.intent_id))
        except CardsRefused:  # the money is on its way: wait for the word
            settle_intent(gateway.intent(facts.intent_id))
    return db.session.get_one(CardAttempt, attempt.id, populate_existing=True)


def check_attempt(gateway: StripeGateway, config: Config, attempt_id: int) -> None:
    """What the job does with an attempt whose time has come. Failures are noted and tried again later."""
    with transaction():
        attempt = db.session.get_one(CardAttempt, attempt_id, with_for_update=True, populate_existing=True)
        if attempt.next_check_at is None or attempt.next_check_at > now():
            return
        attempt.tries += 1
        attempt.next_check_at = now() + LEASE
    error = ""
    try:
        attempt = look_at(gateway, config, attempt)
    except DomainError as problem:
        error = getattr(problem, "reason", "") or problem.code
    with transaction():
        row = _locked(attempt)
        row.last_error = error[:300]
        if row.next_check_at is not None:
            row.next_check_at = later(row.tries) if error else now() + LOOK_AGAIN


def settle_page(gateway: StripeGateway, facts: SessionFacts) -> Payment | None:
    """Carry out what a page's state says; of one that is filled in and not paid also what became of its slow payment."""
    payment = settle_session(facts)
    if payment is not None and facts.status == "complete" and not facts.is_paid and facts.intent_id:
        intent = gateway.intent(facts.intent_id)
        settle_intent(intent)
        attempt = attempt_by_token(facts.token)
        if (
            attempt is not None and intent.status == "requires_payment_method"
        ):  # and no page any more to give another card
            _end(attempt, PaymentState.FAILED, intent.failure or intent.status)
    return payment


def settle_session(facts: SessionFacts) -> Payment | None:
    """Carry out what a page's state says, fetched from the card company; None when it is not a page of ours."""
    with transaction():
        attempt = attempt_by_token(facts.token)
        if attempt is None:
            return None
        if facts.is_paid:
            return _confirm(attempt, facts.amount, facts.intent_id, facts.id)
        if facts.status == "expired":
            _end(attempt, PaymentState.CANCELLED, "expired")
        else:
            row = _locked(attempt)
            _learn(row, facts.intent_id, session_id=facts.id)
            row.url = facts.url[:2000]  # none any more once it is filled in
        return attempt.payment


def settle_intent(facts: IntentFacts) -> Payment | None:
    """Carry out what a payment's state at the card company says; None when it is not one of ours."""
    with transaction():
        attempt = attempt_by_token(facts.token)
        if attempt is None:
            return None
        if facts.status == "succeeded":
            return _confirm(attempt, facts.received, facts.id, None)
        if facts.status == "canceled":
            _end(attempt, PaymentState.CANCELLED, "canceled")
        elif facts.status == "requires_payment_method" and facts.failure:
            # The page is still open for another card.
            note_payment(attempt.payment, PaymentState.FAILED, because=facts.failure)
        return attempt.payment


def _confirm(attempt: CardAttempt, amount: Money, intent_id: str | None, session_id: str | None) -> Payment:
    payment = confirm_payment(
        attempt.payment, received_on=day_of_money(), external_reference=intent_id or session_id, amount=amount
    )
    row = _locked(attempt)  # after the invoice and the payment, everywhere
    is_new, row.is_paid, row.is_open, row.next_check_at = not row.is_paid, True, False, None
    _learn(row, intent_id, session_id=session_id)
    if is_new:
        _propose_refund(payment)
    reach("cards.in_confirm")
    return payment


def _propose_refund(payment: Payment) -> None:
    # Money for an invoice on which nothing is owed any more is a credit by now, unless it was put to use for another booth.
    if payment.invoice is None or payment.invoice.state not in CLOSED:
        return
    for credit in payment.credits:
        if credit.state is CreditState.OPEN and credit.free:
            reason = _("Paid by card after invoice %(number)s was cancelled.", number=payment.invoice.number)
            request_refund(credit, RefundDraft(credit.free, "card", reason, payment_id=payment.id), by=SYSTEM)


def _end(attempt: CardAttempt, state: PaymentState, because: str) -> None:
    with transaction():
        payment = note_payment(attempt.payment, state, because=because)
        row = _locked(attempt)
        if payment.state not in IN_HAND:
            row.is_open, row.next_check_at = False, None


def _learn(row: CardAttempt, intent_id: str | None, *, session_id: str | None) -> None:
    row.session_id = row.session_id or session_id
    row.intent_id = intent_id or row.intent_id


def _locked(attempt: CardAttempt) -> CardAttempt:
    return db.session.get_one(CardAttempt, attempt.id, with_for_update=True, populate_existing=True)
