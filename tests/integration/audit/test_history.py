"""The history: who did what, for whom, before and after; rows are only ever added."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.audit.queries import history
from fairs.audit.service import record
from fairs.calendar.service import change_settings
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.permissions import Role
from tests.factories.people import acting, make_fair, make_user
from tests.support.client import Client, login
from tests.support.queries import counted_queries


def test_values_are_kept_as_plain_json(app: Flask) -> None:
    fair, user = make_fair("AU1"), make_user("Ha")
    values = {
        "money": Money(5, "VND"), "state": FairState.RUNNING, "day": date(2026, 1, 2), "at": datetime(2026, 1, 2, tzinfo=UTC),
        "list": [1, "a", None, {2}], "decimal": Decimal("1.5"), "yes": True,
    }  # fmt: skip
    with transaction():
        record("calendar.sample", fair, by=Actor(user.id, "Hà" * 200), before={}, after=values)
    entry = history(fair)[0]
    assert entry.after == {
        "money": {"amount_minor": 5, "currency": "VND"}, "state": "running", "day": "2026-01-02", "at": "2026-01-02T00:00:00+00:00",
        "list": [1, "a", None, [2]], "decimal": "1.5", "yes": True,
    }  # fmt: skip
    assert entry.fair_id == fair.id or entry.fair_id is None
    assert len(entry.actor_label) == 250 and entry.at.tzinfo is not None


@pytest.mark.parametrize("change", ["update", "delete"])
def test_an_entry_is_never_changed(app: Flask, change: str) -> None:
    make_user("Ha")

    def tamper() -> None:
        with transaction() as session:
            entry = session.scalars(select(AuditEntry)).first()
            assert entry is not None
            if change == "update":
                entry.action = "nothing.happened"
            else:
                session.delete(entry)

    with pytest.raises(RuntimeError, match="never changed"):
        tamper()
    assert db.session.scalars(select(AuditEntry.action)).all() == ["accounts.create_user"]


def test_what_was_taken_back_leaves_no_entry(app: Flask) -> None:
    fair, user = make_fair("AU1"), make_user("Ha")
    before = len(history(fair))
    with pytest.raises(InvalidInput):
        change_settings(fair, {"starts_on": date(2030, 1, 2), "ends_on": date(2030, 1, 1)}, by=acting(user))
    assert len(history(fair)) == before
    change_settings(fair, {"name_en": fair.name_en}, by=acting(user))
    assert len(history(fair)) == before, "nothing changed, nothing is written"
    change_settings(fair, {"name_en": "New name"}, by=acting(user))
    entry = history(fair)[0]
    assert (entry.action, entry.before, entry.after) == (
        "calendar.change",
        {"name_en": "Fair AU1"},
        {"name_en": "New name"},
    )


def test_the_page_is_found_by_person_and_act_page_by_page(client: Client, app: Flask) -> None:
    fair, other = make_fair("AU1"), make_fair("AU2")
    auditor = make_user("Trang", Role.AUDITOR, fair)
    with transaction():
        for n in range(60):
            record(
                f"calendar.step{n % 2}",
                fair,
                by=Actor(auditor.id, f"Person {n:02d} <b>"),
                fair_id=fair.id,
                after={"n": "<script>"},
            )
        record("calendar.elsewhere", other, by=Actor(None, "Elsewhere"), fair_id=other.id)
    login(client, auditor)
    first = client.get(f"/fairs/{fair.slug}/history").text
    assert (
        "Person 59 &lt;b&gt;" in first
        and "Person 05" not in first
        and "Elsewhere" not in first
        and "<script>" not in first
    )
    found = client.get(f"/fairs/{fair.slug}/history?q=person 05&action=calendar.step1").text
    assert "Person 05" in found and "Person 59" not in found
    assert client.get(f"/fairs/{fair.slug}/history?q=%25&action=%25").status_code == 200
    assert client.get(f"/fairs/{fair.slug}/history?cursor=x").status_code == 422
    assert client.get(f"/fairs/{other.slug}/history").status_code == 403


def test_a_page_costs_the_same_however_much_there_is(client: Client, app: Flask) -> None:
    fair = make_fair("AU1")
    login(client, make_user("Trang", Role.AUDITOR, fair))
    costs = []
    for number in (1, 40):
        with transaction():
            for _ in range(number):
                record("calendar.step", fair, by=Actor(None, "Fairs"), fair_id=fair.id)
        with counted_queries() as statements:
            client.get(f"/fairs/{fair.slug}/history")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 12
