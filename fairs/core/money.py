"""Money: whole minor units and a currency, never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput

# ISO 4217 exponents of the currencies in use; VND and JPY have no minor unit.
EXPONENTS = {
    "VND": 0, "JPY": 0, "KRW": 0, "USD": 2, "EUR": 2, "GBP": 2, "CNY": 2, "HKD": 2, "SGD": 2, "AUD": 2, "CAD": 2,
    "CHF": 2, "CZK": 2, "RUB": 2, "THB": 2, "TWD": 2, "AED": 2, "SEK": 2, "DKK": 2, "NOK": 2, "PLN": 2, "INR": 2,
}  # fmt: skip
_NUMBER = _l("Write a number, for example 12.000.000 or 1,234.50.")
_LONGEST = 40  # characters; arithmetic beyond it would round
LARGEST = 10**15  # Minor units. Beyond it is a typing error, and a 64-bit column still holds sums of such values.


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (VND 0 decimals, USD 2) and its ISO 4217 currency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in EXPONENTS:
            raise InvalidInput(_l("Unknown currency."), field="currency")
        if type(self.amount_minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {self.amount_minor!r}")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    @property
    def exponent(self) -> int:
        """Decimal places of the currency (ISO 4217)."""
        return EXPONENTS[self.currency]

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount_minor).scaleb(-self.exponent)

    def share(self, percent: int | Decimal) -> Money:
        """``percent`` of the amount, rounded half up to the minor unit."""
        part = (Decimal(self.amount_minor) * Decimal(percent) / 100).quantize(Decimal(1), ROUND_HALF_UP)
        return Money(int(part), self.currency)

    def as_dict(self) -> dict[str, int | str]:
        """The form of the API: ``{"amount_minor", "currency"}``."""
        return {"amount_minor": self.amount_minor, "currency": self.currency}

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Money:
        """From major units; raises InvalidInput when there are more decimals than the currency has, or it is huge."""
        if currency not in EXPONENTS:
            raise InvalidInput(_l("Unknown currency."), field="currency")
        minor = amount.scaleb(EXPONENTS[currency])
        if minor != minor.to_integral_value():
            raise InvalidInput(_l("%(currency)s has no such small units.", currency=currency), field="amount")
        if abs(minor) > LARGEST:
            raise InvalidInput(_l("This amount is too large."), field="amount")
        return cls(int(minor), currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """From what people type: ``12.000.000``, ``12,000,000``, ``1 234,50``; raises InvalidInput when unclear.

        A single separator followed by exactly three digits is a thousands mark (as both manners write it),
        otherwise the last separator is the decimal mark.
        """
        return cls.from_decimal(parse_decimal(text), currency)


def parse_decimal(text: str) -> Decimal:
    """A number as typed in Vietnamese or English manner; raises InvalidInput when it is not one."""
    cleaned = text.strip().removesuffix("₫").removesuffix("đ").removeprefix("$").strip()
    cleaned = re.sub(r"(?<=\d)[\s\u00a0\u202f'](?=\d{3}(?!\d))", "", cleaned)
    if len(cleaned) > _LONGEST or not re.fullmatch(r"-?\d[\d.,]*", cleaned):
        raise InvalidInput(_NUMBER, field="amount")
    marks = re.findall(r"[.,]", cleaned)
    if not marks:
        return Decimal(cleaned)
    last = marks[-1]
    head, _, tail = cleaned.rpartition(last)
    thousands_only = len(set(marks)) == 1 and (
        len(marks) > 1 or (len(tail) == 3 and not head.lstrip("-").startswith("0"))
    )
    if thousands_only:
        groups = cleaned.lstrip("-").split(last)
        if any(len(group) != 3 for group in groups[1:]) or len(groups[0]) > 3:
            raise InvalidInput(_NUMBER, field="amount")
        return Decimal(cleaned.replace(last, ""))
    if marks.count(last) > 1 or not tail:
        raise InvalidInput(_NUMBER, field="amount")
    if not re.fullmatch(r"-?(\d+|\d{1,3}([.,]\d{3})+)", head):
        raise InvalidInput(_NUMBER, field="amount")
    whole = re.sub(r"[.,]", "", head)
    return Decimal(f"{whole}.{tail}")
