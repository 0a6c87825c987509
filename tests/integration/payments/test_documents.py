"""Documents of deposit, balance, credit note and receipt: what stands on them, who gets them; credit notes by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from sqlalchemy import select

from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.messages.models import OutboxMessage
from fairs.messages.render import render_attachment
from fairs.payments.invoicing import LineDraft
from fairs.payments.models import CreditNote, Invoice
from fairs.payments.service import ReceiptDraft, begin_payment, note_payment, record_receipt
from fairs.payments.states import InvoiceState, PaymentState
from fairs.payments.vietqr import payload
from tests.factories.booths import new_ground
from tests.factories.deals import Office, office, vnd
from tests.integration.payments.test_pages import address, picture, signed_in, words
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def two_rates(place: Office, **values: Any) -> Invoice:
    """12 million with 8 %, 1,000,001 with 10 %: 14,060,001 in all."""
    lines = [
        LineDraft("booth", "Gian hàng A-001", "Booth A-001", vnd(12_000_000), 8),
        LineDraft("service", "Điện 3 kW", "Power 3 kW", vnd(1_000_001), 10),
    ]
    return place.invoice(lines=lines, **values)


def test_deposit_and_balance_have_a_document_each_with_their_vat_and_code(place: Office, client: Client) -> None:
    invoice = two_rates(place)
    deposit, balance = invoice.instalments
    assert deposit.amount_minor + balance.amount_minor == invoice.total_minor == 14_060_001
    signed_in(client, place, Role.FINANCE)
    seen = {}
    for part in ("deposit", "balance"):
        for locale in ("vi", "en"):
            answer = client.get(address(place, invoice, f"/{part}.pdf?lang={locale}"))
            assert answer.headers["Content-Disposition"].endswith(f"-{locale}.pdf")
            seen[part, locale], shown = picture(answer.data)
            (code,) = zxingcpp.read_barcodes(shown)
            amount = (deposit if part == "deposit" else balance).amount_minor
            assert code.text == payload("970436", "0000000000", amount, invoice.payment_reference)
    assert "ĐỀ NGHỊ THANH TOÁN: TIỀN ĐẶT CỌC" in seen["deposit", "vi"]
    assert "ĐỀ NGHỊ THANH TOÁN: PHẦN CÒN LẠI" in seen["balance", "vi"]
    for locale, facts in (
        ("vi", ("Thuế GTGT 8 % 480.000", "Thuế GTGT 10 % 50.000", "7.030.001", "Mã thanh toán", "Hạn nộp")),
        ("en", ("VAT 8 % ₫480,000", "VAT 10 % ₫50,000", "₫7,030,001", "Payment reference", "Due on")),
    ):
        for fact in (*facts, deposit.number, invoice.number, "Bảy triệu không trăm ba mươi nghìn không trăm linh một đồng.",
                     "Seven million thirty thousand and one dong."):  # fmt: skip
            assert fact in seen["deposit", locale], fact
    place.receipt(invoice, deposit.amount_minor)
    paid, shown = picture(client.get(address(place, invoice, "/deposit.pdf?lang=en")).data)
    assert "PAID" in paid
    assert zxingcpp.read_barcodes(shown) == []
    assert client.get(address(place, invoice, "/nonsense.pdf")).status_code == 404
    waived = place.invoice(support=12_000_000)
    assert client.get(address(place, waived, "/deposit.pdf")).status_code == 404


def test_the_mails_bring_the_documents_of_deposit_and_balance(app: Flask) -> None:
    booking = new_ground().reserve("A-001")
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "booths/reserved")).one()
    assert message.attachments == [
        ["invoice", [invoice.number, "vi"]],
        ["instalment", [invoice.instalments[0].number, "vi"]],
    ]
    attached = render_attachment(*message.attachments[1])
    assert attached.name == f"{invoice.instalments[0].number}-vi.pdf"
    text, _ = picture(attached.content)
    assert "TIỀN ĐẶT CỌC" in text
    deposit, balance = invoice.instalments
    draft = ReceiptDraft(deposit.amount, invoice.issued_on, "transfer", external_reference="FT1")
    record_receipt(invoice, draft, by=SYSTEM)
    confirmed = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "booths/confirmed")).one()
    assert confirmed.attachments == [["instalment", [balance.number, "vi"]]]


def note_data(
    invoice: Invoice, first: str = "1.000.000", reason: str = "Giảm do đổi vị trí", **more: str
) -> dict[str, str]:
    return {f"line{invoice.lines[0].id}": first, "reason": reason, **more}


def mark(page: str) -> str:
    found = re.search(r'name="mark"[^>]*value="([0-9a-f]*)"', page)
    assert found
    return found[1]


def test_a_credit_note_is_looked_at_first_and_issued_once(place: Office, client: Client) -> None:
    invoice = two_rates(place)
    place.receipt(invoice, 14_000_000)
    signed_in(client, place, Role.FINANCE)
    path = address(place, invoice, "/credit-note")
    assert "12,000,000 left, VAT 8 %" in words(client.get(path))
    seen = client.submit(path, note_data(invoice, act="issue"))  # without a look at it nothing is issued
    assert seen.status_code == 200
    assert "₫1,080,000" in words(seen)
    assert "₫1,019,999 was paid beyond what is then owed" in words(seen)
    assert not invoice.credited_minor
    changed = client.submit(path, note_data(invoice, "2.000.000", act="issue", mark=mark(seen.text)))
    assert changed.status_code == 200
    assert not invoice.credited_minor
    right = note_data(invoice, "2.000.000", act="issue", mark=mark(changed.text))
    assert client.submit(path, right).status_code == 303
    assert client.submit(path, right).status_code == 200  # the same form again shows a new preview
    (note,) = invoice.credit_notes
    assert (note.total_minor, invoice.owed.amount_minor, invoice.state) == (2_160_000, 11_900_001, InvoiceState.PAID)
    (credit,) = invoice.credits
    assert credit.given_minor == 2_099_999
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "payments/credit_note")).one()
    assert "Giảm do đổi vị trí" in message.body
    assert render_attachment(*message.attachments[0]).content.startswith(b"%PDF-")
    shown = words(client.get(address(place, invoice)))
    for part in (note.number, "Taken off, to a credit", "-₫2,099,999", "Owed after the credit notes ₫11,900,001"):
        assert part in shown, part


def test_what_is_left_of_a_line_goes_with_the_rest_of_its_vat(place: Office, client: Client) -> None:
    invoice = place.invoice(lines=[LineDraft("booth", "Gian", "Booth", vnd(101), 8)])  # VAT 8
    signed_in(client, place, Role.FINANCE)
    path = address(place, invoice, "/credit-note")
    for amount in ("51", "50"):  # VAT 4 each by itself: 4 + the rest, 4
        seen = client.submit(path, note_data(invoice, amount))
        assert client.submit(path, note_data(invoice, amount, act="issue", mark=mark(seen.text))).status_code == 303
    assert invoice.owed.amount_minor == 0
    assert invoice.state is InvoiceState.WAIVED
    assert "Nothing is owed on this invoice any more" in words(client.get(path))


@pytest.mark.parametrize(
    ("first", "reason", "error"),
    [
        ("", "Vì", "Say by how much which line is lowered."), ("12.000.001", "Vì", "Between 0 and 12,000,000."),
        ("-5", "Vì", "Between"), ("abc", "Vì", "Write a number"), ("1,5", "Vì", "small units"), ("NaN", "Vì", "Write a number"),
        ("1000", "", "Please fill this in."), ("1000", "x" * 401, "At most 400 characters."),
    ],
)  # fmt: skip
def test_a_wrong_credit_note_is_refused_and_kept(
    place: Office, client: Client, first: str, reason: str, error: str
) -> None:
    invoice = two_rates(place)
    signed_in(client, place, Role.FINANCE)
    answer = client.submit(address(place, invoice, "/credit-note"), note_data(invoice, first, reason))
    assert answer.status_code == 422
    assert error in words(answer)
    assert not invoice.credited_minor
    assert f'value="{first}"' in answer.text or not first


def test_the_credit_note_on_paper_in_the_list_and_for_the_company(place: Office, client: Client) -> None:
    invoice = two_rates(place)
    signed_in(client, place, Role.FINANCE)
    path = address(place, invoice, "/credit-note")
    seen = client.submit(path, note_data(invoice))
    client.submit(path, note_data(invoice, act="issue", mark=mark(seen.text)))
    note = db.session.scalars(select(CreditNote)).one()
    vi, _ = picture(client.get(f"{address(place)}/credit-notes/{note.number}/credit-note.pdf?lang=vi").data)
    en, _ = picture(client.get(f"{address(place)}/credit-notes/{note.number}/credit-note.pdf?lang=en").data)
    for part in ("THÔNG BÁO ĐIỀU CHỈNH GIẢM", note.number, invoice.number, "Giảm do đổi vị trí", "Thuế GTGT 8 % 80.000",
                 "Một triệu không trăm tám mươi nghìn đồng."):  # fmt: skip
        assert part in vi, part
    assert "CREDIT NOTE" in en
    assert "One million eighty thousand dong." in en
    assert note.number in words(client.get(f"{address(place)}/credit-notes"))
    assert note.number not in words(client.get(f"{address(place)}/credit-notes?q=zzz&since=nonsense"))
    (sheet,) = read_sheets(client.get(f"{address(place)}/credit-notes?format=xlsx").data)
    assert ("number", "1080000") in sheet[1]
    own, other = f"/my/credit-notes/{note.number}/credit-note.pdf", place.company()
    for user, status in (
        (place.member(place.exporter), 200),
        (place.member(other), 404),
        (office().user(Role.FINANCE), 404),
    ):
        login(client, user)
        assert client.get(own).status_code == status
    login(client, place.member(place.exporter))
    assert note.number in words(client.get(f"/my/invoices/{invoice.number}"))
    assert client.get(path).status_code == 403


def test_payments_are_found_summed_and_have_a_receipt(place: Office, client: Client) -> None:
    invoice, other = place.invoice(), place.invoice(company=place.company("Sơn mài Hạ Thái"))
    cash = place.receipt(invoice, 6_480_000, method="cash", external_reference=None, note="Nộp tại quầy")
    bank = place.receipt(other, 13_000_000, "FT26001")
    failed = note_payment(begin_payment(invoice, vnd(1000), "card", by=SYSTEM), PaymentState.FAILED, because="declined")
    signed_in(client, place, Role.FINANCE)
    page = words(client.get(f"{address(place)}/payments"))
    assert "₫19,480,000" in page
    assert "2 payments" in page
    assert "No receipt yet" in page
    for query, numbers in (
        ("method=cash", [cash]), ("method=transfer", [bank]), ("q=ft26001", [bank]), ("q=son+mai", [bank]), (f"q={invoice.number}", [cash]),
        ("state=confirmed", [bank, cash]), (f"until={place.fair.today - timedelta(days=1)}", []),
        (f"since={place.fair.today}&sort=-amount", [bank, cash]), ("state=x&method=x&since=x&sort=x&q=%00", [bank, cash]),
    ):  # fmt: skip
        found = re.findall(r'data-row="(\d+)"', client.get(f"{address(place)}/payments?{query}").text)
        assert [int(key) for key in found if int(key) != failed.id] == [one.id for one in numbers], query
    (sheet,) = read_sheets(client.get(f"{address(place)}/payments?format=xlsx").data)
    assert len(sheet) == 4
    shown = words(client.get(f"{address(place)}/payments/{bank.id}"))
    for part in (bank.number, "₫13,000,000", other.number, "₫40,000", "Money received"):
        assert str(part) in shown, part
    assert "declined" in words(client.get(f"{address(place)}/payments/{failed.id}"))
    vi, _ = picture(client.get(f"{address(place)}/payments/{cash.id}/receipt.pdf?lang=vi").data)
    for part in ("PHIẾU THU", cash.number, "Người nộp tiền", "Sáu triệu bốn trăm tám mươi nghìn đồng.", invoice.number):
        assert str(part) in vi, part
    en, _ = picture(client.get(f"{address(place)}/payments/{bank.id}/receipt.pdf?lang=en").data)
    for part in ("CONFIRMATION OF PAYMENT", "FT26001", "₫12,960,000", "Credit", "₫40,000", "Thirteen million dong."):
        assert part in en, part
    assert client.get(f"{address(place)}/payments/{failed.id}/receipt.pdf").status_code == 404
    assert client.get(f"{address(office())}/payments/{cash.id}").status_code in (403, 404)
    owner = place.member(invoice.company)
    for user, key, status in (
        (owner, cash, 200), (owner, bank, 404), (owner, failed, 404), (place.member(place.company()), cash, 404),
        (place.user(Role.FINANCE), cash, 200), (office().user(Role.FINANCE), cash, 404),
    ):  # fmt: skip
        login(client, user)
        assert client.get(f"/my/payments/{key.id}/receipt.pdf").status_code == status
    login(client, owner)
    mine = client.get("/my/invoices").text
    assert f"/my/payments/{cash.id}/receipt.pdf" in mine
    assert f"/my/payments/{bank.id}/" not in mine
    assert client.get(f"/my/payments/{10**30}/receipt.pdf").status_code == 404


def test_the_lists_cost_the_same_for_one_and_for_many(place: Office, client: Client) -> None:
    def another() -> None:
        invoice = place.invoice(company=place.company())
        place.receipt(invoice, 13_000_000)
        path = address(place, invoice, "/credit-note")
        seen = client.submit(path, note_data(invoice))
        assert client.submit(path, note_data(invoice, act="issue", mark=mark(seen.text))).status_code == 303

    signed_in(client, place, Role.FINANCE)
    another()
    paths = [f"{address(place)}/{rest}" for rest in ("payments", "credit-notes", "e-invoices")]
    counts = []
    for _n in range(2):
        for path in paths:
            client.get(path)
            with counted_queries() as found:
                client.get(path)
            counts.append(len(found))
        another()
        another()
    assert counts[:3] == counts[3:]


def test_invoices_by_day_of_issue_and_what_falls_due_soon(place: Office, client: Client) -> None:
    today = place.fair.today
    soon = place.invoice(deposit_due_on=today + timedelta(days=3))
    later = place.invoice(deposit_due_on=today + timedelta(days=20), issued_on=today - timedelta(days=40))
    signed_in(client, place, Role.FINANCE)

    def found(query: str) -> list[str]:
        return re.findall(r'data-row="([^"]+)"', client.get(f"{address(place)}?{query}").text)

    assert found("due=week") == [soon.number]
    assert set(found("due=month")) == {soon.number, later.number}
    assert found(f"since={today}") == [soon.number]
    assert found(f"until={today - timedelta(days=1)}") == [later.number]
    place.receipt(soon, 6_480_000)
    assert found("due=week") == []
