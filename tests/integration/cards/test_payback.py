"""Money back to a card: in part, in full, refused, failed later, made elsewhere; interrupted and repeated it goes once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.cards import tasks
from fairs.cards.models import CardRefund, WebhookEvent
from fairs.cards.payback import pay_back
from fairs.cards.service import settle_session, start_payment
from fairs.cards.states import EventState
from fairs.cards.stripe_client import StripeGateway
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.payments.invoicing import cancel_with_credit
from fairs.payments.models import Credit, Invoice, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, request_refund
from fairs.payments.states import CreditState, PaymentState, RefundState
from tests.factories.deals import Office, office, vnd
from tests.support.cards import GOOD, CardCompany, deliver, ledger_holds
from tests.support.client import Client, login
from tests.support.jobs import run_jobs

WHOLE = 12_960_000


class Books:
    """An invoice that was paid by card and cancelled: its credit, and two people who give money back."""

    def __init__(self, app: Flask, gateway: StripeGateway, company: CardCompany) -> None:
        self.app, self.gateway, self.company = app, gateway, company
        self.place: Office = office()
        self.invoice: Invoice = self.place.invoice()
        self.attempt = start_payment(gateway, app.extensions["fairs_config"], self.invoice, whole=True, by=SYSTEM)
        assert company.pay(self.attempt.url, number=GOOD)[0] == 303
        settle_session(gateway.session(self.attempt.session_id or ""))
        credit = cancel_with_credit(self.invoice, by=SYSTEM, reason="Rút")
        assert credit is not None
        self.credit: Credit = credit
        self.clerk, self.chief = (
            Actor(user.id, user.name) for user in (self.place.user(Role.FINANCE), self.place.user(Role.FINANCE))
        )

    def approved(self, amount: int) -> Refund:
        """A refund that both agree on."""
        refund = request_refund(self.credit, RefundDraft(vnd(amount), "card", "Rút khỏi hội chợ"), by=self.clerk)
        return approve_refund(refund, by=self.chief)

    def sent(self) -> list[tuple[int, str]]:
        """What the card company gave back."""
        intent = self.attempt.intent_id
        return sorted(
            (one["amount"], one["status"]) for one in self.company.get(f"/v1/refunds?payment_intent={intent}")["data"]
        )

    def order(self, refund: Refund) -> CardRefund:
        """The order of a refund."""
        return db.session.scalars(select(CardRefund).where(CardRefund.refund_id == refund.id)).one()

    def work(self) -> None:
        """What the worker does when it is woken."""
        run_jobs(self.app)
        db.session.expire_all()


@pytest.fixture
def books(card_app: Flask, gateway: StripeGateway, company: CardCompany) -> Books:
    return Books(card_app, gateway, company)


def test_in_part_and_the_rest(books: Books, client: Client) -> None:
    first = books.approved(5_000_000)
    assert first.state is RefundState.APPROVED
    books.work()
    assert (first.state, books.sent()) == (RefundState.DONE, [(5_000_000, "succeeded")])
    assert (books.attempt.payment.state, books.attempt.payment.refunded_minor) == (PaymentState.CONFIRMED, 5_000_000)
    rest = books.approved(WHOLE - 5_000_000)
    books.work()
    assert (rest.state, books.credit.state) == (RefundState.DONE, CreditState.SETTLED)
    assert books.attempt.payment.state is PaymentState.REFUNDED
    assert books.sent() == [(5_000_000, "succeeded"), (WHOLE - 5_000_000, "succeeded")]
    assert rest.external_reference == books.order(rest).external_id
    deliver(
        client,
        books.company.events(books.company.get(f"/v1/refunds/{rest.external_reference}")["charge"], "charge.refunded"),
    )
    books.work()
    assert {row.state for row in db.session.scalars(select(WebhookEvent))} == {EventState.PROCESSED}
    assert len(books.sent()) == 2
    assert ledger_holds(books.invoice)


@pytest.mark.parametrize("step", ["before", "after", "long after"])
def test_interrupted_it_is_sent_once(books: Books, step: str, time_machine: Any) -> None:
    refund = books.approved(1_000_000)
    if step != "before":  # the card company answered, and nobody noted it
        books.gateway.create_refund(books.attempt.intent_id or "", refund.amount, refund.idempotency_key)
    if step == "long after":  # the card company has forgotten the key
        books.company.test("set", keys={})
        time_machine.move_to(now() + timedelta(days=3))
    for _worker in range(3):
        pay_back(books.gateway, books.order(refund).id)
        with transaction():
            books.order(refund).next_try_at = now()
    db.session.expire_all()
    assert (refund.state, books.sent()) == (RefundState.DONE, [(1_000_000, "succeeded")])


def test_refused_the_credit_is_free_again_and_away_it_waits(books: Books, time_machine: Any) -> None:
    books.company.test("set", is_down=True)
    refund = books.approved(WHOLE)
    books.work()
    assert (refund.state, books.order(refund).last_error) == (RefundState.IN_TRANSIT, "APIError")
    books.company.test("set", is_down=False)
    time_machine.move_to(now() + timedelta(minutes=2))
    tasks.work(books.app.extensions["fairs_config"])
    db.session.expire_all()
    assert refund.state is RefundState.DONE

    other = Books(books.app, books.gateway, books.company)
    # Somebody was faster on the card company's own pages.
    other.company.test("refund_outside", payment_intent=other.attempt.intent_id, amount=WHOLE)
    refused = other.approved(WHOLE)
    other.work()
    assert (refused.state, refused.ended_because) == (RefundState.FAILED, "charge_already_refunded")
    assert (other.credit.free, other.order(refused).next_try_at) == (vnd(WHOLE), None)
    assert ledger_holds(other.invoice)


def test_a_refund_that_takes_days_and_one_that_fails(books: Books, client: Client, time_machine: Any) -> None:
    books.company.test("set", next_refund="pending")
    slow, bad = books.approved(1_000_000), books.approved(2_000_000)
    books.work()
    assert [slow.state, bad.state] == [RefundState.IN_TRANSIT] * 2
    assert books.credit.free == vnd(WHOLE - 3_000_000)
    books.company.test("refund_status", id=books.order(slow).external_id, status="succeeded")
    books.company.test("refund_status", id=books.order(bad).external_id, status="failed")
    # The one by a message, the other by asking again.
    books.company.test("tell", kind="refund.failed", thing={"id": books.order(bad).external_id, "object": "refund"})
    deliver(client, books.company.events(books.order(bad).external_id or "", "refund.failed"))
    books.work()
    assert (bad.state, bad.ended_because, slow.state) == (
        RefundState.FAILED,
        "lost_or_stolen_card",
        RefundState.IN_TRANSIT,
    )
    time_machine.move_to(now() + timedelta(hours=2))
    tasks.work(books.app.extensions["fairs_config"])
    db.session.expire_all()
    assert (slow.state, books.credit.free) == (RefundState.DONE, vnd(WHOLE - 1_000_000))


def test_what_contradicts_the_books_awaits_a_person(books: Books, client: Client) -> None:
    refund = books.approved(1_000_000)
    books.work()
    external = books.order(refund).external_id or ""
    books.company.test("refund_status", id=external, status="failed")  # after it was done
    books.company.test("tell", kind="refund.failed", thing={"id": external, "object": "refund"})
    deliver(client, books.company.events(external, "refund.failed"))
    # Money given back on the card company's own pages, of which our books do not know.
    outside = books.company.test("refund_outside", payment_intent=books.attempt.intent_id, amount=700_000)
    books.company.test("tell", kind="charge.refunded", thing={"id": outside["charge"], "object": "charge"})
    deliver(client, books.company.events(outside["charge"], "charge.refunded")[-1:])
    books.work()
    found = {row.kind: row for row in db.session.scalars(select(WebhookEvent))}
    assert {kind: (row.state, row.last_error) for kind, row in found.items()} == {
        "refund.failed": (EventState.ATTENTION, "contradicts_the_books"),
        "charge.refunded": (EventState.ATTENTION, "refund_not_made_here"),
    }
    assert found["charge.refunded"].amount == vnd(700_000)
    assert refund.state is RefundState.DONE
    login(client, books.place.user(Role.FINANCE))
    page = client.get(f"/fairs/{books.place.fair.slug}/cards/messages/{found['charge.refunded'].id}")
    assert "700.000" in page.get_data(as_text=True)


def test_a_refund_under_way_is_on_the_list(books: Books, client: Client) -> None:
    books.company.test("set", is_down=True)
    refund = books.approved(1_000_000)
    books.work()
    login(client, books.place.user(Role.FINANCE))
    page = client.get(f"/fairs/{books.place.fair.slug}/cards").get_data(as_text=True)
    assert refund.number in page
    assert "APIError" in page
