"""The lower of cap and what was paid, line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fairs.claims.arithmetic import ONE, Paid, Rate, Terms, Why, convert, state_claim
from fairs.claims.states import LineKind
from fairs.core.money import Money

FIRST = date(2026, 10, 1)
NIGHTS = [FIRST + timedelta(days=n) for n in range(4)]


def vnd(amount: int) -> Money:
    return Money(amount, "VND")


TERMS = Terms(vnd(25_000_000), vnd(1_900_000), True, NIGHTS)
DOLLAR = Rate(Decimal("25410.5"), Decimal(1), FIRST, "Vietcombank")


def ticket(amount: Money, rate: Rate | None = ONE, key: int = 1) -> Paid:
    return Paid(key, LineKind.TRAVEL, amount, rate)


def night(amount: int, day: date, key: int = 1) -> Paid:
    return Paid(key, LineKind.NIGHT, vnd(amount), ONE, day)


def test_what_was_paid_when_it_is_less_than_the_cap_and_the_cap_when_it_is_more() -> None:
    assert state_claim([ticket(vnd(18_000_000))], TERMS).travel == vnd(18_000_000)
    above = state_claim([ticket(vnd(31_000_000))], TERMS)
    assert (above.travel, above.of(1).why, above.of(1).converted) == (vnd(25_000_000), Why.CAP, vnd(31_000_000))


def test_tickets_share_one_cap_the_earlier_first() -> None:
    result = state_claim([ticket(vnd(20_000_000)), ticket(vnd(20_000_000), key=2)], TERMS)
    assert [one.counts for one in result.lines] == [vnd(20_000_000), vnd(5_000_000)]


def test_a_foreign_receipt_is_converted_and_rounded_half_up() -> None:
    assert convert(Money(1, "USD"), DOLLAR, "VND") == vnd(254)  # 254.105
    assert convert(Money(70_000, "USD"), DOLLAR, "VND") == vnd(17_787_350)
    assert convert(vnd(254_105), Rate(Decimal(1), Decimal("25410.5")), "USD") == Money(1000, "USD")
    assert convert(Money(10_000, "JPY"), Rate(Decimal("165.5"), Decimal("25410.5")), "USD") == Money(6513, "USD")


def test_a_receipt_without_a_rate_counts_nothing_until_there_is_one() -> None:
    result = state_claim([ticket(Money(100, "USD"), None)], TERMS)
    assert (result.travel, result.is_whole, result.of(1).why) == (vnd(0), False, Why.NO_RATE)


def test_a_night_counts_up_to_its_cap_several_lines_of_one_night_together() -> None:
    lines = [night(1_500_000, NIGHTS[0]), night(600_000, NIGHTS[0], 2), night(2_500_000, NIGHTS[1], 3)]
    result = state_claim(lines, TERMS)
    assert [one.counts for one in result.lines] == [vnd(1_500_000), vnd(400_000), vnd(1_900_000)]
    assert (result.lodging, result.lodging_cap, result.nights_left) == (vnd(3_800_000), vnd(7_600_000), 4)


def test_nights_outside_the_funded_ones_or_paid_by_the_organiser_are_no_claim() -> None:
    terms = replace(TERMS, paid_by_us=NIGHTS[:1])
    result = state_claim(
        [night(1, NIGHTS[0]), night(1, NIGHTS[3] + timedelta(days=1), 2), night(7, NIGHTS[1], 3)], terms
    )
    assert [one.why for one in result.lines] == [Why.PAID_BY_US, Why.NOT_FUNDED, Why.WHOLE]
    assert (result.lodging, result.nights_left) == (vnd(7), 3)


def test_a_tier_without_travel_refunds_no_ticket() -> None:
    result = state_claim([ticket(vnd(5))], replace(TERMS, pays_travel=False))
    assert (result.total, result.travel_cap, result.of(1).why) == (vnd(0), vnd(0), Why.NOT_FUNDED)


def test_of_a_struck_line_nothing_counts() -> None:
    assert state_claim([ticket(vnd(0), None)], TERMS).of(1).why is Why.STRUCK


LINES = st.lists(
    st.builds(
        lambda kind, amount, n: Paid(0, kind, vnd(amount), ONE, NIGHTS[0] + timedelta(days=n)),
        st.sampled_from(LineKind), st.integers(0, 10**9), st.integers(-2, 6),
    ), max_size=12,
)  # fmt: skip


@settings(deadline=None)  # the machine may be busy
@given(lines=LINES, travel=st.integers(0, 10**8), cap=st.integers(0, 10**7), ours=st.integers(0, 4))
def test_never_more_than_the_caps_nor_than_was_paid(lines: list[Paid], travel: int, cap: int, ours: int) -> None:
    numbered = [replace(line, key=n) for n, line in enumerate(lines)]
    terms = Terms(vnd(travel), vnd(cap), True, NIGHTS, NIGHTS[:ours])
    result = state_claim(numbered, terms)
    assert result.travel.amount_minor <= travel
    assert result.lodging.amount_minor <= cap * (4 - ours)
    assert result.total == sum((one.counts for one in result.lines), vnd(0))
    assert all(
        one.counts.amount_minor <= line.amount.amount_minor for one, line in zip(result.lines, numbered, strict=True)
    )
