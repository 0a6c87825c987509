"""The ledger, receivables by age, settlement, statement of account; and the check that finds what was tampered with."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import text

from fairs.books.ageing import ageing, receivables
from fairs.books.models import BooksCheck
from fairs.books.queries import last_check, statements
from fairs.books.service import check_books
from fairs.books.settlement import settlements
from fairs.books.tasks import check_at_night
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.operations.status import status
from fairs.payments.invoicing import LineDraft, cancel_with_credit, issue_credit_note
from fairs.payments.refunds import finish_refund
from fairs.workplace.awaited import KINDS
from fairs.workplace.inbox import Inbox
from tests.factories.awaiting import reader
from tests.factories.deals import Office, office, vnd
from tests.factories.money import approved, asked_back, paid_in, sent
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def words(answer: Any) -> str:
    text_ = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text_)).split())


def signed_in(client: Client, place: Office, role: Role = Role.FINANCE) -> Client:
    login(client, place.user(role))
    client.get("/language/en")
    return client


def history(place: Office) -> None:
    """Of one company: 12,960,000 invoiced, lowered by 1,080,000, 6,480,000 and 500,000 received, 300,000 paid back."""
    invoice = place.invoice()
    place.receipt(invoice, 6_480_000)
    lines = [LineDraft("booth", "Giảm", "Less", vnd(1_000_000), 8)]
    issue_credit_note(invoice, lines, reason="Nhỏ hơn", by=SYSTEM)
    credit = paid_in(place, 500_000, method="cash", external_reference=None)
    finish_refund(sent(credit, 300_000), reference="FT9", on=place.fair.today, by=SYSTEM)


PAGES = ("books", "books/receivables", "books/settlement", "books/settlement.pdf", "books/check")


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ORGANISER, Role.AUDITOR, Role.BOOTH_SALES, Role.DEALS])
def test_who_sees_the_books(place: Office, client: Client, role: Role) -> None:
    history(place)
    signed_in(client, place, role)
    seen = 200 if role in {Role.FINANCE, Role.ORGANISER, Role.AUDITOR} else 403
    paths = [f"/fairs/{place.fair.slug}/{page}" for page in PAGES]
    paths += [f"/books/companies/{place.exporter.id}",
              f"/fairs/{place.fair.slug}/books/companies/{place.exporter.id}/statement.pdf"]  # fmt: skip
    assert [client.get(path).status_code for path in paths] == [seen] * len(paths)
    checks = 303 if role is Role.FINANCE else 403
    assert client.submit(f"/fairs/{place.fair.slug}/books/check").status_code == checks


def test_the_ledger_with_the_balance_after_each_movement(place: Office, client: Client) -> None:
    history(place)
    place.invoice(company=place.importer)
    base = f"/fairs/{place.fair.slug}/books"
    signed_in(client, place)
    text_ = client.get(f"{base}?company={place.exporter.id}&sort=day&format=csv").get_data(as_text=True)
    rows = [line.split(";") for line in text_.splitlines()]
    assert [row[5:7] for row in rows[1:]] == [
        ["12960000", ""], ["", "6480000"], ["", "1080000"], ["", "500000"], ["300000", ""],
    ]  # fmt: skip
    page = words(client.get(f"{base}?company={place.exporter.id}&sort=day"))
    for balance in ("₫12,960,000", "₫6,480,000", "₫5,400,000", "₫4,900,000", "₫5,200,000"):
        assert balance in page
    assert "Account balance" in page and place.importer.name not in page
    kinds = read_sheets(client.get(f"{base}?kind=refund&format=xlsx").data)[0]
    assert len(kinds) == 2
    tomorrow = (place.fair.today + timedelta(days=1)).isoformat()
    assert len(read_sheets(client.get(f"{base}?from={tomorrow}&format=xlsx").data)[0]) == 1
    lines = client.get(f"{base}?format=csv").get_data(as_text=True).splitlines()
    assert len(lines) == 7 and lines[0].startswith("\ufeffDay;Money document")
    for broken in ("from=2026-13-45", "cursor=zzz"):
        assert client.get(f"{base}?{broken}").status_code == 422
    assert client.get(f"{base}?company=99999999999999999999&kind=x&sort=x").status_code == 200


def test_a_name_never_becomes_a_formula(place: Office, client: Client) -> None:
    place.invoice(company=place.company("=1+1"))
    signed_in(client, place)
    assert ";'=1+1;" in client.get(f"/fairs/{place.fair.slug}/books?format=csv").get_data(as_text=True)


def test_the_ledger_costs_the_same_at_one_and_at_three_rows(place: Office, client: Client) -> None:
    signed_in(client, place)
    address = f"/fairs/{place.fair.slug}/books"
    place.receipt(place.invoice(), 1_000)
    client.get(address)
    with counted_queries() as few:
        client.get(address)
    for _n in range(2):
        place.receipt(place.invoice(company=place.company()), 1_000)
    with counted_queries() as many:
        client.get(address)
    assert len(few) == len(many)


def test_the_statement_begins_where_the_last_one_ended(place: Office, client: Client) -> None:
    history(place)
    today = place.fair.today
    (whole,) = statements(place.fair.id, place.exporter.id)
    assert (whole.opening, whole.closing, len(whole.lines)) == (vnd(0), vnd(5_200_000), 5)
    (later,) = statements(place.fair.id, place.exporter.id, first=today + timedelta(days=1))
    assert (later.opening, later.closing, later.lines) == (vnd(5_200_000), vnd(5_200_000), [])
    signed_in(client, place)
    path = f"/fairs/{place.fair.slug}/books/companies/{place.exporter.id}/statement.pdf"
    for lang, expected in (("vi", ("ĐỐI CHIẾU CÔNG NỢ", "Số dư cuối kỳ", "năm triệu hai trăm nghìn đồng")),
                           ("en", ("STATEMENT OF ACCOUNT", "Closing balance", "five million two hundred thousand"))):  # fmt: skip
        document = pypdfium2.PdfDocument(client.get(f"{path}?lang={lang}").data)
        shown = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)
        for part in expected:
            assert part.casefold() in shown.casefold(), part
    assert client.get(f"{path}?from=x").status_code == 422
    assert client.get(path.replace(f"/{place.exporter.id}/", "/999999/")).status_code == 404


def test_receivables_by_age_open_the_invoices_behind(place: Office, client: Client) -> None:
    today = place.fair.today
    ages = {days: place.invoice(deposit_due_on=today - timedelta(days=days), balance_due_on=today - timedelta(days=days),
                                company=place.company()) for days in (0, 1, 30, 31, 60, 61, 90, 91)}  # fmt: skip
    place.receipt(ages[91], 12_960_000)
    place.receipt(ages[30], 12_000_000)
    (found,) = ageing(receivables(place.fair.id, today))
    full = 12_960_000
    assert {key: amount.amount_minor for key, amount in found.sums.items()} == {
        "0": full, "1-30": full + 960_000, "31-60": 2 * full, "61-90": 2 * full, "90+": 0,
    }  # fmt: skip
    assert found.total == vnd(6 * full + 960_000)
    signed_in(client, place)
    base = f"/fairs/{place.fair.slug}/books/receivables"
    behind = client.get(f"{base}?age=1-30&currency=VND").text
    assert ages[1].number in behind and ages[30].number in behind and ages[31].number not in behind
    assert client.get(f"{base}?age=x").status_code == 404
    sheet = read_sheets(client.get(f"{base}?format=xlsx").data)
    assert len(sheet[0]) == 8 and len(sheet[1]) == 14


def test_the_settlement_agrees_with_the_equation(place: Office, client: Client) -> None:
    history(place)
    place.invoice(1_000_000, lines=[LineDraft("service", "Điện", "Power", vnd(1_000_000), 10)])
    asked_back(paid_in(place, 70_000), 20_000)
    (one,) = settlements(place.fair.id)
    assert (dict(one.invoiced), dict(one.credited)) == (
        {"booth": 12_000_000, "service": 1_000_000},
        {"booth": 1_000_000},
    )
    assert (dict(one.vat_invoiced), dict(one.vat_credited)) == ({8: 960_000, 10: 100_000}, {8: 80_000})
    assert (dict(one.received), dict(one.refunded)) == ({"transfer": 6_550_000, "cash": 500_000}, {"transfer": 300_000})
    assert (one.credits_left, one.refunds_under_way, one.open) == (270_000, 20_000, 6_500_000)
    assert one.balance.amount_minor == one.owed.amount_minor - one.kept.amount_minor
    signed_in(client, place)
    assert "₫6,230,000" in words(client.get(f"/fairs/{place.fair.slug}/books/settlement"))
    sheet = read_sheets(client.get(f"/fairs/{place.fair.slug}/books/settlement?format=xlsx").data)[0]
    assert sheet[-1][2] == ("number", "6230000")


TAMPERED = {
    "a receipt's sum": "UPDATE invoices SET received_minor = received_minor - 1",
    "an invoice's total": "UPDATE invoices SET total_minor = total_minor + 1000",
    "a line": "UPDATE invoice_lines SET net_minor = net_minor - 5",
    "a ledger entry": "UPDATE ledger_entries SET amount_minor = amount_minor + 7 WHERE kind = 'payment'",
    "a ledger entry lost": "DELETE FROM ledger_entries WHERE kind = 'refund'",
    "entries that make up for each other": "UPDATE ledger_entries SET amount_minor = amount_minor + CASE kind WHEN 'invoice' "
    "THEN 9 WHEN 'credit_note' THEN -9 ELSE 0 END",
    "a payment": "UPDATE payments SET amount_minor = amount_minor + 1 WHERE method = 'cash'",
    "a credit": "UPDATE credits SET amount_minor = amount_minor + 1",
    "a credit kept back": "UPDATE credits SET reserved_minor = 1",
    "a refund": "UPDATE refunds SET amount_minor = amount_minor - 1",
}


@pytest.mark.parametrize("what", list(TAMPERED))
def test_what_was_tampered_with_is_found(place: Office, what: str) -> None:
    history(place)
    assert check_books().is_clean
    with transaction():
        db.session.execute(text(TAMPERED[what]))
    run = check_books()
    assert [(one.fair_id, one.company_id, one.currency) for one in run.differences] == [
        (place.fair.id, place.exporter.id, "VND")
    ]


def test_a_difference_awaits_finance_until_a_later_run_is_clean(place: Office, client: Client, app: Flask) -> None:
    history(place)
    run = app.test_cli_runner().invoke(args=["books", "check"])
    assert (run.exit_code, "0 differ" in run.output) == (0, True)
    with transaction():
        db.session.execute(text("UPDATE credits SET amount_minor = amount_minor + 1"))
    run = app.test_cli_runner().invoke(args=["books", "check"])
    assert (run.exit_code, place.exporter.name in run.output) == (1, True)

    def asked(role: Role) -> list[str]:
        box = Inbox(reader(place.fair, role), KINDS)
        return [group.kind.key for group in box.groups(each=3) if group.kind.key == "books"]

    assert (asked(Role.FINANCE), asked(Role.ADMIN), asked(Role.ORGANISER)) == (["books"], ["books"], [])
    signed_in(client, place)
    assert "do not agree" in words(client.get(f"/fairs/{place.fair.slug}/books"))
    assert place.exporter.name in words(client.get(f"/fairs/{place.fair.slug}/books/check"))
    assert "The books do not agree" in words(client.get(f"/fairs/{place.fair.slug}/"))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        (books,) = [one for one in status() if one.key == "books"]
        assert books.tone == "danger"
    with transaction():
        db.session.execute(text("UPDATE credits SET amount_minor = amount_minor - 1"))
    check_at_night.call_local()
    check = last_check()
    assert isinstance(check, BooksCheck) and check.is_clean
    assert asked(Role.FINANCE) == []
    assert client.submit(f"/fairs/{place.fair.slug}/books/check").status_code == 303
    assert "The books agree" in words(client.get(f"/fairs/{place.fair.slug}/books"))


def test_finance_begins_with_what_needs_a_person_and_the_four_figures(place: Office, client: Client) -> None:
    history(place)
    approved(paid_in(place, 100_000))
    invoice = place.invoice(company=place.importer)
    place.receipt(invoice, 480_000)
    check_books()
    signed_in(client, place)
    page = words(client.get(f"/fairs/{place.fair.slug}/"))
    assert page.index("Needs you") < page.index("Refund to send") < page.index("Received this week")
    figures = ["Received this week", "Overdue", "To be paid back", "Check of the books"]
    places = [page.index(one, page.index("Received this week")) for one in figures]
    assert places == sorted(places)
    assert "₫7,560,000" in page and "₫300,000" in page and "agree" in page


def test_a_companys_account_over_all_fairs_that_one_may_see(place: Office, client: Client) -> None:
    other = office()
    cancel_with_credit(place.invoice(), by=SYSTEM, reason="Rút")
    other.invoice(company=place.exporter)
    signed_in(client, place)
    seen = words(client.get(f"/books/companies/{place.exporter.id}"))
    assert "₫0" in seen and "₫12,960,000" in seen and other.fair.slug not in seen
    login(client, place.user(Role.ADMIN))
    assert other.fair.slug in client.get(f"/books/companies/{place.exporter.id}").text
    assert client.get("/books/companies/999999").status_code == 404
    assert f"/books/companies/{place.exporter.id}" in client.get(f"/directory/companies/{place.exporter.id}").text
