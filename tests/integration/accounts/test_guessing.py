"""Guessing is slow: per address, per account, and mails to one person are few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.app import create_app
from fairs.core.db import db
from fairs.core.limits import limiter
from fairs.messages.models import OutboxMessage
from tests.factories.people import PASSWORD, make_user
from tests.support.apps import rolled_back
from tests.support.client import Client
from tests.support.databases import make_config

_made: dict[Any, Flask] = {}


@pytest.fixture
def limited(apps: Any, databases: Any, database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with rate limits, all counters at zero."""
    if database not in _made:
        config = make_config(tmp_path_factory.mktemp(f"limited-{database}"), databases.migrated(database))
        _made[database] = create_app(replace(config, rate_limits=True))
        _made[database].test_client_class = Client
    app = _made[database]
    with rolled_back(app):
        limiter.enabled = True
        limiter.reset()
        yield app
        limiter.enabled = False


def attempt(app: Flask, email: str, password: str, address: str = "192.0.2.1") -> int:
    client: Any = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return int(client.submit("/account/login", {"email": email, "password": password}).status_code)


def test_wrong_passwords_from_one_address_are_soon_refused_and_right_ones_never_count(limited: Flask) -> None:
    make_user("Mai", password=True)
    assert [attempt(limited, "mai@people.example", PASSWORD) for _ in range(15)] == [302] * 15
    statuses = [attempt(limited, f"{n}@people.example", "wrong sentence") for n in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert attempt(limited, "mai@people.example", PASSWORD, "192.0.2.2") == 302, "others are not locked out"


def test_one_account_cannot_be_tried_from_many_addresses(limited: Flask) -> None:
    make_user("Mai", password=True)
    statuses = [attempt(limited, "MAI@people.example ", "wrong sentence", f"192.0.2.{n}") for n in range(22)]
    assert statuses == [200] * 20 + [429] * 2
    answer = limited.test_client().get("/account/login")
    assert answer.status_code == 200, "looking at the page is free"


def test_nobody_is_bombarded_with_mails(limited: Flask) -> None:
    make_user("Mai", password=True)
    statuses = []
    for n in range(6):
        client: Any = limited.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"
        statuses.append(client.submit("/account/reset", {"email": "mai@people.example"}).status_code)
    assert statuses[4:] == [429, 429] and 429 not in statuses[:4]
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 4


def test_the_refusal_is_a_page_in_words(limited: Flask) -> None:
    client: Any = limited.test_client()
    for _ in range(11):
        answer = client.submit(
            "/account/login", {"email": "a@people.example", "password": "x"}, headers={"Accept-Language": "en"}
        )
    assert answer.status_code == 429
    assert "Too many tries" in answer.text and int(answer.headers["Retry-After"]) <= 3600
