"""When two records may be one deal: names, numbers, values, days and goods, with what must not be taken for a duplicate."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from fairs.contracts.deal_matching import find_all
from fairs.contracts.likeness import Deal, Number, compare_numbers, compare_values, days_apart, number_key
from fairs.contracts.party_names import Names, Party, likeness

DAY = date(2026, 11, 14)
_keys = count(1)
GOODS = (("6913", Decimal(1200)), ("4420", Decimal(300)))


def company(*names: str, country: str = "DE", tax: str = "") -> Names:
    return Names(next(_keys), names, country, tax)


EXPORTER = company("Công ty TNHH Gốm sứ Bát Tràng Xưa", "Bat Trang Xua Ceramics Co., Ltd", country="VN")
IMPORTER = company("Hansen & Söhne Handels GmbH")


def deal(**values: Any) -> Deal:
    value = values.get("value_minor", 124_875_000)
    right = {
        "id": next(_keys), "fair_id": 1, "exporter": EXPORTER, "importer": IMPORTER, "number": "HD-014/2026", "currency": "USD",
        "value_minor": value, "usd_minor": value, "signed_on": DAY, "goods": GOODS,
    }  # fmt: skip
    return Deal(**{**right, **values})


def pairs(*deals: Deal) -> set[tuple[int, int]]:
    return {(hit.a, hit.b) for hit in find_all(deals)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Công ty TNHH Gốm sứ Bát Tràng", "Bat Trang Ceramics Co., Ltd", Party.ALIKE),
        ("Công ty Cổ phần Mây tre đan Phú Vinh", "PHU VINH BAMBOO AND RATTAN JSC", Party.ALIKE),
        ("Hansen & Söhne Handels GmbH", "Soehne Hansen", Party.OTHER),
        ("Kyoto Craft KK", "Craft Kyoto Co., Ltd.", Party.ALIKE),
        ("Maison Lefèvre SARL", "Maison Lefevre", Party.ALIKE),
        ("Nordic Home AB", "Nordci Home AB", Party.NEAR),
        ("Nordic Home AB", "Nordic Hom AB", Party.NEAR),
        ("Công ty TNHH Lụa Vạn Phúc", "Cng ty TNHH Lụa Vạn Phúc", Party.NEAR),
        ("Hanoi Craft", "Hanoicraft JSC", Party.ALIKE),
        ("Sakura Trading KK", "Sakura Gifts KK", Party.WEAK),
        ("Osaka Home KK", "Kobe Home KK", Party.OTHER),
        ("Craft Link 12", "Craft Link 13", Party.OTHER),
    ],
)
def test_names_are_compared_behind_form_accents_order_and_language(one: str, other: str, expected: Party) -> None:
    assert likeness(company(one), company(other)) is expected


def test_tax_codes_decide_where_both_have_one() -> None:
    one = company("Làng nghề A", country="VN", tax="0101234567")
    assert likeness(one, company("Tên khác", country="VN", tax="0101234567-001")) is Party.SAME
    assert likeness(one, company("Làng nghề A", country="VN", tax="0107654321")) is Party.OTHER


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("HĐ số 007/2026-GS", "hd-7/26/gs", Number.EQUAL),
        ("HD-O1/2026", "HD-01/2026", Number.EQUAL),
        ("HD-014/2026", "", Number.UNKNOWN),
        ("HD-014/2026", "PO 88231", Number.UNKNOWN),
        ("HD-014/2026", "HD-015/2026", Number.NEXT),
        ("HD-014/2026", "HD-104/2026", Number.SLIP),
        ("BT-HS 0142", "BT-HX 0142", Number.SLIP),
        ("HD-014/2026", "HD-377/2026", Number.CLASH),
        ("HD-014/2026", "HD-014/2026-2", Number.PART),
    ],
)
def test_numbers_are_compared_behind_their_writing(one: str, other: str, expected: Number) -> None:
    assert compare_numbers(one, other) is expected
    assert compare_numbers(other, one) is expected


def test_a_number_keeps_its_parts() -> None:
    assert number_key("HĐ số 007/2026-GS") == ("7", "26", "GS")


def test_values_and_days_have_their_tolerance() -> None:
    rounded = compare_values(deal(value_minor=1_248_000), deal(value_minor=1_200_000))
    assert rounded is not None
    assert rounded.rounded
    assert compare_values(deal(currency="EUR", usd_minor=None), deal()) is None
    assert days_apart(date(2026, 3, 4), date(2026, 4, 3)) == 1
    assert days_apart(date(2026, 3, 4), date(2026, 3, 14)) == 10


SECOND_PARTY = company("Hansn & Söhne Handels GmbH")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"number": "hd 14/26", "signed_on": DAY + timedelta(40), "fair_id": 2},
        {"number": "HD-041/2026"},
        {"importer": SECOND_PARTY},
        {"importer": SECOND_PARTY, "number": ""},
        {"exporter": company("Bat Trang Xua Ceramics JSC", country="VN"), "number": ""},
        {"currency": "EUR", "value_minor": 114_900_000, "usd_minor": 126_000_000, "number": ""},
        {"value_minor": 125_000_000, "number": ""},
        {"value_minor": 120_000_000, "number": ""},
        {"number": "PO 88231", "reported_by": "importer", "signed_on": DAY + timedelta(6), "value_minor": 123_500_000},
        {"number": "", "goods": (), "signed_on": DAY + timedelta(3)},
        {"fair_id": 7, "signed_on": DAY + timedelta(330)},
        {"number": "", "signed_on": date(2026, 11, 14), "goods": (("6913", Decimal(1100)),)},
    ],
)
def test_one_deal_written_down_twice_is_found(values: dict[str, Any]) -> None:
    one, other = deal(), deal(**values)
    assert pairs(one, other) == {(one.id, other.id)}


@pytest.mark.parametrize(
    "values",
    [
        {"number": "HD-199/2026", "signed_on": DAY + timedelta(90)},
        {"number": "HD-015/2026", "signed_on": DAY + timedelta(21)},
        {"number": "HD-015/2026", "goods": (("6214", Decimal(80)),)},
        {"number": "", "goods": (("6214", Decimal(80)),)},
        {"number": "", "signed_on": DAY + timedelta(90)},
        {"number": "HD-377/2026", "importer": company("Hansen Living Handels GmbH")},
        {"number": "HD-377/2026", "importer": company("Hansem & Söhne Handels GmbH"), "value_minor": 124_100_000},
        {"number": "", "value_minor": 131_000_000},
        {"number": "", "importer": company("Atlas Décor SARL", country="FR")},
        {"currency": "EUR", "value_minor": 114_900_000, "usd_minor": 131_000_000, "number": ""},
    ],
)
def test_two_deals_that_look_alike_are_not(values: dict[str, Any]) -> None:
    assert pairs(deal(), deal(**values)) == set()


def test_a_contract_kept_as_its_call_offs_too() -> None:
    whole = deal(value_minor=9_000_000)
    parts = [
        deal(value_minor=value, number="", signed_on=DAY + timedelta(days), goods=(("6913", Decimal(quantity)),))
        for value, days, quantity in ((3_500_000, 5, 110), (2_500_000, 19, 75), (3_000_000, 33, 90))
    ]
    unrelated = deal(value_minor=4_100_000, number="HD-377/2026", signed_on=DAY + timedelta(9))
    found = find_all([whole, *parts, unrelated])
    assert {(hit.a, hit.b) for hit in found} == {(whole.id, part.id) for part in parts}
    assert all(hit.is_split and ("split", "3") in hit.reasons for hit in found)


def test_parts_with_the_number_of_the_whole_may_be_rounded() -> None:
    whole = deal(value_minor=9_012_300)
    parts = [deal(value_minor=v, number=f"HD-014/2026-{n}") for n, v in enumerate((4_500_000, 4_500_000), 1)]
    assert pairs(whole, *parts) == {(whole.id, part.id) for part in parts}


def test_known_call_offs_are_no_question() -> None:
    whole = deal(value_minor=9_000_000, kind="framework")
    parts = [
        deal(value_minor=4_500_000, number=f"HD-014/2026/{n}", kind="call_off", parent_id=whole.id) for n in (1, 2)
    ]
    assert pairs(whole, *parts) == set()


def test_ten_years_of_orders_between_two_houses_are_no_split() -> None:
    orders = [
        deal(value_minor=1_000_000 + 37_700 * n, number=f"HD-{100 + 3 * n}/2026", signed_on=DAY + timedelta(5 * n))
        for n in range(12)
    ]
    assert pairs(*orders) == set()


def test_reasons_say_what_agrees_and_how_closely() -> None:
    [hit] = find_all([deal(), deal(value_minor=123_626_250, reported_by="importer", fair_id=2)])
    assert hit.reasons == (
        ("exporter_same", ""), ("importer_same", ""), ("number_equal", ""), ("value", "1"), ("days", "0"),
        ("goods_same", ""), ("two_sides", ""), ("other_fair", ""),
    )  # fmt: skip


def test_one_name_in_two_scripts_is_found_by_number_value_and_day() -> None:
    one = deal(importer=company("Nihon Kogei KK", country="JP"))
    other = deal(importer=company("株式会社日本工芸", country="JP"))
    assert pairs(one, other) == {(one.id, other.id)}
    assert pairs(one, deal(importer=company("株式会社日本工芸", country="JP"), number="HD-377/2026")) == set()
