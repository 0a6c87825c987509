"""What is different between two versions of a badge layout, element by element, and where its problems are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.badges.layouts import FIELDS, HOLES, KINDS, SIZES, Element, Layout, LayoutProblem, check_layout

SIDES = {"front": _l("Front side"), "back": _l("Back side")}
_PLACE = re.compile(r"(front|back)\[(\d+)\](?:\.(\w+))?")


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """One difference. ``side`` and ``id`` say which element it is about; both are empty for the page itself."""

    side: str
    id: str
    what: Any
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class PlacedProblem:
    """A problem with the element it is at: ``side`` and ``id`` as in LayoutChange, ``field`` the property at fault."""

    side: str
    id: str
    field: str
    name: str
    message: str


def name_of(element: Element) -> str:
    """What people call an element: its field, its words, or its kind."""
    if element.kind == "field":
        return str(FIELDS[element.field])
    if element.kind == "text":
        return f"“{element.text_vi or element.text_en}”" if element.text_vi or element.text_en else str(KINDS["text"])
    return str(KINDS[element.kind])


def full(content: Mapping[str, Any]) -> dict[str, Any]:
    """The layout with all properties of its elements, as the designer's script works on it."""
    layout = Layout.from_json(content)
    sides = {
        "front": [{**asdict(one), "categories": list(one.categories)} for one in layout.front],
        "back": [{**asdict(one), "categories": list(one.categories)} for one in layout.back],
    }
    return {**layout.as_json(), **sides}


def problems_of(content: Mapping[str, Any]) -> list[PlacedProblem]:
    """What keeps a draft from being published, each at its element."""
    layout = Layout.from_json(content)
    return [_placed(layout, problem) for problem in check_layout(dict(content))]


def _placed(layout: Layout, problem: LayoutProblem) -> PlacedProblem:
    found = _PLACE.fullmatch(problem.path)
    if found is None:
        side = problem.path if problem.path in SIDES else ""
        return PlacedProblem(side, "", "" if side else problem.path, str(SIDES.get(side, "")), str(problem.message))
    side = found[1]
    element = (layout.front if side == "front" else layout.back)[int(found[2])]
    return PlacedProblem(side, element.id, found[3] or "", name_of(element), str(problem.message))


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[LayoutChange]:
    """What publishing ``after`` would change. Everything is new where nothing was published yet (``before`` None)."""
    new = Layout.from_json(after)
    old = Layout.from_json(before) if before is not None else Layout(new.size, (), qr_level=new.qr_level, hole=new.hole)
    found = list(_of_page(old, new))
    for side, then, now in (("front", old.front, new.front), ("back", old.back, new.back)):
        known = {one.id: one for one in then}
        kept = {one.id for one in now}
        found += [LayoutChange(side, one.id, _("taken away"), name_of(one)) for one in then if one.id not in kept]
        for one in now:
            if one.id not in known:
                found.append(LayoutChange(side, one.id, _("added"), name_of(one)))
            elif one != known[one.id]:
                found.append(LayoutChange(side, one.id, *_difference(known[one.id], one)))
        order = [one.id for one in now if one.id in known]
        if order != [one.id for one in then if one.id in kept]:
            found.append(LayoutChange(side, "", _("drawn in another order"), str(SIDES[side])))
    return found


def _of_page(old: Layout, new: Layout) -> list[LayoutChange]:
    pairs = (
        (_("Size"), SIZES[old.size].label, SIZES[new.size].label),
        (_("Length"), old.length or "–", new.length or "–"),
        (_("Level of the QR code"), old.qr_level, new.qr_level),
        (_("Hole"), HOLES[old.hole], HOLES[new.hole]),
    )
    return [
        LayoutChange("", "", _("changed"), name, f"{then} → {now}")
        for name, then, now in pairs
        if str(then) != str(now)
    ]  # fmt: skip


def _difference(old: Element, new: Element) -> tuple[str, str, str]:
    """What happened to an element, its name, and from what to what."""
    name = name_of(new)
    if (old.kind, old.field, old.text_vi, old.text_en, old.file) != (new.kind, new.field, new.text_vi, new.text_en, new.file):  # fmt: skip
        return _("shows something else"), name, f"{name_of(old)} → {name}" if name_of(old) != name else ""
    moved, resized = (old.x, old.y) != (new.x, new.y), (old.w, old.h) != (new.w, new.h)
    looks = _looks(old) != _looks(new)
    if moved and not resized and not looks:
        return _("moved"), name, f"{old.x:g} / {old.y:g} → {new.x:g} / {new.y:g} mm"
    if resized and not looks:
        return _("resized"), name, f"{old.w:g} × {old.h:g} → {new.w:g} × {new.h:g} mm"
    if looks and not moved and not resized:
        return _("looks different"), name, ""
    return _("moved and looks different"), name, ""


def _looks(one: Element) -> tuple[Any, ...]:
    values = asdict(one)
    return tuple(values[key] for key in sorted(values) if key not in {"x", "y", "w", "h"})
