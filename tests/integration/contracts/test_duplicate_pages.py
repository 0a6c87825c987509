"""Pages of contracts that may be one deal: list, side by side, deciding; what is not shown of another fair."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from fairs.contracts.merging import pair_of
from fairs.contracts.models import Contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.rules import LineDraft
from fairs.contracts.states import PairState
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.checkin import new_fair
from tests.factories.deals import Office, acting, office
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import sheet_rows


@pytest.fixture
def place(app: Flask) -> Office:
    found = office()
    found.rate()
    return found


@pytest.fixture
def clerk(place: Office, client: Client) -> Client:
    return signed_in(client, place, Role.DEALS)


def signed_in(client: Client, place: Office, role: Role) -> Client:
    login(client, place.user(role))
    client.get("/language/en")
    return client


def twice(place: Office, other: Office | None = None, **values: Any) -> tuple[Contract, Contract, ContractPair]:
    one = place.contract(number="HD-07/2026", **values)
    second = (other or place).contract(number="HĐ 7/26", reported_by="importer", **values)
    pair = pair_of(one.id, second.id)
    assert pair is not None
    return one, second, pair


def worth(amount: int) -> dict[str, Any]:
    return {"value": Decimal(amount), "lines": (LineDraft("6913", "Bình", Decimal(3), "PCE", Decimal(amount)),)}


def address(place: Office, *parts: object) -> str:
    return "/".join(["", "fairs", place.fair.slug, "deals", "duplicates", *map(str, parts)])


def test_the_list_says_why_and_leads_to_the_comparison(place: Office, clerk: Client) -> None:
    one, other, pair = twice(place)
    page = clerk.get(address(place)).text
    assert one.reference in page
    assert other.reference in page
    assert "same exporter, same importer, same number" in page
    assert address(place, pair.id) in page
    assert one.reference in clerk.get(address(place) + "?reason=number_equal&q=mihon").text
    for nothing in ("?reason=split", "?q=nobody", "?state=decided"):
        assert other.reference not in clerk.get(address(place) + nothing).text
    strip = clerk.get(f"/fairs/{place.fair.slug}/deals/{one.reference}").text
    assert f"Looks like {other.reference}:" in strip
    assert address(place, pair.id) in strip


def test_the_comparison_marks_what_differs(place: Office, clerk: Client) -> None:
    _one, other, pair = twice(place)
    page = clerk.get(address(place, pair.id)).text
    assert page.count("pair-differs") == 2  # number and who reported it
    assert "HĐ 7/26" in page
    assert f"{other.reference}/evidence/1.jpg" in page


def test_merging_and_undoing(place: Office, clerk: Client) -> None:
    one, other, pair = twice(place)
    answer = clerk.submit(address(place, pair.id, "merge"), {"stays": other.id, "reason": "Cùng một hợp đồng"})
    assert answer.status_code == 303
    db.session.refresh(one)
    assert one.merged_into_id == other.id
    page = clerk.get(address(place, pair.id)).text
    assert f"Only {other.reference} counts." in page
    assert "Cùng một hợp đồng" in page
    assert f"{one.reference} says the same deal" in clerk.get(f"/fairs/{place.fair.slug}/deals/{other.reference}").text
    assert clerk.submit(address(place, pair.id, "undo"), {}).status_code == 303
    db.session.refresh(one)
    assert one.merged_into_id is None


def test_a_second_merge_gets_a_clear_message(place: Office, clerk: Client) -> None:
    one, other, pair = twice(place)
    clerk.submit(address(place, pair.id, "merge"), {"stays": one.id})
    answer = clerk.submit(address(place, pair.id, "merge"), {"stays": other.id})
    assert answer.status_code == 409
    assert f"{other.reference} was merged into another record in the meantime." in answer.text


def test_what_was_typed_stays_when_the_reason_is_missing(place: Office, clerk: Client) -> None:
    _one, _other, pair = twice(place)
    answer = clerk.submit(address(place, pair.id, "apart"), {"apart_reason": " "})
    assert answer.status_code == 422
    assert 'id="apart_reason-error"' in answer.text
    assert clerk.submit(address(place, pair.id, "apart"), {"apart_reason": "Hai lô"}).status_code == 303
    db.session.refresh(pair)
    assert (pair.state, pair.reason) == (PairState.NOT_DUPLICATE, "Hai lô")


def test_two_verified_that_differ_are_merged_with_open_eyes(place: Office, clerk: Client) -> None:
    verifier = acting(place.user(Role.ORGANISER))
    one = place.verified(by=verifier, number="HD-07/2026")
    other = place.verified(by=verifier, number="HĐ 7/26")
    pair = pair_of(one.id, other.id)
    assert pair is not None
    answer = clerk.submit(address(place, pair.id, "merge"), {"stays": one.id, "reason": "như nhau"})
    assert answer.status_code == 409
    assert 'id="compared-error"' in answer.text
    assert 'value="như nhau"' in answer.text
    assert clerk.submit(address(place, pair.id, "merge"), {"stays": one.id, "compared": "y"}).status_code == 303


def test_a_call_off(place: Office, clerk: Client) -> None:
    one, other, pair = twice(place)
    assert clerk.submit(address(place, pair.id, "call-off"), {"framework": one.id}).status_code == 303
    db.session.refresh(other)
    assert other.parent_id == one.id
    assert "one or the other counts" in clerk.get(address(place, pair.id)).text


def test_of_another_fair_the_value_is_not_shown_and_nothing_decided(place: Office, clerk: Client) -> None:
    elsewhere = Office(new_fair(), place.exporter, place.importer)
    _one, other, pair = twice(place, elsewhere, **worth(73_219))
    page, compared = clerk.get(address(place)).text, clerk.get(address(place, pair.id)).text
    assert page.count("73,219") == 1
    assert "value not shown to you" in page
    assert "same value" not in page + compared
    assert compared.count("not shown to you") == 4  # value, USD, goods, paper
    assert f"{other.reference}/evidence" not in compared
    assert clerk.submit(address(place, pair.id, "merge"), {"stays": other.id}).status_code == 403
    assert clerk.submit(address(place, pair.id, "apart"), {"apart_reason": "Hai lô"}).status_code == 303


def test_an_auditor_looks_and_does_not_decide(place: Office, client: Client) -> None:
    one, _other, pair = twice(place)
    signed_in(client, place, Role.AUDITOR)
    assert client.get(address(place, pair.id)).status_code == 200
    assert client.submit(address(place, pair.id, "merge"), {"stays": one.id}).status_code == 403


def test_pairs_of_other_fairs_are_not_found_here(place: Office, clerk: Client) -> None:
    elsewhere = office()
    _one, _other, pair = twice(elsewhere)
    assert clerk.get(address(place, pair.id)).status_code == 404
    assert clerk.get(address(place, 10**15)).status_code == 404


def test_the_spreadsheet(place: Office, clerk: Client) -> None:
    one, other, _pair = twice(place)
    _heads, *rows = sheet_rows(clerk.get(address(place) + "?format=xlsx").data)
    assert [(row[0], row[7]) for row in rows] == [(one.reference, other.reference)]


@pytest.mark.parametrize("path", ["", "1"])
def test_a_constant_number_of_statements(place: Office, clerk: Client, path: str) -> None:
    _one, _other, pair = twice(place)
    where = address(place, pair.id) if path else address(place)
    clerk.get(where)
    with counted_queries() as few:
        clerk.get(where)
    for n in (1, 2):
        twice(place, **worth(5000 * n))
    with counted_queries() as many:
        clerk.get(where)
    assert len(many) == len(few)


def test_comparing_all_anew(place: Office, clerk: Client, new_client: Callable[[], Client]) -> None:
    twice(place)
    answer = clerk.submit(address(place, "find"), {})
    assert answer.status_code == 303
    assert "All contracts were compared: 1 pairs." in clerk.get(answer.headers["Location"]).text
    other = signed_in(new_client(), place, Role.FINANCE)
    assert other.get(address(place)).status_code == 403
