"""Pages of invoices: who sees what, the form of money received, the PDF with its code, the sheet."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask

from fairs.core.actor import SYSTEM
from fairs.core.permissions import Role
from fairs.messages.render import render_attachment
from fairs.payments.invoicing import cancel_invoice
from fairs.payments.models import Invoice
from fairs.payments.states import InvoiceState
from fairs.payments.vietqr import payload
from tests.factories.deals import Office, office
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def address(place: Office, invoice: Invoice | None = None, rest: str = "") -> str:
    return f"/fairs/{place.fair.slug}/money" + (f"/{invoice.number}" if invoice else "") + rest


def words(answer: Any) -> str:
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def signed_in(client: Client, place: Office, *roles: Role) -> Client:
    login(client, place.user(*roles))
    client.get("/language/en")
    return client


SEES = {Role.FINANCE, Role.ORGANISER, Role.BOOTH_SALES, Role.AUDITOR, Role.LEADERSHIP, Role.ADMIN}
RECORDS = {Role.FINANCE, Role.ADMIN}


@pytest.mark.parametrize("role", list(Role))
def test_who_of_the_staff_sees_and_records(place: Office, client: Client, role: Role) -> None:
    invoice = place.invoice()
    signed_in(client, place, role)
    seen = 200 if role in SEES else 403
    for path in (address(place), address(place, invoice), address(place, invoice, "/invoice.pdf")):
        assert client.get(path).status_code == seen, path
    assert client.get(f"{address(place)}?format=xlsx").status_code == seen
    assert client.get(address(place, invoice, "/receive")).status_code == (200 if role in RECORDS else 403)
    assert client.submit(address(place, invoice, "/receive")).status_code == (422 if role in RECORDS else 403)


def test_own_company_team_mate_and_strangers(place: Office, client: Client) -> None:
    invoice = place.invoice()
    owner, mate = place.member(place.exporter), place.member(place.exporter)
    stranger = place.member(place.company())
    other_fair = office()
    paths = [f"/my/invoices/{invoice.number}", f"/my/invoices/{invoice.number}/invoice.pdf"]
    for user, status in (
        (owner, 200), (mate, 200), (stranger, 404), (place.user(), 404), (place.user(Role.FINANCE), 200),
        (other_fair.user(Role.FINANCE), 404), (place.user(Role.DEALS), 404),
    ):  # fmt: skip
        login(client, user)
        assert [client.get(path).status_code for path in paths] == [status, status]
        assert client.get(address(place, invoice)).status_code == (200 if user.grants and status == 200 else 403)
    login(client, owner)
    assert invoice.number in words(client.get("/my/invoices"))
    login(client, stranger)
    assert invoice.number not in words(client.get("/my/invoices"))
    anonymous = client.application.test_client()
    assert anonymous.get(paths[0]).status_code == 302


def test_invoices_of_another_fair_are_not_found(place: Office, client: Client) -> None:
    other = office()
    foreign = other.invoice()
    signed_in(client, place, Role.ADMIN)
    for rest in ("", "/invoice.pdf", "/receive"):
        assert client.get(address(place, foreign, rest)).status_code == 404


def test_money_is_recorded(place: Office, client: Client) -> None:
    invoice = place.invoice()
    signed_in(client, place, Role.FINANCE)
    page = client.get(address(place, invoice, "/receive")).get_data(as_text=True)
    assert re.search(r'name="amount"[^>]*value="6480000"', page)
    assert f'value="{place.fair.today.isoformat()}"' in page
    answer = client.submit(
        address(place, invoice, "/receive"),
        {
            "amount": "6.480.000", "received_on": place.fair.today.strftime("%d/%m/%Y"),
            "external_reference": "FT 001", "note": "<script>alert(1)</script>", "seen": "0",
        },
    )  # fmt: skip
    assert answer.status_code == 303
    shown = client.get(address(place, invoice))
    assert "₫6,480,000 recorded" in words(shown)
    assert "FT001" in words(shown)
    assert "<script>alert" not in shown.get_data(as_text=True)
    assert invoice.received_minor == 6_480_000
    # The next one is prefilled with the balance.
    assert re.search(r'name="amount"[^>]*value="6480000"', client.get(address(place, invoice, "/receive")).text)


def send(client: Client, place: Office, invoice: Invoice, **values: str) -> Any:
    right = {
        "amount": "1000", "received_on": place.fair.today.isoformat(),
        "external_reference": "FT77", "note": "a note", "seen": str(invoice.received_minor),
    }  # fmt: skip
    return client.submit(address(place, invoice, "/receive"), {**right, **values})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "abc"}, "amount"),
        ({"amount": "1,5"}, "amount"),
        ({"amount": "9" * 40}, "amount"),
        ({"amount": "1000000000001"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"received_on": ""}, "received_on"),
        ({"received_on": "31/02/2026"}, "received_on"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"received_on": "1812-01-01"}, "received_on"),
        ({"external_reference": ""}, "external_reference"),
        ({"external_reference": "x" * 101}, "external_reference"),
        ({"note": "x" * 401}, "note"),
    ],
)
def test_bad_input_is_shown_at_its_field_and_kept(
    place: Office, client: Client, values: dict[str, str], field: str
) -> None:
    invoice = place.invoice()
    signed_in(client, place, Role.FINANCE)
    answer = send(client, place, invoice, **values)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert re.search(rf'id="{field}-error"', page), page
    assert "a note" in page or "x" * 401 in page
    assert invoice.received_minor == 0


def test_a_future_day_is_refused(place: Office, client: Client) -> None:
    invoice = place.invoice()
    signed_in(client, place, Role.FINANCE)
    answer = send(client, place, invoice, received_on=(place.fair.today + timedelta(days=1)).isoformat())
    assert answer.status_code == 422
    assert "lies in the future" in words(answer)


def test_too_much_is_asked_about_first(place: Office, client: Client) -> None:
    invoice = place.invoice()
    signed_in(client, place, Role.FINANCE)
    answer = send(client, place, invoice, amount="13.000.000")
    assert answer.status_code == 422
    assert "₫40,000 more than is still open" in words(answer)
    assert invoice.received_minor == 0
    assert send(client, place, invoice, amount="13.000.000", confirm_over="y").status_code == 303
    assert invoice.received_minor == 12_960_000
    assert [credit.amount_minor for credit in invoice.credits] == [40_000]
    assert "is owed back" in words(client.get(address(place, invoice)))


def test_a_known_bank_line_and_a_form_sent_twice(place: Office, client: Client) -> None:
    one, other = place.invoice(), place.invoice()
    signed_in(client, place, Role.FINANCE)
    assert send(client, place, one).status_code == 303
    again = send(client, place, other)
    assert again.status_code == 422
    assert 'id="external_reference-error"' in again.text
    twice = send(client, place, one, external_reference="FT-other", seen="0")
    assert twice.status_code == 422
    assert "in the meantime" in words(twice)
    assert (one.received_minor, other.received_minor) == (1000, 0)


def test_money_for_a_cancelled_invoice_is_recorded_with_a_warning(place: Office, client: Client) -> None:
    invoice = place.invoice()
    cancel_invoice(invoice, by=SYSTEM, reason="Rút khỏi <b>hội chợ</b>")
    signed_in(client, place, Role.FINANCE)
    assert "Record money only if it came all the same" in words(client.get(address(place, invoice, "/receive")))
    answer = send(client, place, invoice)
    assert answer.status_code == 303
    assert invoice.state is InvoiceState.CANCELLED
    assert "is owed back" in words(client.get(address(place, invoice)))
    assert "Rút khỏi <b>hội chợ</b>" in words(client.get(address(place, invoice)))


def test_filters_take_anything(place: Office, client: Client) -> None:
    place.invoice()
    signed_in(client, place, Role.FINANCE)
    for query in ("state=nonsense", "due=x", "q=%25_%5C", "sort=nonsense", "sort=-", f"q={'x' * 5000}", "state=waived"):
        assert client.get(f"{address(place)}?{query}").status_code == 200, query
    for cursor in ("x", "W10", "WzEsMl0", "bnVsbA", "WyJhIiwgImIiXQ"):
        assert client.get(f"{address(place)}?cursor={cursor}").status_code in (200, 422), cursor
    assert "No invoice fits these filters" in words(client.get(f"{address(place)}?q=zzz"))


def test_the_list_costs_the_same_for_one_and_for_many(place: Office, client: Client) -> None:
    place.invoice()
    signed_in(client, place, Role.FINANCE)
    path = address(place)
    client.get(path)
    with counted_queries() as one:
        client.get(path)
    for _ in range(3):
        place.receipt(place.invoice(company=place.company()), 1000)
    with counted_queries() as many:
        client.get(path)
    assert len(many) == len(one)


def test_the_sheet_holds_text_as_text(place: Office, client: Client) -> None:
    bad = place.company('=HYPERLINK("x","y")')
    invoice = place.invoice(company=bad)
    place.receipt(invoice, 1000, "+1234", note="@SUM(A1)")
    signed_in(client, place, Role.FINANCE)
    answer = client.get(f"{address(place)}?format=xlsx")
    invoices, receipts = read_sheets(answer.data)
    assert not any(kind == "formula" for sheet in (invoices, receipts) for row in sheet for kind, _ in row)
    assert ("text", '=HYPERLINK("x","y")') in invoices[1]
    assert ("number", "12960000") in invoices[1]
    assert ("text", "+1234") in receipts[1]
    assert ("text", "@SUM(A1)") in receipts[1]


def picture(content: bytes) -> tuple[str, Any]:
    document = pypdfium2.PdfDocument(content)
    try:
        text = " ".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
        return " ".join(text.split()), document[0].render(scale=2.5).to_pil()
    finally:
        document.close()


def test_the_pdf_in_both_languages_with_a_code_that_scans(place: Office, client: Client) -> None:
    invoice = place.invoice(support=2_000_000)
    signed_in(client, place, Role.FINANCE)
    vi, shown = picture(client.get(address(place, invoice, "/invoice.pdf?lang=vi")).data)
    en, _ = picture(client.get(address(place, invoice, "/invoice.pdf?lang=en")).data)
    for part in ("Sở Công Thương Hà Nội", "THÔNG BÁO THANH TOÁN", "Gốm Bát Tràng mẫu", "Hỗ trợ theo Quyết định 1/QĐ", "10.800.000",
                 "Thuế GTGT 8 %", "Đặt cọc", invoice.payment_reference):  # fmt: skip
        assert part in vi, part
    for part in ("Hanoi Department of Industry and Trade", "INVOICE", "Support under Decision 1/QD", "-₫2,000,000",
                 "₫10,800,000", "VAT 8 %", "Deposit", "₫5,400,000", invoice.payment_reference):  # fmt: skip
        assert part in en, part
    for text in (vi, en):
        assert "Mười triệu tám trăm nghìn đồng." in text
        assert "Ten million eight hundred thousand dong." in text
    (code,) = zxingcpp.read_barcodes(shown)
    assert code.text == payload("970436", "0000000000", 5_400_000, invoice.payment_reference)
    place.receipt(invoice, 5_400_000)
    _, shown = picture(client.get(address(place, invoice, "/invoice.pdf")).data)
    (code,) = zxingcpp.read_barcodes(shown)
    assert code.text == payload("970436", "0000000000", 5_400_000, invoice.payment_reference)
    place.receipt(invoice, 5_400_000)
    en, shown = picture(client.get(address(place, invoice, "/invoice.pdf?lang=en")).data)
    assert "PAID" in en
    assert zxingcpp.read_barcodes(shown) == []


def test_the_pdf_follows_the_reader_and_holds_long_names(place: Office, client: Client) -> None:
    name = "Công ty TNHH Sản xuất và Xuất khẩu Hàng thủ công mỹ nghệ " * 4
    invoice = place.invoice(company=place.company(name[:240], address="Số 1, đường rất dài " * 15))
    owner = place.member(invoice.company)
    login(client, owner)
    client.get("/language/en")
    text, _ = picture(client.get(f"/my/invoices/{invoice.number}/invoice.pdf").data)
    assert "Billed to" in text
    client.get("/language/vi")
    text, _ = picture(client.get(f"/my/invoices/{invoice.number}/invoice.pdf").data)
    assert "Đơn vị thanh toán" in text
    waived = place.invoice(support=12_000_000)
    login(client, place.member(place.exporter))
    text, shown = picture(client.get(f"/my/invoices/{waived.number}/invoice.pdf?lang=en").data)
    assert "Zero dong." in text
    assert "the support covers the whole price" in text
    assert zxingcpp.read_barcodes(shown) == []


def test_an_invoice_of_many_lines_goes_over_pages(place: Office, client: Client) -> None:
    from fairs.payments.invoicing import LineDraft
    from tests.factories.deals import vnd

    lines = [
        LineDraft("service", f"Dịch vụ {n} " * 8, f"Service {n} " * 8, vnd(1000 + n), (0, 5, 8, 10)[n % 4])
        for n in range(60)
    ]
    invoice = place.invoice(lines=lines)
    signed_in(client, place, Role.FINANCE)
    answer = client.get(address(place, invoice, "/invoice.pdf?lang=en"))
    document = pypdfium2.PdfDocument(answer.data)
    assert len(document) > 1
    document.close()


def test_the_invoice_goes_along_with_a_message(place: Office) -> None:
    invoice = place.invoice()
    for reference, locale in ((invoice.number, "vi"), ([invoice.number, "en"], "en")):
        attached = render_attachment("invoice", reference)
        assert (attached.name, attached.content_type) == (f"{invoice.number}-{locale}.pdf", "application/pdf")
        assert attached.content.startswith(b"%PDF-")
