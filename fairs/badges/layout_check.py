"""Whether a layout can be printed and read at a gate: names, a code that is large enough and free, nothing beyond the page."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from fairs.badges.layouts import QR_LEVELS, Element, Layout, LayoutProblem, hole_areas, quiet_mm
from fairs.badges.states import BadgeCategory

_EPSILON = 0.011


def design_problems(layout: Layout) -> Iterator[LayoutProblem]:
    """What a gate or a reader would miss, and what lies where it must not."""
    if layout.length is not None and not layout.page.is_roll:
        yield LayoutProblem("length", _l("Only labels from a roll have a length of their own."))
    for side, elements in (("front", layout.front), ("back", layout.back)):
        for n, one in enumerate(elements):
            path = f"{side}[{n}]"
            yield from _placed(layout, one, path)
            if one.kind == "qr":
                yield from _scannable(layout, elements, n, path)
    yield from _complete(layout)


def _placed(layout: Layout, one: Element, path: str) -> Iterator[LayoutProblem]:
    for key, low, high in (("x", one.x, one.x + one.w - layout.width), ("y", one.y, one.y + one.h - layout.height)):
        if low < -_EPSILON or high > _EPSILON:
            yield LayoutProblem(f"{path}.{key}", _l("This lies beyond the edge of the badge."))
    if one.kind in {"band", "weave", "rule"}:
        return
    if any(_overlap((one.x, one.y, one.w, one.h), area) for area in hole_areas(layout.size, layout.hole)):
        yield LayoutProblem(path, _l("Here is the hole for the lanyard: nothing but colour may lie under it."))
    if one.kind == "text" and not (one.text_vi or one.text_en).strip():
        yield LayoutProblem(f"{path}.text_vi", _l("Write the text."))
    if one.kind == "logo" and not one.file:
        yield LayoutProblem(f"{path}.file", _l("Choose a picture."))


def _scannable(layout: Layout, elements: tuple[Element, ...], n: int, path: str) -> Iterator[LayoutProblem]:
    code = elements[n]
    least = QR_LEVELS[layout.qr_level][2]
    if abs(code.w - code.h) > 0.1:
        yield LayoutProblem(f"{path}.w", _l("A QR code is a square."))
    if min(code.w, code.h) < least - _EPSILON:
        yield LayoutProblem(
            f"{path}.w",
            _l("At level %(level)s the code needs %(n)s mm to be read.", level=layout.qr_level, n=int(least)),
        )
    quiet = quiet_mm(min(code.w, code.h), layout.qr_level)
    zone = (code.x - quiet, code.y - quiet, code.w + 2 * quiet, code.h + 2 * quiet)
    if (
        zone[0] < -_EPSILON
        or zone[1] < -_EPSILON
        or zone[0] + zone[2] > layout.width + _EPSILON
        or (zone[1] + zone[3] > layout.height + _EPSILON)
    ):
        yield LayoutProblem(path, _l("The code needs %(n)s mm of white to the edge.", n=f"{quiet:.1f}"))
    for m, other in enumerate(elements):
        if m != n and _overlap(zone, (other.x, other.y, other.w, other.h)):
            yield LayoutProblem(
                path, _l("The code needs %(n)s mm of white around it; another element lies there.", n=f"{quiet:.1f}")
            )
            return


def _complete(layout: Layout) -> Iterator[LayoutProblem]:
    for category in BadgeCategory:
        front = [one for one in layout.front if one.shown_to(category)]
        if not any(one.kind == "field" and one.field in {"native_name", "passport_name"} for one in front):
            yield LayoutProblem("front", _l("The front shows no name (%(category)s).", category=category.label))
            return
        if not any(one.kind == "qr" and one.shown_to(category) for side in layout.sides for one in side):
            yield LayoutProblem(
                "front", _l("There is no QR code (%(category)s): no gate can scan it.", category=category.label)
            )
            return


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return (
        one[0] + _EPSILON < other[0] + other[2]
        and other[0] + _EPSILON < one[0] + one[2]
        and one[1] + _EPSILON < other[1] + other[3]
        and other[1] + _EPSILON < one[1] + one[3]
    )
