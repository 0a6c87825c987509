"""POST and GET /api/v1/fairs/<slug>/contracts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.contracts.models import Contract
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.deals import Office, office
from tests.support.client import Client


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def body(place: Office, **values: Any) -> dict[str, Any]:
    def usd(cents: int) -> dict[str, Any]:
        return {"amount_minor": cents, "currency": "USD"}

    right = {
        "exporter": {"id": place.exporter.id}, "importer": {"name": "mihon trading kk", "country": "JP"},
        "signed_on": place.fair.today.isoformat(), "incoterm": "FOB", "incoterm_place": "Hải Phòng", "value": usd(150_050),
        "lines": [
            {"hs_code": "442011", "description": "Hộp sơn mài", "quantity": "100", "unit": "PCE", "amount": usd(100_050)},
            {"hs_code": "6913", "description": "Bình gốm", "quantity": "12.5", "unit": "KGM", "amount": usd(50_000)},
        ],
    }  # fmt: skip
    return {**right, **values}


def post(client: Client, place: Office, sent: Any, role: Role = Role.DEALS, **headers: str) -> Any:
    bearer = place.bearer(place.user(role))
    return client.post(f"/api/v1/fairs/{place.fair.slug}/contracts", json=sent, headers={**bearer, **headers})


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Contract)) or 0


def test_one_contract(place: Office, client: Client) -> None:
    place.rate()
    answer = post(client, place, body(place))
    assert answer.status_code == 201, answer.text
    assert answer.get_json() == {
        "reference": f"{place.fair.code}-C-000001", "number": "", "state": "signed", "verification": "logged",
        "counts": False, "standing": "waiting", "revision": 1, "kind": "single", "framework": None, "signed_on": place.fair.today.isoformat(),
        "exporter": {"id": place.exporter.id, "name": "Gốm Bát Tràng mẫu", "country": "VN", "tax_code": None},
        "importer": {"id": place.importer.id, "name": "Mihon Trading KK", "country": "JP", "tax_code": None},
        "booth": "", "incoterm": "FOB", "incoterm_place": "Hải Phòng",
        "value": {"amount_minor": 150_050, "currency": "USD"}, "usd": {"amount_minor": 150_050, "currency": "USD"},
        "rate_on": place.fair.today.isoformat(), "rate_source": "SBV", "payment_method": "", "payment_terms": "", "delivery": "",
        "reported_by": "clerk", "has_evidence": False,
        "lines": [
            {"hs_code": "4420.11", "description": "Hộp sơn mài", "quantity": "100", "unit": "PCE",
             "amount": {"amount_minor": 100_050, "currency": "USD"}, "price": None, "cites": False, "hs_edition": 2022},
            {"hs_code": "6913", "description": "Bình gốm", "quantity": "12.5", "unit": "KGM",
             "amount": {"amount_minor": 50_000, "currency": "USD"}, "price": None, "cites": False, "hs_edition": 2022},
        ],
    }  # fmt: skip


def test_many_each_by_itself(place: Office, client: Client) -> None:
    sent = {
        "contracts": [
            body(place), body(place, value={"amount_minor": 1, "currency": "USD"}), {"nonsense": 1}, "text",
            body(place, exporter={"name": "nobody"}), body(place),
        ]
    }  # fmt: skip
    answer = post(client, place, sent)
    assert answer.status_code == 207
    results = answer.get_json()["results"]
    assert [result["index"] for result in results] == [0, 1, 2, 3, 4, 5]
    assert [result["status"] for result in results] == [201, 422, 422, 422, 422, 201]
    assert [result.get("reference") for result in (results[0], results[5])] == [
        f"{place.fair.code}-C-000001", f"{place.fair.code}-C-000002",
    ]  # fmt: skip
    assert results[1]["code"] == "invalid_contract"
    assert results[1]["errors"][0]["field"] == "value"
    assert results[4]["errors"][0]["field"] == "exporter"
    assert count() == 2


def test_an_idempotency_key_logs_once(place: Office, client: Client) -> None:
    user = place.user(Role.DEALS)
    headers = {**place.bearer(user), "Idempotency-Key": "k1"}
    url = f"/api/v1/fairs/{place.fair.slug}/contracts"
    first = client.post(url, json=body(place), headers=headers)
    again = client.post(url, json=body(place), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = client.post(url, json=body(place, number="other"), headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_key_reused")
    batch = {"contracts": [body(place), {}]}
    headers["Idempotency-Key"] = "k2"
    assert (
        client.post(url, json=batch, headers=headers).get_json()
        == client.post(url, json=batch, headers=headers).get_json()
    )
    assert count() == 2


def test_parties_by_other_keys(place: Office, client: Client) -> None:
    place.company("Lụa Vạn Phúc", tax_code="0100109106")
    for party, status in (
        ({"tax_code": "0100109106"}, 201), ({"tax_code": "0100109107"}, 422), ({"code": "lụa vạn"}, 201), ({"code": "zzz"}, 422),
        ({"name": "LUA VAN PHUC"}, 201), ({}, 422), ({"id": 1, "name": "x"}, 422), ({"id": 10**12}, 422), ({"id": "1"}, 422),
    ):  # fmt: skip
        answer = post(client, place, body(place, exporter=party))
        assert answer.status_code == status, (party, answer.text)
        assert status == 201 or answer.get_json()["field"].startswith("exporter")
    place.company("Twin", country="FR")
    place.company("Twin", country="FR")
    answer = post(client, place, body(place, importer={"name": "twin"}))
    assert answer.status_code == 422
    assert answer.get_json()["field"] == "importer"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": {"amount_minor": -1, "currency": "USD"}}, "value"),
        ({"value": {"amount_minor": 10**16, "currency": "USD"}}, "value-amount_minor"),
        ({"value": {"amount_minor": 1.5, "currency": "USD"}}, "value-amount_minor"),
        ({"value": {"amount_minor": 150_050, "currency": "EUR"}}, "lines-0-amount"),
        ({"value": 5}, "value"),
        ({"value": None}, "value"),
        ({"lines": []}, "lines-0-hs_code"),
        ({"lines": "x"}, "lines"),
        ({"lines": [{}]}, "lines-0-hs_code"),
        ({"signed_on": "tomorrow"}, "signed_on"),
        ({"signed_on": "2099-01-01"}, "signed_on"),
        ({"incoterm": "DDU"}, "incoterm"),
        ({"state": "paid"}, "state"),
        ({"number": "x" * 81}, "number"),
        ({"unknown": 1}, "unknown"),
        ({"booth": "Z-9"}, "booth_code"),
    ],
)
def test_bad_bodies(place: Office, client: Client, values: dict[str, Any], field: str) -> None:
    answer = post(client, place, body(place, **values))
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["field"] == field
    assert problem["code"] in {"invalid_input", "invalid_contract"}
    assert count() == 0


def test_what_is_no_contract_at_all(place: Office, client: Client) -> None:
    for sent, status in (([], 422), ("x", 422), ({"contracts": []}, 422), ({"contracts": [{}] * 101}, 422),
                         ({"contracts": [], "x": 1}, 422)):  # fmt: skip
        answer = post(client, place, sent)
        assert answer.status_code == status, sent
        assert answer.mimetype == "application/problem+json"
    url = f"/api/v1/fairs/{place.fair.slug}/contracts"
    bearer = place.bearer(place.user(Role.DEALS))
    assert client.post(url, data="{", headers={**bearer, "Content-Type": "application/json"}).status_code == 400
    assert client.post(url, data="x", headers=bearer).status_code == 415


def test_who_may(place: Office, client: Client) -> None:
    url = f"/api/v1/fairs/{place.fair.slug}/contracts"
    assert client.get(url).status_code == 401
    assert client.post(url, json=body(place)).status_code == 401
    for role in Role:
        reads = role in {Role.ORGANISER, Role.DEALS, Role.AUDITOR, Role.ADMIN}
        bearer = place.bearer(place.user(role))
        assert client.get(url, headers=bearer).status_code == (200 if reads else 403), role
        writes = reads and role is not Role.AUDITOR
        assert post(client, place, body(place), role).status_code == (201 if writes else 403), role
    for user in (place.member(place.exporter), office().user(Role.DEALS)):
        assert client.get(url, headers=place.bearer(user)).status_code == 403


def test_the_list_in_pages(place: Office, client: Client) -> None:
    references = [place.contract().reference for _ in range(3)]
    office().contract()
    bearer = place.bearer(place.user(Role.AUDITOR))
    url = f"/api/v1/fairs/{place.fair.slug}/contracts"
    first = client.get(f"{url}?limit=2", headers=bearer).get_json()
    second = client.get(f"{url}?limit=2&cursor={first['next']}", headers=bearer).get_json()
    assert [item["reference"] for item in (*first["items"], *second["items"])] == references
    assert second["next"] is None
    assert client.get(f"{url}?limit=0", headers=bearer).status_code == 422
    assert client.get(f"{url}?cursor=x", headers=bearer).status_code == 422


def test_a_hundred_at_once(place: Office, client: Client) -> None:
    place.rate()
    sent = [body(place, number=f"N{n}") for n in range(100)]
    sent[57] = body(place, lines=[{**sent[0]["lines"][0], "hs_code": "4420.10"}, sent[0]["lines"][1]])
    headers = {"Idempotency-Key": "hundred"}
    user = place.user(Role.DEALS)
    url, bearer = f"/api/v1/fairs/{place.fair.slug}/contracts", place.bearer(user)
    answer = client.post(url, json={"contracts": sent}, headers={**bearer, **headers})
    results = answer.get_json()["results"]
    assert (answer.status_code, len(results)) == (207, 100)
    assert [result["index"] for result in results if result["status"] != 201] == [57]
    [problem] = results[57]["errors"]
    assert problem["field"] == "lines-0-hs_code"
    assert all(code in problem["title"] for code in ("4420.10", "4420.11", "4420.19"))
    assert len({result["reference"] for result in results if result["status"] == 201}) == 99
    again = client.post(url, json={"contracts": sent}, headers={**bearer, **headers})
    assert again.get_json()["results"] == results
    assert count() == 99
