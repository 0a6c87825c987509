"""Statements through the services: what each line is found to be, what is recorded, what a person has to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from fairs.banking import desk
from fairs.banking.models import BankLine, Statement
from fairs.banking.queries import counts_of
from fairs.banking.recording import Share
from fairs.banking.service import (
    RulesDraft,
    StatementWrong,
    account_of,
    carry_on,
    hand_in,
    read_at_once,
    read_statement,
    save_rules,
)
from fairs.banking.states import LineKind, LineState, StatementState
from fairs.core import events
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, InvalidTransition, SamePerson
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.payments.account_models import Bank
from fairs.payments.accounts import AccountDraft, save_account
from fairs.payments.events import MoneyReceived
from fairs.payments.invoicing import LineDraft, cancel_with_credit
from fairs.payments.models import Credit, CreditNote, Invoice, LedgerEntry, Payment, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, request_refund, send_refund
from fairs.payments.states import InvoiceState, PaymentState, RefundState
from tests.factories.deals import Office, acting, office, vnd
from tests.factories.statements import Row, csv_file, grid, xlsx_file

K, S = LineKind, LineState


@dataclass
class Bench:
    """A fair with its account, and the means to read statements of it."""

    place: Office
    by: Actor
    rows: list[Row] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.place.fair.today - timedelta(days=1)

    def row(self, amount: int, text: str, payer: str = "", number: str | None = None) -> Row:
        return Row(self.day, amount, text, payer, f"FT{len(self.rows):08d}" if number is None else number)

    def came(self, *movements: tuple[object, ...]) -> Statement:
        """A statement of BIDV with these (amount, text, payer, number), read and recorded."""
        self.rows = []
        for movement in movements:
            self.rows.append(self.row(*movement))  # type: ignore[arg-type]
        return self.read(csv_file(grid(self.rows, "bidv")))

    def read(self, upload: object, account_id: int | None = None) -> Statement:
        account = account_of(self.place.fair.id, account_id, current_app.extensions["fairs_config"])
        return read_at_once(self.place.fair, upload, account, by=self.by)  # type: ignore[arg-type]

    def lines(self, statement: Statement | None = None) -> list[BankLine]:
        query = select(BankLine).order_by(BankLine.id)
        if statement is not None:
            query = query.where(BankLine.statement_id == statement.id)
        return list(db.session.scalars(query.execution_options(populate_existing=True)))

    def rules(self, currency: str = "VND", **values: object) -> None:
        usual = {
            "four_eyes_minor": 10**12,
            "charges_minor": 0,
            "auto_short": True,
            "auto_over": True,
            "payer_waits": True,
        }
        save_rules(self.place.fair, currency, RulesDraft(**{**usual, **values}), by=self.by)  # type: ignore[arg-type]

    def person(self) -> Actor:
        return acting(self.place.user(Role.FINANCE))


@pytest.fixture
def bench(app: Flask) -> Bench:
    place = office()
    return Bench(place, acting(place.user(Role.FINANCE)))


def fresh(invoice: Invoice) -> Invoice:
    return db.session.get_one(Invoice, invoice.id, populate_existing=True)


def holds(fair_id: int) -> bool:
    """The equation of the books."""
    ledger = db.session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(LedgerEntry.fair_id == fair_id)
    )
    owed = db.session.scalar(
        select(func.coalesce(func.sum(Invoice.total_minor - Invoice.credited_minor - Invoice.received_minor), 0)).where(
            Invoice.fair_id == fair_id
        )
    )
    owed_back = db.session.scalar(
        select(func.coalesce(func.sum(Credit.amount_minor), 0)).where(Credit.fair_id == fair_id)
    )
    return bool(ledger == owed - owed_back)


def test_what_each_line_is(bench: Bench) -> None:
    """One file with each of the cases that matching by reference knows."""
    make = bench.place.invoice
    total = 12_960_000
    companies = [bench.place.company(f"Gốm sứ Thăng Long {n}") for n in range(9)]
    exact, deposit, short, over, twice, wrong, stranger, gone, parts = (make(company=one) for one in companies)
    first, second = make(company=bench.place.company("Mây tre Phú Vinh")), None
    second = make(company=first.company)
    cancel_with_credit(gone, by=bench.by, reason="Rút lui")
    reference = wrong.payment_reference
    mistyped = reference[:6] + ("7" if reference[6] != "7" else "8") + reference[7:]
    other = office().invoice()
    statement = bench.came(
        (total, f"TT {exact.payment_reference.lower()} gian hang"),
        (total // 2, f"coc {deposit.payment_reference[:5]} {deposit.payment_reference[5:]}"),
        (1_000_000, f"{short.payment_reference}"),
        (total + 40_000, f"CK{over.payment_reference}.THANH TOAN"),
        (total, twice.payment_reference, "CONG TY GOM SU THANG LONG 4"),
        (total, twice.payment_reference, "GOM SU THANG LONG 4"),
        (total, f"ma {mistyped}"),
        (total, f"{stranger.payment_reference} nop ho", "TRAN VAN LA"),
        (total, gone.payment_reference),
        (10_000_000, f"{parts.payment_reference} lan 1"),
        (2_960_000, f"{parts.payment_reference} lan 2"),
        (2 * total, f"{first.payment_reference} va {second.payment_reference}"),
        (5_000_000, "Luong thang 11"),
        (total, f"IBFT {other.payment_reference}"),
        (-22_000, "Phi dich vu SMS"),
    )  # fmt: skip
    found = bench.lines(statement)
    assert [(line.kind, line.state) for line in found] == [
        (K.EXACT, S.RECORDED), (K.EXACT, S.RECORDED), (K.SHORT, S.RECORDED), (K.OVER, S.RECORDED), (K.EXACT, S.RECORDED),
        (K.DUPLICATE, S.WAITING), (K.UNSURE, S.WAITING), (K.PAYER, S.WAITING), (K.CLOSED, S.WAITING), (K.SPLIT, S.RECORDED),
        (K.SPLIT, S.RECORDED), (K.MANY, S.RECORDED), (K.UNKNOWN, S.WAITING), (K.OTHER_FAIR, S.WAITING), (K.OUTGOING, S.IGNORED),
    ]  # fmt: skip
    assert statement.state is StatementState.DONE and statement.new_lines == 15
    for paid in (exact, over, twice, parts, first, second):
        assert fresh(paid).state is InvoiceState.PAID and fresh(paid).received_minor == total
    assert fresh(deposit).state is fresh(short).state is InvoiceState.PARTLY_PAID
    assert found[6].found == {"invoices": [[wrong.id, "typo"]]}
    assert found[13].fair_id == other.fair_id != found[0].fair_id
    credit = db.session.scalars(select(Credit).where(Credit.company_id == over.company_id)).one()
    assert credit.amount_minor == 40_000
    payment = db.session.get_one(Payment, found[0].payment_id)
    assert (payment.method, payment.external_reference, payment.received_on) == ("transfer", "FT00000000", bench.day)
    assert payment.recorded_by_id == bench.by.user_id
    assert holds(bench.place.fair.id)
    # The same file again, and one that overlaps: nothing changes, only what is new comes in.
    before = db.session.scalar(select(func.count()).select_from(Payment))
    again = bench.read(csv_file(grid(bench.rows, "bidv")))
    assert (again.new_lines, again.known_lines, counts_of(again.id)) == (0, 15, [])
    more = bench.read(
        xlsx_file(grid([*bench.rows[9:], Row(bench.day, 700_000, short.payment_reference, "", "FT99999999")], "bidv"))
    )
    assert (more.new_lines, more.known_lines) == (1, 6)
    assert db.session.scalar(select(func.count()).select_from(Payment)) == before + 1


def test_by_hand(bench: Bench) -> None:
    """A person records what is unsure, divides a line, sets one aside and brings it back; recorded stays recorded."""
    one, two = bench.place.invoice(), bench.place.invoice(company=bench.place.company("Hợp tác xã Mẫu"))
    bench.rules(auto_short=False)
    statement = bench.came(
        (1_000_000, one.payment_reference), (20_000_000, "Nop tien gian hang"), (90_000, "lai tien gui")
    )
    short, whole, interest = bench.lines(statement)
    assert {line.state for line in (short, whole, interest)} == {S.WAITING}
    done = desk.match_line(short, [Share(one.id)], by=bench.by)
    assert done.state is S.RECORDED and fresh(one).received_minor == 1_000_000
    with pytest.raises(InvalidTransition):
        desk.match_line(short, [Share(one.id)], by=bench.by)
    for shares in ([], [Share(one.id), Share(one.id)], [Share(one.id, 0)], [Share(one.id, 20_000_001)]):
        with pytest.raises(InvalidInput):
            desk.match_line(whole, shares, by=bench.by)
    # Two companies in one line: each gets a payment of its own, with an id of its own.
    desk.match_line(whole, [Share(one.id, 7_040_000), Share(two.id)], by=bench.by)
    payments = db.session.scalars(
        select(Payment).where(Payment.external_reference.like("FT00000001%")).order_by(Payment.id)
    ).all()
    assert [(p.company_id, p.amount_minor, p.external_reference) for p in payments] == [
        (one.company_id, 7_040_000, "FT00000001"), (two.company_id, 12_960_000, "FT00000001/2"),
    ]  # fmt: skip
    with pytest.raises(InvalidInput):
        desk.set_aside(interest, reason=" ", by=bench.by)
    assert desk.set_aside(interest, reason="Lãi", by=bench.by).state is S.IGNORED
    assert desk.bring_back(interest, by=bench.by).state is S.WAITING
    with pytest.raises(InvalidTransition):
        desk.bring_back(short, by=bench.by)
    assert holds(bench.place.fair.id)


def test_the_deposits_of_two_invoices_in_one_line(bench: Bench) -> None:
    """One payer for two households: the parts are proposed where they are exactly what is due on each."""
    one, two = bench.place.invoice(), bench.place.invoice(10_000_000, company=bench.place.company("Hợp tác xã Mẫu"))
    [line] = bench.lines(bench.came((6_480_000 + 5_400_000, f"{one.payment_reference} {two.payment_reference}")))
    assert (line.kind, line.state) == (K.MANY, S.WAITING)
    shown = {found.invoice.id: found.part for found in desk.candidates_of(line)}
    assert shown == {one.id: vnd(6_480_000), two.id: vnd(5_400_000)}
    desk.match_line(line, [Share(key, part.amount_minor) for key, part in shown.items() if part], by=bench.by)
    assert (fresh(one).received_minor, fresh(two).received_minor) == (6_480_000, 5_400_000)


def test_two_people_above_the_amount(bench: Bench) -> None:
    invoice = bench.place.invoice()
    bench.rules(four_eyes_minor=12_960_000 - 1)
    statement = bench.came((12_960_000, "gom bat trang nop"))
    [line] = bench.lines(statement)
    line = desk.match_line(line, [Share(invoice.id)], by=bench.by)
    assert line.state is S.PROPOSED and fresh(invoice).received_minor == 0
    with pytest.raises(SamePerson):
        desk.second_line(line, by=bench.by)
    assert desk.send_back(line, reason="Của đơn vị khác", by=bench.person()).state is S.WAITING
    line = desk.match_line(line, [Share(invoice.id)], by=bench.by)
    line = desk.second_line(line, by=bench.person())
    assert line.state is S.RECORDED and fresh(invoice).state is InvoiceState.PAID
    with pytest.raises(InvalidTransition):
        desk.second_line(line, by=bench.person())


def test_charges_of_a_transfer_from_abroad(bench: Bench) -> None:
    fair = bench.place.fair
    bank = db.session.scalars(select(Bank).where(Bank.name == "BIDV")).one()
    dollars = save_account(AccountDraft(fair.id, bank.id, "122000", "So Cong Thuong", "USD"), by=bench.by)
    lines = [LineDraft("booth", "Gian hàng", "Booth", Money(100_000, "USD"), 0)]
    one, two = bench.place.invoice(lines=lines), bench.place.invoice(lines=lines)
    bench.rules("USD", charges_minor=3_000, auto_short=False)
    rows = [
        Row(bench.day, 97_500, f"{one.payment_reference} /OUR/", "", "SW00000001"),
        Row(bench.day, 96_000, two.payment_reference, "", "SW00000002"),
    ]
    statement = bench.read(csv_file(grid(rows, "bidv", exponent=2)), dollars.id)
    within, beyond = bench.lines(statement)
    assert (within.kind, within.state, beyond.kind) == (K.CHARGES, S.WAITING, K.SHORT)
    with pytest.raises(InvalidInput):
        desk.match_line(beyond, [Share(two.id)], by=bench.by, charges=True)
    desk.match_line(within, [Share(one.id)], by=bench.by, charges=True)
    note = db.session.scalars(select(CreditNote).where(CreditNote.invoice_id == one.id)).one()
    assert (note.total_minor, fresh(one).state, fresh(one).received_minor) == (2_500, InvoiceState.PAID, 97_500)
    assert holds(fair.id)


def refund(bench: Bench, amount: int) -> Refund:
    invoice = bench.place.invoice()
    bench.place.receipt(invoice, 12_960_000 + amount)
    credit = db.session.scalars(select(Credit).where(Credit.invoice_id == invoice.id)).one()
    account = {"holder": "GOM", "number": "1", "bank": "BIDV"}
    asked = request_refund(credit, RefundDraft(vnd(amount), "transfer", "Nộp thừa", account), by=bench.by)
    return send_refund(approve_refund(asked, by=bench.person()), by=bench.by)


def test_refunds_are_found_by_their_number(bench: Bench) -> None:
    gone, back, unnamed, other = (refund(bench, amount) for amount in (50_000, 60_000, 70_000, 80_000))
    statement = bench.came(
        (-50_000, f"hoan tien {gone.number.lower().replace('-', ' ')} cho GOM"),
        (60_000, f"hoan tra lenh {back.number}"),
        (-70_000, "hoan tien nop thua"),
        (-81_000, f"hoan {other.number}"),
    )  # fmt: skip
    lines = bench.lines(statement)
    assert [(line.kind, line.state) for line in lines] == [(K.REFUND, S.RECORDED), *[(K.REFUND, S.WAITING)] * 3]
    state = lambda one: db.session.get_one(Refund, one.id, populate_existing=True).state  # noqa: E731
    assert state(gone) is RefundState.DONE
    desk.settle_refund(lines[1], back, by=bench.by)
    desk.settle_refund(lines[2], unnamed, by=bench.by)
    assert (state(back), state(unnamed)) == (RefundState.FAILED, RefundState.DONE)
    with pytest.raises(InvalidInput):
        desk.settle_refund(lines[3], other, by=bench.by)
    assert holds(bench.place.fair.id)
    # Paid a second time by mistake: nobody takes the line for the same refund.
    [twice] = bench.lines(bench.came((-50_000, f"{gone.number}", "", "FT77777777")))
    assert (twice.kind, twice.state) == (K.REFUND, S.WAITING)
    with pytest.raises(DomainError):
        desk.settle_refund(twice, gone, by=bench.by)


def test_a_line_recorded_by_hand_before(bench: Bench) -> None:
    """The clerk was faster than the statement: the same number and amount are the same money, another amount is not."""
    one, two = bench.place.invoice(), bench.place.invoice(company=bench.place.company())
    known = bench.place.receipt(one, 6_480_000, "ft 0000 0000")
    bench.place.receipt(two, 1_000, "FT00000001")
    lines = bench.lines(bench.came((6_480_000, one.payment_reference), (6_480_000, two.payment_reference)))
    assert (lines[0].state, lines[0].payment_id) == (S.RECORDED, known.id)
    assert (lines[1].kind, lines[1].state) == (K.DUPLICATE, S.WAITING)
    assert fresh(one).received_minor == 6_480_000
    with pytest.raises(DomainError):
        desk.match_line(lines[1], [Share(two.id)], by=bench.by)
    desk.match_line(lines[1], [Share(two.id)], by=bench.by, other_money=True)
    assert fresh(two).received_minor == 6_481_000


def test_killed_in_the_middle(bench: Bench) -> None:
    """The worker ends in the middle of a payment: what is recorded stays, the next run goes on, and nothing is paid twice."""
    invoices = [bench.place.invoice(company=bench.place.company()) for _n in range(4)]
    rows = [Row(bench.day, 12_960_000, one.payment_reference, "", f"FT1000000{at}") for at, one in enumerate(invoices)]
    fair = bench.place.fair
    account = account_of(fair.id, None, current_app.extensions["fairs_config"])
    statement = hand_in(fair, csv_file(grid(rows, "vietcombank")), account, by=bench.by)
    statement = read_statement(statement, fair, account, by=bench.by)
    assert read_statement(statement, fair, account, by=bench.by).id == statement.id
    seen: list[int] = []

    def dies(event: MoneyReceived) -> None:
        seen.append(event.invoice_id)
        if len(seen) == 3:
            raise KeyboardInterrupt

    events.subscribe(MoneyReceived)(dies)
    try:
        with pytest.raises(KeyboardInterrupt):
            carry_on(statement.id)
    finally:
        events._handlers[MoneyReceived].remove(dies)
    assert [line.state for line in bench.lines()] == [S.RECORDED, S.RECORDED, S.MATCHED, S.MATCHED]
    assert carry_on(statement.id) == 2 and carry_on(statement.id) == 0
    assert db.session.scalar(select(func.count()).where(Payment.state == PaymentState.CONFIRMED)) == 4
    # Money recorded by hand between reading and recording: the line waits instead of paying twice.
    late = bench.place.invoice(company=bench.place.company())
    upload = csv_file(grid([Row(bench.day, 12_960_000, late.payment_reference, "", "FT20000001")], "vietcombank"))
    waiting = read_statement(hand_in(fair, upload, account, by=bench.by), fair, account, by=bench.by)
    bench.place.receipt(late, 12_960_000)
    assert carry_on(waiting.id) == 0
    [line] = bench.lines(waiting)
    assert (line.kind, line.state) == (K.DUPLICATE, S.WAITING)


def test_a_wrong_row_refuses_the_whole_file(bench: Bench) -> None:
    invoice = bench.place.invoice()
    cells = grid(
        [Row(bench.day, 12_960_000, invoice.payment_reference, "", "FT1"), Row(bench.day, 5, "x", "", "FT2")], "bidv"
    )
    cells[6][1] = "12,96,000"
    with pytest.raises(StatementWrong) as refused:
        bench.read(csv_file(cells))
    assert [problem.row for problem in refused.value.reading.problems] == [7]
    assert not bench.lines() and fresh(invoice).received_minor == 0
