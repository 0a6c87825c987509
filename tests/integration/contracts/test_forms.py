"""The form of a contract: what is wrong stands at its field, what was typed and the chosen scan stay; correcting; frameworks."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.contracts.models import Contract, ContractRevision
from fairs.contracts.queries import version
from fairs.contracts.service import correct_contract, edit_contract, verify_contract
from fairs.contracts.states import Answer, ContractKind, Verification
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from tests.factories.deals import ALL_CHECKS, Office, acting, office, scan
from tests.integration.contracts.test_corrections import pdf
from tests.integration.contracts.test_pages import address, only, paper, signed_in, typed, words
from tests.support.client import Client
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def send(client: Client, place: Office, rest: str = "/new", **values: Any) -> Any:
    return client.submit(address(place, rest), typed(place, **values), content_type="multipart/form-data")


def error_at(answer: Any, field: str) -> str:
    assert answer.status_code in {409, 422}, words(answer)
    found = re.search(rf'id="{field}-error">(.*?)</div>', answer.text, re.DOTALL)
    assert found is not None, field
    return " ".join(html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[1], flags=re.DOTALL)).split())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": "0"}, "value"), ({"value": "-1500"}, "value"), ({"value": "1000000000000"}, "value"),
        ({"value": "1,500.51"}, "value"), ({"signed_on": "2019-05-01"}, "signed_on"),
        ({"lines-0-hs_code": "4444.44"}, "lines-0-hs_code"), ({"lines-0-price": "10"}, "lines-0-price"),
        ({"lines-0-price": "-1"}, "lines-0-price"), ({"lines-0-price": "abc"}, "lines-0-price"),
        ({"lines-0-price": "10", "lines-0-quantity": "many"}, "lines-0-quantity"),
        ({"kind": "call_off"}, "framework"), ({"kind": "call_off", "framework": "FW-404"}, "framework"),
        ({"kind": "other"}, "kind"), ({"payment_method": "XX"}, "payment_method"),
    ],
)  # fmt: skip
def test_bad_input_keeps_what_was_typed_and_the_scan(
    place: Office, client: Client, values: dict[str, str], field: str
) -> None:
    signed_in(client, place, Role.DEALS)
    answer = send(client, place, evidence=paper(), **values)
    assert error_at(answer, field)
    page = html.unescape(answer.text)
    for name, value in {
        "number": "HD-01",
        "lines-1-amount": "500",
        "lines-0-description": "Hộp sơn mài",
        **values,
    }.items():
        if name not in {"kind", "payment_method"}:
            assert f'value="{value}"' in page, name
    assert "is kept. Choose a file only to replace it." in page
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', answer.text)
    assert kept is not None
    assert db.session.scalars(select(Contract)).all() == []
    # Put right, it is logged with the scan that was chosen first.
    assert send(client, place, kept=html.unescape(kept[1])).status_code == 303
    assert only().evidence is not None


def test_exporter_and_importer_are_two(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    assert error_at(send(client, place, importer_id=place.exporter.id), "importer")


def test_one_scan_for_two_contracts_names_the_other(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    sheet = scan()
    first = place.contract(evidence=sheet)
    answer = send(client, place, number="HD-77", evidence=paper(Upload("other.png", sheet.content)))
    assert first.reference in error_at(answer, "evidence")
    assert 'value="HD-77"' in answer.text


def test_files_that_are_no_scan(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    for upload in (pdf(300), Upload("scan.pdf", b"MZ\x90\x00 a program"), Upload("scan.pdf", b"")):
        answer = send(client, place, number="HD-77", evidence=paper(upload))
        assert error_at(answer, "evidence")
        assert 'value="HD-77"' in answer.text
        assert 'value="1.500,50"' in answer.text


def test_a_currency_without_rate_is_logged_and_said(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    values = {"currency": "GBP", "lines-0-amount": "1000.50"}
    assert send(client, place, evidence=paper(), **values).status_code == 303
    shown = words(client.get(address(place, f"/{only().reference}")))
    assert "There is no exchange rate" in shown
    assert "Not registered at this fair" in shown


def test_two_clerks_at_once_lose_nothing(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    contract = place.contract()
    seen = version(contract)
    edit_contract(contract, place.fair, place.draft(number="HD-other"), by=SYSTEM)
    answer = send(client, place, f"/{contract.reference}/edit", seen=seen, number="HD-mine")
    assert answer.status_code == 422
    assert "Somebody changed this contract" in words(answer)
    assert 'value="HD-mine"' in answer.text
    db.session.refresh(contract)
    assert contract.number == "HD-other"


def test_price_fills_the_amount(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    values = {"lines-0-amount": "", "lines-0-price": "10.0050", "lines-1-cites": "y", "payment_method": "LC"}
    assert send(client, place, evidence=paper(), **values).status_code == 303
    contract = only()
    assert (contract.lines[0].amount_minor, contract.lines[1].cites, contract.payment_method) == (100_050, True, "LC")
    shown = words(client.get(address(place, f"/{contract.reference}")))
    assert "CITES permit" in shown
    assert "Letter of credit" in shown


def test_a_quick_log_is_completed(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    contract = place.incomplete()
    page = words(client.get(address(place, f"/{contract.reference}")))
    assert "Logged in a hurry" in page
    assert "Logged in a hurry" in words(client.get(address(place, f"/{contract.reference}/edit")))
    rest = f"/{contract.reference}/edit"
    assert send(client, place, rest, seen=version(contract), evidence=paper()).status_code == 303
    db.session.refresh(contract)
    assert contract.verification is Verification.LOGGED


def test_a_verified_contract_is_corrected_with_a_reason(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    contract = place.verified(by=acting(place.user(Role.DEALS)), number="HD-01")
    one = f"/{contract.reference}"
    assert client.get(address(place, f"{one}/edit")).headers["Location"].endswith(f"{one}/correct")
    seen = version(contract)
    answer = send(client, place, f"{one}/correct", seen=seen, number="HD-02", evidence=paper())
    assert error_at(answer, "reason")
    assert 'value="HD-02"' in answer.text
    bad = send(client, place, f"{one}/correct", seen=seen, number="HD-02", value="7")
    assert error_at(bad, "reason")
    assert error_at(bad, "value")
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', answer.text)
    assert kept is not None
    answer = send(
        client, place, f"{one}/correct", seen=seen, number="HD-02", reason="Sai số", kept=html.unescape(kept[1])
    )
    assert answer.status_code == 303, words(answer)
    db.session.refresh(contract)
    assert (contract.revision, contract.verification, contract.number) == (2, Verification.LOGGED, "HD-02")
    page = words(client.get(address(place, one)))
    for part in ("Revision 2", "Sai số", "HD-01", "HD-02", "Corrected"):
        assert part in page, part
    assert client.get(address(place, f"{one}/revisions/1/evidence")).status_code == 200
    for number in (0, 2, 10**12):
        assert client.get(address(place, f"{one}/revisions/{number}/evidence")).status_code == 404
    assert db.session.scalars(select(ContractRevision)).one().reason == "Sai số"
    assert client.get(address(place, f"{one}/correct")).headers["Location"].endswith(f"{one}/edit")


def test_frameworks_are_offered_and_their_call_offs_listed(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    framework = place.contract(kind="framework", number="FW-01")
    other = place.contract(kind="framework", number="FW-02", importer_id=place.company(country="FR").id)
    query = f"?framework=fw&exporter_id={place.exporter.id}&importer_id={place.importer.id}"
    offered = client.get(address(place, f"/frameworks{query}")).text
    assert framework.reference in offered
    assert other.reference not in offered
    assert send(client, place, kind="call_off", framework="FW-01", evidence=paper()).status_code == 303
    call_off = db.session.scalars(select(Contract).where(Contract.kind == ContractKind.CALL_OFF)).one()
    assert call_off.reference in words(client.get(address(place, f"/{framework.reference}")))
    assert framework.reference in words(client.get(address(place, f"/{call_off.reference}")))
    assert f'value="{framework.reference}"' in client.get(address(place, f"/{call_off.reference}/edit")).text


def test_every_sum_leads_to_its_records(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    second = acting(place.user(Role.DEALS))
    verified, waiting, hurry = place.verified(by=second), place.contract(), place.incomplete()
    page = client.get(address(place, "?country=JP"))
    links = dict(re.findall(r'href="([^"]*standing=(?:\w+)[^"]*)" data-standing="(\w+)"', html.unescape(page.text)))
    by_name = {name: url for url, name in links.items()}
    assert {"verified", "waiting", "mou", "mou_waiting", "leads", "incomplete"} <= set(by_name)
    for name, row in (("verified", verified), ("waiting", waiting), ("incomplete", hurry)):
        assert "country=JP" in by_name[name]
        shown = client.get(by_name[name])
        assert re.findall(r'data-row="([^"]+)"', shown.text) == [row.reference], name
        assert 'aria-current="true"' in shown.text
    assert re.findall(r'data-row="([^"]+)"', client.get(by_name["leads"]).text) == []


def test_filters_and_order_of_the_list(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    today = place.fair.today
    old = place.contract(signed_on=today - timedelta(days=9), kind="framework")
    dear = place.contract(currency="USD")
    no_rate = place.contract(currency="GBP")

    def rows(query: str) -> list[str]:
        return re.findall(r'data-row="([^"]+)"', client.get(address(place, query)).text)

    assert rows("?kind=framework") == [old.reference]
    assert rows(f"?to={today - timedelta(days=1)}") == [old.reference]
    assert rows(f"?from={today}&sort=reference") == [dear.reference, no_rate.reference]
    nonsense = rows("?from=nonsense&to=0000-00-00&standing=x&kind=y&sort=z")
    assert sorted(nonsense) == sorted(row.reference for row in (old, dear, no_rate))
    assert rows("?sort=-value")[-1] == no_rate.reference
    assert rows("?sort=value")[-1] == no_rate.reference


def test_a_dispute_is_shown_and_cleared(place: Office, client: Client) -> None:
    contract = place.contract()
    place.answer(contract, "importer", Answer.DISPUTED, "Giá khác")
    signed_in(client, place, Role.DEALS)
    one = f"/{contract.reference}"
    page = client.get(address(place, one))
    assert "Giá khác" in words(page)
    ticked = {**dict.fromkeys(ALL_CHECKS, "y"), "seen": version(contract)}
    answer = client.submit(address(place, f"{one}/verify"), ticked)
    assert error_at(answer, "cleared")
    answer = client.submit(address(place, f"{one}/verify"), {**ticked, "cleared": "y", "note": "Đã gọi"})
    assert answer.status_code == 303


def test_the_page_takes_a_constant_number_of_statements(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    second = acting(place.user(Role.DEALS))
    framework = place.contract(kind="framework")
    place.contract(kind="call_off", framework=framework.reference)

    def statements(path: str) -> int:
        client.get(path)
        with counted_queries() as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one, pages = f"/{framework.reference}", ("", "?format=xlsx")
    few = [statements(address(place, rest)) for rest in (one, *pages)]
    for _ in range(2):
        place.contract(kind="call_off", framework=framework.reference)
    assert [statements(address(place, rest)) for rest in (one, *pages)] == few
    verify_contract(framework, place.fair, ALL_CHECKS, by=second)
    many = []
    for number in range(3):
        correct_contract(framework, place.fair, place.draft(kind="framework", number=f"n{number}"), "x", by=SYSTEM)
        many.append(statements(address(place, one)))
        verify_contract(framework, place.fair, ALL_CHECKS, by=second)
    assert len(set(many)) == 1
