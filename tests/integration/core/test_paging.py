"""Lists page by page: every row once, in order, also with equal and missing values; a broken cursor is the sender's."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from fairs.accounts.models import User
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.web import paginate

START = datetime(2026, 1, 1, tzinfo=UTC)


def people(number: int) -> None:
    with transaction() as session:
        session.execute(delete(User))
        for n in range(number):
            session.add(
                User(
                    email=f"{n:02d}@fairs.example",
                    fs_uniquifier=str(n),
                    name=f"name {n % 3}",
                    locale=None if n % 4 == 0 else ("vi", "en")[n % 2],
                    confirmed_at=None if n % 5 == 0 else START + timedelta(days=n % 3),
                )
            )


def walk(keys: list[tuple[Any, bool]], limit: int) -> list[str]:
    seen, cursor = [], None
    for _ in range(40):
        page = paginate(select(User), *keys, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        seen += [user.email for user in page.items]
        cursor = page.next
        if cursor is None:
            return seen
    raise AssertionError("it never ends")


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("column", [User.email, User.name, User.locale, User.confirmed_at], ids=lambda c: c.key)
def test_every_row_comes_once_and_in_order(app: Flask, column: Any, down: bool) -> None:
    people(17)
    whole = walk([(column, down), (User.id, down)], 200)
    assert len(whole) == len(set(whole)) == 17
    for limit in (1, 4, 17):
        assert walk([(column, down), (User.id, down)], limit) == whole
    values = dict(db.session.execute(select(User.email, column)).all())
    present = [values[email] for email in whole if values[email] is not None]
    assert present == sorted(present, reverse=down)
    assert all(values[email] is None for email in whole[len(present) :]), "rows without a value are the last ones"


def test_the_end_is_told(app: Flask) -> None:
    assert walk([(User.id, False)], 5) == []
    people(5)
    assert paginate(select(User), (User.id, False), limit=5).next is None
    assert paginate(select(User), (User.id, False), limit=4).next is not None


def cursor_of(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "%%%",
        "====",
        "e30",
        "A",
        "\ufffd",
        cursor_of({}),
        cursor_of([]),
        cursor_of([1]),
        cursor_of([1, 2, 3]),
        cursor_of(["x", "y"]),
        cursor_of([[1], 2]),
        cursor_of([{"a": 1}, 2]),
        cursor_of(["2026-13-45", 1]),
        cursor_of(["2026-01-01T00:00:00", 1]),
        cursor_of([None, None]),
        cursor_of(["2026-01-01T00:00:00+00:00", None]),
        cursor_of([True, True]),
        cursor_of(["2026-01-01T00:00:00+00:00", "x"]),
        cursor_of(["2026-01-01T00:00:00+00:00", 1.5]),
    ],
)
def test_a_broken_cursor_is_refused(app: Flask, cursor: str) -> None:
    people(3)
    with pytest.raises(InvalidInput) as refused:
        paginate(select(User), (User.confirmed_at, True), (User.id, True), cursor=cursor)
    assert refused.value.field == "cursor"
