"""Halls, zones, prices, and the booths that stand in them. Lengths are centimetres."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.floorplans.drafting import follow
from fairs.floorplans.errors import BoothsOverlap, CodeTaken, NothingChanged, NothingFits, OutsideHall
from fairs.floorplans.events import BoothsOpened, BoothsWillChange
from fairs.floorplans.generator import LARGEST_HALL, LEAST_HALL, Layout, PlannedBooth, lay_out
from fairs.floorplans.geometry import Rect, overlaps
from fairs.floorplans.models import Booth, BoothPrice, BoothType, Hall, Zone
from fairs.floorplans.plans import PlannedPlace, base36, published_plan
from fairs.floorplans.problems import look_at
from fairs.floorplans.publishing import clear_draft, lock_hall, put_in_force
from fairs.floorplans.queries import booth_types, booths_of, rules_of, zones_of

TINTS = 8
FOREIGN_CURRENCY = "USD"  # of prices for companies from abroad, where a fair has such prices
LARGEST_AISLE = 2_000


@dataclass(frozen=True, slots=True)
class HallDraft:
    """A hall: its code (one to three capital letters or digits), names, size, doors and columns (rectangles, cm), least aisle.

    Doors and columns are those of a new hall; later they belong to its plan and change with it.
    """

    code: str
    name_vi: str
    name_en: str
    width_cm: int
    depth_cm: int
    doors: Sequence[dict[str, Any]] = field(default=())
    columns: Sequence[dict[str, Any]] = field(default=())
    aisle_cm: int = 200


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """A product zone; ``group_codes`` are product groups, ``tint`` 1 to 8 is its colour on the plan."""

    code: str
    name_vi: str
    name_en: str
    tint: int = 1
    group_codes: Sequence[str] = ()


def create_hall(fair: Fair, draft: HallDraft, *, by: Actor) -> Hall:
    """A new hall; raises InvalidInput, OutsideHall (a door or column) and CodeTaken."""
    return save_hall(fair, draft, by=by)


def save_hall(fair: Fair, draft: HallDraft, *, by: Actor, hall: Hall | None = None) -> Hall:
    """Create or change a hall; raises InvalidInput, CodeTaken, and OutsideHall when a booth would no longer fit."""
    _check_hall(draft)
    with transaction():
        taken = db.session.scalar(select(Hall).where(Hall.fair_id == fair.id, Hall.code == draft.code))
        if taken is not None and (hall is None or taken.id != hall.id):
            raise CodeTaken(field="code")
        row = hall and db.session.get_one(Hall, hall.id, with_for_update=True, populate_existing=True)
        if row is None:
            row = Hall(fair_id=fair.id)
            row.doors, row.columns = [dict(door) for door in draft.doors], [dict(column) for column in draft.columns]
        elif row.code != draft.code and db.session.scalar(select(Booth.id).where(Booth.hall_id == row.id).limit(1)):
            raise InvalidInput(_l("Booths are numbered by this code already."), field="code")
        before = {"size": [row.width_cm, row.depth_cm]} if row.id else None
        row.code, row.name_vi, row.name_en = draft.code, clean(draft.name_vi), clean(draft.name_en)
        row.width_cm, row.depth_cm, row.aisle_cm = draft.width_cm, draft.depth_cm, draft.aisle_cm
        db.session.add(row)
        db.session.flush()
        for booth in db.session.scalars(select(Booth).where(Booth.hall_id == row.id)):
            if not _rect(booth).inside(row.width_cm, row.depth_cm):
                raise OutsideHall(_l("Booth %(code)s would stand outside the hall.", code=booth.code), field="width")
        after = {"code": row.code, "size": [row.width_cm, row.depth_cm]}
        record("floorplans.save_hall", row, by=by, before=before, after=after)
        return row


def _check_hall(draft: HallDraft) -> None:
    if not re.fullmatch(r"[A-Z0-9]{1,3}", draft.code):
        raise InvalidInput(_l("Use one to three capital letters or digits."), field="code")
    if not clean(draft.name_vi) or not clean(draft.name_en):
        raise InvalidInput(_l("Give the name in both languages."), field="name_vi" if not draft.name_vi else "name_en")
    for name, size in (("width", draft.width_cm), ("depth", draft.depth_cm)):
        if not LEAST_HALL <= size <= LARGEST_HALL:
            raise InvalidInput(_l("A hall is between 5 and 500 metres long and wide."), field=name)
    if not 0 <= draft.aisle_cm <= 1_000:
        raise InvalidInput(_l("Between 0 and 10 metres."), field="least_aisle")
    for name, things in (("doors", draft.doors), ("columns", draft.columns)):
        if any(not Rect.of(thing).inside(draft.width_cm, draft.depth_cm) for thing in things):
            raise OutsideHall(field=name)


def save_zone(fair: Fair, draft: ZoneDraft, *, by: Actor, zone: Zone | None = None) -> Zone:
    """Create or change a zone; raises InvalidInput and CodeTaken."""
    code = draft.code.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{1,10}", code):
        raise InvalidInput(_l("Use up to ten capital letters or digits."), field="code")
    if not 1 <= draft.tint <= TINTS:
        raise InvalidInput(field="tint")
    with transaction():
        taken = db.session.scalar(select(Zone).where(Zone.fair_id == fair.id, Zone.code == code))
        if taken is not None and (zone is None or taken.id != zone.id):
            raise CodeTaken(field="code")
        row = Zone(fair_id=fair.id) if zone is None else db.session.get_one(Zone, zone.id, with_for_update=True)
        row.code, row.name_vi, row.name_en = code, clean(draft.name_vi), clean(draft.name_en)
        row.tint, row.group_codes = draft.tint, "|".join(draft.group_codes)
        db.session.add(row)
        db.session.flush()
        record("floorplans.save_zone", row, by=by, after={"code": code, "groups": list(draft.group_codes)})
        return row


def set_price(
    fair: Fair, booth_type: BoothType, amount: Money, *, by: Actor, basis: str = "booth", corner_percent: int = 0
) -> BoothPrice:
    """Set the net price of a booth type at a fair, per ``booth`` or per ``m2``, and the surcharge of corners in percent.

    Beside the price in the fair's currency there may be one in dollars, for companies from abroad. Raises InvalidInput:
    negative, any other currency, odd basis, surcharge above 100 %. Bookings made before keep their price.
    """
    if amount.amount_minor < 0:
        raise InvalidInput(_l("A price is not negative."), field="amount")
    if amount.currency not in {fair.currency, FOREIGN_CURRENCY}:
        raise InvalidInput(_l("Prices are in the fair's currency or in US dollars."), field="amount")
    if basis not in {"booth", "m2"}:
        raise InvalidInput(field="basis")
    if not 0 <= corner_percent <= 100:
        raise InvalidInput(_l("Between 0 and 100 percent."), field="corner_percent")
    with transaction():
        wanted = select(BoothPrice).where(
            BoothPrice.fair_id == fair.id,
            BoothPrice.type_id == booth_type.id,
            BoothPrice.currency == amount.currency,
        )
        row = db.session.scalar(wanted.with_for_update())
        before = {"amount": row.amount, "basis": row.basis, "corner": row.corner_percent} if row else None
        row = row or BoothPrice(fair_id=fair.id, type_id=booth_type.id)
        row.amount_minor, row.currency = amount.amount_minor, amount.currency
        row.basis, row.corner_percent = basis, corner_percent
        db.session.add(row)
        db.session.flush()
        after = {"type": booth_type.code, "amount": amount, "basis": basis, "corner": corner_percent}
        if before is None or before != {key: after[key] for key in before}:
            record("floorplans.set_price", row, by=by, before=before, after=after)
        return row


def plan_hall(hall: Hall, layout: Layout) -> list[PlannedBooth]:
    """The booths that ``layout`` gives in this hall, without storing anything; raises InvalidInput and NothingFits."""
    for name in ("booth_w", "booth_d"):
        if not 100 <= getattr(layout, name) <= 3_000:
            raise InvalidInput(_l("A booth is between 1 and 30 metres long and wide."), field=name)
    for name in ("aisle", "margin", "door_clear"):
        if not 0 <= getattr(layout, name) <= LARGEST_AISLE:
            raise InvalidInput(_l("Between 0 and 20 metres."), field=name)
    if layout.run < 1 or layout.most < 1 or layout.first_number < 1:
        raise InvalidInput(_l("Write a number above zero."), field="run" if layout.run < 1 else "most")
    doors, columns = [Rect.of(door) for door in hall.doors], [Rect.of(column) for column in hall.columns]
    planned = lay_out(hall.width_cm, hall.depth_cm, layout, doors=doors, columns=columns)
    if not planned:
        raise NothingFits(field="aisle")
    rects = [booth.rect for booth in planned]
    if not all(rect.inside(hall.width_cm, hall.depth_cm) for rect in rects):
        raise OutsideHall
    if overlaps(dict(enumerate(rects))):
        raise BoothsOverlap
    return planned


def generate_booths(
    hall: Hall, layout: Layout, *, by: Actor, type_code: str = "SHELL9", corner_type_code: str | None = None
) -> list[Booth]:
    """Lay out the hall and publish it at once: booths whose number stays keep their record, the others are dropped or added.

    Booths with two open sides or more get the corner's type when one is named. Whoever has a booth that moves is told; features
    above refuse to take one away (BoothsWillChange). A draft is thrown away. Raises InvalidInput, NothingFits, NotFound for an
    unknown type. Zone codes of the layout must exist at the fair.
    """
    with transaction():
        row = lock_hall(hall)
        corner_type_code = corner_type_code or type_code
        kinds = {kind.code for kind in booth_types()}
        if not {type_code, corner_type_code} <= kinds:
            raise NotFound
        if any(code not in {zone.code for zone in zones_of(row.fair_id)} for code, _ in layout.zones):
            raise InvalidInput(_l("This fair has no such zone."), field="zones")
        planned, rules, before = plan_hall(row, layout), rules_of(row), published_plan(row)
        if any(booth.code in rules.elsewhere for booth in planned):
            raise InvalidInput(_l("Another hall numbers its booths like this already."), field="prefix")
        keys = {booth.code: key for key, booth in before.booths.items()}
        booths = {}
        for number, new in enumerate(planned, 1):
            key = keys.get(new.code, f"n{base36(number)}")
            kind = corner_type_code if new.open_sides > 1 else type_code
            place = PlannedPlace(new.code, new.rect.x, new.rect.y, new.rect.w, new.rect.h, kind, new.zone or "")
            old = before.booths.get(key)
            booths[key] = replace(place, blocked=old.blocked, reason=old.reason) if old is not None else place
        plan = replace(before, booths=booths)
        with suppress(NothingChanged):
            put_in_force(row, plan, look_at(plan, rules), by=by)
        clear_draft(row)
        return list(booths_of(row))


def assign_zone(booths: Sequence[Booth], zone: Zone | None, *, by: Actor) -> None:
    """Put booths into a zone (None: into none)."""
    with transaction():
        for booth in booths:
            row = db.session.get_one(Booth, booth.id, with_for_update=True, populate_existing=True)
            row.zone_id = zone.id if zone is not None else None
            follow(row.hall_id, [row.id], zone=zone.code if zone is not None else "")
            record("floorplans.assign_zone", row, by=by, after={"zone": zone.code if zone is not None else None})


def block_booth(booth: Booth, reason: str, *, by: Actor) -> Booth:
    """Take a booth off sale; refused while it is booked (BoothsWillChange). Raises InvalidInput without a reason."""
    if not clean(reason):
        raise InvalidInput(_l("Say why, so that colleagues know."), field="reason")
    return _set_blocked(booth, True, clean(reason)[:200], by)


def unblock_booth(booth: Booth, *, by: Actor) -> Booth:
    """Put a blocked booth on sale again."""
    return _set_blocked(booth, False, "", by)


def _set_blocked(booth: Booth, blocked: bool, reason: str, by: Actor) -> Booth:
    with transaction():
        row = db.session.get_one(Booth, booth.id, with_for_update=True, populate_existing=True)
        if blocked:
            publish(BoothsWillChange(row.fair_id, by, blocked=[row.id]))
        row.is_blocked, row.block_reason = blocked, reason
        follow(row.hall_id, [row.id], blocked=blocked, reason=reason)
        action = "floorplans.block" if blocked else "floorplans.unblock"
        record(action, row, by=by, after={"reason": reason} if blocked else None)
        if not blocked:
            publish(BoothsOpened(row.fair_id))
        return row


def _rect(booth: Booth) -> Rect:
    return Rect(booth.x_cm, booth.y_cm, booth.w_cm, booth.h_cm)
