"""Pages of the cash desk: the way by keyboard, the printed receipt, counting, taking over, who sees what."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.cashdesk.models import CashEntry, CashShift
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.payments.models import Refund
from fairs.payments.refunds import approve_refund
from fairs.payments.states import InvoiceState
from tests.factories.deals import Office, acting, office
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def signed_in(client: Client, user: User) -> Client:
    login(client, user)
    client.get("/language/en")
    return client


def at(place: Office, rest: str = "") -> str:
    return f"/fairs/{place.fair.slug}/cash{rest}"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1)


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_the_way_from_the_search_to_the_printed_receipt(place: Office, client: Client) -> None:
    cashier = place.user(Role.FRONT_DESK)
    invoice = place.invoice()
    signed_in(client, cashier)
    assert client.get(at(place, f"/take/{invoice.number}")).location == at(place)  # no shift yet
    assert client.submit(at(place, "/open"), {"opening": "x"}).status_code == 422
    assert client.submit(at(place, "/open"), {"opening": "500.000"}).status_code == 303
    assert client.submit(at(place, "/open"), {"opening": "500.000"}).status_code == 422
    for words in (invoice.payment_reference.lower(), "bát tràng", invoice.number):
        assert client.get(at(place), query_string={"q": words}).location.endswith(f"/take/{invoice.number}")
    path = at(place, f"/take/{invoice.number}")
    page = client.get(path).get_data(as_text=True)
    sent = {"token": hidden(page, "token"), "seen": hidden(page, "seen"), "person": "Chị Hoa"}
    assert 'value="12960000"' in page  # all that is open
    wrong = client.submit(path, {**sent, "amount": "6.480.000", "tendered": "6.000.000"})
    assert wrong.status_code == 422
    assert "Less was given" in wrong.get_data(as_text=True)
    assert 'value="6.000.000"' in wrong.get_data(as_text=True)
    first, second = (client.submit(path, {**sent, "amount": "6.480.000", "tendered": "6.500.000"}) for _ in range(2))
    assert first.status_code == 303
    assert first.location == second.location
    receipt = client.get(first.location, query_string={"lang": "vi", "paper": "a5"}).get_data(as_text=True)
    for said in ("PHIẾU THU", "Chị Hoa", "Sáu triệu bốn trăm tám mươi nghìn đồng", "20.000", 'lang="vi"', "paper-a5"):
        assert said in receipt, said
    db.session.expire_all()
    [entry] = db.session.scalars(select(CashEntry)).all()
    for lang, title in (("vi", "PHIẾU THU"), ("en", "RECEIPT")):
        answer = client.get(at(place, f"/vouchers/{entry.number}/voucher.pdf"), query_string={"lang": lang})
        assert title in text_of(answer.data)


def test_a_wrong_receipt_is_put_right_on_the_pages(place: Office, client: Client) -> None:
    cashier, boss = place.user(Role.FINANCE), place.user(Role.FINANCE)
    invoice = place.invoice()
    signed_in(client, cashier)
    client.submit(at(place, "/open"), {"opening": "0"})
    client.submit(at(place, f"/take/{invoice.number}"), {"amount": "12960000", "token": "a"})
    db.session.expire_all()
    [entry] = db.session.scalars(select(CashEntry)).all()
    path = at(place, f"/vouchers/{entry.number}/void")
    assert client.submit(path, {"reason": " "}).status_code == 422
    assert client.submit(path, {"reason": "wrong company"}).status_code == 303
    db.session.expire_all()
    [refund] = db.session.scalars(select(Refund)).all()
    page = client.get(at(place, f"/pay-out/{refund.number}")).get_data(as_text=True)
    assert "Only a refund that a second person has approved" in page
    approve_refund(refund, by=acting(boss))
    assert refund.number in client.get(at(place)).get_data(as_text=True)
    paid = client.submit(at(place, f"/pay-out/{refund.number}"), {"person": "Chị Hoa", "token": "b"})
    voucher = client.get(paid.location).get_data(as_text=True)
    assert "PAYMENT VOUCHER" in voucher
    assert entry.number in voucher
    db.session.expire_all()
    assert invoice.state is InvoiceState.OPEN
    petty = {"kind": "paid_out", "amount": "1000", "person": "Mẫu", "text": "Tem", "token": "c"}
    assert client.submit(at(place, "/petty"), petty).status_code == 422  # the till is empty
    assert client.submit(at(place, "/petty"), {**petty, "kind": "receipt"}).status_code == 422
    assert client.submit(at(place, "/petty"), {**petty, "kind": "paid_in"}).status_code == 303


def test_a_shift_changes_hands_on_the_pages(place: Office, client: Client, new_client: Any) -> None:
    cashier, other = place.user(Role.FRONT_DESK), place.user(Role.FINANCE)
    signed_in(client, cashier)
    client.submit(at(place, "/open"), {"opening": "1.000.000"})
    shift = db.session.scalars(select(CashShift)).one()
    path = at(place, f"-shifts/{shift.number}")
    assert client.submit(f"{path}/count", {"n500000_VND": "x"}).status_code == 422
    assert client.submit(f"{path}/count", {"n500000_VND": "1"}).status_code == 422  # no reason
    counted = {"n500000_VND": "1", "n100000_VND": "3", "reason_VND": "Trả nhầm tiền thừa"}
    assert client.submit(f"{path}/count", counted).status_code == 303
    assert client.submit(f"{path}/take-over", {"received_VND": "800.000", "agreed": "y"}).status_code == 422
    second = signed_in(new_client(), other)
    assert second.submit(f"{path}/take-over", {"received_VND": "800.000", "agreed": "y"}).status_code == 422
    assert second.submit(f"{path}/agree", {}).status_code == 303
    assert second.submit(f"{path}/take-over", {"received_VND": "800.000"}).status_code == 422
    assert second.get(f"{path}/handover.pdf").status_code == 404
    assert second.submit(f"{path}/take-over", {"received_VND": "800.000", "agreed": "y"}).status_code == 303
    record = text_of(second.get(f"{path}/handover.pdf?lang=vi").data)
    for said in ("BIÊN BẢN BÀN GIAO QUỸ", "Trả nhầm tiền thừa", cashier.name, other.name, "Tám trăm nghìn đồng"):
        assert said in record, said
    sheets = read_sheets(second.get(at(place, "-shifts?format=xlsx")).data)
    assert [len(rows) for rows in sheets] == [2, 1]
    for words in ("Handed over", other.name):
        assert words in second.get(path).get_data(as_text=True)
    assert second.submit(at(place, "-shifts/settings"), {"agree_above": "-1"}).status_code == 422
    assert second.submit(at(place, "-shifts/settings"), {"agree_above": "250.000"}).status_code == 303


def test_the_desk_costs_the_same_for_three_vouchers(place: Office, client: Client) -> None:
    signed_in(client, place.user(Role.FINANCE))
    client.submit(at(place, "/open"), {"opening": "0"})
    shift = db.session.scalars(select(CashShift)).one()

    def cost(many: int) -> list[int]:
        for _one in range(many):
            invoice = place.invoice(company=place.company())
            client.submit(at(place, f"/take/{invoice.number}"), {"amount": "1000", "token": invoice.number})
        found = []
        for path in (at(place), at(place, "?q=Cơ sở"), at(place, "-shifts"), at(place, f"-shifts/{shift.number}")):
            client.get(path)
            with counted_queries() as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    place.invoice(company=place.company())
    place.invoice(company=place.company())
    assert cost(1) == cost(2)


SEES = {Role.FINANCE, Role.FRONT_DESK, Role.ORGANISER, Role.AUDITOR, Role.LEADERSHIP, Role.ADMIN}
RUNS = {Role.FINANCE, Role.FRONT_DESK, Role.ADMIN}


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.ORGANISER, Role.BOOTH_SALES, Role.AUDITOR])
def test_who_runs_the_desk_and_who_looks(place: Office, client: Client, role: Role) -> None:
    signed_in(client, place.user(role))
    assert client.get(at(place)).status_code == (200 if role in RUNS else 403)
    assert client.get(at(place, "-shifts")).status_code == (200 if role in SEES else 403)
