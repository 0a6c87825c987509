"""POST /api/v1/fairs/<slug>/scans."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.badges.service import code_of
from fairs.badges.states import BadgeCategory
from fairs.checkin.models import Scan, Visit
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance, scan_json, scan_of
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


def body_of(place: Entrance, *codes: Any, **changes: Any) -> dict[str, Any]:
    return {"scans": [{**scan_json(scan_of(code), place.gate), **changes} for code in codes]}


def post(place: Entrance, client: Client, body: Any, *roles: Role, query: str = "", **headers: str) -> Any:
    bearer = place.bearer(*(roles or (Role.GATE_SUPERVISOR,)))
    return client.post(f"/api/v1/fairs/{place.fair.slug}/scans{query}", json=body, headers={**bearer, **headers})


def test_one_result_per_scan(place: Entrance, client: Client) -> None:
    company = place.company("Sample Craft KK", country="JP")
    person = place.person("見本 花子", passport_name="MIHON HANAKO", name_language="ja")
    badge = place.badge(BadgeCategory.IMPORTER, person=person, company=company)
    body = body_of(place, badge, badge, "nothing of ours")
    answer = post(place, client, body)
    assert answer.status_code == 200
    results = answer.get_json()["results"]
    assert [result["id"] for result in results] == [scan["id"] for scan in body["scans"]]
    assert [result["verdict"] for result in results] == ["welcome", "already_inside", "unknown"]
    first = results[0]
    scanned_at = datetime.fromisoformat(first.pop("scanned_at"))
    assert abs(scanned_at - datetime.fromisoformat(body["scans"][0]["scanned_at"])) < timedelta(milliseconds=1)
    assert scanned_at.utcoffset() is not None
    assert first == {
        "id": body["scans"][0]["id"], "verdict": "welcome", "lets_in": True, "counted": True, "repeated": False,
        "rehearsal": False, "day": place.fair.today.isoformat(), "since": None, "message": "Chào mừng",
        "badge": {
            "reference": badge.reference, "category": "importer", "name": "見本 花子", "passport_name": "MIHON HANAKO",
            "company": "Sample Craft KK", "country": "JP",
        },
    }  # fmt: skip
    assert results[1]["since"] is not None
    assert results[2]["badge"] is None


def test_sending_again_changes_nothing(place: Entrance, client: Client) -> None:
    body = body_of(place, place.badge())
    first = post(place, client, body).get_json()["results"][0]
    again = post(place, client, body).get_json()["results"][0]
    assert again == {**first, "repeated": True}
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_500_scans_at_once(place: Entrance, client: Client) -> None:
    badges = [place.badge() for _ in range(10)]
    codes = [code_of(badge) for badge in badges] * 50
    answer = post(place, client, body_of(place, *codes))
    assert answer.status_code == 200
    verdicts = [result["verdict"] for result in answer.get_json()["results"]]
    assert (verdicts.count("welcome"), verdicts.count("already_inside")) == (10, 490)
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 10


def test_an_idempotency_key_gives_the_same_answer(place: Entrance, client: Client) -> None:
    body = body_of(place, place.badge())
    bearer = place.bearer(Role.GATE_SUPERVISOR)
    address = f"/api/v1/fairs/{place.fair.slug}/scans"
    answers = [client.post(address, json=body, headers={**bearer, "Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[0].get_json()["results"][0]["repeated"] is False


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"scanned_at": "2026-11-22T09:00:00"}, 422),
        ({"scanned_at": "yesterday"}, 422),
        ({"scanned_at": None}, 422),
        ({"scanned_at": 0}, 422),
        ({"scanned_at": "0001-01-01T00:00:00+14:00"}, 422),
        ({"scanned_at": "9999-12-31T23:59:59-14:00"}, 422),
        ({"gate": "nowhere"}, 422),
        ({"gate": ["main"]}, 422),
        ({"direction": "up"}, 422),
        ({"id": ""}, 422),
        ({"id": "é" * 10}, 422),
        ({"id": "x" * 100_000}, 422),
        ({"code": ""}, 422),
        ({"code": "x" * 100_000}, 422),
        ({"code": 12}, 422),
        ({"code": None}, 422),
        ({"seq": "1"}, 422),
        ({"seq": -1}, 422),
        ({"seq": 2**63}, 422),
        ({"device": "d" * 61}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_bad_scans_are_a_problem_and_nothing_is_kept(
    place: Entrance, client: Client, change: dict[str, Any], status: int
) -> None:
    body = body_of(place, place.badge(), place.badge())
    body["scans"][1].update(change)
    answer = post(place, client, body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["code"]
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


@pytest.mark.parametrize(
    "body",
    [None, [], {}, "scans", {"scans": None}, {"scans": []}, {"scans": {}}, {"scans": [1]}, {"scans": [], "x": 1}],
)
def test_bad_bodies_are_a_problem(place: Entrance, client: Client, body: Any) -> None:
    answer = post(place, client, body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_broken_json_is_a_problem(place: Entrance, client: Client) -> None:
    bearer = place.bearer(Role.GATE_SUPERVISOR)
    answer = client.post(
        f"/api/v1/fairs/{place.fair.slug}/scans", data='{"scans": [', headers=bearer, content_type="application/json"
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_501_scans_and_the_future_are_a_problem(place: Entrance, client: Client) -> None:
    answer = post(place, client, body_of(place, *["x"] * 501))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    late = post(place, client, body_of(place, "x", scanned_at=(now() + timedelta(hours=1)).isoformat()))
    assert late.status_code == 422
    assert (late.get_json()["code"], late.get_json()["field"]) == ("bad_scan", "scans.0.scanned_at")


def test_the_unknown_gate_is_named(place: Entrance, client: Client) -> None:
    answer = post(place, client, body_of(place, "x", gate="nowhere")).get_json()
    assert (answer["code"], answer["field"]) == ("unknown_gate", "scans.0.gate")


def test_what_is_scanned_may_hold_anything(place: Entrance, client: Client) -> None:
    texts = [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=HYPERLINK(1)",
        "\u202eabc",
        "\x00",
        "🎋" * 200,
        "' or 1=1 --",
        "%",
    ]
    answer = post(place, client, body_of(place, *texts))
    assert answer.status_code == 200
    assert {result["verdict"] for result in answer.get_json()["results"]} == {"unknown"}


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ([Role.GATE_SUPERVISOR], 200), ([Role.FRONT_DESK], 200), ([Role.ORGANISER], 200), ([Role.ADMIN], 200),
        ([Role.BOOTH_SALES], 403), ([Role.FINANCE], 403), ([Role.DEALS], 403), ([Role.VIEWER], 403),
        ([Role.AUDITOR], 403), ([Role.LEADERSHIP], 403), ([], 403),
    ],
)  # fmt: skip
def test_who_may_send_scans(place: Entrance, client: Client, roles: list[Role], status: int) -> None:
    headers = place.bearer(*roles)
    body = body_of(place, place.badge())
    answer = client.post(f"/api/v1/fairs/{place.fair.slug}/scans", json=body, headers=headers)
    assert answer.status_code == status
    if status != 200:
        assert answer.mimetype == "application/problem+json"


def test_a_role_at_another_fair_and_a_browsers_session_open_nothing(place: Entrance, client: Client) -> None:
    other = entrance()
    answer = client.post(
        f"/api/v1/fairs/{place.fair.slug}/scans", json=body_of(place, "x"), headers=other.bearer(Role.GATE_SUPERVISOR)
    )
    assert answer.status_code == 403
    login(client, place.user(Role.GATE_SUPERVISOR))
    assert client.post(f"/api/v1/fairs/{place.fair.slug}/scans", json=body_of(place, "x")).status_code == 401


def test_only_who_sets_up_gates_rehearses(place: Entrance, client: Client) -> None:
    body = body_of(place, place.badge())
    query = f"?rehearsal_day={place.fair.ends_on}"
    assert post(place, client, body, Role.FRONT_DESK, query=query).status_code == 403
    result = post(place, client, body, query=query).get_json()["results"][0]
    assert (result["verdict"], result["rehearsal"], result["counted"]) == ("welcome", True, False)
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 0
    assert post(place, client, body, query="?rehearsal_day=soon").status_code == 422
