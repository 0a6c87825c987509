"""The API of booths: as the architecture promises it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from fairs.booths.queries import current_booking
from fairs.core.permissions import Role
from tests.factories.booths import Ground, new_ground
from tests.support.client import Client


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


def _booths(ground: Ground) -> str:
    return f"/api/v1/fairs/{ground.fair.slug}/booths"


def test_booths_with_state_price_and_place(client: Client, ground: Ground) -> None:
    ground.hold("A-002")
    answer = client.get(_booths(ground))
    assert answer.json is not None
    assert answer.json["next"] is None
    assert len(answer.json["items"]) == 24
    assert answer.json["items"][0] == {
        "code": "A-001", "state": "free", "type": "SHELL9", "zone": "CER", "area_m2": 9.0, "open_sides": 2,
        "price": {"amount_minor": 13_200_000, "currency": "VND"}, "x": 3.0, "y": 3.0, "w": 3.0, "h": 3.0,
    }  # fmt: skip
    assert answer.json["items"][1]["state"] == "held"


def test_booths_come_in_pages(client: Client, ground: Ground) -> None:
    codes: list[str] = []
    cursor: Any = ""
    while cursor is not None:
        page = client.get(f"{_booths(ground)}?limit=10" + (f"&cursor={cursor}" if cursor else "")).json
        assert page is not None
        codes += [item["code"] for item in page["items"]]
        cursor = page["next"]
    assert codes == [f"A-{number:03d}" for number in range(1, 25)]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=%00"])
def test_a_bad_query_is_a_problem(client: Client, ground: Ground, query: str) -> None:
    answer = client.get(f"{_booths(ground)}?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_an_exhibitor_holds_a_booth_once(client: Client, ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    headers = ground.bearer(ground.user(of=exhibitor))
    first = client.post(f"{_booths(ground)}/A-002/hold", headers=headers)
    assert first.status_code == 201
    assert first.json is not None
    assert (first.json["booth"], first.json["exhibitor"], first.json["state"]) == ("A-002", exhibitor.reference, "held")
    assert first.json["price"] == {"amount_minor": 12_000_000, "currency": "VND"}
    assert first.json["hold_until"].endswith("+00:00")
    again = client.post(f"{_booths(ground)}/A-002/hold", headers=headers)
    assert again.json == first.json


def test_the_second_gets_409_with_the_nearest_free_booths(client: Client, ground: Ground) -> None:
    ground.hold("A-002")
    answer = client.post(f"{_booths(ground)}/A-002/hold", headers=ground.bearer(ground.user(of=ground.exhibitor())))
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "booth_taken"
    assert {one["code"] for one in answer.json["nearest"][:3]} == {"A-001", "A-003", "A-008"}


def test_staff_name_the_exhibitor_and_others_only_their_own(client: Client, ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    body = {"exhibitor": exhibitor.reference}
    stranger = ground.bearer(ground.user(of=ground.exhibitor()))
    assert client.post(f"{_booths(ground)}/A-002/hold", json=body, headers=stranger).status_code == 404
    assert client.post(f"{_booths(ground)}/A-002/hold", json=body).status_code == 401
    assert current_booking(exhibitor.id) is None
    sales = ground.bearer(ground.user(Role.BOOTH_SALES))
    assert client.post(f"{_booths(ground)}/A-002/hold", json=body, headers=sales).status_code == 201
    booking = current_booking(exhibitor.id)
    assert booking is not None
    assert booking.booth.code == "A-002"
    mate = ground.bearer(ground.user(of=exhibitor))
    assert client.post(f"{_booths(ground)}/A-003/hold", json=body, headers=mate).status_code == 201


def test_the_same_idempotency_key_gives_the_same_answer(client: Client, ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    headers = {**ground.bearer(ground.user(of=exhibitor)), "Idempotency-Key": "k-1"}
    first = client.post(f"{_booths(ground)}/A-002/hold", headers=headers)
    second = client.post(f"{_booths(ground)}/A-002/hold", headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.json == first.json
    other = client.post(f"{_booths(ground)}/A-003/hold", headers=headers)
    assert other.status_code == 409
    assert other.json is not None
    assert other.json["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("code", "body", "status"),
    [("A-999", {}, 404), ("A-002", {"exhibitor": 5}, 422), ("A-002", {"exhibitor": "x" * 50}, 422), ("A-002", [], 422),
     ("A-002", {"other": 1}, 422), ("A-002", {"exhibitor": "NOBODY"}, 404), ("A-002", {}, 422)],
)  # fmt: skip
def test_bad_holds_are_problems(client: Client, ground: Ground, code: str, body: Any, status: int) -> None:
    headers = ground.bearer(ground.user(Role.BOOTH_SALES))
    answer = client.post(f"{_booths(ground)}/{code}/hold", json=body, headers=headers)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_drafts_are_hidden(client: Client, ground: Ground) -> None:
    assert client.get("/api/v1/fairs/no-such/booths").status_code == 404
