"""Money: what people type in either manner becomes exactly what they mean, or is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairs.core.errors import InvalidInput
from fairs.core.money import EXPONENTS, LARGEST, Money, parse_decimal

amounts = st.integers(-LARGEST, LARGEST)
currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.builds(Money, amounts, currencies)


def written(value: Money, thousands: str, decimal_mark: str) -> str:
    """The amount as a person of that manner writes it."""
    whole = f"{abs(value.decimal):,.{value.exponent}f}"
    sign = "-" if value.amount_minor < 0 else ""
    return sign + whole.replace(",", "T").replace(".", decimal_mark).replace("T", thousands)


@given(
    minors,
    st.sampled_from([(".", ","), (",", "."), (" ", ","), ("\u00a0", ","), ("\u202f", ","), ("'", "."), ("", ".")]),
)
def test_both_manners_mean_the_same_amount(value: Money, manner: tuple[str, str]) -> None:
    assert Money.parse(written(value, *manner), value.currency) == value


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12.000.000", "12000000"), ("12,000,000", "12000000"), ("12 000 000", "12000000"), ("12000000", "12000000"),
        ("12.000.000 ₫", "12000000"), ("12000000đ", "12000000"), ("$1,234.50", "1234.50"), ("1.234,5", "1234.5"),
        ("1.5", "1.5"), ("1,5", "1.5"), ("1.500", "1500"), ("1,500", "1500"), ("0.125", "0.125"), ("0,125", "0.125"),
        ("-5", "-5"), ("007", "7"), ("1.2345", "1.2345"), ("٣", "3"), (" 42 ", "42"), ("25.400", "25400"),
    ],
)  # fmt: skip
def test_what_was_typed_is_read(typed: str, meant: str) -> None:
    assert parse_decimal(typed) == Decimal(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "abc", "1.2.3", "1.23.456", "12.34,5", "1,2,3", "1..2", "1.,2", "1,", ".5", "--1", "1-", "1e5", "0x10",
        "NaN", "Infinity", "½", "12 34", "1 2", "1_000", "=1+1", "<b>1</b>", "9" * 41, "9" * 10_000, "1\n2", "1.000.00",
    ],
)  # fmt: skip
def test_what_is_unclear_is_refused_at_the_field(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_decimal(typed)
    assert refused.value.field == "amount"


@given(st.text())
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    try:
        Money.parse(text, "VND")
    except InvalidInput as refused:
        assert refused.status == 422  # noqa: PT017


def test_smaller_parts_than_the_currency_has_are_refused() -> None:
    assert Money.parse("10,5", "USD") == Money(1050, "USD")
    for text, currency in (("10,5", "VND"), ("1.2345", "USD"), ("0,5", "JPY")):
        with pytest.raises(InvalidInput):
            Money.parse(text, currency)


def test_absurd_amounts_and_unknown_currencies_are_refused() -> None:
    assert Money.parse(str(LARGEST), "VND").amount_minor == LARGEST
    for text, currency in ((str(LARGEST + 1), "VND"), (str(-LARGEST - 1), "VND"), (str(LARGEST), "USD"), ("1", "XXX")):
        with pytest.raises(InvalidInput):
            Money.parse(text, currency)
    with pytest.raises(InvalidInput):
        Money(1, "")


@given(st.lists(amounts, min_size=1, max_size=5), currencies)
def test_sums_are_exact(parts: list[int], currency: str) -> None:
    total = Money(0, currency)
    for part in parts:
        total += Money(part, currency)
    assert total == Money(sum(parts), currency)
    assert total - total == Money(0, currency)
    assert bool(total) is (sum(parts) != 0)


@given(amounts, currencies, st.integers(0, 100))
def test_a_share_and_the_rest_are_the_whole(amount: int, currency: str, percent: int) -> None:
    whole = Money(amount, currency)
    part = whole.share(percent)
    assert part + (whole - part) == whole
    assert abs(part.amount_minor * 100 - amount * percent) <= 50


@pytest.mark.parametrize(
    ("amount", "percent", "share"), [(101, 50, 51), (-101, 50, -51), (1, 50, 1), (12_960_000, 8, 1_036_800)]
)
def test_a_share_is_rounded_half_up(amount: int, percent: int, share: int) -> None:
    assert Money(amount, "VND").share(percent) == Money(share, "VND")


def test_currencies_do_not_mix_and_floats_are_no_money() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "VND") + Money(1, "USD")
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "VND") - Money(1, "USD")
    for amount in (1.0, True, Decimal(1)):
        with pytest.raises(TypeError):
            Money(amount, "VND")  # type: ignore[arg-type]


def test_programs_get_minor_units() -> None:
    assert Money(1050, "USD").as_dict() == {"amount_minor": 1050, "currency": "USD"}
    assert Money(1050, "USD").decimal == Decimal("10.50")
    assert Money(12, "VND").decimal == Decimal(12)
