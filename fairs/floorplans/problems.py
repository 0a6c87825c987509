"""What is wrong with a plan, in words that name the booth: errors forbid publishing it, warnings may be accepted, notes inform."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from fairs.core.i18n import current_locale, format_number
from fairs.floorplans import geometry
from fairs.floorplans.geometry import Nearby, Rect, Sides
from fairs.floorplans.plans import Plan, is_code, proper_code
from fairs.floorplans.walking import Ways, clear_zone

ERROR, WARNING, NOTE = "error", "warning", "note"
_RANK = {ERROR: 0, WARNING: 1, NOTE: 2}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to look at: its kind for programs, how grave it is, the keys of the booths, and what it is in words."""

    kind: str
    grade: str
    keys: tuple[str, ...]
    text: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"kind": self.kind, "grade": self.grade, "keys": list(self.keys), "text": self.text}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan is judged by beside its own geometry: codes of kinds that are for sale and of those with a price, codes of the
    zones, and the booth numbers of the fair's other halls (number to hall)."""

    sold: Collection[str] = ()
    priced: Collection[str] = ()
    zones: Collection[str] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """What :func:`look_at` found: the problems, gravest first, and the open sides of each booth."""

    problems: list[Problem]
    sides: Sides[str]

    @property
    def errors(self) -> list[Problem]:
        """What forbids publishing."""
        return [one for one in self.problems if one.grade == ERROR]

    @property
    def warnings(self) -> list[Problem]:
        """What somebody has to accept when publishing."""
        return [one for one in self.problems if one.grade == WARNING]


def look_at(plan: Plan, rules: Rules) -> Findings:
    """Judge a plan; the texts are in the reader's language."""
    sides = geometry.look_around(plan.rects, plan.hall)
    found = [*_numbers(plan, rules), *_sales(plan, rules), *_floor(plan), *_aisles(plan, sides), *_ways(plan, sides)]
    order = {key: number for number, key in enumerate(plan.booths)}
    found.sort(key=lambda one: (_RANK[one.grade], one.kind, order.get(one.keys[0], -1) if one.keys else -1))
    return Findings(found, sides)


def _numbers(plan: Plan, rules: Rules) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, booth in plan.booths.items():
        code = booth.code
        if not is_code(code):
            better = proper_code(code)
            if not code:
                text = _("A booth has no number.")
            elif better:
                text = _(
                    "%(code)s is no booth number: write %(better)s (letters A–Z, digits, hyphens; 12 at most).",
                    code=code, better=better,
                )  # fmt: skip
            else:
                text = _("%(code)s is no booth number: use letters A–Z, digits and hyphens, 12 at most.", code=code)
            yield Problem("number", ERROR, (key,), text)
        elif code in seen:
            yield Problem("twice", ERROR, (key, seen[code]), _("Two booths are numbered %(code)s.", code=code))
        elif code in rules.elsewhere:
            text = _("%(code)s stands in hall %(hall)s already.", code=code, hall=rules.elsewhere[code])
            yield Problem("twice", ERROR, (key,), text)
        seen.setdefault(code, key)


def _sales(plan: Plan, rules: Rules) -> Iterator[Problem]:
    unpriced: dict[str, list[str]] = {}
    for key, booth in plan.booths.items():
        if booth.type in rules.sold and booth.type not in rules.priced:
            unpriced.setdefault(booth.type, []).append(key)
        if rules.zones and not booth.zone:
            yield Problem("zone", WARNING, (key,), _("%(code)s is in no zone.", code=booth.code))
    for kind, keys in unpriced.items():
        codes = _listed([plan.booths[key].code for key in keys])
        text = _("There is no price for %(kind)s: booth %(codes)s could not be sold.", kind=kind, codes=codes)
        yield Problem("price", ERROR, tuple(keys), text)


def _listed(codes: list[str]) -> str:
    shown = ", ".join(codes[:5])
    return _("%(codes)s and %(count)s more", codes=shown, count=len(codes) - 5) if len(codes) > 5 else shown


def _floor(plan: Plan) -> Iterator[Problem]:
    rects = plan.rects
    for key, rect in rects.items():
        if not rect.inside(plan.width_cm, plan.depth_cm):
            text = _("%(code)s stands outside the hall.", code=plan.booths[key].code)
            yield Problem("outside", ERROR, (key,), text)
    for key, other in geometry.overlaps(rects):
        text = _("%(one)s and %(other)s overlap.", one=plan.booths[key].code, other=plan.booths[other].code)
        yield Problem("overlap", ERROR, (key, other), text)
    near = Nearby(rects)
    for column in plan.hall.columns:
        for key in near.around(column):
            if column.overlaps(rects[key]):
                text = _("A column stands in %(code)s.", code=plan.booths[key].code)
                yield Problem("column", NOTE, (key,), text)


def _metres(centimetres: int) -> str:
    return format_number(centimetres / 100)


def _aisles(plan: Plan, sides: Sides[str]) -> Iterator[Problem]:
    for one in sides.narrow:
        values = {
            "code": plan.booths[one.key].code,
            "gap": _metres(one.gap),
            "aisle": _metres(plan.aisle),
            "other": plan.booths[one.other].code if one.other is not None else "",
        }
        if one.is_column:
            text = _("Before %(code)s a column leaves %(gap)s m of the aisle; it needs %(aisle)s m.", **values)
        elif one.other is not None:
            text = _("Between %(code)s and %(other)s the aisle is %(gap)s m wide; it needs %(aisle)s m.", **values)
        else:
            text = _("Before %(code)s the aisle is %(gap)s m wide; it needs %(aisle)s m.", **values)
        keys = (one.key,) if one.other is None else (one.key, one.other)
        # Columns stand where they stand: whoever plans around them decides.
        yield Problem("aisle", WARNING if one.is_column else ERROR, keys, text)


def name_of(thing: Mapping[str, Any], what: str, number: int) -> str:
    """How a door or exit is called: its own name, or the word with its number."""
    return str(thing.get(f"label_{current_locale()}") or thing.get("label") or f"{what} {number}")


def _ways(plan: Plan, sides: Sides[str]) -> Iterator[Problem]:
    """Doors and exits that a booth stands before, and what cannot be reached through the aisles."""
    rects = plan.rects
    near = Nearby(rects)
    openings: list[tuple[str, str, Rect, bool]] = []
    for number, door in enumerate(plan.doors, 1):
        zone = clear_zone(Rect.of(door), plan.aisle, plan.width_cm, plan.depth_cm)
        openings.append(("door", name_of(door, _("Door"), number), zone, False))
    for number, exit_ in enumerate(plan.exits, 1):
        zone = clear_zone(Rect.of(exit_), int(exit_.get("clear", 200)), plan.width_cm, plan.depth_cm)
        openings.append(("exit", name_of(exit_, _("Exit"), number), zone, True))
    blocked = set()
    for number, (kind, name, zone, _is_exit) in enumerate(openings):
        for key in near.around(zone):
            if zone.overlaps(rects[key]):
                blocked.add(number)
                text = _("%(code)s blocks %(name)s.", code=plan.booths[key].code, name=name)
                yield Problem(kind, ERROR, (key,), text)
    ways = Ways(plan.width_cm, plan.depth_cm, [*rects.values(), *plan.hall.columns])
    entered = [one for one in openings if not one[3]] or openings
    inside = {part for _kind, _name, zone, _is_exit in entered for part in ways.within(zone)}
    if not openings:
        if plan.booths:
            yield Problem("doors", WARNING, (), _("The hall has no door: whether booths can be reached is not known."))
        return
    for number, (kind, name, zone, is_exit) in enumerate(openings):
        if is_exit and number not in blocked and not ways.within(zone) & inside:
            yield Problem(kind, ERROR, (), _("No aisle leads to %(name)s.", name=name))
    for key, rect in rects.items():
        if not rect.inside(plan.width_cm, plan.depth_cm):
            continue
        if not any(ways.before(rect, side) & inside for side in sides.open[key]):
            text = _("No aisle leads to %(code)s.", code=plan.booths[key].code)
            yield Problem("reach", ERROR, (key,), text)
