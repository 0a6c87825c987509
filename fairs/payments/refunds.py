"""Money that goes back: asked for by one person, approved by another, sent, done or failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.core.actor import SYSTEM, Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.payments import numbers
from fairs.payments.credits import day_of_money, use_up
from fairs.payments.errors import WrongAmount
from fairs.payments.events import RefundApproved
from fairs.payments.ledger import book
from fairs.payments.models import Credit, Payment, Refund
from fairs.payments.numbers import document_number, fair_code_of, normal_reference
from fairs.payments.states import CreditState, PaymentState, RefundState

REFUND_METHODS = ("transfer", "cash", "card")
#: Banks settle within a day or two, card providers within three; later somebody asks.
IN_TRANSIT_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """What is to go back of a credit, why and where to. ``account`` (holder, number, bank) is for a transfer; a card
    refund goes back by the payment that came by card."""

    amount: Money
    method: str
    reason: str
    account: dict[str, str] = field(default_factory=dict)
    payment_id: int | None = None


def request_refund(credit: Credit, draft: RefundDraft, *, by: Actor) -> Refund:
    """Ask for money of a credit to go back; it is reserved there until the refund is done or has failed.

    Raises WrongAmount for nothing, another currency or more than is free, InvalidInput for a missing reason, account or
    payment, InvalidTransition for a settled credit.
    """
    if draft.method not in REFUND_METHODS:
        raise InvalidInput(field="method")
    if not draft.reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    if draft.method == "transfer" and not all(
        draft.account.get(key, "").strip() for key in ("holder", "number", "bank")
    ):
        raise InvalidInput(_l("Give the holder, number and bank of the account."), field="account")
    with transaction():
        row = _locked_credit(credit.id)
        if row.state is not CreditState.OPEN:
            raise InvalidTransition
        if draft.amount.currency != row.currency or not 0 < draft.amount.amount_minor <= row.free.amount_minor:
            raise WrongAmount(
                _l("Write an amount above zero and not above what is left of the credit."), field="amount"
            )
        payment_id = draft.payment_id or row.payment_id
        if draft.method == "card":
            payment = db.session.get(Payment, payment_id) if payment_id else None
            if payment is None or payment.method != "card" or payment.company_id != row.company_id:
                raise InvalidInput(_l("This money did not come by card."), field="method")
        row.reserved_minor += draft.amount.amount_minor
        refund = Refund(
            number=document_number(fair_code_of(row.number), numbers.REFUND, day_of_money()), fair_id=row.fair_id,
            company_id=row.company_id, credit_id=row.id, payment_id=payment_id, state=RefundState.REQUESTED,
            method=draft.method, amount_minor=draft.amount.amount_minor, currency=row.currency,
            reason=draft.reason.strip()[:400], account={key: value.strip() for key, value in draft.account.items()},
            idempotency_key=uuid4().hex, requested_by_id=by.user_id, requested_for_id=by.for_user_id,
        )  # fmt: skip
        db.session.add(refund)
        db.session.flush()
        after = {"number": refund.number, "amount": refund.amount, "method": refund.method, "reason": refund.reason}
        record("payments.request_refund", refund, by=by, after=after)
        return refund


def approve_refund(refund: Refund, *, by: Actor) -> Refund:
    """A second person agrees; raises SecondPersonRequired for who asked, InvalidTransition for one decided already."""
    with transaction():
        row = _locked_refund(refund)
        row.require_move(RefundState.APPROVED)
        require_second_person(by, row.requested_by_id, row.requested_for_id)
        row.move_to(RefundState.APPROVED)
        row.approved_by_id, row.approved_at = by.user_id, now()
        record("payments.approve_refund", row, by=by, after={"number": row.number})
        publish(RefundApproved(row.id, row.method, by))
        return row


def send_refund(refund: Refund, *, by: Actor = SYSTEM) -> Refund:
    """The order to pay was given to the bank or the provider. Sent twice it is sent once: the second time changes nothing."""
    with transaction():
        row = _locked_refund(refund)
        if row.state is RefundState.IN_TRANSIT:
            return row
        row.move_to(RefundState.IN_TRANSIT)
        row.sent_at, row.expected_on = now(), day_of_money() + IN_TRANSIT_FOR
        record("payments.send_refund", row, by=by, after={"number": row.number})
        return row


def finish_refund(refund: Refund, *, reference: str, on: date, by: Actor = SYSTEM) -> Refund:
    """The money has gone, by the bank's or provider's reference: the credit is less, the ledger says so.

    Done twice it is done once. Raises InvalidInput without a reference or for a day to come, InvalidTransition when it is
    not approved.
    """
    known = normal_reference(reference) if refund.method == "transfer" else reference.strip()[:100]
    if not known:
        raise InvalidInput(_l("Give the bank's reference or the voucher's number."), field="reference")
    if on > day_of_money():
        raise InvalidInput(_l("This day lies in the future."), field="done_on")
    with transaction():
        credit = _locked_credit(refund.credit_id)
        row = _locked_refund(refund)
        if row.state is RefundState.DONE:
            return row
        row.move_to(RefundState.DONE)
        row.external_reference, row.done_on = known, on
        credit.reserved_minor -= row.amount_minor
        use_up(credit, row.amount_minor, on=on, by_what=row.number)
        book(row, row.amount_minor, on=on, by=by)
        _mark_payment(row)
        record("payments.finish_refund", row, by=by, after={"number": row.number, "reference": known})
        return row


def _mark_payment(refund: Refund) -> None:
    if refund.payment_id is None:
        return
    payment = db.session.get_one(Payment, refund.payment_id, with_for_update=True, populate_existing=True)
    payment.refunded_minor += refund.amount_minor
    if payment.refunded_minor >= payment.amount_minor and payment.state is PaymentState.CONFIRMED:
        payment.move_to(PaymentState.REFUNDED)


def fail_refund(refund: Refund, *, because: str, by: Actor = SYSTEM) -> Refund:
    """It is refused by the second person, or came back from the bank: the credit is free again. Failed twice fails once;
    news of a failure after it was done raises InvalidTransition."""
    with transaction():
        credit = _locked_credit(refund.credit_id)
        row = _locked_refund(refund)
        if row.state is RefundState.FAILED:
            return row
        row.move_to(RefundState.FAILED)
        row.ended_because = because.strip()[:400]
        credit.reserved_minor -= row.amount_minor
        record("payments.fail_refund", row, by=by, after={"number": row.number, "because": row.ended_because})
        return row


def _locked_credit(credit_id: int) -> Credit:
    # Credits before refunds before payments, everywhere.
    return db.session.get_one(Credit, credit_id, with_for_update=True, populate_existing=True)


def _locked_refund(refund: Refund) -> Refund:
    return db.session.get_one(Refund, refund.id, with_for_update=True, populate_existing=True)
