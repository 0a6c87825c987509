"""A badge drawn by its layout: operators of PDF for each side, ready for a page or a place on a sheet.

Most of what a badge shows is shared by all of its category, by its country, or (single words) by many: it is laid out
once and kept. What all of a category share becomes a form that the file holds once.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Literal

from PIL import Image
from reportlab.lib.units import mm

from fairs.badges.face import BadgeFace
from fairs.badges.layouts import QR_LEVELS, Element, Layout
from fairs.core import fonts, qr
from fairs.core.pdf_stream import Used, Uses, block_ops
from fairs.core.text import fold
from fairs.core.typeset import Block, fit

INK, MUTED, WHITE = "#1d1a18", "#5d5752", "#ffffff"
#: Fields that all badges of a category share.
_SHARED = frozenset({"fair_name", "fair_dates", "category", "category_vi", "category_en"})
# A code is random all over: no mask is better than another.
_QR_MASK = 3
# Height of a line of Latin letters with stacked accents, at size 1.
_TALLEST = 1.43
# Elements this far apart count as one below the other.
_TOUCHING = 2.1


@dataclass
class Drawn:
    """What pages need besides their operators: glyphs, and the forms that many of them show."""

    used: Used = field(default_factory=Used)
    forms: dict[str, tuple[float, float, str]] = field(default_factory=dict)  # name: width, height, operators


@dataclass(frozen=True, slots=True)
class Words:
    """A text of a badge in its place, as set."""

    element: Element
    text: str
    language: str | None
    block: Block


def names(face: BadgeFace) -> tuple[str, str]:
    """The large name and the one under it: native and passport, unless they are the same but for accents."""
    native, passport = fonts.tidy(face.native_name), fonts.tidy(face.passport_name)
    if not native or fonts.missing_glyphs(native, face.native_language):
        return passport, ""
    return native, "" if fold(native) == fold(passport) else passport


def text_of(element: Element, face: BadgeFace, *, alone: bool = False) -> str:
    """What an element says on this badge. ``alone``: the side shows no native name, so the passport's is always needed."""
    local = face.country_code == "VN"
    if element.kind == "text":
        return (element.text_vi or element.text_en) if local else (element.text_en or element.text_vi)
    match element.field:
        case "native_name":
            return names(face)[0]
        case "passport_name":
            return (face.passport_name or face.native_name) if alone else names(face)[1]
        case "country":
            return face.country_name
        case "category":
            return face.category_label_vi if local else face.category_label_en
        case "category_vi":
            return face.category_label_vi
        case "category_en":
            return face.category_label_en
        case name:
            return str(getattr(face, name))


def language_of(element: Element, face: BadgeFace) -> str | None:
    """The language that decides how Han characters of an element are drawn."""
    if element.kind == "field" and element.field in {"native_name", "passport_name", "company", "job_title"}:
        return face.native_language or fonts.language_of_country(face.country_code)
    return None


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@lru_cache(maxsize=256)
def readable_on(ground: str) -> str:
    """White or ink, whichever contrasts more by WCAG 2."""
    light = luminance(ground)
    return WHITE if 1.05 / (light + 0.05) >= (light + 0.05) / (luminance(INK) + 0.05) else INK


@lru_cache(maxsize=256)
def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.3f}".rstrip("0").rstrip(".") for i in (1, 3, 5))


class Side:
    """One side of a layout, prepared for drawing many badges."""

    def __init__(self, layout: Layout, elements: tuple[Element, ...]) -> None:
        self.layout = layout
        self.elements = elements
        self.width, self.height = layout.width * mm, layout.height * mm
        self._grounds = {one.id: self._ground(n) for n, one in enumerate(elements)}
        self._below = {one.id: self._under(one) for one in elements if one.is_words}
        self._runs = [(shared, tuple(run)) for shared, run in groupby(elements, key=_is_shared)]
        self._alone = not any(one.field == "native_name" for one in elements)
        self._aspects = {digest: aspect_of(content) for digest, content in layout.pictures.items()}
        self._forms: dict[tuple[str, ...], tuple[str, str, tuple[Uses, ...]]] = {}
        self._set = lru_cache(maxsize=600)(self._set)  # type: ignore[method-assign]
        self._written = lru_cache(maxsize=600)(self._written)  # type: ignore[method-assign]

    def draw(self, face: BadgeFace, into: Drawn) -> str:
        """The operators of this side for a badge, with the origin in the badge's lower left corner."""
        out = []
        for n, (shared, run) in enumerate(self._runs):
            if shared:
                out.append(self._form(n, run, face, into))
                continue
            for one in run:
                if one.shown_to(face.category):
                    ops, uses = self._element(one, face)
                    out.append(ops)
                    into.used.add(uses)
        return "\n".join(out)

    def tight_words(self, face: BadgeFace, readable: float) -> Iterator[Words]:
        """The texts of this side as they are set on this badge, but those that surely fit at a readable size."""
        for one in self.elements:
            if one.is_words and one.shown_to(face.category):
                text, taller = self._text(one, face)
                language = language_of(one, face)
                if text and not _has_room(one, text, readable):
                    yield Words(one, text, language, self._set(one, text, language, taller))

    def is_shared(self, one: Element) -> bool:
        """Whether all badges of a category show the same there."""
        return _is_shared(one)

    def _form(self, n: int, run: tuple[Element, ...], face: BadgeFace, into: Drawn) -> str:
        """What badges of a category share is stored once in the file and referred to."""
        key = (
            str(n), face.category, face.category_colour, face.category_label_vi, face.category_label_en, face.fair_name,
            face.fair_dates, "vi" if face.country_code == "VN" else "en",
        )  # fmt: skip
        found = self._forms.get(key)
        if found is None:
            parts = [self._element(one, face) for one in run if one.shown_to(face.category)]
            ops = "\n".join(part for part, _uses in parts)
            name = "S" + hashlib.sha256(f"{self.width} {self.height} {ops}".encode()).hexdigest()[:16]
            found = self._forms[key] = (name, ops, tuple(uses for _part, uses in parts))
        name, ops, used = found
        if name not in into.forms:
            into.forms[name] = (self.width, self.height, ops)
            for uses in used:
                into.used.add(uses)
        return f"/{name} Do"

    def _element(self, one: Element, face: BadgeFace) -> tuple[str, Uses]:
        match one.kind:
            case "field" | "text":
                text, taller = self._text(one, face)
                return self._written(one, text, language_of(one, face), taller, face.category_colour)
            case "qr":
                version = QR_LEVELS[self.layout.qr_level][0]
                level: Literal["M", "H"] = "H" if self.layout.qr_level == "H" else "M"
                code = qr.matrix(face.code, version=version, level=level, mask=_QR_MASK)
                return qr.pdf_path(code, one.x * mm, self.height - (one.y + one.h) * mm, one.w * mm), ()
            case "photo":
                return self._photo(one, face), ()
            case "logo":
                return self._logo(one), ()
            case "weave":
                return self._weave(one, face), ()
            case _:
                colour = one.fill or (one.colour if one.kind == "rule" else "category")
                return f"{_rgb(self._colour(colour, one, face.category_colour))} rg {self._box(one)} re f", ()

    def _box(self, one: Element) -> str:
        return f"{one.x * mm:.2f} {self.height - (one.y + one.h) * mm:.2f} {one.w * mm:.2f} {one.h * mm:.2f}"

    def _colour(self, colour: str, one: Element, category: str) -> str:
        if colour == "category":
            return category
        if colour == "white":
            ground = one.fill or self._grounds[one.id]
            return readable_on(category if ground == "category" else ground)
        return {"ink": INK, "muted": MUTED}.get(colour, colour)

    def _ground(self, n: int) -> str:
        """The colour under an element: of the last area before it that holds its middle, else paper."""
        one = self.elements[n]
        x, y = one.x + one.w / 2, one.y + one.h / 2
        for other in reversed(self.elements[:n]):
            if other.kind == "band" and other.x <= x <= other.x + other.w and other.y <= y <= other.y + other.h:
                return other.fill or "category"
        return WHITE

    def _under(self, one: Element) -> Element | None:
        """The text right below this one: when it is empty, this one gets its room."""
        for other in self.elements:
            is_column = other.is_words and abs(other.x - one.x) < 0.1 and abs(other.w - one.w) < 0.1
            if is_column and -0.01 <= other.y - (one.y + one.h) <= _TOUCHING:
                return other
        return None

    def _text(self, one: Element, face: BadgeFace) -> tuple[str, float]:
        """What an element says on this badge, and how many mm it is taller than drawn."""
        text = text_of(one, face, alone=self._alone)
        below = self._below[one.id]
        if (
            text
            and below is not None
            and not (below.shown_to(face.category) and text_of(below, face, alone=self._alone))
        ):
            return text, below.y + below.h - one.y - one.h
        return text, 0.0

    def _set(self, one: Element, text: str, language: str | None, taller: float) -> Block:
        return fit(
            text, one.w * mm, (one.h + taller) * mm, language=language, bold=one.bold, largest=one.largest,
            smallest=one.smallest, lines=one.lines,
        )  # fmt: skip

    def _written(self, one: Element, text: str, language: str | None, taller: float, category: str) -> tuple[str, Uses]:
        block = self._set(one, text, language, taller)
        if not block.lines:
            return "", ()
        align = one.align
        if align == "left" and _right_to_left(text, language):
            align = "right"
        slack = (one.h + taller) * mm - block.height
        top = self.height - one.y * mm - {"top": 0.0, "middle": slack / 2, "bottom": slack}[one.valign]
        ops, uses = block_ops(block, one.x * mm, top, one.w * mm, align)
        ground = ""
        if one.fill:
            ground = f"{_rgb(category if one.fill == 'category' else one.fill)} rg {self._rounded(one, one.h / 5)} f\n"
        return f"{ground}{_rgb(self._colour(one.colour, one, category))} rg\n{ops}", uses

    def _rounded(self, one: Element, radius: float) -> str:
        """The path of an element's box with round corners."""
        x, y, w, h = one.x * mm, self.height - (one.y + one.h) * mm, one.w * mm, one.h * mm
        r = min(radius, 1.5) * mm
        k = r * 0.4477
        return (
            f"{x + r:.2f} {y:.2f} m {x + w - r:.2f} {y:.2f} l"
            f" {x + w - k:.2f} {y:.2f} {x + w:.2f} {y + k:.2f} {x + w:.2f} {y + r:.2f} c {x + w:.2f} {y + h - r:.2f} l"
            f" {x + w:.2f} {y + h - k:.2f} {x + w - k:.2f} {y + h:.2f} {x + w - r:.2f} {y + h:.2f} c {x + r:.2f} {y + h:.2f} l"
            f" {x + k:.2f} {y + h:.2f} {x:.2f} {y + h - k:.2f} {x:.2f} {y + h - r:.2f} c {x:.2f} {y + r:.2f} l"
            f" {x:.2f} {y + k:.2f} {x + k:.2f} {y:.2f} {x + r:.2f} {y:.2f} c h"
        )

    def _weave(self, one: Element, face: BadgeFace) -> str:
        """Lozenges from edge to edge, as on the rim of a basket."""
        half = one.h * mm / 2
        step = half * 3.53
        y = self.height - one.y * mm - half
        x, end = one.x * mm, (one.x + one.w) * mm
        parts = [
            f"q {self._box(one)} re W n {_rgb(self._colour(one.fill or 'category', one, face.category_colour))} rg"
        ]
        while x <= end + half:
            parts.append(
                f"{x - half:.2f} {y:.2f} m {x:.2f} {y + half:.2f} l {x + half:.2f} {y:.2f} l {x:.2f} {y - half:.2f} l h"
            )
            x += step
        return " ".join(parts) + " f Q"

    def _logo(self, one: Element) -> str:
        """The whole picture, as large as the box allows, in its middle."""
        aspect = self._aspects.get(one.file)
        if aspect is None:
            return ""
        width, height = min(one.w, one.h * aspect) * mm, min(one.h, one.w / aspect) * mm
        x = one.x * mm + {"left": 0.0, "center": 0.5, "right": 1.0}[one.align] * (one.w * mm - width)
        y = (
            self.height
            - one.y * mm
            - height
            - {"top": 0.0, "middle": 0.5, "bottom": 1.0}[one.valign] * (one.h * mm - height)
        )
        return f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /{logo_name(one.file)} Do Q"

    def _photo(self, one: Element, face: BadgeFace) -> str:
        """The middle of the portrait, cut to the frame."""
        if not face.photo:
            return ""
        aspect = aspect_of(face.photo)
        if aspect is None:
            return ""
        width, height = max(one.w, one.h * aspect) * mm, max(one.h, one.w / aspect) * mm
        x = one.x * mm - (width - one.w * mm) / 2
        y = self.height - (one.y + one.h) * mm - (height - one.h * mm) / 2
        return f"q {self._rounded(one, 1.5)} W n {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /{photo_name(face.photo)} Do Q"


def photo_name(photo: bytes) -> str:
    """What a portrait is called inside a file."""
    return "P" + hashlib.sha256(photo).hexdigest()[:16]


def logo_name(digest: str) -> str:
    """What a logo is called inside a file."""
    return "L" + digest[:16]


def _is_shared(one: Element) -> bool:
    return one.kind in {"band", "rule", "weave", "logo", "text"} or (one.kind == "field" and one.field in _SHARED)


def _has_room(one: Element, text: str, points: float) -> bool:
    """Whether plain letters fit on one line at this size, judged without setting them."""
    return (
        one.largest >= points
        and one.h * mm >= _TALLEST * points
        and fonts.is_plain(text)
        and fonts.plain_width(text, bold=one.bold) * points <= one.w * mm
    )


def _right_to_left(text: str, language: str | None) -> bool:
    pieces = fonts.runs(text, language)
    return bool(pieces) and pieces[-1].rtl


@lru_cache(maxsize=64)
def aspect_of(picture: bytes) -> float | None:
    """Width over height of a picture, None when it is none."""
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            return opened.width / opened.height
    except (OSError, ValueError, ZeroDivisionError):
        return None


@lru_cache(maxsize=32)
def _sides(layout: Layout, _pictures: frozenset[str]) -> tuple[Side, ...]:
    return tuple(Side(layout, elements) for elements in layout.sides)


def sides_of(layout: Layout) -> tuple[Side, ...]:
    """The sides of a layout, prepared once."""
    return _sides(layout, frozenset(layout.pictures))
