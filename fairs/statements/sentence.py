"""The sentence that the leadership copies: the fair's figures of now, in Vietnamese whatever the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fairs.calendar.models import Fair
from fairs.core.i18n import format_number
from fairs.statements.figures import FairFigure, day_of


def coverage(fair: Fair, figures: Mapping[str, FairFigure], as_of: datetime) -> tuple[int, int]:
    """Booth-days for which sales were declared, and all of them until the day; who did not declare is never filled in."""
    declared = figures["sales"].count if "sales" in figures else 0
    booths = figures["booths"].count if "booths" in figures else 0
    day = day_of(fair, as_of)
    return declared, booths * len([one for one in fair.days if one <= day])


def percent(part: int, whole: int) -> Decimal | None:
    """The share in percent, to one decimal."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None


def sentence_vi(fair: Fair, figures: Sequence[FairFigure], as_of: datetime) -> str:
    """ "Tính đến 16:00 ngày 23/11/2026: 11.482 lượt khách, …" by the fair's clock; empty when nothing is known yet."""
    known = {figure.key: figure for figure in figures if figure.value}
    parts = [
        f"{format_number(_whole(known[key].value), 'vi')} {words}"
        for key, words in (
            ("visits", "lượt khách"), ("foreign_importers", "nhà nhập khẩu"), ("contracts_verified", "USD (đã xác minh)"),
        )
        if key in known
    ]  # fmt: skip
    if "sales" in known:
        share = percent(*coverage(fair, {figure.key: figure for figure in figures}, as_of))
        how = "theo kê khai" if share is None else f"theo kê khai, {format_number(_whole(share), 'vi')} % lượt kê khai"
        parts.append(f"{format_number(_whole(known['sales'].value), 'vi')} đồng doanh thu ({how})")
    if not parts:
        return ""
    there = as_of.astimezone(ZoneInfo(fair.time_zone))
    return f"Tính đến {there:%H:%M} ngày {there:%d/%m/%Y}: {', '.join(parts)}"


def _whole(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
