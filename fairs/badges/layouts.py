"""What a badge looks like, as data: sizes, elements, and the check that a layout can be printed and read at a gate.

A layout is the JSON that the designer edits and that versions keep. Lengths are millimetres from the page's upper left
corner, sizes of letters are points. A sheet is an imposition of a single size: its elements are those of one badge.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.badges.states import BadgeCategory

FORMAT = 1
#: Letters below this are hard to read on a badge: the preflight names them.
READABLE_PT = 7.0
#: Free modules around a QR code (ISO/IEC 18004).
QUIET_ZONE = 4
#: By level: version, modules, least side in mm. At level H version 8 would hold the code; version 10 has smaller words of
#: correction, fewer of which a spot cuts in two, and is the first that is read with a quarter of its area covered.
QR_LEVELS = {"M": (5, 37, 25.0), "H": (10, 57, 32.0)}

KINDS = {
    "field": _l("Field"), "text": _l("Text"), "qr": _l("QR code"), "logo": _l("Logo"), "photo": _l("Photo"),
    "band": _l("Area of colour"), "rule": _l("Line"), "weave": _l("Woven edge"),
}  # fmt: skip
FIELDS = {
    "native_name": _l("Name"), "passport_name": _l("Name as in the passport"), "company": _l("Company"),
    "country": _l("Country"), "country_code": _l("Country code"), "job_title": _l("Job title"),
    "category": _l("Category"), "category_vi": _l("Category in Vietnamese"), "category_en": _l("Category in English"),
    "fair_name": _l("Name of the fair"), "fair_dates": _l("Days of the fair"), "reference": _l("Number"),
    "short_code": _l("Short code"), "seat": _l("Seat"),
}  # fmt: skip
HOLES = {"none": _l("No hole"), "slot": _l("Slot"), "hole": _l("Round hole"), "clips": _l("Two holes")}
ALIGNS, VALIGNS = ("left", "center", "right"), ("top", "middle", "bottom")
COLOURS = ("ink", "muted", "category", "white")
MOST_ELEMENTS, LONGEST_TEXT = 60, 200
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,20}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Size:
    """A size of badge, and how it lies on paper. ``is_roll``: the length is the layout's own, from ``least`` to ``most``."""

    key: str
    label: Any
    width: float
    height: float
    is_roll: bool = False
    columns: int = 1
    rows: int = 1
    sheet: tuple[float, float] | None = None

    @property
    def is_sheet(self) -> bool:
        """Whether several badges lie on one sheet, with crop marks."""
        return self.sheet is not None


A4 = (210.0, 297.0)
ROLL_LENGTHS = (30.0, 300.0)
SIZES = {
    size.key: size
    for size in (
        Size("96x134", _l("96 × 134 mm"), 96, 134),
        Size("a6", _l("A6, 105 × 148 mm"), 105, 148),
        Size("86x54", _l("Card, 86 × 54 mm"), 86, 54),
        Size("label62", _l("Label roll, 62 mm"), 62, 100, is_roll=True),
        Size("label100", _l("Label roll, 100 mm"), 100, 130, is_roll=True),
        Size("a4-96x134", _l("A4 sheet, 2 × 2 badges of 96 × 134 mm"), 96, 134, columns=2, rows=2, sheet=A4),
        Size("a4-a6", _l("A4 sheet, 2 × 2 badges of A6"), 105, 148, columns=2, rows=2, sheet=A4),
        Size("a4-86x54", _l("A4 sheet, 2 × 5 cards of 86 × 54 mm"), 86, 54, columns=2, rows=5, sheet=A4),
    )
}


@dataclass(frozen=True, slots=True)
class Element:
    """One thing on a side. ``align`` left means where reading begins: the right side for Arabic.

    ``colour`` white becomes ink where the ground under it is too light for white. ``lines`` is how many there may be at
    most, ``largest`` and ``smallest`` bound the size of the letters. ``file`` is the SHA-256 of a logo's picture.
    """

    id: str
    kind: str
    x: float
    y: float
    w: float
    h: float
    field: str = ""
    text_vi: str = ""
    text_en: str = ""
    align: str = "left"
    valign: str = "top"
    lines: int = 1
    largest: float = 12.0
    smallest: float = 6.0
    bold: bool = False
    colour: str = "ink"
    fill: str | None = None
    categories: tuple[str, ...] = ()
    file: str = ""

    def as_json(self) -> dict[str, Any]:
        """As stored; what has its usual value is left out."""
        found: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in _NEEDED or value != one.default:
                found[one.name] = list(value) if isinstance(value, tuple) else value
        return found

    @property
    def is_words(self) -> bool:
        """Whether it shows letters."""
        return self.kind in {"field", "text"}

    def shown_to(self, category: str) -> bool:
        """Whether badges of this category have it."""
        return not self.categories or category in self.categories


_NEEDED = ("id", "kind", "x", "y", "w", "h")


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout ready for the renderer. ``pictures`` are the files of its logos by their SHA-256, as bytes."""

    size: str
    front: tuple[Element, ...]
    back: tuple[Element, ...] = ()
    qr_level: str = "M"
    hole: str = "slot"
    length: float | None = None  # of a label, where the roll leaves it open
    pictures: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def page(self) -> Size:
        """The size that it is drawn for."""
        return SIZES[self.size]

    @property
    def width(self) -> float:
        """Of one badge, in mm."""
        return self.page.width

    @property
    def height(self) -> float:
        """Of one badge, in mm; of a label its own length."""
        return self.length if self.length and self.page.is_roll else self.page.height

    @property
    def sides(self) -> tuple[tuple[Element, ...], ...]:
        """The sides that are printed: the back only where it shows something."""
        return (self.front, self.back) if self.back else (self.front,)

    @property
    def shows_photo(self) -> bool:
        """Whether a portrait belongs on it."""
        return any(one.kind == "photo" for side in self.sides for one in side)

    def as_json(self) -> dict[str, Any]:
        """As stored and exported."""
        found: dict[str, Any] = {"format": FORMAT, "size": self.size, "qr_level": self.qr_level, "hole": self.hole}
        if self.length is not None:
            found["length"] = self.length
        return found | {
            "front": [one.as_json() for one in self.front],
            "back": [one.as_json() for one in self.back],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> Layout:
        """The layout in checked data (``check_layout`` found nothing that ``is_broken``)."""
        length = data.get("length")
        return cls(
            size=data["size"],
            front=tuple(_element(one) for one in data["front"]),
            back=tuple(_element(one) for one in data.get("back", ())),
            qr_level=data.get("qr_level", "M"),
            hole=data.get("hole", "slot"),
            length=float(length) if length is not None else None,
            pictures=pictures or {},
        )


def _element(data: Mapping[str, Any]) -> Element:
    values = dict(data)
    values["categories"] = tuple(values.get("categories") or ())
    for name in ("x", "y", "w", "h"):
        values[name] = float(values[name])
    return Element(**values)


def hole_areas(size: str, hole: str) -> list[tuple[float, float, float, float]]:
    """Where nothing may be printed because of the lanyard, as (x, y, w, h) in mm; colour alone may lie there."""
    page = SIZES[size]
    depth = 12.0 if page.height >= 90 else 8.0
    width, middle = page.width, page.width / 2
    return {
        "slot": [(middle - 10, 0.0, 20.0, depth)],
        "hole": [(middle - 5, 0.0, 10.0, depth)],
        "clips": [(6.0, 0.0, 10.0, depth), (width - 16, 0.0, 10.0, depth)],
    }.get(hole, [])


def quiet_mm(side: float, level: str) -> float:
    """Width of the free edge around a QR code of this side, in mm."""
    return side / QR_LEVELS[level][1] * QUIET_ZONE


@dataclass(frozen=True, slots=True)
class LayoutProblem:
    """What is wrong and where (``front[3].w``). ``is_broken``: it is no layout at all and not even a draft."""

    path: str
    message: Any
    is_broken: bool = False


def check_layout(data: Any) -> list[LayoutProblem]:
    """Everything that is wrong with a layout: none means that it can be published.

    First the form; only where that is right, what a gate and a reader need: a name, a code large enough with its quiet
    zone, nothing beyond the page or in the hole.
    """
    from fairs.badges.layout_check import design_problems  # which needs the layout itself

    broken = list(_form(data))
    return broken or list(design_problems(Layout.from_json(data)))


def _form(data: Any) -> Iterator[LayoutProblem]:
    def wrong(path: str, message: Any) -> LayoutProblem:
        return LayoutProblem(path, message, is_broken=True)

    if not isinstance(data, dict):
        yield wrong("", _l("This is no badge layout."))
        return
    if data.get("format") != FORMAT:
        yield wrong("format", _l("This layout has another format than 1."))
    for key in sorted(set(map(str, data)) - {"format", "size", "qr_level", "hole", "length", "front", "back"}):
        yield wrong(key, _l("No layout has this."))
    for key, known in (("size", SIZES), ("qr_level", QR_LEVELS), ("hole", HOLES)):
        value = data.get(key, None if key == "size" else {"qr_level": "M", "hole": "slot"}[key])
        if not isinstance(value, str) or value not in known:
            yield wrong(key, _l("Choose one of the list."))
    if data.get("length") is not None and not _is_number(data["length"], *ROLL_LENGTHS):
        yield wrong("length", _l("A label is between 30 and 300 mm long."))
    known_ids: set[str] = set()
    for side in ("front", "back"):
        elements = data.get(side, [] if side == "back" else None)
        if not isinstance(elements, list) or len(elements) > MOST_ELEMENTS:
            yield wrong(side, _l("A side is a list of at most %(n)s elements.", n=MOST_ELEMENTS))
            continue
        for n, one in enumerate(elements):
            for key, message in _element_form(one):
                yield wrong(f"{side}[{n}]{'.' if key else ''}{key}", message)
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                if one["id"] in known_ids:
                    yield wrong(f"{side}[{n}].id", _l("Two elements have the same mark."))
                known_ids.add(one["id"])


def _is_number(value: Any, low: float, high: float) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and low <= value <= high
    )


def _is_colour(value: Any, names: tuple[str, ...]) -> bool:
    return isinstance(value, str) and (value in names or _HEX.fullmatch(value) is not None)


def _one_of(known: Container[str]) -> tuple[Callable[[Any], bool], Any]:
    return lambda value: isinstance(value, str) and value in known, _l("Choose one of the list.")


def _between(low: float, high: float, message: Any) -> tuple[Callable[[Any], bool], Any]:
    return lambda value: _is_number(value, low, high), message


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


_POINTS = _l("Letters are between 4 and 150 points.")
_COLOUR = _l("Choose one of the list, or give a colour such as #1f5f8b.")
_CATEGORIES = frozenset(map(str, BadgeCategory))
#: What each key of an element may be, and what to say otherwise.
_VALUES: dict[str, tuple[Callable[[Any], bool], Any]] = {
    "id": (
        lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
        _l("The mark of an element has one to twenty letters, digits or hyphens."),
    ),
    "kind": _one_of(KINDS),
    "x": _between(-1000, 1000, _l("Give millimetres.")),
    "y": _between(-1000, 1000, _l("Give millimetres.")),
    "w": _between(0.1, 1000, _l("Give millimetres.")),
    "h": _between(0.1, 1000, _l("Give millimetres.")),
    "field": _one_of({"", *FIELDS}),
    "text_vi": (_text, _l("At most %(n)s letters.", n=LONGEST_TEXT)),
    "text_en": (_text, _l("At most %(n)s letters.", n=LONGEST_TEXT)),
    "align": _one_of(ALIGNS),
    "valign": _one_of(VALIGNS),
    "lines": (lambda value: isinstance(value, int) and _is_number(value, 1, 4), _l("One to four lines.")),
    "largest": _between(4, 150, _POINTS),
    "smallest": _between(4, 150, _POINTS),
    "bold": (lambda value: isinstance(value, bool), _l("Choose one of the list.")),
    "colour": (lambda value: _is_colour(value, COLOURS), _COLOUR),
    "fill": (lambda value: value is None or _is_colour(value, ("category",)), _COLOUR),
    "categories": (
        lambda value: isinstance(value, list) and all(isinstance(c, str) and c in _CATEGORIES for c in value),
        _l("Choose categories of the list."),
    ),
    "file": (
        lambda value: isinstance(value, str) and (not value or _DIGEST.fullmatch(value) is not None),
        _l("Choose a picture."),
    ),
}


def _element_form(one: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(one, dict):
        yield "", _l("This is no element of a layout.")
        return
    for key in sorted(set(map(str, one)) - set(_VALUES)):
        yield key, _l("No element has this.")
    wrong = {
        key for key, (fits, _message) in _VALUES.items() if (key in one or key in _NEEDED) and not fits(one.get(key))
    }
    if one.get("kind") == "field" and not one.get("field"):
        wrong.add("field")
    for key in _VALUES:
        if key in wrong:
            yield key, _VALUES[key][1]
    if not wrong & {"largest", "smallest"} and one.get("smallest", 6.0) > one.get("largest", 12.0):
        yield "smallest", _l("The smallest size is above the largest.")
