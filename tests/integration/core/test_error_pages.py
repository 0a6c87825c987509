"""Every error is an answer: a page, a fragment for htmx or problem+json, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from fairs.accounts.models import User
from fairs.app import create_app
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.web import public
from tests.support.apps import rolled_back
from tests.support.client import Client
from tests.support.databases import make_config

RAISES: dict[str, Any] = {}


def fails(status: int, code: str) -> Any:
    def register(function: Any) -> Any:
        RAISES[function.__name__] = (status, code, function)
        return function

    return register


@fails(422, "invalid_input")
def broken_rule() -> None:
    raise InvalidInput("<b>wrong</b>", field="name")


@fails(409, "conflict")
def rival() -> None:
    raise Conflict(other="GS26-B-0001")


@fails(409, "conflict")
def equal_key() -> None:
    with transaction() as session:
        session.add_all([User(email="a", fs_uniquifier="1"), User(email="a", fs_uniquifier="2")])


@fails(409, "conflict")
def missing_neighbour() -> None:
    with transaction() as session:
        session.execute(
            text("insert into role_grants (user_id, role, note, created_at) values (987654, 'admin', '', '2026-01-01')")
        )
        session.execute(
            text("set constraints all immediate")
            if session.get_bind().dialect.name == "postgresql"
            else text("select 1")
        )


@fails(409, "conflict")
def row_gone() -> None:
    raise StaleDataError("UPDATE statement on table expected to update 1 row(s); 0 were matched.")


@fails(500, "internal_error")
def our_own_mistake() -> None:
    with transaction() as session:
        session.execute(text("insert into users (email) values (null)"))


@fails(503, "busy")
def database_away() -> None:
    raise OperationalError("select 1", {}, Exception("database is locked"))


@fails(422, "invalid_input")
def number_too_large() -> None:
    db.session.scalars(select(User).where(User.id == 10**30)).all()


@fails(422, "invalid_input")
def half_a_character() -> None:
    db.session.scalars(select(User).where(User.email == "\ud83d")).all()


@fails(500, "internal_error")
def bug() -> None:
    raise ZeroDivisionError


@fails(500, "internal_error")
def bug_in_the_middle_of_a_write() -> None:
    with transaction() as session:
        session.add(User(email="half", fs_uniquifier="half"))
        session.flush()
        raise ZeroDivisionError


@fails(413, "too_large")
def too_large() -> None:
    abort(413)


@fails(429, "too_many_requests")
def too_many() -> None:
    abort(429)


@fails(401, "unauthorized")
def nobody() -> None:
    abort(401)


def _view(name: str) -> Any:
    def view() -> str:
        RAISES[name][2]()
        return "no error"

    view.__name__ = name
    return public(view)


_made: dict[Any, Flask] = {}


@pytest.fixture
def failing(apps: Any, databases: Any, database: Any) -> Iterator[Client]:
    """A client of an application of its own that also has an address for each error."""
    if database not in _made:
        made = apps._make(f"failing-{database}", databases.migrated(database))
        for name in RAISES:
            made.add_url_rule(f"/failing/{name}", f"failing-{name}", _view(name))
            made.add_url_rule(f"/api/failing/{name}", f"failing-{name}-api", _view(name))
        _made[database] = made
    with rolled_back(_made[database]):
        yield _made[database].test_client()  # type: ignore[misc]


@pytest.mark.parametrize("name", RAISES)
def test_programs_get_a_problem_with_a_code(failing: Client, name: str) -> None:
    status, code, _function = RAISES[name]
    answer = failing.get(f"/api/failing/{name}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    body = answer.get_json()
    assert body["code"] == code and body["status"] == status and body["title"] and body["type"] == "about:blank"
    if name == "broken_rule":
        assert body["field"] == "name"
    if name == "rival":
        assert body["other"] == "GS26-B-0001"
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", RAISES)
def test_people_get_a_page_in_their_language_that_says_what_to_do(failing: Client, name: str, language: str) -> None:
    status, _code, _function = RAISES[name]
    answer = failing.get(f"/failing/{name}", headers={"Accept-Language": language})
    assert answer.status_code == status
    assert f'<html lang="{language}">' in answer.text
    assert ("Go to the start page" in answer.text) is (language == "en")
    assert "Traceback" not in answer.text and "ZeroDivision" not in answer.text and "<b>wrong" not in answer.text


@pytest.mark.parametrize("name", RAISES)
def test_htmx_gets_a_fragment(failing: Client, name: str) -> None:
    status, code, _function = RAISES[name]
    answer = failing.get(f"/failing/{name}", headers={"HX-Request": "true"})
    assert answer.status_code == status
    assert "<html" not in answer.text and f'data-problem="{code}"' in answer.text


def test_what_a_failed_request_wrote_is_taken_back(failing: Client) -> None:
    failing.get("/failing/bug_in_the_middle_of_a_write")
    assert db.session.scalar(select(User.id).where(User.email == "half")) is None


@pytest.mark.parametrize(("language", "words"), [("vi", "Không tìm thấy"), ("en", "We could not find this.")])
def test_an_unknown_address_is_a_page_too(client: Client, language: str, words: str) -> None:
    answer = client.get("/no/such/thing", headers={"Accept-Language": language})
    assert answer.status_code == 404 and words in answer.text
    assert client.get("/api/v1/no/such/thing").get_json()["code"] == "not_found"


def test_a_wrong_method_names_the_right_ones(client: Client) -> None:
    answer = client.put("/healthz")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET"}
    assert client.delete("/api/v1/fairs").get_json()["code"] == "method_not_allowed"


def test_a_missing_token_of_the_form_asks_to_reload(client: Client) -> None:
    answer = client.post("/account/login", data={"email": "a"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "reload" in answer.text


def test_a_body_that_is_too_large_is_refused_in_words(app: Flask, client: Client) -> None:
    limit = app.config["MAX_CONTENT_LENGTH"]
    answer = client.submit("/account/login", {"email": "x" * (app.config["MAX_FORM_MEMORY_SIZE"] + 1)})
    assert answer.status_code == 413
    answer = client.post("/api/v1/fairs/x/scans", data=b"x" * (limit + 1), headers={"Authorization": "Bearer x"})
    assert answer.status_code in {401, 413} and answer.mimetype == "application/problem+json"


def test_json_that_is_nested_too_deeply_is_the_senders_error(client: Client) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    for address in ("/account/login", "/api/v1/fairs/x/scans"):
        assert client.post(address, data=deep, content_type="application/json").status_code in {400, 401}


@pytest.mark.parametrize("address", ["sqlite:////no/such/folder/fairs.db", "postgresql://127.0.0.1:1/nothing"])
def test_without_a_database_there_is_still_a_page(tmp_path: Path, address: str) -> None:
    client = create_app(make_config(tmp_path, address)).test_client()
    for language, words in (("en", "Busy for a moment"), ("vi", "bận")):
        answer = client.get("/", headers={"Accept-Language": language})
        assert answer.status_code == 503
        assert f'<html lang="{language}">' in answer.text and words in answer.text
    assert client.get("/api/v1/fairs").get_json()["code"] == "busy"
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").get_json()["status"] == "ok"


def test_integrity_is_a_rivalry_only_where_a_key_says_so(app: Flask) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("insert into users (email) values (null)"))
