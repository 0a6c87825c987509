"""The REST API of importers and visitors: bearer token, strict bodies, problem+json, idempotency, pages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.importers.models import Importer
from fairs.visitors.models import Visitor
from tests.factories.importers import Reception, mails_to, reception
from tests.support.client import Client, login

IMPORTER = {
    "company": "Sample Imports KK", "country": "JP", "name": "田中花子", "passport_name": "Tanaka Hanako",
    "email": "hanako@mihon.example", "phone": "+81 90 1234 5678", "groups": ["CER", "LAC"], "buyer_kind": "retailer",
    "consents": ["registration", "sharing"],
}  # fmt: skip
VISITOR = {"name": "Nguyễn Thị Đào", "company": "Cửa hàng Mẫu", "email": "dao@mau.example", "phone": "0912 345 678"}
BODIES = {"importers": IMPORTER, "visitors": VISITOR}
MODELS: dict[str, Any] = {"importers": Importer, "visitors": Visitor}


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def count(kind: str) -> int:
    return db.session.scalar(select(func.count()).select_from(MODELS[kind])) or 0


def test_an_importer_is_registered_and_listed(place: Reception, client: Client) -> None:
    bearer = place.bearer(Role.ORGANISER)
    answer = client.post(f"{place.api}/importers", json=IMPORTER, headers=bearer)
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert made["reference"] == f"{place.fair.code}-I-0001"
    assert (made["state"], made["badge"], made["phone"]) == ("submitted", None, "+819012345678")
    assert made["decide_by"] > place.fair.today.isoformat()
    listed = client.get(f"{place.api}/importers", headers=bearer).get_json()
    assert listed == {"items": [made], "next": None}
    assert client.get(f"{place.api}/importers?country=DE", headers=bearer).get_json()["items"] == []
    assert [mail.kind for mail in mails_to("hanako@mihon.example")] == ["importers/received"]


def test_a_visitor_has_a_badge_at_once_and_is_found(place: Reception, client: Client) -> None:
    bearer = place.bearer(Role.FRONT_DESK)
    made = client.post(f"{place.api}/visitors", json=VISITOR, headers=bearer)
    assert made.status_code == 201, made.text
    body = made.get_json()
    assert (body["category"], body["phone"], body["country"]) == ("trade", "+84912345678", "VN")
    assert body["badge"] == f"{place.fair.code}-P-00001"
    for words in ("dao", "NGUYỄN", "dao@mau", "0912 345", "+84912", "cua hang", body["reference"]):
        found = client.get(f"{place.api}/visitors", query_string={"q": words}, headers=bearer).get_json()
        assert found["items"] == [body], words
    assert client.get(f"{place.api}/visitors?q=nobody", headers=bearer).get_json() == {"items": [], "next": None}


@pytest.mark.parametrize("kind", ["importers", "visitors"])
def test_pages(place: Reception, client: Client, kind: str) -> None:
    for _ in range(5):
        place.importer()
        place.visitor()
    bearer = place.bearer(Role.VIEWER)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(
            f"{place.api}/{kind}", query_string={"limit": 2, **({"cursor": cursor} if cursor else {})}, headers=bearer
        )
        seen += [item["reference"] for item in page.get_json()["items"]]
        cursor = page.get_json()["next"]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("kind", ["importers", "visitors"])
def test_the_same_key_does_the_work_once(place: Reception, client: Client, kind: str) -> None:
    headers = {**place.bearer(Role.ORGANISER), "Idempotency-Key": "k1"}
    first, second = (client.post(f"{place.api}/{kind}", json=BODIES[kind], headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert count(kind) == 1
    other = client.post(f"{place.api}/{kind}", json={**BODIES[kind], "name": "Other"}, headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("kind", ["importers", "visitors"])
def test_twice_is_a_conflict(place: Reception, client: Client, kind: str) -> None:
    bearer = place.bearer(Role.ORGANISER)
    assert client.post(f"{place.api}/{kind}", json=BODIES[kind], headers=bearer).status_code == 201
    answer = client.post(f"{place.api}/{kind}", json=BODIES[kind], headers=bearer)
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert answer.get_json()["code"] == "already_registered"
    assert count(kind) == 1


@pytest.mark.parametrize("kind", ["importers", "visitors"])
def test_who_may(place: Reception, client: Client, kind: str) -> None:
    body, path = BODIES[kind], f"{place.api}/{kind}"
    assert client.post(path, json=body).status_code == 401
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 401
    login(client, place.user(Role.ORGANISER))
    assert client.get(path).status_code == 401  # a session opens nothing here
    for roles in ((), (Role.FINANCE,), (Role.VIEWER,)):
        assert client.post(path, json=body, headers=place.bearer(*roles)).status_code == 403
    assert client.get(path, headers=place.bearer(Role.FINANCE)).status_code == 403
    stranger = reception().bearer(Role.ORGANISER)
    assert client.get(path, headers=stranger).status_code == 403
    assert client.post(path, json=body, headers=stranger).status_code == 403
    assert client.get("/api/v1/fairs/no-such-fair/importers", headers=stranger).status_code == 404
    assert count(kind) == 0


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("importers", {"country": "XX"}), ("importers", {"country": 5}), ("importers", {"country": "JPN"}),
        ("importers", {"passport_name": "田中"}), ("importers", {"passport_name": None}), ("importers", {"name": "   "}),
        ("importers", {"name": ["a"]}), ("importers", {"groups": ["NOPE"]}), ("importers", {"groups": "CER"}),
        ("importers", {"email": "nobody"}), ("importers", {"phone": "x"}), ("importers", {"unknown": 1}),
        ("importers", {"consents": []}), ("importers", {"consents": ["sharing"]}), ("importers", {"consents": {"a": 1}}),
        ("importers", {"buyer_kind": "x"}), ("importers", {"annual_volume": 10**30}), ("importers", {"company": "x" * 251}),
        ("visitors", {"name": ""}), ("visitors", {"name": "123"}), ("visitors", {"email": "nobody"}),
        ("visitors", {"category": "importer"}), ("visitors", {"category": "king"}), ("visitors", {"unknown": 1}),
        ("visitors", {"phone": "9" * 41}), ("visitors", {"country": "ZZ"}), ("visitors", {"consents": ["all"]}),
    ],
)  # fmt: skip
def test_bad_bodies_are_problems(place: Reception, client: Client, kind: str, changes: dict[str, Any]) -> None:
    answer = client.post(f"{place.api}/{kind}", json={**BODIES[kind], **changes}, headers=place.bearer(Role.ORGANISER))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), answer.text
    assert answer.get_json()["code"] == "invalid_input"
    assert count(kind) == 0


@pytest.mark.parametrize("kind", ["importers", "visitors"])
@pytest.mark.parametrize("body", ["", "[]", "null", "{", '"text"', "1e999"])
def test_bodies_that_are_no_objects(place: Reception, client: Client, kind: str, body: str) -> None:
    headers = {**place.bearer(Role.ORGANISER), "Content-Type": "application/json"}
    answer = client.post(f"{place.api}/{kind}", data=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", ["importers", "visitors"])
@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=999999999999999999999", "cursor=%00", "cursor=WzFd0"])
def test_bad_queries_are_problems(place: Reception, client: Client, kind: str, query: str) -> None:
    answer = client.get(f"{place.api}/{kind}?{query}", headers=place.bearer(Role.ORGANISER))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), answer.text
