"""What a booth costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairs.booths.errors import NoPrice
from fairs.booths.pricing import PriceBook, due_days, make_quote
from fairs.booths.sales_models import PriceRule
from fairs.calendar.models import Fair
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth, BoothPrice, BoothType

KIND = BoothType(code="SHELL9", name_vi="Gian hàng", name_en="Booth")


def _fair(days_ahead: int = 42, **values: object) -> Fair:
    first = Fair(time_zone="Asia/Ho_Chi_Minh").today + timedelta(days=days_ahead)
    settings = {"vat_percent": 8, "deposit_percent": 50, "deposit_days": 7, "currency": "VND", **values}
    return Fair(time_zone="Asia/Ho_Chi_Minh", starts_on=first, ends_on=first, **settings)


def _booth(sides: int = 1, w: int = 300, h: int = 300) -> Booth:
    return Booth(code="A-001", w_cm=w, h_cm=h, open_sides=sides, type=KIND, type_id=1, zone_id=1)


def _price(
    amount: int = 12_000_000, corner: int = 10, basis: str = "booth", currency: str = "VND", rules: Sequence[PriceRule] = (),
    track: str = "paying",
) -> PriceBook:  # fmt: skip
    price = BoothPrice(amount_minor=amount, currency=currency, corner_percent=corner, basis=basis)
    return PriceBook(currency, {1: price}, rules, date(2026, 5, 1), track)


def test_a_booth_within_a_row() -> None:
    offer = make_quote(_fair(), [_booth()], _price(), None)
    assert [(line.kind, line.net.amount_minor) for line in offer.lines] == [("booth", 12_000_000)]
    assert (offer.vat.amount_minor, offer.total.amount_minor) == (960_000, 12_960_000)
    assert (offer.deposit.amount_minor, offer.balance.amount_minor) == (6_480_000, 6_480_000)


@pytest.mark.parametrize("sides", [2, 3, 4])
def test_corners_cost_more(sides: int) -> None:
    offer = make_quote(_fair(), [_booth(sides)], _price(), None)
    assert [(line.kind, line.net.amount_minor) for line in offer.lines] == [
        ("booth", 12_000_000),
        ("surcharge", 1_200_000),
    ]
    assert f"{sides} mặt mở" in offer.lines[1].text_vi


def test_a_corner_without_surcharge_has_no_line_for_it() -> None:
    assert len(make_quote(_fair(), [_booth(2)], _price(corner=0), None).lines) == 1


def test_raw_space_is_priced_by_the_square_metre() -> None:
    offer = make_quote(_fair(), [_booth(w=600, h=450)], _price(1_333_333, 0, "m2"), None)
    assert offer.price.amount_minor == 35_999_991


def test_a_supported_exhibitor_owes_nothing_and_the_full_price_stays_visible() -> None:
    exhibitor = Exhibitor(track="supported", support_percent=100, decision_number="123/QĐ-SCT")
    offer = make_quote(_fair(), [_booth(2)], _price(), exhibitor)
    assert [line.kind for line in offer.lines] == ["booth", "surcharge", "support", "support"]
    assert (offer.price.amount_minor, offer.support.amount_minor) == (13_200_000, 13_200_000)
    assert (offer.net.amount_minor, offer.vat.amount_minor, offer.total.amount_minor) == (0, 0, 0)
    assert "123/QĐ-SCT" in offer.lines[2].text_vi
    assert "123/QĐ-SCT" in offer.lines[2].text_en


@given(
    st.integers(0, 10**12), st.integers(0, 100), st.integers(1, 4), st.integers(0, 100), st.integers(0, 100), st.booleans(),
    st.sampled_from(["VND", "USD"]),
)  # fmt: skip
def test_sums_always_add_up(
    amount: int, corner: int, sides: int, vat: int, deposit: int, supported: bool, currency: str
) -> None:
    fair = _fair(vat_percent=vat, deposit_percent=deposit, currency=currency)
    exhibitor = Exhibitor(track="supported" if supported else "paying", support_percent=100, decision_number="1")
    offer = make_quote(fair, [_booth(sides)], _price(amount, corner, currency=currency), exhibitor)
    assert offer.deposit + offer.balance == offer.total == offer.net + offer.vat
    assert offer.price - offer.support == offer.net
    assert offer.total.amount_minor == 0 if supported else offer.total.amount_minor >= amount


def _rule(**values: Any) -> PriceRule:
    return PriceRule(position=1, text_vi="Quy tắc", text_en="Rule", **{"track": "", "currency": "", **values})


@pytest.mark.parametrize(
    ("values", "adds"),
    [
        ({"percent": 5}, 600_000),
        ({"percent": -10, "until": date(2026, 5, 1)}, -1_200_000),
        ({"percent": -10, "until": date(2026, 4, 30)}, 0),
        ({"percent": 5, "zone_id": 2}, 0),
        ({"percent": 5, "type_id": 2}, 0),
        ({"percent": 5, "track": "supported"}, 0),
        ({"percent": 5, "open_sides": 3}, 0),
        ({"percent": 5, "open_sides": 2}, 600_000),
        ({"amount_minor": 250_000, "currency": "VND"}, 250_000),
        ({"amount_minor": 2_000, "currency": "USD"}, 0),
        ({"amount_minor": -99_000_000, "currency": "VND"}, -13_200_000),  # never below zero
    ],
)
def test_a_rule_applies_where_all_its_conditions_hold_and_says_so_in_a_line(values: dict[str, Any], adds: int) -> None:
    offer = make_quote(_fair(), [_booth(2)], _price(rules=[_rule(**values)]), None)
    assert offer.price.amount_minor == 13_200_000 + adds
    assert [line.kind for line in offer.lines[2:]] == ([] if not adds else ["surcharge" if adds > 0 else "discount"])


def test_rules_take_their_share_of_the_base_price_one_after_the_other_and_each_booth_has_its_lines() -> None:
    first, second = _booth(2), _booth(1)
    first.id, second.id, second.code = 1, 2, "A-002"
    book = _price(100_001, 10, rules=[_rule(percent=-15), _rule(percent=5, open_sides=2)])
    offer = make_quote(_fair(), [first, second], book, None)
    assert [line.net.amount_minor for line in offer.lines] == [100_001, 10_000, -15_000, 5_000, 100_001, -15_000]
    assert (offer.price_of(1).amount_minor, offer.price_of(2).amount_minor) == (100_001, 85_001)
    assert offer.lines[2].text_en == "Rule (-15 %), booth A-001"
    exhibitor = Exhibitor(track="supported", support_percent=50, decision_number="1/QĐ")
    waived = make_quote(_fair(), [first, second], book, exhibitor)
    assert waived.price - waived.support == waived.net
    assert len(waived.lines) == 12


def test_without_a_price_nothing_is_offered() -> None:
    with pytest.raises(NoPrice) as error:
        make_quote(_fair(), [_booth()], PriceBook("VND", {}, (), date(2026, 5, 1)), None)
    assert error.value.details == {"booth": "A-001", "type": "SHELL9"}


def test_due_days() -> None:
    fair = _fair()
    assert due_days(fair) == (fair.today + timedelta(days=7), fair.starts_on - timedelta(days=30))
    fair = _fair(balance_due_on=date(2000, 1, 1))
    assert due_days(fair) == (fair.today + timedelta(days=7), fair.today + timedelta(days=7))


def test_money_is_due_before_the_opening_even_when_booked_late() -> None:
    fair = _fair(days_ahead=3)
    assert due_days(fair)[0] == fair.starts_on - timedelta(days=1)
    fair = _fair(days_ahead=0)
    assert due_days(fair)[0] == fair.today
