"""Invoices and receipts: arithmetic, what is covered, what features above are told, rivals."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core import events
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, InvalidTransition
from fairs.core.money import Money
from fairs.payments.errors import InvoiceClosed, ReceiptKnown, ReceivedMeanwhile, WrongAmount
from fairs.payments.events import MoneyReceived
from fairs.payments.invoicing import LineDraft, cancel_invoice, issue_credit_note
from fairs.payments.models import Invoice, Receipt
from fairs.payments.numbers import is_payment_reference
from fairs.payments.queries import InvoiceFilter, coverage, list_credits, list_invoices, next_open, sums
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.payments.states import InvoiceState
from tests.factories.deals import Office, office, vnd


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


@pytest.fixture
def told() -> Iterator[list[MoneyReceived]]:
    heard: list[MoneyReceived] = []
    events.subscribe(MoneyReceived)(heard.append)
    yield heard
    events._handlers[MoneyReceived].remove(heard.append)


def test_vat_is_rounded_by_line_and_the_deposit_half_up(place: Office) -> None:
    lines = [LineDraft("booth", "a", "a", vnd(3_333_333), 8), LineDraft("service", "b", "b", vnd(1_111_119), 10)]
    invoice = place.invoice(lines=lines)
    assert [line.vat_minor for line in invoice.lines] == [266_667, 111_112]
    assert invoice.total == vnd(4_822_231)
    assert [part.amount_minor for part in invoice.instalments] == [2_411_116, 2_411_115]


def test_a_waived_invoice_owes_nothing_and_shows_the_full_price(place: Office) -> None:
    invoice = place.invoice(support=12_000_000)
    assert invoice.state is InvoiceState.WAIVED
    assert invoice.total == vnd(0)
    assert [line.net_minor for line in invoice.lines] == [12_000_000, -12_000_000]
    assert coverage(invoice, place.fair.today) == []
    assert next_open(invoice, place.fair.today) is None
    with pytest.raises(InvoiceClosed):
        place.receipt(invoice, 1)


def test_receipts_cover_the_deposit_first_and_features_are_told(place: Office, told: list[MoneyReceived]) -> None:
    invoice = place.invoice()
    assert invoice.total == vnd(12_960_000)
    today = place.fair.today
    place.receipt(invoice, 6_000_000)
    parts = coverage(invoice, today)
    assert [(p.instalment.kind, p.covered, p.open) for p in parts] == [
        ("deposit", vnd(6_000_000), vnd(480_000)),
        ("balance", vnd(0), vnd(6_480_000)),
    ]
    assert invoice.state is InvoiceState.PARTLY_PAID
    place.receipt(invoice, 480_000)
    due = next_open(invoice, today)
    assert due is not None
    assert due.instalment.kind == "balance"
    place.receipt(invoice, 6_480_000)
    assert invoice.state is InvoiceState.PAID
    assert next_open(invoice, today) is None
    assert [(event.deposit_covered, event.fully_paid) for event in told] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert [receipt.number.rsplit("-", 1)[1] for receipt in invoice.receipts] == ["00001", "00002", "00003"]


def test_too_much_is_a_credit_of_the_company(place: Office) -> None:
    invoice = place.invoice()
    payment = place.receipt(invoice, 13_000_000)
    assert (invoice.state, invoice.received, invoice.open_amount) == (InvoiceState.PAID, vnd(12_960_000), vnd(0))
    assert [(row.amount, row.payment_id) for row in list_credits(place.fair.id)] == [(vnd(40_000), payment.id)]
    place.receipt(invoice, 1_000)
    assert [row.amount_minor for row in list_credits(place.fair.id)] == [40_000, 1_000]


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"amount": Money(0, "VND")}, WrongAmount, "amount"),
        ({"amount": Money(-5, "VND")}, WrongAmount, "amount"),
        ({"amount": Money(5, "USD")}, WrongAmount, "amount"),
        ({"method": "cheque"}, InvalidInput, "method"),
        ({"external_reference": None}, InvalidInput, "external_reference"),
        ({"external_reference": "  "}, InvalidInput, "external_reference"),
        ({"received_on": date(2999, 1, 1)}, InvalidInput, "received_on"),
        ({"seen_minor": 5}, ReceivedMeanwhile, None),
    ],
)
def test_what_is_refused(place: Office, values: dict[str, object], error: type[DomainError], field: str | None) -> None:
    invoice = place.invoice()
    right = {"amount": vnd(5), "received_on": place.fair.today, "method": "transfer", "external_reference": "FT1"}
    with pytest.raises(error) as raised:
        record_receipt(invoice, ReceiptDraft(**{**right, **values}), by=SYSTEM)  # type: ignore[arg-type]
    assert raised.value.field == field
    assert invoice.received_minor == 0


def test_a_bank_line_counts_once_however_it_is_typed(place: Office) -> None:
    one, other = place.invoice(), place.invoice()
    place.receipt(one, 1000, "FT26 1234 5678")
    for again in ("FT26 1234 5678", "ft2612345678", " FT2612345678 "):
        with pytest.raises(ReceiptKnown) as raised:
            place.receipt(other, 1000, again)
        assert raised.value.field == "external_reference"
    assert (one.received_minor, other.received_minor) == (1000, 0)


def test_money_for_a_cancelled_invoice_is_owed_back(place: Office) -> None:
    invoice = place.invoice()
    cancel_invoice(invoice, by=SYSTEM, reason="Rút khỏi hội chợ")
    place.receipt(invoice, 1000)
    place.receipt(invoice, 500)
    assert (invoice.state, invoice.received_minor) == (InvoiceState.CANCELLED, 0)
    assert [credit.amount_minor for credit in list_credits(place.fair.id)] == [1000, 500]
    paid = place.invoice()
    place.receipt(paid, 12_960_000)
    with pytest.raises(InvalidTransition):
        cancel_invoice(paid, by=SYSTEM, reason="x")


def test_a_credit_note_lowers_the_last_instalment_and_frees_what_was_paid_too_much(
    place: Office, told: list[MoneyReceived]
) -> None:
    invoice = place.invoice()
    note = issue_credit_note(
        invoice, [LineDraft("booth", "Giảm", "Less", vnd(2_000_000), 8)], reason="Gian nhỏ hơn", by=SYSTEM
    )
    assert (note.total, invoice.owed, invoice.open_amount) == (vnd(2_160_000), vnd(10_800_000), vnd(10_800_000))
    assert [part.owed for part in invoice.instalments] == [vnd(6_480_000), vnd(4_320_000)]
    place.receipt(invoice, 10_800_000)
    assert invoice.state is InvoiceState.PAID
    issue_credit_note(invoice, [LineDraft("booth", "Giảm", "Less", vnd(1_000_000), 8)], reason="Mất điện", by=SYSTEM)
    assert (invoice.received, invoice.owed) == (vnd(9_720_000), vnd(9_720_000))
    assert [credit.amount for credit in invoice.credits] == [vnd(1_080_000)]
    with pytest.raises(WrongAmount):
        issue_credit_note(invoice, [LineDraft("booth", "a", "a", vnd(9_000_001), 8)], reason="x", by=SYSTEM)
    issue_credit_note(invoice, [LineDraft("booth", "a", "a", vnd(9_000_000), 8)], reason="Được hỗ trợ", by=SYSTEM)
    assert (invoice.state, invoice.owed, told[-1].fully_paid) == (InvoiceState.WAIVED, vnd(0), True)
    place.receipt(invoice, 5)
    assert sum(credit.amount_minor for credit in list_credits(place.fair.id)) == 10_800_005


def test_two_clerks_with_one_bank_line_record_it_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        invoices = [place.invoice().id for _ in range(6)]
        today = place.fair.today
    start = Barrier(6)

    def record(invoice_id: int) -> str:
        with real_app.app_context():
            invoice = db.session.get_one(Invoice, invoice_id)
            start.wait()
            try:
                record_receipt(
                    invoice, ReceiptDraft(vnd(1000), today, "transfer", external_reference="FT-9"), by=SYSTEM
                )
            except ReceiptKnown:
                return "known"
            return "recorded"

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(record, invoices))
    assert outcomes == ["known"] * 5 + ["recorded"]
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
        assert db.session.scalar(select(func.sum(Invoice.received_minor))) == 1000


def test_payment_references_are_plain_and_catch_typing_errors(place: Office) -> None:
    reference = place.invoice().payment_reference
    assert len(reference) <= 25
    assert reference.isascii()
    assert reference.isalnum()
    assert reference == reference.upper()
    assert is_payment_reference(reference)
    for at, letter in enumerate(reference):
        wrong = reference[:at] + ("A" if letter != "A" else "B") + reference[at + 1 :]
        assert not is_payment_reference(wrong)


def test_filters_sums_and_pages(place: Office) -> None:
    today = place.fair.today
    late = place.invoice(deposit_due_on=today - timedelta(days=1), company=place.company("Sơn mài Hạ Thái"))
    partly = place.invoice(deposit_due_on=today - timedelta(days=1))
    place.receipt(partly, 6_480_000)
    waived, cancelled = place.invoice(support=12_000_000), place.invoice()
    cancel_invoice(cancelled, by=SYSTEM, reason="x")

    def numbers(**values: object) -> list[str]:
        return [i.number for i in list_invoices(place.fair.id, InvoiceFilter(**values), today).items]  # type: ignore[arg-type]

    assert numbers() == [i.number for i in (cancelled, waived, partly, late)]
    assert numbers(overdue=True) == [late.number]
    assert numbers(state=InvoiceState.WAIVED) == [waived.number]
    for text in (
        "son mai",
        "HẠ THÁI",
        late.number.lower(),
        late.payment_reference,
        late.payment_reference[-4:].lower(),
    ):
        assert late.number in numbers(text=text), text
    assert numbers(text="%") == []
    (all_sums,) = sums(place.fair.id, InvoiceFilter(), today)
    assert all_sums.count == 3
    assert all_sums.total == vnd(2 * 12_960_000)
    assert all_sums.received == vnd(6_480_000)
    assert all_sums.open == vnd(12_960_000 + 6_480_000)
    assert all_sums.overdue == vnd(6_480_000)
    (found,) = sums(place.fair.id, InvoiceFilter(text="hạ thái"), today)
    assert (found.count, found.total) == (1, vnd(12_960_000))
    seen: list[str] = []
    cursor = None
    while True:
        page = list_invoices(place.fair.id, InvoiceFilter(), today, sort="total", cursor=cursor, limit=1)
        seen += [i.number for i in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [i.number for i in (waived, late, partly, cancelled)]
