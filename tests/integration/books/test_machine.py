"""Everything that can happen to money, in random order and at the same moment: the equation holds all the time.

A state machine of hypothesis issues invoices, lowers and cancels them, begins, confirms, fails and repeats payments, uses
credits and pays them back, on real commits; ``rush`` lets several act at once. ``FAIRS_DRILL=200`` runs so many examples.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from fairs.books.equation import balances
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.money import Money
from fairs.payments.invoicing import (
    InvoiceDraft,
    LineDraft,
    cancel_with_credit,
    issue_credit_note,
    issue_invoice,
)
from fairs.payments.models import Credit, CreditNote, Invoice, Payment, Refund
from fairs.payments.refunds import (
    RefundDraft,
    approve_refund,
    fail_refund,
    finish_refund,
    request_refund,
    send_refund,
)
from fairs.payments.service import (
    Part,
    PaymentDraft,
    begin_payment,
    confirm_payment,
    note_payment,
    record_payment,
)
from fairs.payments.states import IN_HAND, CreditState, PaymentState, RefundState
from fairs.payments.transfer_models import TransferList
from fairs.payments.transfers import finish_list, make_transfer_list, use_credit
from tests.factories.deals import office
from tests.factories.money import ACCOUNT

DRILL = os.environ.get("FAIRS_DRILL", "")
EXAMPLES, STEPS = int(DRILL or "8"), 20
_banks = count(1)
Op = Callable[["Desk", int, int], Any]


class Desk:
    """A fair by its key, and its things by number: every thread reads them anew."""

    def __init__(self, fair_id: int, companies: list[int]) -> None:
        self.fair, self.companies = db.session.get_one(Fair, fair_id), companies

    def company(self, number: int) -> int:
        return self.companies[number % len(self.companies)]

    def pick(self, model: Any, number: int, *where: Any) -> Any:
        rows = db.session.scalars(select(model).where(model.fair_id == self.fair.id, *where).order_by(model.id)).all()
        return rows[-1 - number % len(rows)] if rows else None

    def amount(self, number: int) -> Money:
        return Money((400_000, 1_080_000, 540_001, 2_000_000)[number % 4], "VND")


def _issue(desk: Desk, a: int, b: int) -> None:
    today = desk.fair.today
    lines = [LineDraft("booth", "Gian", "Booth", Money(1_000_000 + 333 * b, "VND"), 8 if a % 3 else 10)]
    if b % 4 == 0:
        lines.append(LineDraft("support", "Hỗ trợ", "Support", Money(-300_000, "VND"), lines[0].vat_percent))
    issue_invoice(
        InvoiceDraft(desk.fair.id, desk.fair.code, desk.company(a), "Test", 1, lines, 50, today, today, today),
        by=SYSTEM,
    )


def _lower(desk: Desk, a: int, b: int) -> None:
    invoice = desk.pick(Invoice, a)
    if invoice is not None:
        lines = [LineDraft("booth", "Giảm", "Less", Money(100_000 + 50_000 * b, "VND"), invoice.lines[0].vat_percent)]
        issue_credit_note(invoice, lines, reason="Giảm diện tích", by=SYSTEM)


def _cancel(desk: Desk, a: int, _b: int) -> None:
    invoice = desk.pick(Invoice, a)
    if invoice is not None:
        cancel_with_credit(invoice, by=SYSTEM, reason="Rút")


def _receive(desk: Desk, a: int, b: int) -> None:
    """A transfer for none, one or several invoices; now and then the bank's line comes twice."""
    owner = desk.company(a)
    parts = [
        Part(one.id)
        for one in db.session.scalars(
            select(Invoice).where(Invoice.fair_id == desk.fair.id, Invoice.company_id == owner)
        )
    ][: b % 3]
    line = f"FT{desk.fair.id}-{b % 5}" if a % 4 == 0 else f"FT{next(_banks)}"
    draft = PaymentDraft(
        desk.fair.id, desk.fair.code, owner, desk.amount(b), desk.fair.today, ("transfer", "cash")[a % 2],
        None if a % 2 else line, parts,
    )  # fmt: skip
    record_payment(draft, by=SYSTEM)


def _begin(desk: Desk, a: int, b: int) -> None:
    invoice = desk.pick(Invoice, a)
    if invoice is not None:
        amount = Money(min(desk.amount(b).amount_minor, invoice.open_amount.amount_minor), "VND")
        begin_payment(invoice, amount, "card", by=SYSTEM)


def _confirm(desk: Desk, a: int, b: int) -> None:
    """Of any state: late, after it failed or was called off, a second time."""
    payment = desk.pick(Payment, a, Payment.method == "card")
    if payment is not None:
        amount = desk.amount(b) if b % 5 == 0 else None
        confirm_payment(payment, received_on=desk.fair.today, external_reference=f"pi_{payment.id}", amount=amount)


def _note(desk: Desk, a: int, b: int) -> None:
    payment = desk.pick(Payment, a, Payment.method == "card")
    if payment is not None:
        note_payment(payment, (PaymentState.PENDING, PaymentState.FAILED, PaymentState.CANCELLED)[b % 3])


def _use(desk: Desk, a: int, b: int) -> None:
    credit, invoice = desk.pick(Credit, a, Credit.state == CreditState.OPEN), desk.pick(Invoice, b)
    if credit is not None and invoice is not None:
        use_credit(credit, invoice, by=SYSTEM)


def _ask(desk: Desk, a: int, b: int) -> None:
    credit = desk.pick(Credit, a, Credit.state == CreditState.OPEN)
    if credit is not None:
        amount = credit.free if b % 2 else desk.amount(b)
        method = ("transfer", "cash", "card")[b % 3]
        request_refund(credit, RefundDraft(amount, method, "Nộp thừa", ACCOUNT), by=SYSTEM)


def _approve(desk: Desk, a: int, _b: int) -> None:
    refund = desk.pick(Refund, a, Refund.state == RefundState.REQUESTED)
    if refund is not None:
        approve_refund(refund, by=SYSTEM)


def _send(desk: Desk, a: int, _b: int) -> None:
    refund = desk.pick(Refund, a)
    if refund is not None:
        send_refund(refund, by=SYSTEM)


def _finish(desk: Desk, a: int, _b: int) -> None:
    refund = desk.pick(Refund, a)
    if refund is not None:
        finish_refund(refund, reference=f"UNC{refund.id}", on=desk.fair.today, by=SYSTEM)


def _fail(desk: Desk, a: int, _b: int) -> None:
    refund = desk.pick(Refund, a)
    if refund is not None:
        fail_refund(refund, because="Sai số tài khoản", by=SYSTEM)


def _list(desk: Desk, a: int, b: int) -> None:
    waiting = db.session.scalars(
        select(Refund.number).where(Refund.fair_id == desk.fair.id, Refund.state == RefundState.APPROVED)
    ).all()
    make_transfer_list(desk.fair, waiting[: 1 + b % 3], key=f"{desk.fair.id}-{a % 6}", by=SYSTEM)


def _list_done(desk: Desk, a: int, _b: int) -> None:
    made = desk.pick(TransferList, a)
    if made is not None:
        finish_list(made, reference="LO1", on=desk.fair.today, by=SYSTEM)


OPS: dict[str, Op] = {
    "issue": _issue, "lower": _lower, "cancel": _cancel, "receive": _receive, "begin": _begin, "confirm": _confirm,
    "note": _note, "use": _use, "ask": _ask, "approve": _approve, "send": _send, "finish": _finish, "fail": _fail,
    "list": _list, "list_done": _list_done,
}  # fmt: skip
numbers = st.integers(0, 23)
acts = st.tuples(st.sampled_from(["issue", "receive", "begin", "confirm", "ask", "approve", *OPS]), numbers, numbers)


def _do(app: Flask, place: Any, act: tuple[str, int, int], begin: Callable[[], Any] | None = None) -> None:
    name, a, b = act
    if begin is not None:
        begin()  # before a connection is taken
    with app.app_context(), suppress(DomainError):  # refused with a reason: as it should be
        OPS[name](Desk(*place), a, b)


def machine_of(app: Flask) -> type[RuleBasedStateMachine]:
    """The machine on this application's database."""

    class Books(RuleBasedStateMachine):
        place: Any = None

        @initialize()
        def open_fair(self) -> None:
            with app.app_context():
                made = office()
                other = made.company(f"Cơ sở {uuid4().hex[:6]}")
                self.place = (made.fair.id, [made.exporter.id, other.id])
                for number in range(3):
                    _issue(Desk(*self.place), number, number)

        @rule(act=acts)
        def one(self, act: tuple[str, int, int]) -> None:
            _do(app, self.place, act)

        @rule(both=st.lists(acts, min_size=2, max_size=3))
        def rush(self, both: list[tuple[str, int, int]]) -> None:
            together = Barrier(len(both))
            with ThreadPoolExecutor(len(both)) as pool:
                list(pool.map(lambda act: _do(app, self.place, act, lambda: together.wait(30)), both))

        @invariant()
        def holds(self) -> None:
            if self.place:
                with app.app_context():
                    check(self.place[0])

    return Books


def check(fair_id: int) -> None:
    """What is always true: see the names of the parts."""
    wrong = {account: one for account, one in balances(fair_id).items() if not one.is_right}
    assert wrong == {}, "invoices - credit notes = payments - refunds + open balance"
    credits_ = db.session.scalars(select(Credit).where(Credit.fair_id == fair_id)).all()
    assert all(0 <= one.reserved_minor <= one.amount_minor <= one.given_minor for one in credits_), "a negative credit"
    assert all((one.state is CreditState.SETTLED) == (one.amount_minor == 0) for one in credits_)
    invoices = db.session.scalars(select(Invoice).where(Invoice.fair_id == fair_id)).all()
    assert all(0 <= one.credited_minor <= one.total_minor for one in invoices), "more taken off than was asked for"
    assert all(0 <= one.received_minor <= max(0, one.owed.amount_minor) for one in invoices), "more stands than is owed"
    payments = db.session.scalars(select(Payment).where(Payment.fair_id == fair_id)).all()
    lines = [
        (one.method, one.external_reference) for one in payments if one.external_reference and one.state in IN_HAND
    ]
    assert len(lines) == len(set(lines)), "a line of the bank counted twice"
    refunds = db.session.scalars(select(Refund).where(Refund.fair_id == fair_id)).all()
    assert all(one.refunded_minor <= one.amount_minor for one in payments), "more went back than came"
    assert all(one.state is not RefundState.REQUESTED or one.transfer_list_id is None for one in refunds)
    _numbers_have_no_gaps([*invoices, *[one for one in payments if one.number], *credits_, *refunds,
                           *db.session.scalars(select(CreditNote).where(CreditNote.fair_id == fair_id)),
                           *db.session.scalars(select(TransferList).where(TransferList.fair_id == fair_id))])  # fmt: skip


def _numbers_have_no_gaps(documents: list[Any]) -> None:
    found = defaultdict(list)
    for one in documents:
        series, _, number = one.number.rpartition("-")
        found[series].append(int(number))
    for series, numbers_ in found.items():
        assert sorted(numbers_) == list(range(1, len(numbers_) + 1)), f"a gap in {series}"


@pytest.mark.timeout(0 if DRILL else 180)
def test_the_equation_holds_through_random_histories(real_app: Flask) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine_of(real_app),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, print_blob=False,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate] if DRILL else list(Phase),
        ),
    )  # fmt: skip
