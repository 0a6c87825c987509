"""Geometry of bullet charts and sparklines: plain numbers that the templates turn into SVG (no inline style)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fairs.reports.queries import Figure

WIDTH, HEIGHT = 240, 22


@dataclass(frozen=True, slots=True)
class Bullet:
    """Places on a scale of WIDTH: where the target lies, how far the bar goes, how it is drawn."""

    width: int
    height: int
    target_from: float
    target_to: float
    bar: float
    look: str  # solid | outline | hatch


_LOOKS = {"verified": "solid", "counted": "solid", "declared": "outline", "announced": "outline", "estimated": "hatch"}


def bullet(figure: Figure) -> Bullet | None:
    """The bullet chart of a figure, its scale from 0 to a fifth beyond target and actual; None without a target."""
    target = figure.target
    if target.minimum is None or target.minimum <= 0:
        return None
    least, most = target.minimum, target.maximum or target.minimum
    scale = max(most, figure.actual or Decimal(0)) * Decimal("1.2")

    def place(value: Decimal) -> float:
        return round(float(value / scale) * WIDTH, 1)

    return Bullet(
        WIDTH, HEIGHT, place(least), place(most), place(figure.actual) if figure.actual else 0.0,
        _LOOKS.get(figure.label.value if figure.label else "", "outline"),
    )  # fmt: skip


def sparkline(trend: Sequence[tuple[date, Decimal]], width: int = 80, height: int = 22) -> str:
    """Points of a line through the trend, days across and values up; empty with fewer than two."""
    if len(trend) < 2:
        return ""
    first, days = trend[0][0], max(1, (trend[-1][0] - trend[0][0]).days)
    top = max(value for _day, value in trend) or Decimal(1)
    return " ".join(
        f"{2 + (width - 4) * (day - first).days / days:.1f},{height - 2 - float(value / top) * (height - 4):.1f}"
        for day, value in trend
    )
