"""Amounts in words: the readings that are easily got wrong, and that every number reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairs.core.money import Money
from fairs.payments.words import in_words, number_en, number_vi


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [
        (0, "không", "zero"),
        (1, "một", "one"),
        (4, "bốn", "four"),
        (5, "năm", "five"),
        (10, "mười", "ten"),
        (11, "mười một", "eleven"),
        (14, "mười bốn", "fourteen"),
        (15, "mười lăm", "fifteen"),
        (20, "hai mươi", "twenty"),
        (21, "hai mươi mốt", "twenty-one"),
        (24, "hai mươi tư", "twenty-four"),
        (55, "năm mươi lăm", "fifty-five"),
        (91, "chín mươi mốt", "ninety-one"),
        (100, "một trăm", "one hundred"),
        (101, "một trăm linh một", "one hundred and one"),
        (104, "một trăm linh bốn", "one hundred and four"),
        (105, "một trăm linh năm", "one hundred and five"),
        (111, "một trăm mười một", "one hundred and eleven"),
        (115, "một trăm mười lăm", "one hundred and fifteen"),
        (999, "chín trăm chín mươi chín", "nine hundred and ninety-nine"),
        (1000, "một nghìn", "one thousand"),
        (1005, "một nghìn không trăm linh năm", "one thousand and five"),
        (1015, "một nghìn không trăm mười lăm", "one thousand and fifteen"),
        (1105, "một nghìn một trăm linh năm", "one thousand one hundred and five"),
        (10_010, "mười nghìn không trăm mười", "ten thousand and ten"),
        (21_000, "hai mươi mốt nghìn", "twenty-one thousand"),
        (105_000, "một trăm linh năm nghìn", "one hundred and five thousand"),
        (1_000_000, "một triệu", "one million"),
        (1_000_001, "một triệu không trăm linh một", "one million and one"),
        (1_005_000, "một triệu không trăm linh năm nghìn", "one million five thousand"),
        (1_050_000, "một triệu không trăm năm mươi nghìn", "one million fifty thousand"),
        (13_500_000, "mười ba triệu năm trăm nghìn", "thirteen million five hundred thousand"),
        (
            12_345_678,
            "mười hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám",
            "twelve million three hundred and forty-five thousand six hundred and seventy-eight",
        ),
        (1_000_000_000, "một tỷ", "one billion"),
        (1_000_000_005, "một tỷ không trăm linh năm", "one billion and five"),
        (1_005_000_000, "một tỷ không trăm linh năm triệu", "one billion five million"),
        (1_000_500_000, "một tỷ năm trăm nghìn", "one billion five hundred thousand"),
        (27_999_000_000, "hai mươi bảy tỷ chín trăm chín mươi chín triệu", "twenty-seven billion nine hundred and ninety-nine million"),
        (1_000_000_000_000, "một nghìn tỷ", "one trillion"),
        (1_005_000_000_000, "một nghìn không trăm linh năm tỷ", "one trillion five billion"),
        (-5, "âm năm", "minus five"),
    ],
)  # fmt: skip
def test_readings(number: int, vi: str, en: str) -> None:
    assert (number_vi(number), number_en(number)) == (vi, en)


def test_money() -> None:
    assert in_words(Money(14_580_000, "VND"), "vi") == "Mười bốn triệu năm trăm tám mươi nghìn đồng"
    assert in_words(Money(14_580_000, "VND"), "en") == "Fourteen million five hundred and eighty thousand dong"
    assert in_words(Money(100_105, "USD"), "vi") == "Một nghìn không trăm linh một đô la Mỹ và năm xu"
    assert in_words(Money(100_101, "USD"), "en") == "One thousand and one US dollars and one cent"
    assert in_words(Money(0, "VND"), "vi") == "Không đồng"
    assert in_words(Money(1250, "SGD"), "en") == "Twelve SGD and fifty 100ths"
    assert in_words(Money(-1000, "VND"), "en") == "Minus one thousand dong"


DIGITS = {w: n for n, w in enumerate("không một hai ba bốn năm sáu bảy tám chín".split())} | {
    "mốt": 1,
    "tư": 4,
    "lăm": 5,
}
SCALES = {"tỷ": 10**9, "triệu": 10**6, "nghìn": 1000}


def read_vi(words: list[str]) -> int:
    """The number that is read: splits at the largest scale word, from the right."""
    for word, scale in SCALES.items():
        if word in words:
            at = len(words) - 1 - words[::-1].index(word)
            return read_vi(words[:at]) * scale + read_vi(words[at + 1 :])
    value, digit = 0, 0
    for word in words:
        if word == "trăm":
            value, digit = digit * 100, 0
        elif word == "mươi":
            value, digit = value + digit * 10, 0
        elif word == "mười":
            value += 10
        elif word != "linh":
            digit = DIGITS[word]
    return value + digit


@given(st.integers(0, 10**15) | st.integers(0, 10**6))
def test_every_vietnamese_reading_reads_back(number: int) -> None:
    assert read_vi(number_vi(number).split()) == number


@given(st.integers(1, 10**6))
def test_readings_follow_the_rules_of_the_language(number: int) -> None:
    said = f" {number_vi(number)} "
    assert "  " not in said
    assert "mươi một" not in said
    assert "mươi năm" not in said
    assert "linh mười" not in said
