"""The data for the provider of e-invoices: right files, only what is new, and its numbers read back."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from fairs.core.actor import SYSTEM
from fairs.core.permissions import Role
from fairs.core.sheets import Sheet, workbook
from fairs.payments.invoicing import LineDraft, cancel_invoice, issue_credit_note
from fairs.payments.models import Invoice
from fairs.payments.words import in_words
from tests.factories.deals import Office, office, vnd
from tests.integration.payments.test_documents import two_rates
from tests.integration.payments.test_pages import address, picture, signed_in, words
from tests.support.client import Client
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def export(client: Client, place: Office, **values: str) -> list[int]:
    """Hand over; gives the keys of the exports there are then, the newest first."""
    client.submit(f"{address(place)}/e-invoices", values)
    page = client.get(f"{address(place)}/e-invoices").text
    return [int(key) for key in re.findall(r"/e-invoices/(\d+)/xml\.zip", page)]


def files(client: Client, place: Office, key: int) -> dict[str, Any]:
    answer = client.get(f"{address(place)}/e-invoices/{key}/xml.zip")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        assert pack.testzip() is None
        return {name.removesuffix(".xml"): ElementTree.fromstring(pack.read(name)) for name in pack.namelist()}


def check(root: Any) -> None:
    """What a provider checks first: the order of the structure, and that all sums agree."""
    assert root.tag == "HDon"
    data = root.find("DLHDon")
    assert [part.tag for part in data] == ["TTChung", "NDHDon", "TTKhac"]
    assert [part.tag for part in data.find("NDHDon")] == ["NBan", "NMua", "DSHHDVu", "TToan"]
    rates: dict[str, Decimal] = {}
    for line in data.iter("HHDVu"):
        sign = -1 if line.findtext("TChat") == "3" else 1
        rates[line.findtext("TSuat")] = rates.get(line.findtext("TSuat"), Decimal(0)) + sign * Decimal(
            line.findtext("ThTien")
        )
    sums = data.find("NDHDon/TToan")
    by_rate = {rate.findtext("TSuat"): Decimal(rate.findtext("ThTien")) for rate in sums.iter("LTSuat")}
    assert by_rate == rates
    vat = sum(Decimal(rate.findtext("TThue")) for rate in sums.iter("LTSuat"))
    assert Decimal(sums.findtext("TgTCThue")) == sum(rates.values())
    assert Decimal(sums.findtext("TgTThue")) == vat
    total = Decimal(sums.findtext("TgTTTBSo"))
    assert total == sum(rates.values()) + vat
    assert sums.findtext("TgTTTBChu") == in_words(vnd(int(total)), "vi")
    for percent, net in by_rate.items():
        (part,) = [Decimal(r.findtext("TThue")) for r in sums.iter("LTSuat") if r.findtext("TSuat") == percent]
        assert abs(part - net * int(percent.removesuffix("%")) / 100) <= 1


def test_each_instalment_is_a_right_file(place: Office, client: Client) -> None:
    buyer = place.company("Công ty Gốm & Sứ <Bát Tràng>", tax_code="0100109106", address="Xóm 3, Bát Tràng")
    plain = two_rates(place, company=buyer)
    helped = place.invoice(support=3_333_333)
    place.invoice(support=12_000_000)  # nothing is owed: nothing to hand over
    signed_in(client, place, Role.FINANCE)
    (key,) = export(client, place)
    found = files(client, place, key)
    assert set(found) == {part.number for invoice in (plain, helped) for part in invoice.instalments}
    for root in found.values():
        check(root)
    for invoice in (plain, helped):
        totals = [int(found[part.number].findtext(".//TgTTTBSo")) for part in invoice.instalments]
        assert sum(totals) == invoice.total_minor
    root = found[plain.instalments[0].number]
    assert root.findtext(".//NMua/Ten") == "Công ty Gốm & Sứ <Bát Tràng>"
    assert root.findtext(".//NMua/MST") == "0100109106"
    assert root.findtext(".//NBan/Ten") == "Sở Công Thương Hà Nội"
    assert root.findtext(".//NLap") == plain.issued_on.isoformat()
    assert [line.findtext("TSuat") for line in root.iter("HHDVu")] == ["8%", "10%"]
    support = found[helped.instalments[0].number]
    assert [line.findtext("TChat") for line in support.iter("HHDVu")] == ["1", "3"]
    assert sum(int(found[part.number].findtext(".//TTCKTMai")) for part in helped.instalments) == 3_333_333
    documents, lines = read_sheets(client.get(f"{address(place)}/e-invoices/{key}/xlsx").data)
    assert len(documents) == 1 + len(found)
    assert len(lines) == 1 + 8
    assert not any(kind == "formula" for row in [*documents, *lines] for kind, _ in row)


def test_the_next_export_offers_only_what_is_new(place: Office, client: Client) -> None:
    first = place.invoice()
    gone = place.invoice()
    cancel_invoice(gone, by=SYSTEM, reason="Hủy")  # before the provider ever heard of it
    signed_in(client, place, Role.FINANCE)
    one = export(client, place)
    assert set(files(client, place, one[0])) == {part.number for part in first.instalments}
    assert export(client, place) == one
    assert "There is nothing new to hand over" in words(client.submit(f"{address(place)}/e-invoices"))
    second = place.invoice()
    note = issue_credit_note(
        first, [LineDraft("discount", "Giảm giá", "Less", vnd(7_000_000), 8)], reason="Đổi gian", by=SYSTEM
    )
    two = export(client, place)
    found = files(client, place, two[0])
    # 7,560,000 is more than the balance of 6,480,000: it lowers both.
    assert set(found) == {part.number for part in second.instalments} | {note.number, f"{note.number}-2"}
    for root in found.values():
        check(root)
    whole, rest = found[note.number], found[f"{note.number}-2"]
    assert (whole.findtext(".//TgTTTBSo"), rest.findtext(".//TgTTTBSo")) == ("-6480000", "-1080000")
    assert whole.findtext(".//TTHDLQuan/TCHDon") == "2"
    assert first.instalments[1].number in whole.findtext(".//TTHDLQuan/GChu")
    assert first.instalments[0].number in rest.findtext(".//TTHDLQuan/GChu")
    assert whole.findtext(".//TgTTTBChu").startswith("Âm sáu triệu")
    again = export(client, place, repeat="all")
    assert len(files(client, place, again[0])) == 6
    # What was handed over stays as it was.
    assert {name: ElementTree.tostring(root) for name, root in files(client, place, two[0]).items()} == {
        name: ElementTree.tostring(root) for name, root in found.items()
    }


def test_a_period_paid_ones_only_and_bad_filters(place: Office, client: Client) -> None:
    today = place.fair.today
    old, new = place.invoice(issued_on=today - timedelta(days=90)), place.invoice()
    place.receipt(new, 6_480_000)
    signed_in(client, place, Role.FINANCE)
    page = words(client.get(f"{address(place)}/e-invoices?since={today}&which=paid"))
    assert new.instalments[0].number in page
    assert new.instalments[1].number not in page
    assert old.instalments[0].number not in page
    assert old.instalments[0].number in words(
        client.get(f"{address(place)}/e-invoices?since={today - timedelta(days=90)}")
    )
    for query in ("since=x&until=y&which=z&repeat=q", "since=2099-01-01&until=1999-01-01"):
        assert client.get(f"{address(place)}/e-invoices?{query}").status_code == 200
    answer = client.submit(f"{address(place)}/e-invoices", {"since": "2026-02-01", "until": "2026-01-01"})
    assert (answer.status_code, "ends before it begins" in words(answer)) == (422, True)
    assert client.get(f"{address(place)}/e-invoices/999999/xml.zip").status_code == 404
    assert client.get(f"{address(place)}/e-invoices/{10**30}/xlsx").status_code == 404
    other = office()
    foreign = other.invoice()
    signed_in(client, other, Role.FINANCE)
    (key,) = export(client, other)
    assert foreign.instalments[0].number in files(client, other, key)
    signed_in(client, place, Role.AUDITOR)
    assert client.get(f"{address(place)}/e-invoices/{key}/xml.zip").status_code == 404
    assert client.submit(f"{address(place)}/e-invoices").status_code == 403


HEADS = ("Số văn bản", "Ký hiệu hóa đơn", "Số hóa đơn", "Ngày hóa đơn", "Mã của cơ quan thuế")


def answer_of(client: Client, place: Office, *rows: tuple[Any, ...]) -> Any:
    content = workbook([Sheet("HĐ", HEADS, rows)], time_zone="Asia/Ho_Chi_Minh")
    return client.submit(f"{address(place)}/e-invoices/answer", {"file": (io.BytesIO(content), "answer.xlsx")})


def test_the_providers_numbers_are_read_back_and_shown(place: Office, client: Client) -> None:
    invoice: Invoice = place.invoice()
    deposit, balance = (part.number for part in invoice.instalments)
    today = place.fair.today
    signed_in(client, place, Role.FINANCE)
    unknown = answer_of(client, place, (deposit, "1C26TAA", 12, today, ""))
    assert (unknown.status_code, "No document of this number was handed over" in words(unknown)) == (422, True)
    export(client, place)
    for rows, text in (
        ([(deposit, "XYZ", 12, today, "")], "A series looks like"),
        ([(deposit, "1C26TAA", "zwölf", today, "")], "one to eight digits"),
        ([(deposit, "1C26TAA", 0, today, "")], "one to eight digits"),
        ([(deposit, "1C26TAA", 12, "30/02/2026", "")], "Write a day"),
        ([(deposit, "1C26TAA", 12, "31/12/2999", "")], "in the future"),
        ([(deposit, "1C26TAA", 12, today, ""), (balance, "1C26TAA", 12, today, "")], f"belongs to {deposit}"),
        ([(deposit, "1C26TAA", 12, today, ""), (deposit, "1C26TAA", 12, today, "")], "stands here twice"),
    ):
        refused = answer_of(client, place, *rows)
        assert (refused.status_code, text in words(refused)) == (422, True), text
    assert client.submit(f"{address(place)}/e-invoices/answer").status_code == 422
    assert "2 documents have no e-invoice number yet" in words(client.get(f"{address(place)}/e-invoices"))
    right = [(deposit, "1C26TAA", 12, today, "M1-26-ABC"), (balance, "", "", "", "")]
    assert answer_of(client, place, *right).status_code == 303
    assert answer_of(client, place, *right).status_code == 303  # the same once more changes nothing
    other = answer_of(client, place, (deposit, "1C26TAA", 13, today, ""))
    assert "It has the e-invoice 1C26TAA 00000012 already" in words(other)
    assert "1C26TAA 00000012" in words(client.get(address(place, invoice)))
    text, _ = picture(client.get(address(place, invoice, "/deposit.pdf?lang=vi")).data)
    assert "1C26TAA 00000012" in text
    # An adjustment names what it adjusts by the provider's number.
    issue_credit_note(
        invoice, [LineDraft("discount", "Giảm giá", "Less", vnd(7_000_000), 8)], reason="Đổi gian", by=SYSTEM
    )
    adjustments = files(client, place, export(client, place)[0])
    related = next(root for name, root in adjustments.items() if name.endswith("-2")).find(".//TTHDLQuan")
    assert [(part.tag, part.text) for part in related][:6] == [
        ("TCHDon", "2"), ("LHDCLQuan", "1"), ("KHMSHDCLQuan", "1"), ("KHHDCLQuan", "C26TAA"), ("SHDCLQuan", "12"),
        ("NLHDCLQuan", today.isoformat()),
    ]  # fmt: skip


def test_the_sheet_of_the_export_filled_in_is_the_answer(place: Office, client: Client) -> None:
    invoice = place.invoice()
    signed_in(client, place, Role.FINANCE)
    (key,) = export(client, place)
    for language in ("vi", "en"):
        client.get(f"/language/{language}")
        documents, _lines = read_sheets(client.get(f"{address(place)}/e-invoices/{key}/xlsx").data)
        heads = [text for _kind, text in documents[0]]
        rows = [[text for _kind, text in row] + [""] * len(heads) for row in documents[1:]]
        filled = [[*row[: len(heads) - 4], "C26TAA", str(n + 1), place.fair.today, ""] for n, row in enumerate(rows)]
        content = workbook([Sheet("x", heads, filled)], time_zone="Asia/Ho_Chi_Minh")
        sent = client.submit(f"{address(place)}/e-invoices/answer", {"file": (io.BytesIO(content), "a.xlsx")})
        assert sent.status_code == 303, words(sent)
    client.get("/language/en")
    shown = words(client.get(address(place, invoice)))
    assert "1C26TAA 00000001" in shown
    assert "1C26TAA 00000002" in shown
