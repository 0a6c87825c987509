"""Bank accounts and banks as settings, and the code on page and paper, read back by another program than the one that draws it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy
import pypdfium2
import pytest
from flask import Flask, current_app
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.payments.account_models import Bank, BankAccount
from fairs.payments.accounts import (
    AccountDraft,
    AccountStands,
    account_for,
    end_account,
    plain_capitals,
    save_account,
    save_bank,
)
from fairs.payments.invoicing import LineDraft
from fairs.payments.models import Invoice
from fairs.payments.pdf import invoice_pdf
from fairs.payments.transfer import transfer_for
from fairs.payments.vietqr import crc16
from tests.factories.deals import Office, office
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def bank(name: str = "BIDV") -> Bank:
    return db.session.scalars(select(Bank).where(Bank.name == name)).one()


def enter(fair: Fair | None, number: str = "12010001", currency: str = "VND", **values: str) -> BankAccount:
    draft = AccountDraft(fair.id if fair else None, bank().id, number, "Sở Công Thương Hà Nội", currency, **values)
    return save_account(draft, by=SYSTEM)


def fields(text: str) -> dict[str, str]:
    found = {}
    while text:
        found[text[:2]], text = text[4 : 4 + int(text[2:4])], text[4 + int(text[2:4]) :]
    return found


def seen(picture: Any) -> str:
    """What OpenCV reads in a picture: zxing, which draws our codes, takes no part."""
    text, _corners, _straight = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    return str(text)


def holds(text: str, invoice: Invoice, amount: int, number: str, bin_number: str) -> None:
    read = fields(text)
    assert read["63"] == f"{crc16(text[:-4].encode()):04X}"
    assert fields(fields(read["38"])["01"]) == {"00": bin_number, "01": number}
    assert (read["54"], read["53"], fields(read["62"])["08"]) == (str(amount), "704", invoice.payment_reference)


def test_the_printed_code_and_the_one_on_the_page(place: Office, client: Client) -> None:
    enter(place.fair, "1201 0001")
    invoice, config = place.invoice(), current_app.extensions["fairs_config"]
    page = pypdfium2.PdfDocument(invoice_pdf(invoice, place.fair, config, "vi"))[0]
    printed = numpy.asarray(page.render(scale=150 / 72).to_pil().convert("L"))
    holds(seen(printed), invoice, 6_480_000, "12010001", "970418")
    login(client, place.user(Role.FINANCE))
    html = client.get(f"/fairs/{place.fair.slug}/money/{invoice.number}").get_data(as_text=True)
    drawn = next(svg for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL) if "crispEdges" in svg)
    side = int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])  # type: ignore[index]
    picture = numpy.full((side, side), 255, dtype=numpy.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawn):
        if int(length) < side:
            picture[int(y), int(x) : int(x) + int(length)] = 0
    holds(seen(numpy.kron(picture, numpy.ones((6, 6), dtype=numpy.uint8))), invoice, 6_480_000, "12010001", "970418")


def test_the_seeded_banks_are_the_known_ones(app: Flask) -> None:
    known = json.loads((Path(__file__).parents[2] / "data" / "vietqr.json").read_text(encoding="utf-8"))["bins"]
    assert {one.name: one.bin for one in db.session.scalars(select(Bank))} == known


def test_which_account_payers_are_shown(place: Office) -> None:
    config, fair, other = current_app.extensions["fairs_config"], place.fair, office().fair
    number = lambda of, currency="VND": account_for(of.id, currency, config).number  # noqa: E731
    assert number(fair) == config.bank_account  # as long as none is entered
    everywhere = enter(None, "100")
    own = enter(fair, "200")
    dollars = enter(fair, "300", "USD", swift="BIDVVNVX", address="Hà Nội")
    assert (number(fair), number(other), number(fair, "USD"), number(other, "USD")) == ("200", "100", "300", "100")
    with pytest.raises(AccountStands):
        enter(fair, "201")
    lines = [LineDraft("booth", "Gian hàng", "Booth", Money(100_000, "USD"), 0)]
    abroad = transfer_for(place.invoice(lines=lines), config, fair.today)
    assert abroad is not None and (abroad.swift, abroad.code, abroad.account) == ("BIDVVNVX", None, "300")
    at_home = transfer_for(place.invoice(), config, fair.today)
    assert at_home is not None and at_home.swift == "" and at_home.code is not None
    for one in (own, dollars, everywhere):
        end_account(one, by=SYSTEM)
    assert number(fair) == config.bank_account
    assert enter(fair, "202").is_active


@pytest.mark.parametrize(
    ("values", "field"),
    [({"number": "12 34 56 78 90 12 34 56 78 90"}, "number"), ({"number": "12_4"}, "number"), ({"number": "٣"}, "number"), ({"holder": "  "}, "holder"),
     ({"holder": "株式会社"}, "holder"), ({"currency": "XXX"}, "currency"), ({"swift": "BIDV"}, "swift"), ({"iban": "GB00WEST12345698765432"}, "iban"), ({"bank_id": 99999}, "bank")],
)  # fmt: skip
def test_what_is_no_account(place: Office, values: dict[str, Any], field: str) -> None:
    right = {"fair_id": place.fair.id, "bank_id": bank().id, "number": "1", "holder": "A", "currency": "VND"}
    with pytest.raises(InvalidInput) as refused:
        save_account(AccountDraft(**{**right, **values}), by=SYSTEM)
    assert refused.value.field == field


def test_holders_as_banks_write_them() -> None:
    assert plain_capitals("Sở Công Thương  Hà Nội – Phòng Đối ngoại") == "SO CONG THUONG HA NOI PHONG DOI NGOAI"


def test_banks(app: Flask) -> None:
    made = save_bank("Ngân hàng Mẫu", "970499", by=SYSTEM)
    assert save_bank("Ngân hàng Mẫu", "970498", by=SYSTEM, bank=made).bin == "970498"
    for name, number, field in (
        ("", "970497", "name"),
        ("X", "97049", "bin"),
        ("X", "97049a", "bin"),
        ("BIDV", "970497", "name"),
        ("X", "970418", "bin"),
    ):
        with pytest.raises(InvalidInput) as refused:
            save_bank(name, number, by=SYSTEM)
        assert refused.value.field == field


def test_pages_of_accounts(place: Office, client: Client) -> None:
    path = f"/fairs/{place.fair.slug}/money/accounts"
    login(client, place.user(Role.FINANCE))
    client.get("/language/en")
    page = client.get(path).get_data(as_text=True)
    assert (
        "No account has been entered yet" in page
        and 'value="SO CONG THUONG HA NOI"' in page
        and "everywhere" not in page
    )
    values = {
        "bank": str(bank().id),
        "number": "1201 0001",
        "holder": "Sở Công Thương",
        "currency": "VND",
        "swift": "",
        "iban": "",
        "address": "",
    }
    preview = client.get(f"{path}/preview", query_string=values).get_data(as_text=True)
    assert "SO CONG THUONG" in preview and "<svg" in preview
    assert "8 or 11" in client.get(f"{path}/preview", query_string={**values, "swift": "X1"}).get_data(as_text=True)
    wrong = client.submit(path, {**values, "swift": "X1"})
    assert wrong.status_code == 422 and 'value="1201 0001"' in wrong.get_data(as_text=True)
    # Finance of one fair sets no account for all: the box is not theirs.
    assert client.submit(path, {**values, "everywhere": "y"}).status_code == 303
    account = db.session.scalars(select(BankAccount)).one()
    assert (account.fair_id, account.number, account.holder) == (place.fair.id, "12010001", "SO CONG THUONG")
    assert client.submit(f"{path}?account={account.id}", {**values, "number": "77"}).status_code == 303
    assert client.get(f"{path}?account=99999").status_code == 404 and client.get(f"{path}?account=x").status_code == 404
    assert client.submit(f"{path}/{account.id}/end").status_code == 303
    everywhere = enter(None, "100")
    assert client.get(f"{path}?account={everywhere.id}").status_code == 403
    assert client.submit(f"{path}/{everywhere.id}/end").status_code == 403
    assert client.get("/banks").status_code == 403
    login(client, place.user(Role.ADMIN))
    assert client.get(f"{path}?account={everywhere.id}").status_code == 200
    assert client.submit("/banks", {"name": "Mẫu", "bin": "12"}).status_code == 422
    assert client.submit("/banks", {"name": "Mẫu", "bin": "123456"}).status_code == 303
    assert client.get(f"/banks?bank={bank().id}").status_code == 200
