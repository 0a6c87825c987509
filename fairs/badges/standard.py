"""The standard layout of every size: what is printed until a fair publishes one of its own, and where designers begin."""

from __future__ import annotations

from functools import cache
from typing import Any

from fairs.badges.layouts import SIZES, Element, Layout, quiet_mm

DEFAULT_SIZE = "96x134"


@cache
def standard_layout(size: str = DEFAULT_SIZE, *, photo: bool = False, level: str = "M") -> Layout:
    """The standard layout of a size, with a portrait beside the name where one is wanted.

    Band in the category's colour with fair and days, the name as large as fits, the passport's under it, company and
    country beside the code, the category in both languages at the foot.
    """
    single = size.split("-", 1)[-1]
    builder = {"86x54": _card, "label62": _narrow}.get(single, _tall)
    elements = builder(SIZES[single].width, SIZES[single].height, level, photo=photo)
    hole = "none" if single.startswith("label") else "slot"
    return Layout(size, tuple(elements), qr_level=level, hole=hole)


def _words(name: str, x: float, y: float, w: float, h: float, largest: float, smallest: float, **more: Any) -> Element:
    values: dict[str, Any] = {"valign": "middle", **more}
    mark = values.pop("id", name)
    return Element(mark, "field", x, y, w, h, field=name, largest=largest, smallest=smallest, **values)


def _tall(width: float, height: float, level: str, *, photo: bool) -> list[Element]:
    """A6, 96 × 134 and the wide label: one arrangement, the middle takes what the size leaves."""
    is_label = height == 130  # no slot above, and a printer of labels has one colour
    margin = 6.0
    inner = width - 2 * margin
    top, foot = (22.0 if is_label else 34.0), 14.0
    code = 32.0
    quiet = quiet_mm(code, level)
    x, y = width - margin - code, height - foot - 9 - code
    names_top, names_end = top + 5.5, y - quiet
    passport = 10.0
    names = inner - (28.0 if photo else 0.0)
    lead = 2.0 if is_label else 12.0
    left = x - quiet - margin
    found = [
        Element("band", "band", 0, 0, width, top, fill="category"),
        Element("foot", "band", 0, height - foot, width, foot, fill="category"),
        Element("weave", "weave", 0, top + 0.9, width, 1.7, fill="category"),
        _words("fair_name", margin, lead, inner, top - lead - 8.5, 18, 7, lines=2, bold=True, colour="white", valign="bottom"),
        _words("fair_dates", margin, top - 7.5, inner, 6, 11, 5, lines=2, colour="white", valign="top"),
        _words("category_vi", margin, height - foot + 2, inner * 0.6, foot - 4, 19, 6, lines=2, bold=True, colour="white"),
        _words(
            "category_en", margin + inner * 0.64, height - foot + 2, inner * 0.36, foot - 4, 13, 6, lines=3, colour="white",
            align="right",
        ),
        _words("native_name", margin, names_top, names, names_end - names_top - passport - 1, 46, 8, lines=2, bold=True),
        _words("passport_name", margin, names_end - passport, names, passport, 15, 7, lines=2, colour="muted", valign="top"),
        _words("company", margin, y, left, 22, 15, 7, lines=4, bold=True, valign="top"),
        _words(
            "country_code", margin, y + code - 5.4, 9.6, 5.4, 9, 7, bold=True, colour="white", fill="category", align="center",
        ),
        _words("country", margin + 11.6, y + code - 7.2, left - 11.6, 9, 12, 6.5, lines=2),
        Element("code", "qr", x, y, code, code),
        _words("short_code", x - 2, y + code + quiet, code + 3, 4, 9.5, 5, bold=True, align="center", valign="top"),
    ]  # fmt: skip
    if photo:
        found.append(
            Element("photo", "photo", width - margin - 24, names_top, 24, min(32.0, names_end - names_top - 1))
        )
    return found


def _card(width: float, height: float, level: str, *, photo: bool) -> list[Element]:
    """86 × 54 across: the code right, a band with the slot above, the category as a stripe below."""
    margin, top, foot = 4.0, 9.0, 6.0
    code = 32.0 if level == "H" else 28.0
    quiet = quiet_mm(code, level)
    x, y = width - quiet - code, (top + height - foot - code) / 2
    left = x - quiet - margin
    side = (width - 20) / 2 - margin - 1
    names = left - (16.0 if photo else 0.0)
    found = [
        Element("band", "band", 0, 0, width, top, fill="category"),
        Element("foot", "band", 0, height - foot, width, foot, fill="category"),
        _words("fair_name", margin, 0.8, side, top - 1.6, 9, 5, lines=3, bold=True, colour="white"),
        _words("fair_dates", width - margin - side, 0.8, side, top - 1.6, 9, 5, lines=2, colour="white", align="right"),
        _words("category_vi", margin, height - foot + 0.6, 44, foot - 1.2, 12, 6, bold=True, colour="white"),
        _words("category_en", margin + 46, height - foot + 0.6, width - 2 * margin - 46, foot - 1.2, 9, 5, colour="white", align="right"),
        _words("native_name", margin, 10.2, names, 12.6, 26, 7, lines=2, bold=True),
        _words("passport_name", margin, 23, names, 4.8, 9, 5, lines=2, colour="muted", valign="top"),
        _words("company", margin, 28.2, left, 8.8, 10.5, 6, lines=3, bold=True),
        _words("country_code", margin, 37.9, 7.6, 4.4, 7.5, 6, bold=True, colour="white", fill="category", align="center"),
        _words("country", margin + 9, 37.6, left - 9, 5, 9, 6),
        _words("short_code", margin, 43, left, 4, 8, 5, bold=True),
        Element("code", "qr", x, y, code, code),
    ]  # fmt: skip
    if photo:
        found.append(Element("photo", "photo", margin + names + 2, 10.2, 13.5, 17.6))
    return found


def _narrow(width: float, height: float, level: str, *, photo: bool) -> list[Element]:
    """The 62 mm label in one colour: the name across, company under it, the code at the foot."""
    margin = 3.0
    inner = width - 2 * margin
    code = 32.0
    quiet = quiet_mm(code, level)
    x, y = width - quiet - code, height - 7.5 - code - quiet
    left = x - quiet - margin
    names = inner - (19.0 if photo else 0.0)
    found = [
        _words("fair_name", margin, 2.5, inner, 7, 10, 6, lines=2, bold=True),
        Element("line", "rule", margin, 10.2, inner, 0.4),
        _words("native_name", margin, 11.5, names, 19, 34, 8, lines=2, bold=True),
        _words("passport_name", margin, 31, names, 8, 11, 6, lines=2, valign="top"),
        _words("company", margin, 40, inner, 13.5, 13, 7, lines=3, bold=True),
        _words("category_vi", margin, y, left, 9, 11, 6, lines=2, bold=True, valign="top"),
        _words("category_en", margin, y + 9.5, left, 8, 9, 6, lines=3, valign="top"),
        _words("country", margin, y + code - 12, left, 12, 10, 6, lines=3, valign="bottom"),
        Element("code", "qr", x, y, code, code),
        _words("short_code", x - 2, y + code + quiet, code + 3, 4, 9, 5, bold=True, align="center", valign="top"),
        _words("reference", margin, y + code + quiet, left, 4, 8, 5, valign="top"),
    ]  # fmt: skip
    if photo:
        found.append(Element("photo", "photo", width - margin - 17, 11.5, 17, 22.6))
    return found
