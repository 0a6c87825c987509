"""What a booth costs: price lines, waiver, VAT, instalments and the days they are due. Net amounts in the fair's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from fairs.booths.errors import NoPrice
from fairs.calendar.models import Fair
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth, BoothPrice

BALANCE_DAYS = 30  # days before the opening when a fair names no day for the balance


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line: text in both languages, net amount; VAT is added in whole percent, rounded for each line."""

    kind: str  # booth | surcharge | support
    text_vi: str
    text_en: str
    net: Money
    vat_percent: int

    @property
    def vat(self) -> Money:
        """VAT of the line."""
        return self.net.share(self.vat_percent)


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of a booth for an exhibitor, with what is due when."""

    lines: tuple[PriceLine, ...]
    currency: str
    vat_percent: int
    deposit_percent: int
    deposit_due_on: date
    balance_due_on: date

    def _net(self, *kinds: str) -> Money:
        return Money(sum(line.net.amount_minor for line in self.lines if line.kind in kinds), self.currency)

    @property
    def price(self) -> Money:
        """Full net price, before any waiver."""
        return self._net("booth", "surcharge")

    @property
    def support(self) -> Money:
        """Net part waived, positive."""
        waived = self._net("support")
        return Money(-waived.amount_minor, waived.currency)

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


def net_price(booth: Booth, price: BoothPrice) -> tuple[Money, Money]:
    """Base price and corner surcharge (zero with fewer than two open sides) of a booth, both net."""
    base = price.amount
    if price.basis == "m2":
        minor = (Decimal(price.amount_minor) * booth.area_cm2 / 10_000).quantize(Decimal(1), ROUND_HALF_UP)
        base = Money(int(minor), price.currency)
    return base, base.share(price.corner_percent if booth.open_sides >= 2 else 0)


def full_price(booth: Booth, price: BoothPrice | None) -> Money | None:
    """The whole net price of a booth, None without a price."""
    if price is None:
        return None
    base, corner = net_price(booth, price)
    return base + corner


def make_quote(fair: Fair, booth: Booth, price: BoothPrice | None, exhibitor: Exhibitor | None) -> Quote:
    """The quote for an exhibitor (None: for anybody, without support); raises NoPrice.

    A supported exhibitor's waiver mirrors every line by the percent of the decision, so that with 100 percent what is owed is
    exactly zero with VAT too, and the full price stays visible as the value of the support.
    """
    if price is None:
        raise NoPrice
    base, corner = net_price(booth, price)
    lines = [PriceLine("booth", *_booth_text(booth), base, fair.vat_percent)]
    if corner:
        sides, percent = booth.open_sides, price.corner_percent
        text = (f"Phụ thu {sides} mặt mở ({percent}%)", f"Surcharge for {sides} open sides ({percent} %)")
        lines.append(PriceLine("surcharge", *text, corner, fair.vat_percent))
    if exhibitor is not None and exhibitor.is_supported:
        number = exhibitor.decision_number
        percent = exhibitor.support_percent
        share = ("", "") if percent == 100 else (f" {percent}%", f" of {percent} %")
        vi = f"Hỗ trợ{share[0]} theo Quyết định {number}" if number else f"Hỗ trợ{share[0]} theo quyết định"
        en = f"Support{share[1]} by decision {number}" if number else f"Support{share[1]} by decision"
        lines += [
            PriceLine(
                "support",
                f"{vi}: {line.text_vi}",
                f"{en}: {line.text_en}",
                Money(0, line.net.currency) - line.net.share(percent),
                line.vat_percent,
            )
            for line in tuple(lines)
        ]
    deposit_due, balance_due = due_days(fair)
    return Quote(tuple(lines), price.currency, fair.vat_percent, fair.deposit_percent, deposit_due, balance_due)


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
