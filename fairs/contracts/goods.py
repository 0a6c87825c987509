"""Goods as typed: HS code, quantity, price and amount of each line, and that they fit one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import lazy_gettext as _l

from fairs.contracts.models import ContractLine
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.hs import UNITS, check_code
from fairs.core.i18n import format_money
from fairs.core.money import EXPONENTS, Money
from fairs.core.text import clean

#: Amounts and quantities from here on are slips of the keyboard.
TOO_LARGE = Decimal(10**12)


@dataclass(frozen=True, slots=True)
class LineDraft:
    """Goods as typed; ``amount`` is the line's value, ``price`` that of one unit, both in major units of the contract's
    currency. The amount may stay open where there is a price."""

    hs_code: str
    description: str
    quantity: Decimal | None
    unit: str
    amount: Decimal | None
    price: Decimal | None = None
    cites: bool = False


@dataclass(slots=True)
class Finder:
    """Collects problems; ``money`` reads an amount and notes what is wrong with it."""

    problems: list[DomainError] = field(default_factory=list)

    def add(self, message: object, place: str) -> None:
        """One more problem, at its field."""
        self.problems.append(InvalidInput(message, field=place))

    def money(self, amount: Decimal | None, currency: str, place: str, *, zero: bool) -> Money | None:
        """The amount in the currency; None when something is wrong with it. Nothing typed is 0 where ``zero`` is right."""
        if amount is None:
            if zero:
                return Money(0, currency)
            self.add(_l("Please fill this in."), place)
            return None
        if amount < 0 or (amount == 0 and not zero):
            self.add(_l("Write an amount above 0."), place)
        elif amount >= TOO_LARGE:
            self.add(_l("This amount is too large."), place)
        else:
            try:
                return Money.from_decimal(amount, currency)
            except DomainError as error:
                self.add(error.message, place)
        return None


def checked_line(place: int, draft: LineDraft, currency: str, edition: int, find: Finder) -> ContractLine | None:
    """The line ready to be kept; None when something is wrong with it, which ``find`` knows then."""
    before = len(find.problems)
    at = f"lines-{place}-"
    code = _code(draft.hs_code, edition, f"{at}hs_code", find)
    if not clean(draft.description):
        find.add(_l("Please fill this in."), f"{at}description")
    elif len(draft.description) > 300:
        find.add(_l("At most %(max)d characters.", max=300), f"{at}description")
    if draft.quantity is None:
        find.add(_l("Please fill this in."), f"{at}quantity")
    elif not 0 < draft.quantity < TOO_LARGE:
        find.add(_l("Write a quantity above 0."), f"{at}quantity")
    elif draft.quantity != round(draft.quantity, 3):
        find.add(_l("At most three decimals."), f"{at}quantity")
    if draft.unit not in UNITS:
        find.add(_l("Please choose a unit."), f"{at}unit")
    amount = _amount(draft, currency, at, find) if currency in EXPONENTS else None
    if len(find.problems) > before or amount is None or code is None:
        return None
    return ContractLine(
        position=place + 1, hs_code=code, hs_edition=edition, description=clean(draft.description),
        quantity=draft.quantity, unit=draft.unit, price=draft.price, cites=draft.cites,
        amount_minor=amount.amount_minor, currency=currency,
    )  # fmt: skip


def _code(typed: str, edition: int, place: str, find: Finder) -> str | None:
    if not clean(typed):
        find.add(_l("Please fill this in."), place)
        return None
    try:
        return check_code(typed, edition, field=place).code
    except InvalidInput as error:
        find.add(error.message, place)
        return None


def _amount(draft: LineDraft, currency: str, at: str, find: Finder) -> Money | None:
    """The line's amount as typed, or from price and quantity; what was typed must be what they come to."""
    if draft.price is None:
        return find.money(draft.amount, currency, f"{at}amount", zero=False)
    if not 0 < draft.price < TOO_LARGE:
        find.add(_l("Write a price above 0."), f"{at}price")
        return None
    if draft.price != round(draft.price, 6):
        find.add(_l("At most six decimals."), f"{at}price")
        return None
    if draft.quantity is None or not 0 < draft.quantity < TOO_LARGE:
        # The quantity has its own message; the amount is looked at by itself.
        return None if draft.amount is None else find.money(draft.amount, currency, f"{at}amount", zero=False)
    exact = (draft.price * draft.quantity).quantize(Decimal(1).scaleb(-EXPONENTS[currency]), ROUND_HALF_UP)
    product = find.money(exact, currency, f"{at}price", zero=False)
    if product is None or draft.amount is None:
        return product
    amount = find.money(draft.amount, currency, f"{at}amount", zero=False)
    if amount is not None and amount != product:
        gap = Money(abs(amount.amount_minor - product.amount_minor), currency)
        find.add(
            _l(
                "Price times quantity comes to %(sum)s: off by %(gap)s.",
                sum=format_money(product),
                gap=format_money(gap),
            ),
            f"{at}price",
        )
        return None
    return amount


def check_sum(value: Money | None, lines: Sequence[ContractLine | None], find: Finder) -> None:
    """The value is the sum of its lines, to the last unit."""
    known = [line for line in lines if line is not None]
    if value is None or not lines or len(known) < len(lines):
        return
    total = Money(sum(line.amount_minor for line in known), value.currency)
    if total != value:
        gap = Money(abs(total.amount_minor - value.amount_minor), value.currency)
        find.add(
            _l(
                "The lines come to %(sum)s, the value is off by %(gap)s: both must be equal.",
                sum=format_money(total), gap=format_money(gap),
            ),
            "value",
        )  # fmt: skip
