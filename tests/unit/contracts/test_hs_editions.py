"""The catalogue of HS 2017 and HS 2022: what exists in which edition, what moved, search, CITES."""

from __future__ import annotations

from datetime import date

import pytest

from fairs.core.errors import InvalidInput
from fairs.core.hs import (
    CITES,
    EDITIONS,
    browse,
    came_from,
    check_code,
    cites_watch,
    edition_of,
    headings,
    name_of,
    search_codes,
    subheadings,
)


def test_the_lists_are_whole_and_consistent() -> None:
    codes = subheadings()
    assert {code[:4] for code in codes} == set(headings())
    assert all(heading.is_complete for heading in headings().values())
    for code, one in codes.items():
        assert one.name_en, code
        assert one.name_vi, code
        assert set(one.editions) <= set(EDITIONS), code
        assert one.watch in {"", *CITES}, code
        assert all(2022 in codes[new].editions for new in one.moved_to), code
        assert one.editions != (2017,) or one.moved_to, code
        assert one.editions != (2022,) or came_from(code), code
    for edition in EDITIONS:
        assert all(subs for _heading, subs in browse(edition))


@pytest.mark.parametrize(
    ("typed", "edition", "code"),
    [
        ("4420", 2022, "4420"), ("442011", 2022, "4420.11"), ("4420.11.90", 2022, "4420.11.90"), ("4420.10", 2017, "4420.10"),
        ("9403.60", 2017, "9403.60"), ("9403.60", 2022, "9403.60"), ("9405.42", 2022, "9405.42"), ("9702.00", 2017, "9702.00"),
    ],
)  # fmt: skip
def test_what_exists(typed: str, edition: int, code: str) -> None:
    found = check_code(typed, edition)
    assert (found.code, found.finding) == (code, None)
    assert found.name_en


@pytest.mark.parametrize(
    ("typed", "edition", "words"),
    [
        ("4420.10", 2022, "4420.10 was split in 2022: use 4420.11 or 4420.19."),
        ("4420.10.90", 2022, "4420.10 was split in 2022: use 4420.11 or 4420.19."),
        ("9405.40", 2022, "9405.40 was split in 2022: use 9405.41, 9405.42 or 9405.49."),
        ("7419.91", 2022, "7419.91 was moved in 2022: use 7419.20."),
        ("4420.11", 2017, "4420.11 is new in HS 2022; this contract was signed before: use 4420.10."),
        ("4419.20", 2017, "4419.20 is new in HS 2022; this contract was signed before: use 4419.90."),
        ("4421.20", 2017, "4421.20 is new in HS 2022; this contract was signed before: use 4421.91 or 4421.99."),
        ("4420.55", 2022, "There is no HS code 4420.55. Heading 4420 has: 4420.11, 4420.19, 4420.90."),
        ("0101.21", 2022, "Unknown HS code."),
        ("", 2022, "Unknown HS code."),
    ],
)
def test_what_does_not(typed: str, edition: int, words: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_code(typed, edition, field="lines-0-hs_code")
    assert str(raised.value).startswith(words)
    assert raised.value.field == "lines-0-hs_code"


def test_the_edition_of_a_day() -> None:
    assert (edition_of(date(2021, 12, 31)), edition_of(date(2022, 1, 1))) == (2017, 2022)


@pytest.mark.parametrize(
    ("text", "edition", "code"),
    [
        ("4420.1", 2022, "4420.11"), ("4420.1", 2017, "4420.10"), ("tuong nho go", 2022, "4420.11"),
        ("Tượng nhỏ", 2017, "4420.10"), ("lacquered boxes", 2022, "4420.90"), ("hop son mai", 2022, "4420.90"),
        ("LỤA", 2022, "6214.10"), ("rattan basket", 2022, "4602.12"), ("non la", 2022, "6504.00"), ("guong", 2022, "8306.30"),
    ],
)  # fmt: skip
def test_search(text: str, edition: int, code: str) -> None:
    assert code in [found.code for found in search_codes(text, edition, 60)]


def test_search_for_nothing_and_limits() -> None:
    assert search_codes("", 2022) == search_codes("  ", 2022) == search_codes("zzzz", 2022) == []
    assert len(search_codes("4", 2022, 5)) == 5
    assert all(2022 in found.editions for found in search_codes("go", 2022, 500))


def test_cites() -> None:
    assert cites_watch("9601.90") is CITES["horn"]
    assert cites_watch("9601") is not None
    assert cites_watch("9403.60.10") is CITES["wood"]
    assert cites_watch("9202.90") is CITES["instrument"]
    assert cites_watch("6911.10") is None
    assert cites_watch("x") is None
    assert name_of("4420.11.90") == subheadings()["4420.11"].name
    assert (name_of("4420"), name_of("0101")) == (headings()["4420"].name, "0101")
