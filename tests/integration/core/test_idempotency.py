"""``Idempotency-Key``: a program that repeats a request because it heard no answer does the work once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.rest import IDEMPOTENT, StoredAnswer
from fairs.jobs.tasks import forget_old_answers
from fairs.visitors.models import Visitor
from tests.factories.people import bearer, make_fair, make_user
from tests.support.client import Client

BODY = {"name": "Nguyễn Thu Hà", "email": "ha@people.example", "consents": ["registration"]}


@pytest.fixture
def address(app: Flask) -> str:
    """Where visitors of a fair are registered."""
    return f"/api/v1/fairs/{make_fair('ID1').slug}/visitors"


def desk() -> dict[str, str]:
    """A front desk's token."""
    from fairs.calendar.queries import fair_by_slug

    return bearer(make_user(role=Role.FRONT_DESK, fair=fair_by_slug("fair-id1")))


def visitors() -> int:
    return db.session.scalar(select(func.count()).select_from(Visitor)) or 0


def test_the_same_key_gives_the_same_answer_and_the_work_is_done_once(client: Client, address: str) -> None:
    headers = desk() | {"Idempotency-Key": "first"}
    answers = [client.post(address, json=BODY, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({json.dumps(answer.get_json(), sort_keys=True) for answer in answers}) == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true", "true"]
    assert visitors() == 1


def test_the_same_key_for_something_else_is_refused(client: Client, address: str) -> None:
    headers = desk() | {"Idempotency-Key": "first"}
    client.post(address, json=BODY, headers=headers)
    for other in (BODY | {"name": "Another"}, {}):
        answer = client.post(address, json=other, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency_key_reused")
    answer = client.post(f"{address}?x=1", json=BODY, headers=headers)
    assert answer.get_json()["code"] == "idempotency_key_reused"
    assert visitors() == 1


def test_a_key_belongs_to_its_owner(client: Client, address: str) -> None:
    for email in ("a@people.example", "b@people.example"):
        answer = client.post(address, json=BODY | {"email": email}, headers=desk() | {"Idempotency-Key": "same"})
        assert answer.status_code == 201 and "Idempotency-Replayed" not in answer.headers


def test_an_error_is_not_kept_so_that_the_corrected_request_goes_through(client: Client, address: str) -> None:
    headers = desk() | {"Idempotency-Key": "first"}
    assert client.post(address, json=BODY | {"name": ""}, headers=headers).status_code == 422
    assert client.post(address, json=BODY, headers=headers).status_code == 201


def test_after_two_days_a_key_is_free_again_and_the_answers_are_forgotten(
    client: Client, address: str, time_machine: Any
) -> None:
    headers = desk() | {"Idempotency-Key": "first"}
    client.post(address, json=BODY, headers=headers)
    time_machine.move_to(now() + timedelta(days=2, minutes=1))
    again = client.post(address, json=BODY | {"email": "other@people.example"}, headers=headers)
    assert again.status_code == 201 and "Idempotency-Replayed" not in again.headers
    time_machine.move_to(now() + timedelta(days=2, minutes=1))
    forget_old_answers.call_local()
    assert db.session.scalar(select(func.count()).select_from(StoredAnswer)) == 0


@pytest.mark.parametrize("key", ["x" * 201, "x" * 5_000])
def test_an_absurd_key_is_refused(client: Client, address: str, key: str) -> None:
    answer = client.post(address, json=BODY, headers=desk() | {"Idempotency-Key": key})
    assert (answer.status_code, answer.get_json()["field"]) == (422, "Idempotency-Key")


def test_ten_at_once_do_the_work_once(real_app: Flask) -> None:
    with real_app.app_context():
        fair = make_fair("RACE")
        headers = bearer(make_user(role=Role.FRONT_DESK, fair=fair)) | {"Idempotency-Key": "race"}
        address = f"/api/v1/fairs/{fair.slug}/visitors"

    def ask(_n: int) -> tuple[int, str]:
        answer = real_app.test_client().post(address, json=BODY, headers=headers)
        return answer.status_code, json.dumps(answer.get_json(), sort_keys=True)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, range(10)))
    assert {status for status, _body in answers} == {201}
    assert len({body for _status, body in answers}) == 1
    with real_app.app_context():
        assert visitors() == 1


def test_every_post_of_the_api_honours_it(app: Flask) -> None:
    deaf = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and "POST" in (rule.methods or ())
        and not _marked(app.view_functions[rule.endpoint])
    ]  # fmt: skip
    assert deaf == []


def _marked(view: Any) -> bool:
    while view is not None:
        if getattr(view, IDEMPOTENT, False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
