"""The timeline as a picture: places of months, days and labels in an SVG. Lengths are its units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fairs.calendar.models import Fair
from fairs.workplace.timeline import Item

WIDTH, MARGIN, RIGHT, TOP, ROW = 1160, 12, 40, 46, 25
LETTER, GAP = 6.5, 14  # room for a letter of a label, and between two labels
DAYS_BEFORE, DAYS_AFTER = 365, 366


@dataclass(frozen=True, slots=True)
class Mark:
    """A date: its mark at ``x``, ``y``; its label begins at ``text_x``, or ends there."""

    item: Item
    x: float
    y: float
    text_x: float
    ends_there: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn. ``months`` are (x, first day); ``today_x`` is None outside the two years."""

    width: int
    height: int
    months: list[tuple[float, date]]
    marks: list[Mark]
    fair_x: float
    fair_width: float
    today_x: float | None


def draw(fair: Fair, items: Sequence[Item]) -> Picture:
    """Place everything; labels never cover one another: each takes the first row that is free beside its mark."""
    first = (fair.starts_on - timedelta(days=DAYS_BEFORE)).replace(day=1)
    last = _next_month(fair.ends_on + timedelta(days=DAYS_AFTER))
    days = (last - first).days

    def x(day: date) -> float:
        return round(MARGIN + (WIDTH - MARGIN - RIGHT) * (day - first).days / days, 1)

    marks: list[Mark] = []
    rows: list[list[tuple[float, float]]] = []
    for item in items:
        if not first <= item.day <= last:
            continue
        at = x(item.day)
        room = len(item.label) * LETTER + 12
        left = at + room > WIDTH - MARGIN or (item.day <= fair.ends_on and at - room > MARGIN and at > WIDTH * 0.3)
        span = (at - room, at + 10) if left else (at - 10, at + room)
        row = next(
            (n for n, taken in enumerate(rows) if all(span[1] + GAP <= a or span[0] >= b + GAP for a, b in taken)),
            len(rows),
        )
        if row == len(rows):
            rows.append([])
        rows[row].append(span)
        marks.append(Mark(item, at, TOP + ROW * row + ROW / 2, at - 12 if left else at + 12, left))
    months = []
    month = first
    while month < last:
        months.append((x(month), month))
        month = _next_month(month)
    inside = first <= fair.today <= last
    return Picture(
        WIDTH, TOP + ROW * max(1, len(rows)) + 10, months, marks, x(fair.starts_on),
        round(max(4.0, x(fair.ends_on + timedelta(days=1)) - x(fair.starts_on)), 1), x(fair.today) if inside else None,
    )  # fmt: skip


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
