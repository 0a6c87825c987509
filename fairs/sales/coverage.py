"""How much of a fair has declared its sales: by booth and by square metre, each day, by zone and product group. Sums only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from fairs.booths.models import BoothBooking
from fairs.core.i18n import format_date
from fairs.core.money import Money
from fairs.directory.queries import group_names
from fairs.sales.models import SalesReturn
from fairs.sales.queries import CURRENCY, SalesTable


@dataclass(slots=True)
class Share:
    """Booth-days that can be declared and those that were, their area, and what was declared in dong."""

    label: str
    key: str = ""  # value of the filter that shows the records behind it
    expected: int = 0
    declared: int = 0
    area: int = 0  # square centimetres
    declared_area: int = 0
    cash: int = 0
    card: int = 0
    orders: int = 0
    unsplit: int = 0  # of declarations that do not say how it was paid
    late: int = 0

    @property
    def amount(self) -> Money:
        """All that was declared."""
        return Money(self.cash + self.card + self.orders + self.unsplit, CURRENCY)

    @property
    def missing(self) -> int:
        """Booth-days not declared."""
        return self.expected - self.declared

    @property
    def percent(self) -> Decimal:
        """Of the booth-days, how many per cent were declared."""
        return _percent(self.declared, self.expected)

    @property
    def area_percent(self) -> Decimal:
        """The same by area."""
        return _percent(self.declared_area, self.area)

    def add(self, booking: BoothBooking, row: SalesReturn | None, time_zone: str) -> None:
        """Count a booth's day."""
        area = booking.booth.area_cm2
        self.expected += 1
        self.area += area
        if row is None:
            return
        self.declared += 1
        self.declared_area += area
        self.late += row.is_late(time_zone)
        if row.parts is None:
            self.unsplit += row.amount_minor
        else:
            self.cash += row.parts["cash"].amount_minor
            self.card += row.parts["card"].amount_minor
            self.orders += row.parts["orders"].amount_minor


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else Decimal(0)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The sums of a fair."""

    whole: Share
    days: list[Share]
    zones: list[Share]
    groups: list[Share]
    by_group: list[tuple[str, Money]]  # as declared by product group; the rest as not split


def coverage(table: SalesTable) -> Coverage:
    """The sums of all days that have begun; ``table`` must hold all booths of the fair.

    A booth that has not declared today yet is missing only in the row of the day.
    """
    names, days = group_names(), table.days

    def zone(booking: BoothBooking) -> tuple[str, str]:
        found = booking.booth.zone
        return (found.code, f"{found.code} {found.name}") if found is not None else ("-", _("No zone"))

    def group(booking: BoothBooking) -> tuple[str, str]:
        codes = booking.exhibitor.groups
        return (codes[0], names.get(codes[0], codes[0])) if codes else ("-", _("No product group"))

    whole = _shares(table, days, lambda _booking, _day: ("", _("All days")))
    return Coverage(
        whole[0] if whole else Share(_("All days")),
        _shares(table, days, lambda _booking, day: (day.isoformat(), format_date(day)), by_day=True),
        _shares(table, days, lambda booking, _day: zone(booking)),
        _shares(table, days, lambda booking, _day: group(booking)),
        _by_group(table, names),
    )


def _shares(
    table: SalesTable,
    days: Iterable[date],
    key_of: Callable[[BoothBooking, date], tuple[str, Any]],
    *,
    by_day: bool = False,
) -> list[Share]:
    found: dict[str, Share] = {}
    for day in days:
        for one in table.booths:
            if not by_day and day == table.fair.today and day not in one.declared:
                continue  # the day is still open: nothing is missing yet
            key, label = key_of(one.booking, day)
            share = found.setdefault(key, Share(str(label), key))
            share.add(one.booking, one.declared.get(day), table.fair.time_zone)
    return [found[key] for key in sorted(found)]


def _by_group(table: SalesTable, names: dict[str, str]) -> list[tuple[str, Money]]:
    """What was declared by product group. Who shows one group only sells that group; all else counts as not split."""
    sums: dict[str, int] = {}
    for one in table.booths:
        only = one.booking.exhibitor.groups
        for row in one.declared.values():
            parts = row.groups or {only[0] if len(only) == 1 else "": row.amount_minor}
            for code, minor in parts.items():
                sums[code] = sums.get(code, 0) + int(minor)
    rest = sums.pop("", 0)
    found = [(names.get(code, code), Money(minor, CURRENCY)) for code, minor in sums.items() if minor]
    found.sort(key=lambda pair: -pair[1].amount_minor)
    return [*found, (_("Not split by product group"), Money(rest, CURRENCY))] if rest else found


def day_chart(found: Coverage) -> dict[str, Any]:
    """What was declared each day by way of payment, for frontend/charts.ts."""
    series = (
        (_("Cash"), "cash"), (_("Card and transfer"), "card"), (_("Orders taken"), "orders"), (_("Not split"), "unsplit"),
    )  # fmt: skip
    return {
        "kind": "bar", "unit": "₫", "labels": [share.label for share in found.days],
        "series": [
            {"name": name, "values": [getattr(share, key) for share in found.days]} for name, key in series
            if any(getattr(share, key) for share in found.days)
        ],
    }  # fmt: skip
