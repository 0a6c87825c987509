"""What a guest is paid: the lower of cap and what was paid, line by line. Pure: no database, no clock.

Found elsewhere (India International Silk Fair 2016, ``domain/support-rules.csv`` HB-IISF2016): airfare up to the cap of the
region or the actual fare, whichever is less, and some hotel nights.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from fairs.claims.states import LineKind
from fairs.core.money import Money


class Why(StrEnum):
    """Why less of a line counts than was paid."""

    WHOLE = "whole"
    STRUCK = "struck"  # the reviewer left nothing of it
    NO_RATE = "no_rate"  # it cannot be converted yet
    NOT_FUNDED = "not_funded"  # a night outside the funded days, or a tier without it
    PAID_BY_US = "paid_by_us"  # the organiser pays the hotel for this night
    CAP = "cap"  # the rest is above the cap


@dataclass(frozen=True, slots=True)
class Rate:
    """Dong for one unit of the receipt's currency, and for one of the claim's; of which day, and from where."""

    vnd: Decimal
    base_vnd: Decimal
    on: date | None = None
    source: str = ""


ONE = Rate(Decimal(1), Decimal(1))


@dataclass(frozen=True, slots=True)
class Paid:
    """A line as it goes into the arithmetic. ``rate`` is None where none is known."""

    key: int
    kind: LineKind
    amount: Money  # what the review left of it
    rate: Rate | None
    night: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the support covers: caps in the claim's currency, the funded nights, those that the organiser pays."""

    travel_cap: Money
    night_cap: Money
    pays_travel: bool
    funded_nights: Collection[date]
    paid_by_us: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """A line with what it comes to: ``converted`` by the rate, ``counts`` within the caps."""

    key: int
    converted: Money | None
    counts: Money
    why: Why


@dataclass(frozen=True, slots=True)
class Statement:
    """The arithmetic of a claim, all in its currency."""

    lines: Sequence[Counted]
    travel: Money
    lodging: Money
    travel_cap: Money
    lodging_cap: Money
    nights_left: int  # funded nights that the organiser does not pay

    @property
    def total(self) -> Money:
        """What is payable."""
        return self.travel + self.lodging

    @property
    def converted(self) -> Money:
        """All that was paid, as far as it can be converted."""
        return sum((one.converted for one in self.lines if one.converted is not None), Money(0, self.travel.currency))

    @property
    def is_whole(self) -> bool:
        """Whether every line could be converted."""
        return all(one.converted is not None for one in self.lines)

    def of(self, key: int) -> Counted:
        """What a line comes to."""
        return next(one for one in self.lines if one.key == key)


def convert(amount: Money, rate: Rate, currency: str) -> Money:
    """``amount`` in ``currency`` by the rate, rounded half up to the minor unit; the same currency stays as it is."""
    if amount.currency == currency:
        return amount
    exponent = Money(0, currency).exponent
    value = (amount.decimal * rate.vnd / rate.base_vnd).quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_UP)
    return Money.from_decimal(value, currency)


def state_claim(lines: Sequence[Paid], terms: Terms) -> Statement:
    """Add up a claim. The journey counts up to its cap; each funded night that the organiser does not pay up to the night's
    cap, several lines of one night together. Earlier lines use the cap first."""
    currency = terms.travel_cap.currency
    zero = Money(0, currency)
    travel_left = terms.travel_cap.amount_minor if terms.pays_travel else 0
    mine = set(terms.funded_nights) - set(terms.paid_by_us)
    night_left = dict.fromkeys(mine, terms.night_cap.amount_minor)
    counted, sums = [], {LineKind.TRAVEL: 0, LineKind.NIGHT: 0}
    for line in lines:
        converted = None if line.rate is None else convert(line.amount, line.rate, currency)
        if not line.amount:
            counted.append(Counted(line.key, zero, zero, Why.STRUCK))
            continue
        if converted is None:
            counted.append(Counted(line.key, None, zero, Why.NO_RATE))
            continue
        if line.kind is LineKind.TRAVEL:
            if not terms.pays_travel:
                counted.append(Counted(line.key, converted, zero, Why.NOT_FUNDED))
                continue
            left = travel_left
        elif line.night in set(terms.paid_by_us):
            counted.append(Counted(line.key, converted, zero, Why.PAID_BY_US))
            continue
        elif line.night not in mine:
            counted.append(Counted(line.key, converted, zero, Why.NOT_FUNDED))
            continue
        else:
            left = night_left[line.night]
        counts = min(converted.amount_minor, left)
        if line.kind is LineKind.TRAVEL:
            travel_left -= counts
        else:
            night_left[line.night] -= counts  # type: ignore[index]  # it is one of mine
        sums[line.kind] += counts
        why = Why.WHOLE if counts == converted.amount_minor else Why.CAP
        counted.append(Counted(line.key, converted, Money(counts, currency), why))
    return Statement(
        counted, Money(sums[LineKind.TRAVEL], currency), Money(sums[LineKind.NIGHT], currency),
        terms.travel_cap if terms.pays_travel else zero, Money(terms.night_cap.amount_minor * len(mine), currency), len(mine),
    )  # fmt: skip
