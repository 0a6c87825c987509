"""What booths cost: price lines, waiver, VAT, instalments and the days they are due. Net amounts in one currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import lazy_gettext as _l

from fairs.booths.errors import NoPrice
from fairs.booths.sales_models import PriceRule
from fairs.calendar.models import Fair
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth, BoothPrice
from fairs.payments.vat import vat_of

_FULL = ("booth", "surcharge", "discount")
BALANCE_DAYS = 30  # days before the opening when a fair names no day for the balance


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line: text in both languages, net amount; VAT is added in whole percent, rounded for each line."""

    kind: str  # booth | surcharge | discount | support
    text_vi: str
    text_en: str
    net: Money
    vat_percent: int
    booth_id: int | None = None

    @property
    def vat(self) -> Money:
        """VAT of the line."""
        return self.net.share(self.vat_percent)


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one or several booths for an exhibitor, with what is due when."""

    lines: tuple[PriceLine, ...]
    currency: str
    vat_percent: int
    deposit_percent: int
    deposit_due_on: date
    balance_due_on: date

    def _sum(self, booth_id: int | None, *kinds: str) -> Money:
        wanted = [one for one in self.lines if one.kind in kinds and booth_id in {None, one.booth_id}]
        return Money(sum(line.net.amount_minor for line in wanted), self.currency)

    def price_of(self, booth_id: int) -> Money:
        """Full net price of one of the booths, before any waiver."""
        return self._sum(booth_id, *_FULL)

    def support_of(self, booth_id: int) -> Money:
        """Net part waived of one of the booths, positive."""
        return Money(-self._sum(booth_id, "support").amount_minor, self.currency)

    @property
    def price(self) -> Money:
        """Full net price, before any waiver."""
        return self._sum(None, *_FULL)

    @property
    def support(self) -> Money:
        """Net part waived, positive."""
        return Money(-self._sum(None, "support").amount_minor, self.currency)

    @property
    def net(self) -> Money:
        """What is owed without VAT."""
        return self.price - self.support

    @property
    def vat(self) -> Money:
        """VAT on what is owed."""
        return Money(sum(line.vat.amount_minor for line in self.lines), self.currency)

    @property
    def total(self) -> Money:
        """What is owed with VAT."""
        return self.net + self.vat

    @property
    def deposit(self) -> Money:
        """The first instalment."""
        return self.total.share(self.deposit_percent)

    @property
    def balance(self) -> Money:
        """The rest."""
        return self.total - self.deposit


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The prices and rules of a fair that hold for somebody on a day, all in one currency.

    The order is: the base price of the type (per booth or m²), the corner surcharge of the type, then the fair's rules by
    their position, each a percentage of the base price or an amount; each line is rounded half up to the currency's smallest
    unit, and rebates never take a booth below zero. Support by a decision comes last and mirrors every line.
    """

    currency: str
    prices: Mapping[int, BoothPrice]
    rules: Sequence[PriceRule]
    day: date
    track: str = "paying"

    def parts(self, booth: Booth) -> list[tuple[PriceRule | None, Money]]:
        """The base price, the corner surcharge (zero with fewer than two open sides) and what each rule adds or takes.

        Raises NoPrice naming the kind of booth.
        """
        price = self.prices.get(booth.type_id)
        if price is None:
            raise _no_price(booth, self.currency)
        base = price.amount
        if price.basis == "m2":
            minor = (Decimal(price.amount_minor) * booth.area_cm2 / 10_000).quantize(Decimal(1), ROUND_HALF_UP)
            base = Money(int(minor), price.currency)
        found: list[tuple[PriceRule | None, Money]] = [
            (None, base), (None, base.share(price.corner_percent if booth.open_sides >= 2 else 0)),
        ]  # fmt: skip
        left = sum(part.amount_minor for _, part in found)
        for rule in self.rules:
            if not self._fits(rule, booth):
                continue
            amount = rule.amount if rule.amount is not None else base.share(rule.percent or 0)
            if amount.amount_minor < -left:
                amount = Money(-left, self.currency)
            left += amount.amount_minor
            found.append((rule, amount))
        return found

    def _fits(self, rule: PriceRule, booth: Booth) -> bool:
        return (
            (rule.type_id is None or rule.type_id == booth.type_id)
            and (rule.zone_id is None or rule.zone_id == booth.zone_id)
            and (not rule.track or rule.track == self.track)
            and (rule.until is None or self.day <= rule.until)
            and (rule.open_sides is None or rule.open_sides == booth.open_sides)
            and (rule.amount_minor is None or rule.currency == self.currency)
        )

    def full_price(self, booth: Booth) -> Money | None:
        """The whole net price of a booth, None without a price."""
        if booth.type_id not in self.prices:
            return None
        return Money(sum(part.amount_minor for _, part in self.parts(booth)), self.currency)


def _no_price(booth: Booth, currency: str) -> NoPrice:
    message = _l(
        "There is no price in %(currency)s for %(kind)s (booth %(code)s) yet; the organiser sets it.",
        currency=currency, kind=booth.type.name, code=booth.code,
    )  # fmt: skip
    return NoPrice(message, booth=booth.code, type=booth.type.code)


def make_quote(fair: Fair, booths: Sequence[Booth], book: PriceBook, exhibitor: Exhibitor | None) -> Quote:
    """The quote for an exhibitor (None: for anybody, without support) for booths taken together; raises NoPrice.

    A supported exhibitor's waiver mirrors every line by the percent of the decision, so that with 100 percent what is owed is
    exactly zero with VAT too, and the full price stays visible as the value of the support.
    """
    lines: list[PriceLine] = []
    vat = vat_of(fair, "booth")
    for booth in booths:
        lines += _lines(vat, booth, book, is_one=len(booths) == 1)
    if exhibitor is not None and exhibitor.is_supported:
        lines += [_support(line, exhibitor) for line in tuple(lines)]
    deposit_due, balance_due = due_days(fair)
    return Quote(tuple(lines), book.currency, vat, fair.deposit_percent, deposit_due, balance_due)


def _lines(vat: int, booth: Booth, book: PriceBook, *, is_one: bool) -> Iterator[PriceLine]:
    (_, base), (_, corner), *rules = book.parts(booth)
    place = ("", "") if is_one else (f", gian {booth.code}", f", booth {booth.code}")
    yield PriceLine("booth", *_booth_text(booth), base, vat, booth.id)
    if corner:
        sides, percent = booth.open_sides, book.prices[booth.type_id].corner_percent
        text = (f"Phụ thu {sides} mặt mở ({percent}%)", f"Surcharge for {sides} open sides ({percent} %)")
        yield PriceLine("surcharge", text[0] + place[0], text[1] + place[1], corner, vat, booth.id)
    for rule, amount in rules:
        if rule is None or not amount:
            continue
        share = ("", "") if rule.percent is None else (f" ({rule.percent:+d}%)", f" ({rule.percent:+d} %)")
        kind = "surcharge" if amount.amount_minor > 0 else "discount"
        text = (rule.text_vi + share[0] + place[0], rule.text_en + share[1] + place[1])
        yield PriceLine(kind, *text, amount, vat, booth.id)


def _support(line: PriceLine, exhibitor: Exhibitor) -> PriceLine:
    number, percent = exhibitor.decision_number, exhibitor.support_percent
    share = ("", "") if percent == 100 else (f" {percent}%", f" of {percent} %")
    vi = f"Hỗ trợ{share[0]} theo Quyết định {number}" if number else f"Hỗ trợ{share[0]} theo quyết định"
    en = f"Support{share[1]} by decision {number}" if number else f"Support{share[1]} by decision"
    waived = Money(0, line.net.currency) - line.net.share(percent)
    texts = (f"{vi}: {line.text_vi}", f"{en}: {line.text_en}")
    return PriceLine("support", *texts, waived, line.vat_percent, line.booth_id)


def _booth_text(booth: Booth) -> tuple[str, str]:
    area = f"{booth.area_m2:g}"
    return (
        f"{booth.type.name_vi}, gian {booth.code}, {area.replace('.', ',')} m²",
        f"{booth.type.name_en}, booth {booth.code}, {area} m²",
    )


def due_days(fair: Fair) -> tuple[date, date]:
    """When deposit and balance of a booking made today are due: never after the day before the opening."""
    latest = max(fair.today, fair.starts_on - timedelta(days=1))
    deposit = min(fair.today + timedelta(days=fair.deposit_days), latest)
    balance = fair.balance_due_on or fair.starts_on - timedelta(days=BALANCE_DAYS)
    return deposit, max(deposit, balance)
