"""Figures as people read them, and the sentence for the letter to the city."""

from __future__ import annotations

from decimal import Decimal

from fairs.core.i18n import country_name as _country
from fairs.core.i18n import format_date, format_number
from fairs.core.money import Money
from fairs.programme.models import Target
from fairs.programme.states import FigureLabel, TargetKind
from fairs.reports.queries import Figure, Kpi

__all__ = ["amount", "country", "short_amount", "span", "summary_vi"]
_MILLION, _BILLION = Decimal(10) ** 6, Decimal(10) ** 9
_ABOUT = {"vi": "khoảng", "en": "about"}
_MORE = {"vi": "trên", "en": "more than"}


def country(code: str) -> str:
    """The country's name in the reader's language."""
    return _country(code)


def amount(value: Decimal | None, unit: str = "", locale: str | None = None) -> str:
    """A figure in full, money with its currency: ``6.182.300 USD``, ``14.870.000.000 đ``."""
    if value is None:
        return "—"
    if unit in {"USD", "VND"}:
        return f"{format_number(Money.from_decimal(round(value, 0), unit).decimal, locale)} {_sign(unit)}"
    if unit == "percent":
        return f"{format_number(value, locale)} %"
    return format_number(value, locale)


def _sign(unit: str) -> str:
    return "đ" if unit == "VND" else unit


def short_amount(value: Decimal | None, unit: str = "", locale: str = "vi") -> str:
    """Money in millions or billions, as the plan words it: ``6,18 triệu USD``, ``15 tỷ đồng``."""
    if value is None or unit not in {"USD", "VND"}:
        return amount(value, unit, locale)
    words = {"vi": ("tỷ", "triệu"), "en": ("bn", "M")}[locale]
    currency = "đồng" if (unit, locale) == ("VND", "vi") else unit
    for size, word in ((_BILLION, words[0]), (_MILLION, words[1])):
        if value >= size:
            return f"{format_number(round(value / size, 3).normalize() + 0, locale)} {word} {currency}"
    return f"{format_number(value, locale)} {currency}"


def span(target: Target, locale: str, *, short: bool = True) -> str:
    """The target as the plan words it: ``450–500``, ``khoảng 6,6 triệu USD``, ``trên 3,5 triệu đồng``; else empty."""
    if target.minimum is None:
        return ""
    show = short_amount if short else amount
    least = show(target.minimum, target.unit, locale=locale)
    if target.kind is TargetKind.MORE_THAN:
        return f"{_MORE[locale]} {least}"
    if target.maximum is not None and target.maximum != target.minimum:
        return f"{show(target.minimum, '', locale=locale)}–{show(target.maximum, target.unit, locale=locale)}"
    return f"{_ABOUT[locale]} {least}" if target.kind.leaves_room else least


_HOW = {
    FigureLabel.COUNTED: "số đếm được",
    FigureLabel.VERIFIED: "đã ký và đã xác minh",
    FigureLabel.DECLARED: "theo kê khai",
    FigureLabel.ESTIMATED: "ước tính",
    FigureLabel.ANNOUNCED: "theo công bố",
}


def _part(figure: Figure | None, lead: str) -> str:
    if figure is None or figure.actual is None or figure.label is None:
        return ""
    target = figure.target
    number = short_amount(figure.actual, target.unit, locale="vi")
    unit = "" if target.is_money else f" {target.unit_vi}"
    plan = span(target, "vi")
    return f"{lead} {number}{unit} ({_HOW[figure.label]}{f'; kế hoạch {plan}' if plan else ''})"


def summary_vi(kpi: Kpi) -> str:
    """The sentence to copy, in Vietnamese whatever the reader's language; only figures that are known are in it."""
    fairs = [
        ("Hội chợ quốc tế quà tặng hàng thủ công mỹ nghệ (mục 4a)", [
            ("booths", "có"), ("visits", "đón"), ("foreign_importers", "trong đó"),
            ("export_value", "giá trị xuất khẩu đạt"),
        ], "4a"),
        ("Hội chợ hàng lưu niệm chất lượng cao Thủ đô (mục 4b)", [
            ("booths", "có"), ("visits", "đón"), ("sales", "doanh thu đạt"),
        ], "4b"),
        ("Hỗ trợ nhà nhập khẩu nước ngoài (mục 4c)", [("supported_importers", "đạt")], "4c"),
        ("Hội chợ ở nước ngoài (mục 4d)", [
            ("enterprise_participations", "có"), ("export_value", "giá trị xuất khẩu đạt"),
        ], "4d"),
    ]  # fmt: skip
    sentences = []
    for name, metrics, number in fairs:
        parts = [_part(kpi.find(number, metric), lead) for metric, lead in metrics]
        said = ", ".join(part for part in parts if part)
        if said:
            sentences.append(f"{name} {said}")
    if not sentences:
        return ""
    return f"Tính đến ngày {format_date(kpi.as_of, 'vi')}: {'; '.join(sentences)}."
