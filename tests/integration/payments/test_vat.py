"""VAT by the day of the invoice and the kind of line: the table, who enters rates, what prices follow it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from fairs.booths.service import quote
from fairs.core.actor import SYSTEM
from fairs.core.db import transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.permissions import Role
from fairs.payments.credits import day_of_money
from fairs.payments.vat import add_rate, remove_rate, spans, vat_of, vat_on
from tests.factories.booths import new_ground
from tests.factories.deals import Office, office
from tests.integration.payments.test_pages import signed_in, words
from tests.support.client import Client


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2020, 10, 15), 10), (date(2022, 1, 31), 10), (date(2022, 2, 1), 8), (date(2022, 12, 31), 8),
        (date(2023, 1, 1), 10), (date(2023, 7, 1), 8), (date(2025, 6, 30), 8), (date(2025, 7, 1), 8),
        (date(2026, 12, 31), 8), (date(2027, 1, 1), 10), (date(2040, 1, 1), 10),
    ],
)  # fmt: skip
def test_the_law_of_each_day(app: Flask, day: date, percent: int) -> None:
    assert vat_on(day, "booth") == vat_on(day, "service") == percent


def test_a_day_before_all_rates_is_refused(app: Flask) -> None:
    with pytest.raises(InvalidInput):
        vat_on(date(1999, 1, 1), "booth")


def test_a_new_rate_holds_from_its_day_for_its_kind_and_before_the_general_one(app: Flask) -> None:
    today = day_of_money()
    begins = today + timedelta(days=10)
    add_rate("service", 5, begins, "NQ 1/2026", by=SYSTEM)
    assert [vat_on(day, "service") for day in (begins - timedelta(days=1), begins)] == [vat_on(begins, "booth"), 5]
    with pytest.raises(InvalidInput) as refused:
        add_rate("service", 6, begins, "NQ 2/2026", by=SYSTEM)
    assert refused.value.field == "valid_from"
    with pytest.raises(InvalidInput):
        add_rate("booth", 6, today - timedelta(days=1), "NQ 2/2026", by=SYSTEM)
    later = add_rate("service", 6, begins + timedelta(days=5), "NQ 3/2026", by=SYSTEM)
    (first,) = [span for span in spans() if span.rate.valid_from == begins]
    assert (first.until, first.state) == (begins + timedelta(days=4), "future")
    remove_rate(later.id, by=SYSTEM)
    assert vat_on(begins + timedelta(days=9), "service") == 5
    with pytest.raises(NotFound):
        remove_rate(later.id, by=SYSTEM)
    # What the law announces for a day to come is replaced by what is entered for that day.
    add_rate("all", 8, date(2027, 1, 1), "Gia hạn", by=SYSTEM)
    assert vat_on(date(2027, 1, 1), "booth") == 8


def test_a_rate_that_has_begun_stays(app: Flask) -> None:
    rate = add_rate("all", 9, day_of_money(), "NQ 4/2026", by=SYSTEM)
    with pytest.raises(InvalidInput):
        remove_rate(rate.id, by=SYSTEM)
    assert vat_on(day_of_money(), "booth") == 9


def test_the_price_follows_the_day_unless_the_fair_has_its_own_percent(app: Flask, time_machine: Any) -> None:
    ground = new_ground()
    fair, booth = ground.fair, ground.booth("A-001")
    with transaction():
        fair.vat_percent = None
    time_machine.move_to("2026-12-31T10:00:00+07:00")
    assert quote(fair, booth, None).vat_percent == 8
    time_machine.move_to("2027-01-01T00:30:00+07:00")
    assert {line.vat_percent for line in quote(fair, booth, None).lines} == {10}
    with transaction():
        fair.vat_percent = 0
    assert vat_of(fair, "booth") == 0
    assert not quote(fair, booth, None).vat


def test_the_page_and_who_enters_rates(place: Office, client: Client) -> None:
    signed_in(client, place, Role.AUDITOR)
    shown = words(client.get("/vat-rates"))
    assert "204/2025/QH15" in shown
    right = {
        "kind": "booth",
        "percent": "7",
        "valid_from": (day_of_money() + timedelta(days=3)).isoformat(),
        "basis": "NQ 5",
    }
    assert client.submit("/vat-rates", right).status_code == 403
    signed_in(client, place, Role.FINANCE)
    for wrong, field in (
        ({"percent": "31"}, "percent"), ({"percent": "x"}, "percent"), ({"kind": "nonsense"}, "kind"), ({"basis": " "}, "basis"),
        ({"valid_from": "2020-01-01"}, "valid_from"), ({"valid_from": "31/02/2027"}, "valid_from"),
    ):  # fmt: skip
        answer = client.submit("/vat-rates", {**right, **wrong})
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True), wrong
    assert client.submit("/vat-rates", right).status_code == 303
    key = next(span.rate.key for span in spans() if span.rate.basis == "NQ 5")
    assert f"/vat-rates/{key}/remove" in client.get("/vat-rates").text
    assert client.submit(f"/vat-rates/{key}/remove").status_code == 303
    assert client.submit(f"/vat-rates/{key}/remove").status_code == 404
    assert "NQ 5" not in words(client.get("/vat-rates"))
