"""A payment that was recorded wrongly: its money goes off the invoices as credits, and nothing is edited."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidTransition
from fairs.payments.credits import apply_credit
from fairs.payments.errors import MoneyUsed
from fairs.payments.models import Credit, Invoice, LedgerEntry
from fairs.payments.refunds import RefundDraft, approve_refund, finish_refund, request_refund
from fairs.payments.service import take_back
from fairs.payments.states import InvoiceState, PaymentState
from tests.factories.deals import Office, office


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def balance(place: Office) -> tuple[int, int]:
    """The ledger of the exporter, and what invoices and credits say."""
    ledger = db.session.scalar(select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.fair_id == place.fair.id))
    owed = db.session.scalar(
        select(func.sum(Invoice.total_minor - Invoice.credited_minor - Invoice.received_minor)).where(
            Invoice.fair_id == place.fair.id
        )
    )
    credit = db.session.scalar(select(func.sum(Credit.amount_minor)).where(Credit.fair_id == place.fair.id))
    return int(ledger or 0), int(owed or 0) - int(credit or 0)


def test_what_was_paid_too_often_is_owed_again_and_can_be_paid_out(place: Office) -> None:
    invoice = place.invoice()
    first = place.receipt(invoice, 6_480_000)
    wrong = place.receipt(invoice, 6_500_000)  # 20,000 of it were a credit at once
    assert invoice.state is InvoiceState.PAID
    held = take_back(wrong, reason="typed twice", by=SYSTEM)
    assert sum(credit.amount_minor for credit in held) == 6_500_000
    assert {credit.payment_id for credit in held} == {wrong.id}
    assert (invoice.state, invoice.received_minor) == (InvoiceState.PARTLY_PAID, 6_480_000)
    assert balance(place)[0] == balance(place)[1]
    for credit in held:
        refund = request_refund(credit, RefundDraft(credit.free, "cash", "typed twice"), by=Actor(None, "A"))
        finish_refund(approve_refund(refund, by=SYSTEM), reference="CO-1", on=place.fair.today, by=SYSTEM)
    assert wrong.state is PaymentState.REFUNDED
    assert balance(place) == (6_480_000, 6_480_000)
    with pytest.raises(InvalidTransition):
        take_back(wrong, reason="again", by=SYSTEM)
    take_back(first, reason="another company's", by=SYSTEM)
    assert invoice.state is InvoiceState.OPEN


def test_money_that_was_used_elsewhere_is_not_taken_back(place: Office) -> None:
    invoice, other = place.invoice(), place.invoice()
    payment = place.receipt(invoice, 13_000_000)
    [credit] = payment.credits
    with transaction():
        apply_credit(credit, other, on=place.fair.today, by=SYSTEM)
    with pytest.raises(MoneyUsed):
        take_back(payment, reason="wrong", by=SYSTEM)
    assert invoice.state is InvoiceState.PAID
