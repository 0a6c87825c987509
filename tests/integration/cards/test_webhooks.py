"""Messages of the card company: forged, stale, huge, malformed, repeated, out of order, late, at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.cards import tasks
from fairs.cards.due import MAX_TRIES
from fairs.cards.inbox import process_event
from fairs.cards.models import CardAttempt, WebhookEvent
from fairs.cards.service import start_payment
from fairs.cards.states import EventState
from fairs.cards.stripe_client import StripeGateway
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.payments.models import Invoice, Payment, Receipt
from fairs.payments.queries import list_credits
from fairs.payments.states import PaymentState
from tests.factories.cards import card_event
from tests.factories.deals import Office, office
from tests.integration.cards.conftest import takes_cards
from tests.support.card_company import sign
from tests.support.cards import GOOD, CardCompany, deliver
from tests.support.client import Client, login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries


@pytest.fixture
def place(card_app: Flask) -> Office:
    return office()


@pytest.fixture
def paid(place: Office, gateway: StripeGateway, card_app: Flask, company: CardCompany) -> CardAttempt:
    """An attempt that is paid at the card company, of which we do not know yet."""
    attempt = start_payment(gateway, card_app.extensions["fairs_config"], place.invoice(), whole=True, by=SYSTEM)
    assert company.pay(attempt.url, number=GOOD)[0] == 303
    return attempt


def stored() -> list[tuple[str, EventState]]:
    db.session.expire_all()
    return [(row.kind, row.state) for row in db.session.scalars(select(WebhookEvent).order_by(WebhookEvent.id))]


def _message(**values: Any) -> bytes:
    right = {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "created": int(time.time()),
        "data": {"object": {"id": "pi_1"}},
    }
    return json.dumps({**right, **values}).encode()


_DEEP = b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
_WRONG: dict[str, dict[str, Any]] = {
    "no id": {"id": None}, "empty id": {"id": ""}, "long id": {"id": "x" * 101}, "type is a number": {"type": 5},
    "time is a word": {"created": "soon"}, "time is too large": {"created": 1e300}, "data is a list": {"data": []},
    "object has a list for an id": {"data": {"object": {"id": ["pi"]}}},
    "object has a nul in its id": {"data": {"object": {"id": "p\x00i"}}},
}  # fmt: skip
_RAW = {"no text": b"\xff\xfe", "nothing": b"", "a list": b"[]", "half an object": b"{", "too deep": _DEEP}


def _refusals() -> dict[str, tuple[bytes, str, str]]:
    """(body, signature, why it is refused), signed now: a signature is good for five minutes."""
    body = _message()
    made = {
        "no signature": (body, "", "forged"),
        "short signature": (body, "t=1,v1=00", "forged"),
        "signature of another form": (body, "nonsense", "forged"),
        "parts without values": (body, "t=x,v1=y,v1", "forged"),
        "another secret": (body, sign(body, secret="whsec_other"), "forged"),
        "another body": (body.replace(b"pi_1", b"pi_2"), sign(body), "forged"),
        "another time": (body, sign(body).replace("t=1", "t=2"), "forged"),
        "old": (body, sign(body, at=time.time() - 400), "stale"),
        "huge": (b" " * 300_000, sign(b" " * 300_000), "too_large"),
    }
    made |= {what: (raw, sign(raw), "malformed") for what, raw in _RAW.items()}
    wrong = {what: _message(**values) for what, values in _WRONG.items()}
    return made | {what: (raw, sign(raw), "malformed") for what, raw in wrong.items()}


@pytest.mark.parametrize("what", _refusals())
def test_what_is_not_the_card_companys_is_refused_and_changes_nothing(place: Office, client: Client, what: str) -> None:
    body, signature, code = _refusals()[what]
    answer = client.post(
        "/webhooks/stripe", data=body, headers={"Stripe-Signature": signature}, content_type="application/json"
    )
    assert (answer.status_code, answer.json) == (400, {"code": code})
    assert stored() == []


def test_refusals_are_counted_and_logged_without_what_was_in_them(
    place: Office, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    from fairs.operations.metrics import exposition

    client.post("/webhooks/stripe", data=b'{"email": "someone@example.com"}', headers={"Stripe-Signature": "t=1,v1=0"})
    assert [record.getMessage() for record in caplog.records if "webhook" in record.getMessage()] == [
        "webhook refused: forged"
    ]
    assert 'fairs_webhooks_refused_total{reason="forged"}' in exposition().decode()


def test_a_secret_is_changed_without_losing_a_message(place: Office, client: Client, card_app: Flask) -> None:
    from dataclasses import replace

    settings = card_app.extensions["fairs_installation"]
    settings.from_environment = replace(settings.from_environment, stripe_webhook_secret="whsec_new, whsec_local")
    for number, secret in enumerate(("whsec_new", "whsec_local")):
        body = _message(id=f"evt_{number}")
        answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": sign(body, secret=secret)})
        assert answer.status_code == 200
    assert len(stored()) == 2


def test_repeated_reordered_and_late_it_is_one_payment(
    place: Office, paid: CardAttempt, client: Client, company: CardCompany, time_machine: Any
) -> None:
    (session,) = company.sessions(paid.token)
    own = company.events(session["payment_intent"], "payment_intent.succeeded")  # by localstripe
    page = company.events(session["id"], "checkout.session.completed")
    deliver(client, own)
    deliver(client, own, expect_known=True)
    deliver(client, page)
    run_jobs(client.application)
    time_machine.move_to(now() + timedelta(days=2))
    deliver(client, page + own, expect_known=True, fresh=True)
    company.test("tell", kind="checkout.session.completed", thing=session)  # the same news under another number
    deliver(client, company.events(session["id"], "checkout.session.completed")[1:], fresh=True)
    run_jobs(client.application)
    assert stored() == [
        ("payment_intent.succeeded", EventState.PROCESSED), ("checkout.session.completed", EventState.PROCESSED),
        ("checkout.session.completed", EventState.PROCESSED),
    ]  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
    assert (paid.payment.state, paid.invoice.received_minor) == (PaymentState.CONFIRMED, 12_960_000)
    assert list_credits(place.fair.id) == []


def test_a_message_is_only_a_hint(
    place: Office, client: Client, gateway: StripeGateway, card_app: Flask, company: CardCompany
) -> None:
    attempt = start_payment(gateway, card_app.extensions["fairs_config"], place.invoice(), whole=True, by=SYSTEM)
    lie = {"id": attempt.session_id, "object": "checkout.session", "payment_status": "paid", "amount_total": 1}
    body = _message(type="checkout.session.completed", data={"object": lie})
    client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": sign(body)})
    unknown = _message(id="evt_2", data={"object": {"id": "pi_nowhere"}})
    client.post("/webhooks/stripe", data=unknown, headers={"Stripe-Signature": sign(unknown)})
    other = _message(id="evt_3", type="customer.created", data={"object": {"id": "cus_1"}})
    client.post("/webhooks/stripe", data=other, headers={"Stripe-Signature": sign(other)})
    run_jobs(card_app)
    assert [state for _kind, state in stored()] == [EventState.PROCESSED, EventState.FAILED, EventState.IGNORED]
    assert (attempt.payment.state, attempt.invoice.received_minor) == (PaymentState.PENDING, 0)


def test_while_the_card_company_is_away_it_waits_then_asks_for_a_person(
    place: Office, paid: CardAttempt, client: Client, company: CardCompany, time_machine: Any
) -> None:
    deliver(client, company.events(paid.session_id or "", "checkout.session.completed"))
    company.test("set", is_down=True)
    run_jobs(client.application)
    (event,) = db.session.scalars(select(WebhookEvent))
    assert (event.state, event.tries, event.last_error) == (EventState.RECEIVED, 1, "APIError")
    run_jobs(client.application)
    assert event.tries == 1  # not before its time
    for _try in range(MAX_TRIES - 1):
        time_machine.move_to(now() + timedelta(hours=1, minutes=1), tick=False)
        tasks.work(client.application.extensions["fairs_config"])
    db.session.refresh(event)
    assert (event.state, event.tries) == (EventState.FAILED, MAX_TRIES)
    assert paid.payment.state is PaymentState.PENDING

    company.test("set", is_down=False)
    clerk = place.user(Role.FINANCE)
    login(client, clerk)
    address = f"/fairs/{place.fair.slug}/cards/messages/{event.id}"
    assert "Carry out again" in client.get(f"{address}?lang=en").get_data(as_text=True)
    assert client.submit(f"{address}/again").status_code == 303
    run_jobs(client.application)
    db.session.expire_all()
    assert (event.state, paid.payment.state) == (EventState.PROCESSED, PaymentState.CONFIRMED)
    assert client.submit(f"{address}/again").status_code == 409


def test_a_dispute_awaits_finance_and_changes_nothing_else(
    place: Office, paid: CardAttempt, client: Client, company: CardCompany
) -> None:
    deliver(client, company.events(paid.session_id or "", "checkout.session.completed"))
    run_jobs(client.application)
    db.session.expire_all()
    dispute = {
        "id": f"dp_{paid.token}",
        "payment_intent": paid.intent_id,
        "amount": 12_960_000,
        "currency": "vnd",
        "reason": "fraudulent",
    }
    company.test("dispute", **dispute)
    company.test("tell", kind="charge.dispute.created", thing=dispute)
    deliver(client, company.events(dispute["id"]))
    run_jobs(client.application)
    db.session.expire_all()
    event = db.session.scalars(select(WebhookEvent).where(WebhookEvent.kind == "charge.dispute.created")).one()
    assert (event.state, event.fair_id, event.payment_id) == (EventState.ATTENTION, place.fair.id, paid.payment_id)
    assert paid.payment.state is PaymentState.CONFIRMED
    login(client, place.user(Role.FINANCE))
    address = f"/fairs/{place.fair.slug}/cards/messages/{event.id}"
    assert "12.960.000" in client.get(address).get_data(as_text=True)
    assert client.submit(address, {"note": ""}).status_code == 422
    assert client.submit(address, {"note": "Đã gửi chứng từ"}).status_code == 303
    db.session.expire_all()
    assert (event.state, event.note) == (EventState.PROCESSED, "Đã gửi chứng từ")


def test_the_lists_show_all_in_a_constant_number_of_queries(
    place: Office, client: Client, new_client: Callable[[], Client], gateway: StripeGateway, card_app: Flask
) -> None:
    login(client, place.user(Role.FINANCE))
    folder = f"/fairs/{place.fair.slug}/cards"
    counts: dict[str, list[int]] = {folder: [], f"{folder}/messages": []}
    for _round in range(2):
        attempt = start_payment(gateway, card_app.extensions["fairs_config"], place.invoice(), whole=True, by=SYSTEM)
        for _more in range(1 + _round):
            card_event(place.fair.id, EventState.FAILED, payment_id=attempt.payment_id)
        for address, found in counts.items():
            client.get(address)
            with counted_queries() as queries:
                page = client.get(address)
            assert (page.status_code, page.get_data(as_text=True).count("data-row=")) in {(200, 1), (200, 2), (200, 3)}
            found.append(len(queries))
            assert client.get(f"{address}?format=xlsx").status_code == 200
            assert client.get(f"{address}?state=none&q=x").status_code == 200
    assert [found[0] - found[1] for found in counts.values()] == [0, 0]
    auditor, stranger = new_client(), new_client()
    login(auditor, place.user(Role.AUDITOR))
    login(stranger, place.user(Role.HOSPITALITY))
    event = db.session.scalars(select(WebhookEvent)).first()
    assert event is not None
    one = f"{folder}/messages/{event.id}"
    assert [auditor.get(path).status_code for path in (folder, one)] == [200, 200]
    assert auditor.submit(one, {"note": "x"}).status_code == 404
    assert [stranger.get(path).status_code for path in (folder, one)] == [403, 403]
    assert client.get(f"{folder}/messages/999999").status_code == 404


def test_many_deliveries_and_workers_at_once_have_one_effect(real_app: Flask, company: CardCompany) -> None:
    with takes_cards(real_app, company):
        config = real_app.extensions["fairs_config"]
        with real_app.app_context():
            attempt = start_payment(StripeGateway(config), config, office().invoice(), whole=True, by=SYSTEM)
            assert company.pay(attempt.url, number=GOOD)[0] == 303
            messages = company.events(attempt.session_id or "", "checkout.session.completed")
            (session,) = company.sessions(attempt.token)
            company.test("tell", kind="checkout.session.completed", thing=session)
            messages = company.events(session["id"], "checkout.session.completed")
        start = Barrier(8)

        def send(number: int) -> int:
            event = messages[number % 2]
            start.wait()
            headers = {"Stripe-Signature": event["signature"]}
            return (
                real_app.test_client()
                .post("/webhooks/stripe", data=event["body"].encode(), headers=headers)
                .status_code
            )

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(send, range(8))) == [200] * 8

        def carry_out(event_id: int) -> None:
            start.wait()
            with real_app.app_context():
                process_event(StripeGateway(config), event_id)

        with real_app.app_context():
            keys = db.session.scalars(select(WebhookEvent.id)).all()
            db.session.rollback()
        assert len(keys) == 2
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(carry_out, [*keys] * 4))
        with real_app.app_context():
            assert {state for _kind, state in stored()} == {EventState.PROCESSED}
            assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
            (payment,) = db.session.scalars(select(Payment))
            invoice = db.session.scalars(select(Invoice)).one()
            assert (payment.state, invoice.received_minor) == (PaymentState.CONFIRMED, 12_960_000)
