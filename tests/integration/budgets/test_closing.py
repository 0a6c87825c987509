"""Daily closings whose balances follow from each other, and the journal that agrees with the ledger."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.budgets.accounting import DEFAULTS, RECEIVABLE, balances, journal, journal_csv, journal_sheets, set_account
from fairs.budgets.closing import close_day, closing_of, closings, note_due_days, open_days, picture
from fairs.budgets.closing_models import ClosingEntry
from fairs.budgets.errors import DayClosed
from fairs.budgets.events import ClosingBlock, DayClosing
from fairs.budgets.spending import approve_voucher, counter, pay_voucher
from fairs.budgets.sponsoring import invoice_instalment
from fairs.budgets.states import ClosingState
from fairs.core import events
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.sheets import workbook
from fairs.payments.credits import day_of_money
from fairs.payments.invoicing import LineDraft, issue_credit_note
from fairs.payments.models import LedgerEntry
from fairs.payments.refunds import RefundDraft, approve_refund, finish_refund, request_refund
from tests.factories.budgets import MILLION, Treasury, treasury
from tests.factories.deals import vnd

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BEGIN = datetime(2026, 11, 20, 10, tzinfo=ZONE)
DAY = BEGIN.date()


@pytest.fixture
def place(app: Flask, time_machine: Any) -> Treasury:
    time_machine.move_to(BEGIN, tick=False)
    made = treasury(starts_on=DAY)
    made.approved()
    return made


def closed(place: Treasury, day: date, **values: Any) -> dict[str, Any]:
    return close_day(place.fair, day, by=place.finance, **values).snapshot


def of(facts: dict[str, Any], method: str) -> dict[str, int]:
    return next(row for row in facts["balances"] if row["method"] == method)


def refund(place: Treasury, amount: int) -> None:
    """Money of a credit that goes back by transfer."""
    payment = place.office.receipt(place.office.invoice(MILLION, company=place.office.company()), 1_080_000 + amount)
    account = {"holder": "A", "number": "1", "bank": "B"}
    asked = request_refund(payment.credits[0], RefundDraft(vnd(amount), "transfer", "Thừa", account), by=place.finance)
    finish_refund(
        approve_refund(asked, by=place.organiser), reference=uuid4().hex[:8], on=day_of_money(), by=place.finance
    )


def test_balances_follow_from_each_other(place: Treasury, time_machine: Any) -> None:
    invoice = place.office.invoice(50 * MILLION)
    place.office.receipt(invoice, 20 * MILLION)
    place.office.receipt(invoice, 5 * MILLION, method="cash", external_reference=None)
    first = closed(place, DAY)
    assert (of(first, "transfer")["closing"], of(first, "cash")["closing"]) == (20 * MILLION, 5 * MILLION)
    assert [(one["first"][-5:], one["last"][-5:], one["count"], one["missing"]) for one in first["numbers"]] == [
        ("00001", "00001", 1, []), ("00001", "00002", 2, []),
    ]  # fmt: skip

    time_machine.move_to(BEGIN + timedelta(days=1), tick=False)
    place.paid(7)
    refund(place, MILLION)
    # A statement line of yesterday, recorded today: yesterday is closed.
    place.office.receipt(invoice, 3 * MILLION, received_on=DAY)
    second = closed(place, DAY + timedelta(days=1))
    row = of(second, "transfer")
    assert row["opening"] == 20 * MILLION
    assert (row["payment"], row["refund"], row["voucher"], row["late"]) == (
        2_080_000,
        -MILLION,
        -7 * MILLION,
        3 * MILLION,
    )
    assert row["closing"] == 17_080_000
    assert [one["day"] for one in second["late"]] == [DAY.isoformat()]
    assert db.session.scalar(select(func.sum(ClosingEntry.amount_minor))) == 17_080_000 + 5 * MILLION


def test_days_are_closed_in_order_and_once(place: Treasury, time_machine: Any) -> None:
    place.paid(1)
    closed(place, DAY)
    with pytest.raises(DayClosed):
        closed(place, DAY)
    time_machine.move_to(BEGIN + timedelta(days=1), tick=False)
    place.paid(2)
    time_machine.move_to(BEGIN + timedelta(days=2), tick=False)
    place.paid(3)
    with pytest.raises(Conflict):
        closed(place, DAY + timedelta(days=2))
    with pytest.raises(InvalidInput):
        closed(place, DAY + timedelta(days=3))
    assert note_due_days(place.fair) == 1  # yesterday; today is not over
    assert note_due_days(place.fair) == 0
    assert [one.state for one in closings(place.fair.id)] == [ClosingState.DUE, ClosingState.CLOSED]
    closed(place, DAY + timedelta(days=1))
    assert open_days(place.fair) == [DAY + timedelta(days=2)]


def test_the_first_closing_takes_what_was_before_as_its_opening(place: Treasury, time_machine: Any) -> None:
    place.paid(1)
    time_machine.move_to(BEGIN + timedelta(days=1), tick=False)
    place.paid(2)
    row = of(closed(place, day_of_money()), "transfer")
    assert (row["opening"], row["voucher"], row["closing"]) == (-MILLION, -2 * MILLION, -3 * MILLION)


def test_counted_cash_that_differs_is_explained(place: Treasury) -> None:
    place.office.receipt(place.office.invoice(), 5 * MILLION, method="cash", external_reference=None)
    with pytest.raises(InvalidInput):
        closed(place, DAY, counted=vnd(4 * MILLION))
    facts = closed(place, DAY, counted=vnd(4 * MILLION), note="Thiếu một tờ")
    assert facts["cash"] == {"expected": 5 * MILLION, "counted": 4 * MILLION}


def test_a_closing_is_never_changed_and_others_add_their_blocks(place: Treasury) -> None:
    def shifts(asked: DayClosing) -> None:
        asked.blocks.append(ClosingBlock("Ca quầy", "Cash shifts", ["Ca"], ["Shift"], [["1"]]))

    events.subscribe(DayClosing)(shifts)
    try:
        place.paid(1)
        facts, _mine = picture(place.fair, DAY)
        assert closed(place, DAY)["blocks"] == facts["blocks"] == [
            {"title_vi": "Ca quầy", "title_en": "Cash shifts", "heads_vi": ["Ca"], "heads_en": ["Shift"], "rows": [["1"]]}
        ]  # fmt: skip
    finally:
        events._handlers[DayClosing].remove(shifts)
    with pytest.raises(RuntimeError):
        _write_over(place)


def _write_over(place: Treasury) -> None:
    with transaction():
        row = closing_of(place.fair.id, DAY)
        assert row is not None
        row.note = "Khác"


# --- accounting -----------------------------------------------------------------------------------------------------


def test_the_journal_is_balanced_and_agrees_with_the_ledger(place: Treasury) -> None:
    invoice = place.office.invoice(50 * MILLION, support=10 * MILLION)
    issue_credit_note(
        invoice, [LineDraft("booth", "Giảm", "Less", vnd(5 * MILLION), 8)], reason="Đổi gian", by=place.finance
    )
    place.office.receipt(invoice, 9 * MILLION)
    place.office.receipt(invoice, 2 * MILLION, method="cash", external_reference=None)
    refund(place, MILLION)
    sponsor = place.sponsor(30, vat_percent=8)
    invoice_instalment(sponsor, sponsor.instalments[0].id, by=place.finance)
    paid = place.paid(11, vat=vnd(MILLION))
    undone = approve_voucher(counter(paid, reason="Nhầm", by=place.finance), by=place.organiser)
    place.paid(4, "B.1")

    rows = journal(place.fair, DAY, DAY)
    found = {one.account: one for one in balances(rows)}
    moved = found[RECEIVABLE].debit - found[RECEIVABLE].credit
    assert moved.amount_minor == db.session.scalar(select(func.sum(LedgerEntry.amount_minor)))
    assert sum(one.debit.amount_minor for one in found.values()) == sum(
        one.credit.amount_minor for one in found.values()
    )
    assert found["133"].debit == vnd(MILLION)
    assert found["112"].credit == vnd(16 * MILLION)
    pay_voucher(undone, on=DAY, reference="FT", by=place.finance)
    found = {one.account: one for one in balances(journal(place.fair, DAY, DAY))}
    assert (found["133"].debit, found["611"].debit) == (found["133"].credit, found["611"].credit)
    assert journal(place.fair, DAY + timedelta(days=1), DAY + timedelta(days=9)) == []


def test_what_people_typed_is_no_formula(place: Treasury) -> None:
    place.paid(1, payee="=HYPERLINK(1)", purpose="@SUM(A1)")
    rows = journal(place.fair, DAY, DAY)
    text = journal_csv(rows)
    assert text.startswith(b"\xef\xbb\xbf")
    cells = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))[1]
    assert (cells[0], cells[3], cells[6], cells[8]) == (DAY.isoformat(), "'@SUM(A1)", "1000000", "'=HYPERLINK(1)")
    assert b"<f>" not in workbook(journal_sheets(rows), time_zone="Asia/Ho_Chi_Minh")


def test_accounts_are_set_by_fair_and_checked(place: Treasury) -> None:
    assert not any(one.is_checked for one in DEFAULTS.values())
    set_account(place.fair, "spend_city_transfer", debit="6112", credit="1121", is_checked=True, by=place.finance)
    with pytest.raises(InvalidInput):
        set_account(place.fair, "revenue", debit="=1", credit="531", is_checked=True, by=place.finance)
    place.paid(1)
    assert [(one.debit, one.credit) for one in journal(place.fair, DAY, DAY)] == [("6112", "1121")]
