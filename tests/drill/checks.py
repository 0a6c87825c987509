"""What must hold after every step of the drill: nothing lost, nothing twice, no number left out."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from fairs.cards.models import CardAttempt, CardRefund, WebhookEvent
from fairs.cards.states import EventState
from fairs.core.db import db
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState
from fairs.payments.models import Credit, CreditNote, Instalment, Invoice, LedgerEntry, Payment, Receipt, Refund
from fairs.payments.states import IN_HAND, RefundState
from tests.drill.servers import DrillFailed
from tests.drill.stage import Stage

_NUMBERED = (Invoice, Instalment, CreditNote, Payment, Receipt, Credit, Refund)


def problems(stage: Stage, *, at_rest: bool = False) -> list[str]:
    """What does not hold. ``at_rest``: nothing is under way any more, so nothing may wait either."""
    with stage.looking():
        found = [*_ledger(), *_numbers(), *_payments(stage, at_rest), *_refunds(stage, at_rest)]
        return [*found, *_messages(), *_mails(stage)] if at_rest else found


def require(stage: Stage, *, at_rest: bool = False) -> None:
    """Raise DrillFailed with all that does not hold."""
    found = problems(stage, at_rest=at_rest)
    if found:
        raise DrillFailed("; ".join(found))


def _ledger() -> list[str]:
    keys = ("fair_id", "company_id", "currency")
    sides: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for model, amount, side, sign in (
        (LedgerEntry, LedgerEntry.amount_minor, 0, 1),
        (Invoice, Invoice.total_minor - Invoice.credited_minor - Invoice.received_minor, 1, 1),
        (Credit, Credit.amount_minor, 1, -1),
    ):
        columns = [getattr(model, key) for key in keys]
        for *key, total in db.session.execute(select(*columns, func.sum(amount)).group_by(*columns)):
            sides[tuple(key)][side] += sign * int(total)
    return [
        f"the ledger of {key} says {one}, the documents {other}" for key, (one, other) in sides.items() if one != other
    ]


def _numbers() -> list[str]:
    series: dict[str, set[int]] = defaultdict(set)
    for model in _NUMBERED:
        for number in db.session.scalars(select(model.number).where(model.number.is_not(None))):  # type: ignore[attr-defined]
            found = re.fullmatch(r"(.+-)(\d+)(/\d+)?", number)
            if found is not None:
                series[found[1]].add(int(found[2]))
    return [f"{name} has a gap" for name, numbers in series.items() if numbers != set(range(1, len(numbers) + 1))]


def _payments(stage: Stage, at_rest: bool) -> list[str]:
    said = []
    pages = defaultdict(list)
    for page in stage.company.test("sessions"):
        pages[page["client_reference_id"]].append(page)
    for attempt in db.session.scalars(select(CardAttempt)):
        payment, made = attempt.payment, pages.pop(attempt.token, [])
        paid = [page for page in made if page["payment_status"] == "paid"]
        receipts = (
            db.session.scalar(select(func.sum(Receipt.amount_minor)).where(Receipt.payment_id == payment.id)) or 0
        )
        credits_ = db.session.scalar(select(func.sum(Credit.given_minor)).where(Credit.payment_id == payment.id)) or 0
        if len(made) > 1:
            said.append(f"payment {payment.id} has {len(made)} pages at the card company")
        if payment.state in IN_HAND and [page["amount_total"] for page in paid] != [payment.amount_minor]:
            said.append(f"payment {payment.id} is booked, but was not paid so")
        if at_rest and paid and payment.state not in IN_HAND:
            said.append(f"payment {payment.id} was paid and is {payment.state}")
        if payment.state in IN_HAND and receipts != payment.amount_minor and receipts + credits_ < payment.amount_minor:
            said.append(f"payment {payment.id} of {payment.amount_minor} stands for {receipts}")
    return said + [f"a page of nobody: {token}" for token in pages]


def _refunds(stage: Stage, at_rest: bool) -> list[str]:
    said = []
    for order in db.session.scalars(select(CardRefund)):
        refund = order.refund
        intent = refund.payment.external_reference if refund.payment else ""
        given = [
            one for one in stage.company.get(f"/v1/refunds?payment_intent={intent}")["data"]
            if one["metadata"].get("fairs_refund") == refund.idempotency_key
        ]  # fmt: skip
        if len(given) > 1:
            said.append(f"{refund.number} was paid back {len(given)} times")
        if refund.state is RefundState.DONE and [one["amount"] for one in given] != [refund.amount_minor]:
            said.append(f"{refund.number} is booked, but was not paid back so")
        if at_rest and refund.state is not RefundState.DONE:
            said.append(f"{refund.number} is {refund.state}")
    return said


def _messages() -> list[str]:
    states = db.session.execute(select(WebhookEvent.state, func.count()).group_by(WebhookEvent.state))
    return [f"{count} messages of the card company are {state}" for state, count in states
            if state not in {EventState.PROCESSED, EventState.IGNORED}]  # fmt: skip


def _mails(stage: Stage) -> list[str]:
    came, said = stage.mails(), []
    for message in db.session.scalars(select(OutboxMessage)):
        if message.state is not MessageState.SENT:
            said.append(f"mail {message.id} is {message.state}")
        if not any(name.startswith(f"<outbox-{message.id}@") for name in came):
            said.append(f"mail {message.id} never came")
    return said
