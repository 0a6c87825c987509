"""Paying by card against the card company on this machine: dong and dollars, refused cards, strong authentication, calling off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from fairs.cards import tasks
from fairs.cards.models import CardAttempt
from fairs.cards.queries import open_attempt_of
from fairs.cards.service import start_payment
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.payments.invoicing import LineDraft, cancel_with_credit
from fairs.payments.models import Invoice, Payment
from fairs.payments.queries import list_credits
from fairs.payments.states import InvoiceState, PaymentState, RefundState
from tests.factories.deals import Office, office, vnd
from tests.support.cards import GOOD, REFUSED, STRONG, CardCompany, deliver, ledger_holds
from tests.support.client import Client, login
from tests.support.jobs import run_jobs


@pytest.fixture
def place(card_app: Flask) -> Office:
    return office()


@pytest.fixture
def payer(place: Office, client: Client) -> Client:
    login(client, place.member(place.exporter))
    return client


def begin(client: Client, invoice: Invoice, part: str = "instalment") -> CardAttempt:
    """Press the button on the invoice's page."""
    answer = client.submit(f"/my/invoices/{invoice.number}/card/{part}")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    attempt = open_attempt_of(invoice.id)
    assert attempt is not None
    assert answer.location == attempt.url
    return attempt


def state_of(attempt: CardAttempt) -> PaymentState:
    db.session.expire_all()
    return attempt.payment.state


@pytest.mark.parametrize(
    ("amount", "part", "asked"),
    [
        (Money(12_000_000, "VND"), "instalment", {"amount_total": 6_480_000, "currency": "vnd"}),
        (Money(12_000_000, "VND"), "all", {"amount_total": 12_960_000, "currency": "vnd"}),
        (Money(1_234_56, "USD"), "all", {"amount_total": 1_333_32, "currency": "usd"}),
    ],
)
def test_a_company_pays_in_dong_and_in_dollars(
    place: Office, payer: Client, company: CardCompany, amount: Money, part: str, asked: dict[str, Any]
) -> None:
    invoice = place.invoice(lines=[LineDraft("booth", "Gian hàng", "Booth", amount, 8)])
    page = payer.get(f"/my/invoices/{invoice.number}")
    assert page.get_data(as_text=True).count('/card/instalment"') == 1
    assert page.get_data(as_text=True).count('/card/all"') == 1
    assert f"form-action 'self' {company.address}" in page.headers["Content-Security-Policy"]

    attempt = begin(payer, invoice, part)
    (session,) = company.sessions(attempt.token)
    assert {name: session[name] for name in asked} == asked
    assert (state_of(attempt), attempt.payment.external_reference) == (PaymentState.PENDING, session["id"])
    result = f"/my/card-payments/{attempt.token}"
    assert "hx-get" in payer.get(result).get_data(as_text=True)
    assert payer.get(f"{result}/state?seen=pending").status_code == 204

    assert company.pay(attempt.url, number=GOOD) == (303, f"http://localhost{result}")
    assert state_of(attempt) is PaymentState.PENDING  # nothing is believed that the card company has not said
    deliver(payer, company.events(session["id"], "checkout.session.completed"))
    run_jobs(payer.application)

    assert state_of(attempt) is PaymentState.CONFIRMED
    payment = attempt.payment
    assert payment.external_reference == attempt.intent_id == company.sessions(attempt.token)[0]["payment_intent"]
    assert (payment.amount_minor, payment.currency) == (asked["amount_total"], asked["currency"].upper())
    assert invoice.received_minor == asked["amount_total"]
    assert invoice.state is (InvoiceState.PAID if part == "all" else InvoiceState.PARTLY_PAID)
    done = payer.get(f"{result}/state?seen=pending").get_data(as_text=True)
    assert payment.number is not None
    assert payment.number in done
    assert "hx-get" not in done
    assert "Thẻ" in payer.get(f"/my/invoices/{invoice.number}").get_data(as_text=True)
    assert ledger_holds(invoice)


def test_a_refused_card_another_card_and_strong_authentication(
    place: Office, payer: Client, company: CardCompany
) -> None:
    invoice = place.invoice()
    attempt = begin(payer, invoice)
    status, _page = company.pay(attempt.url, number=REFUSED)
    assert status == 200
    first = company.sessions(attempt.token)[0]["payment_intent"]
    # This message is localstripe's own, sent and signed by it.
    deliver(payer, company.events(first, "payment_intent.payment_failed"))
    run_jobs(payer.application)
    assert (state_of(attempt), attempt.payment.ended_because) == (PaymentState.FAILED, "card_declined")
    assert attempt.is_open
    assert "hx-get" in payer.get(f"/my/card-payments/{attempt.token}").get_data(
        as_text=True
    )  # another card may be on its way

    again = begin(payer, invoice)  # the same page takes another card
    assert (again.id, state_of(again)) == (attempt.id, PaymentState.PENDING)
    assert company.pay(again.url, number=STRONG)[0] == 200
    assert company.pay(again.url, success="false")[0] == 200
    failed = company.sessions(attempt.token)[0]["payment_intent"]
    deliver(payer, company.events(failed, "payment_intent.payment_failed"))
    run_jobs(payer.application)
    assert state_of(attempt) is PaymentState.FAILED

    assert company.pay(again.url, number=STRONG)[0] == 200
    assert company.pay(again.url, success="true")[0] == 303
    paid = company.sessions(attempt.token)[0]["payment_intent"]
    deliver(payer, company.events(paid, "payment_intent.succeeded"))
    # What failed before comes late, and is asked again: it changes nothing.
    deliver(payer, company.events(first, "payment_intent.payment_failed"), expect_known=True)
    run_jobs(payer.application)
    assert (state_of(attempt), attempt.intent_id) == (PaymentState.CONFIRMED, paid)
    assert invoice.received_minor == 6_480_000


def test_a_slow_payment_that_fails_lets_one_begin_anew(place: Office, payer: Client, company: CardCompany) -> None:
    invoice = place.invoice()
    attempt = begin(payer, invoice)
    company.pay(attempt.url, number=REFUSED)
    company.test("session", id=attempt.session_id, status="complete", url=None)
    company.test("tell", kind="checkout.session.async_payment_failed", thing=company.sessions(attempt.token)[0])
    deliver(payer, company.events(attempt.session_id or "", "checkout.session.async_payment_failed"))
    run_jobs(payer.application)
    assert (state_of(attempt), attempt.is_open) == (PaymentState.FAILED, False)
    page = payer.get(f"/my/card-payments/{attempt.token}").get_data(as_text=True)
    assert "hx-get" not in page
    assert begin(payer, invoice).id != attempt.id


def test_one_page_at_a_time_and_another_amount_ends_the_first(
    place: Office, payer: Client, company: CardCompany
) -> None:
    invoice = place.invoice()
    first = begin(payer, invoice)
    assert begin(payer, invoice).id == first.id
    assert len(company.sessions(first.token)) == 1
    second = begin(payer, invoice, "all")
    assert second.id != first.id
    assert company.sessions(first.token)[0]["status"] == "expired"
    assert (state_of(first), state_of(second)) == (PaymentState.CANCELLED, PaymentState.PENDING)
    # Paid there, and the message is not here yet: the button leads to the result, not to a page where one pays again.
    company.pay(second.url, number=GOOD)
    answer = payer.submit(f"/my/invoices/{invoice.number}/card/all")
    assert answer.location == f"/my/card-payments/{second.token}"
    assert (state_of(second), invoice.state) == (PaymentState.CONFIRMED, InvoiceState.PAID)


def test_calling_off_and_running_out(place: Office, payer: Client, company: CardCompany, time_machine: Any) -> None:
    invoice = place.invoice()
    attempt = begin(payer, invoice)
    page = payer.get(f"/my/card-payments/{attempt.token}?back=1").get_data(as_text=True)
    assert f"/my/card-payments/{attempt.token}/cancel" in page
    payer.submit(f"/my/card-payments/{attempt.token}/cancel")
    run_jobs(payer.application)
    assert state_of(attempt) is PaymentState.CANCELLED
    assert company.sessions(attempt.token)[0]["status"] == "expired"
    assert company.pay(attempt.url, number=GOOD)[0] == 410

    # Nobody calls it off and no message arrives: the sweep asks.
    left = begin(payer, invoice)
    company.test("end", id=left.session_id)
    time_machine.move_to(now() + timedelta(minutes=6), tick=False)
    tasks.work(payer.application.extensions["fairs_config"])
    assert (state_of(left), left.payment.ended_because) == (PaymentState.CANCELLED, "expired")
    assert not left.is_open


def test_what_is_paid_for_a_cancelled_invoice_is_owed_back_and_a_refund_proposed(
    place: Office, payer: Client, company: CardCompany
) -> None:
    invoice = place.invoice()
    attempt = begin(payer, invoice, "all")
    company.pay(attempt.url, number=GOOD)
    cancel_with_credit(invoice, by=SYSTEM, reason="Rút khỏi hội chợ")
    run_jobs(payer.application)  # wants to end the page, and learns that it is paid
    assert (state_of(attempt), invoice.received_minor) == (PaymentState.CONFIRMED, 0)
    (credit,) = list_credits(place.fair.id)
    (refund,) = credit.refunds
    assert (credit.given, credit.free) == (vnd(12_960_000), vnd(0))
    assert (refund.state, refund.method, refund.payment_id) == (RefundState.REQUESTED, "card", attempt.payment_id)
    deliver(payer, company.events(attempt.session_id or "", "checkout.session.completed"))
    run_jobs(payer.application)
    assert len(list_credits(place.fair.id)) == 1
    assert ledger_holds(invoice)


def test_the_page_of_a_cancelled_invoice_is_ended_even_if_it_was_made_and_forgotten(
    place: Office, card_app: Flask, gateway: Any, company: CardCompany
) -> None:
    invoice = place.invoice()
    attempt = start_payment(gateway, card_app.extensions["fairs_config"], invoice, whole=True, by=SYSTEM)
    with transaction():  # as if the process had ended before the answer was noted
        attempt.session_id, attempt.url = None, ""
    cancel_with_credit(invoice, by=SYSTEM, reason="Rút")
    run_jobs(card_app)
    (session,) = company.sessions(attempt.token)
    assert session["status"] == "expired"
    assert (state_of(attempt), attempt.session_id) == (PaymentState.CANCELLED, session["id"])


def test_what_comes_by_transfer_meanwhile_is_not_asked_for_twice(
    place: Office, payer: Client, company: CardCompany
) -> None:
    whole, part = place.invoice(), place.invoice()
    pages = begin(payer, whole, "all"), begin(payer, part)
    for invoice in (whole, part):
        place.receipt(invoice, 6_480_000)
    run_jobs(payer.application)
    assert [state_of(page) for page in pages] == [PaymentState.CANCELLED, PaymentState.PENDING]
    assert company.pay(pages[0].url, number=GOOD)[0] == 410
    company.pay(pages[1].url, number=GOOD)
    deliver(payer, company.events(pages[1].session_id or "", "checkout.session.completed"))
    run_jobs(payer.application)
    assert (part.state, part.open_amount, list_credits(place.fair.id)) == (InvoiceState.PAID, vnd(0), [])


def test_when_the_card_company_is_away_or_says_no(place: Office, payer: Client, company: CardCompany) -> None:
    invoice = place.invoice()
    company.test("set", is_down=True)
    answer = payer.submit(f"/my/invoices/{invoice.number}/card/all", follow_redirects=True)
    assert "Hiện không liên lạc được" in answer.get_data(as_text=True)
    attempt = open_attempt_of(invoice.id)
    assert attempt is not None
    assert (state_of(attempt), attempt.session_id) == (PaymentState.CREATED, None)
    company.test("set", is_down=False)
    assert begin(payer, invoice, "all").id == attempt.id
    assert len(company.sessions(attempt.token)) == 1

    huge = place.invoice(200_000_000)
    answer = payer.submit(f"/my/invoices/{huge.number}/card/all", follow_redirects=True)
    assert "không nhận khoản thanh toán này" in answer.get_data(as_text=True)
    assert open_attempt_of(huge.id) is None
    (payment,) = db.session.query(Payment).filter_by(invoice_id=huge.id)
    assert (payment.state, payment.ended_because) == (PaymentState.FAILED, "amount_too_large")


def test_who_may_pay(place: Office, payer: Client, company: CardCompany, new_client: Callable[[], Client]) -> None:
    invoice = place.invoice()
    attempt = begin(payer, invoice)
    stranger = new_client()
    login(stranger, place.member(place.company()))
    result = f"/my/card-payments/{attempt.token}"
    assert stranger.submit(f"/my/invoices/{invoice.number}/card/all").status_code == 404
    assert [stranger.get(path).status_code for path in (result, f"{result}/state")] == [404, 404]
    assert stranger.submit(f"{result}/cancel").status_code == 404
    for wrong in ("half", "0"):
        assert payer.submit(f"/my/invoices/{invoice.number}/card/{wrong}").status_code == 404


def test_without_keys_there_is_no_card(app: Flask, client: Client) -> None:
    place = office()
    invoice = place.invoice()
    login(client, place.member(place.exporter))
    page = client.get(f"/my/invoices/{invoice.number}")
    assert "/card/" not in page.get_data(as_text=True)
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    assert client.submit(f"/my/invoices/{invoice.number}/card/all").status_code == 404
    assert client.post("/webhooks/stripe", data=b"{}").status_code == 400
