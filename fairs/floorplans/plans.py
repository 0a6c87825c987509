"""A plan of a hall as one value: its booths by key, doors, columns and exits. The published one, a draft, a former version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.text import clean, fold
from fairs.floorplans import geometry
from fairs.floorplans.geometry import Rect
from fairs.floorplans.models import Booth, BoothType, Hall, PlanDraft, Zone

MOST_BOOTHS = 10_000
#: What a booth's number may be: letters and digits, parts joined by a hyphen.
CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
LONGEST_CODE = 12
ROOM = ("doors", "columns", "exits")
_KEY = re.compile(r"[1-9][0-9]{0,17}|n[0-9a-z]{1,16}")
_FAR = 100_000  # nothing is drawn further out than a kilometre
_MOST_THINGS = 400


@dataclass(frozen=True, slots=True)
class Drawn:
    """A booth of a still picture, in metres."""

    code: str
    x: float
    y: float
    w: float
    h: float

    @property
    def number(self) -> str:
        """The code without the hall."""
        return self.code.rpartition("-")[2]


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A booth of a plan: number, place in centimetres, codes of kind and zone ("" for none), whether it is off sale."""

    code: str
    x: int
    y: int
    w: int
    h: int
    type: str
    zone: str = ""
    blocked: bool = False
    reason: str = ""

    @property
    def rect(self) -> Rect:
        """Its floor."""
        return Rect(self.x, self.y, self.w, self.h)

    @property
    def drawn(self) -> Drawn:
        """As a picture shows it."""
        return Drawn(self.code, self.x / 100, self.y / 100, self.w / 100, self.h / 100)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of(cls, values: Any) -> PlannedPlace:
        """From JSON of whatever origin; raises InvalidInput. An odd number is kept: the list of problems names it."""
        if not isinstance(values, Mapping):
            raise InvalidInput
        sizes = {name: _whole(values.get(name), name) for name in "xywh"}
        if min(sizes["w"], sizes["h"]) < 50 or max(sizes["w"], sizes["h"]) > 50_000:
            raise InvalidInput(_l("A booth is between 0.5 and 500 metres long and wide."), field="w")
        blocked = values.get("blocked") is True
        return cls(
            code=_text(values.get("code"), 24).upper(), **sizes, type=_text(values.get("type"), 20),
            zone=_text(values.get("zone"), 10), blocked=blocked, reason=_text(values.get("reason"), 200) if blocked else "",
        )  # fmt: skip


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _FAR:
        raise InvalidInput(_l("Write a number of metres."), field=name)
    return value


def _text(value: Any, longest: int) -> str:
    return clean(value)[:longest] if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of a hall; lengths in centimetres."""

    width_cm: int
    depth_cm: int
    aisle: int
    booths: dict[str, PlannedPlace] = field(default_factory=dict)
    doors: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    exits: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rects(self) -> dict[str, Rect]:
        """The floor of each booth by key."""
        return {key: booth.rect for key, booth in self.booths.items()}

    @property
    def hall(self) -> geometry.Hall:
        """The room for the geometry."""
        return geometry.Hall(self.width_cm, self.depth_cm, [Rect.of(one) for one in self.columns], self.aisle)

    def as_dict(self) -> dict[str, Any]:
        """Booths, doors, columns and exits for JSON; the hall's size stays with the hall."""
        booths = {key: booth.as_dict() for key, booth in self.booths.items()}
        return {"booths": booths, "doors": self.doors, "columns": self.columns, "exits": self.exits}


def base36(number: int) -> str:
    """A number above zero by digits and small letters."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


def published_plan(hall: Hall) -> Plan:
    """The plan as it is published; one query for the booths."""
    rows = db.session.execute(
        select(
            Booth.id, Booth.code, Booth.x_cm, Booth.y_cm, Booth.w_cm, Booth.h_cm, BoothType.code, Zone.code,
            Booth.is_blocked, Booth.block_reason,
        )
        .join(BoothType, BoothType.id == Booth.type_id)
        .outerjoin(Zone, Zone.id == Booth.zone_id)
        .where(Booth.hall_id == hall.id)
        .order_by(Booth.code)
    )  # fmt: skip
    booths = {str(row[0]): PlannedPlace(*row[1:7], row[7] or "", row[8], row[9]) for row in rows}
    return Plan(
        hall.width_cm, hall.depth_cm, hall.aisle_cm, booths, list(hall.doors), list(hall.columns), list(hall.exits)
    )


def draft_of(hall: Hall, *, lock: bool = False) -> PlanDraft | None:
    """The row with the hall's draft, if anybody has begun one."""
    query = select(PlanDraft).where(PlanDraft.hall_id == hall.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def drafted_plan(hall: Hall, draft: PlanDraft | None) -> Plan:
    """The plan as it is drafted; where nothing is drafted, as it is published."""
    plan = published_plan(hall)
    if draft is None:
        return plan
    booths = plan.booths
    if draft.booths is not None:
        booths = {key: PlannedPlace(**values) for key, values in draft.booths.items()}
    return replace(
        plan,
        booths=booths,
        doors=plan.doors if draft.doors is None else draft.doors,
        columns=plan.columns if draft.columns is None else draft.columns,
        exits=plan.exits if draft.exits is None else draft.exits,
    )


def things_of(values: Any, name: str) -> list[dict[str, Any]]:
    """Doors, columns or exits from JSON of whatever origin; raises InvalidInput."""
    if not isinstance(values, list) or len(values) > _MOST_THINGS:
        raise InvalidInput(field=name)
    found = []
    for one in values:
        if not isinstance(one, Mapping):
            raise InvalidInput(field=name)
        thing: dict[str, Any] = {key: _whole(one.get(key), name) for key in "xywh"}
        if min(thing["w"], thing["h"]) < 1:
            raise InvalidInput(_l("Everything has a length and a width."), field=name)
        for label in ("label", "label_vi", "label_en"):
            if one.get(label):
                thing[label] = _text(one.get(label), 60)
        if name == "exits":
            thing["clear"] = _whole(one.get("clear", 200), name)
            if not 0 <= thing["clear"] <= 2_000:
                raise InvalidInput(_l("Between 0 and 20 metres."), field=name)
        found.append(thing)
    return found


def is_key(text: Any) -> bool:
    """Whether it can be the key of a booth."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def proper_code(text: str) -> str:
    """The booth number that is meant by ``text``: capital letters, no accents, one hyphen for spaces, dots and the like."""
    plain = fold(text).upper()
    return "-".join(re.findall(r"[A-Z0-9]+", plain))[:LONGEST_CODE].rstrip("-")


def is_code(text: str) -> bool:
    """Whether a booth may be numbered like this."""
    return len(text) <= LONGEST_CODE and CODE.fullmatch(text) is not None


def in_order(booths: Iterable[tuple[str, PlannedPlace]]) -> list[tuple[str, PlannedPlace]]:
    """Booths by number, as people read them."""
    return sorted(booths, key=lambda one: (one[1].code, one[0]))
