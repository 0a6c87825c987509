"""Decisions that compete for a budget line, and clerks who enter one number: real transactions on both databases."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.documents.models import Selection
from fairs.documents.service import Signature, enter_signature
from fairs.programme.models import BudgetLine
from tests.factories.support import scan_of, support_place
from tests.support.rivals import at_once

CLIENTS = 6


def test_a_line_is_never_exceeded(real_app: Flask) -> None:
    with real_app.app_context():
        place = support_place(ceiling=3 * 8_000_000 + 1)
        by, line_id = Actor(place.by.user_id, "x"), place.terms.line.id
        day = place.fair.today
        keys = []
        for _ in range(CLIENTS):
            keys.append(place.submitted().id)

    def sign(key: int, number: int) -> Callable[[], object]:
        scan = scan_of()
        return lambda: enter_signature(
            db.session.get_one(Selection, key), Signature(f"{number}/QĐ", day, "", scan, confirmed=True), by=by
        )

    told = at_once(real_app, [sign(key, number) for number, key in enumerate(keys, 1)])
    assert told == {"done": 3, "budget_exceeded": CLIENTS - 3}
    with real_app.app_context():
        line = db.session.get_one(BudgetLine, line_id)
        assert (line.committed_minor, line.left.amount_minor) == (24_000_000, 1)


def test_a_number_is_entered_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = support_place()
        by, day = Actor(place.by.user_id, "x"), place.fair.today
        keys = [place.submitted().id for _ in range(4)]

    def sign(key: int) -> Callable[[], object]:
        scan = scan_of()
        return lambda: enter_signature(
            db.session.get_one(Selection, key), Signature("7/QĐ-SCT", day, "", scan, confirmed=True), by=by
        )

    assert at_once(real_app, [sign(key) for key in keys]) == {"done": 1, "number_taken": 3}
