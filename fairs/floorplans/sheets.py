"""Booths by spreadsheet: out as they are drafted, in by a dry run that names every row that is wrong, then into the drafts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import current_locale
from fairs.core.money import parse_decimal
from fairs.core.storage import Upload
from fairs.core.tables import Column, SheetProblem, SheetRow, read_sheet
from fairs.core.text import clean, fold
from fairs.floorplans import geometry
from fairs.floorplans.drafting import draft_places
from fairs.floorplans.models import Hall, PlanImport
from fairs.floorplans.plans import (
    LONGEST_CODE,
    Plan,
    PlannedPlace,
    draft_of,
    drafted_plan,
    in_order,
    is_code,
    proper_code,
)
from fairs.floorplans.queries import booth_types, halls_of, zones_of

#: Heads by column: Vietnamese, English, and what else people write.
HEADS: dict[str, tuple[str, ...]] = {
    "hall": ("Nhà triển lãm", "Hall", "Nhà"),
    "code": ("Số gian hàng", "Booth number", "Booth", "Gian hàng", "Number", "Mã gian hàng"),
    "type": ("Loại gian hàng", "Kind of booth", "Loại", "Kind"),
    "zone": ("Khu", "Zone", "Khu vực"),
    "x": ("Cách tường trái (m)", "From the left (m)", "X"),
    "y": ("Cách tường trên (m)", "From the top (m)", "Y"),
    "w": ("Chiều ngang (m)", "Width (m)", "W"),
    "h": ("Chiều sâu (m)", "Depth (m)", "H"),
    "blocked": ("Ngừng bán", "Not for sale", "Blocked"),
    "reason": ("Lý do", "Reason"),
}
COLUMNS = [Column(key, heads, required=key == "code") for key, heads in HEADS.items()]
_YES = {"1", "x", "co", "yes", "true", "y", "v"}
_NO = {"", "0", "khong", "no", "false", "n", "-"}
_KEPT = timedelta(days=1)


def head(key: str) -> str:
    """The head of a column in the reader's language."""
    return HEADS[key][0 if current_locale() == "vi" else 1]


def export_rows(fair: Fair) -> Iterator[list[Any]]:
    """The booths of a fair as they are drafted, a row each, in the order of the columns."""
    for hall in halls_of(fair.id):
        for _key, booth in in_order(drafted_plan(hall, draft_of(hall)).booths.items()):
            metres = [getattr(booth, name) / 100 for name in "xywh"]
            yield [hall.code, booth.code, booth.type, booth.zone, *metres, "x" if booth.blocked else "", booth.reason]


def export_csv(fair: Fair) -> str:
    """The same as CSV; a text that a spreadsheet would run as a formula gets an apostrophe."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([head(key) for key in HEADS])
    for row in export_rows(fair):
        writer.writerow(["'" + cell if isinstance(cell, str) and cell[:1] in "=+-@" and cell else cell for cell in row])
    return "\ufeff" + target.getvalue()


@dataclass(slots=True)
class Reading:
    """What a sheet would do: booths by hall and number, what is wrong, what was understood in another way than written."""

    wanted: dict[int, dict[str, PlannedPlace | None]] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    notes: list[SheetProblem] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    same: int = 0


def hand_in(fair: Fair, upload: Upload, *, replaces: bool, by: Actor) -> PlanImport:
    """Read a sheet and keep its rows for the dry run; raises InvalidInput when it cannot be read as a whole.

    ``replaces``: booths of the halls in the sheet that are not in it leave the draft.
    """
    data = read_sheet(upload, COLUMNS)
    with transaction():
        db.session.execute(
            delete(PlanImport).where(PlanImport.fair_id == fair.id, PlanImport.created_at < now() - _KEPT)
        )
        kept = PlanImport(
            fair_id=fair.id, name=clean(upload.name)[:200], replaces=replaces,
            rows=[[row.number, dict(row.cells)] for row in data.rows],
            problems=[[one.row, one.head, str(one.message)] for one in data.problems],
        )  # fmt: skip
        db.session.add(kept)
        db.session.flush()
        record("floorplans.hand_in_sheet", kept, by=by, after={"name": kept.name, "rows": len(kept.rows)})
        return kept


def import_of(fair: Fair, import_id: int) -> PlanImport:
    """A sheet that was handed in at this fair; raises NotFound."""
    kept = db.session.get(PlanImport, import_id)
    if kept is None or kept.fair_id != fair.id:
        raise NotFound
    return kept


def take_over(fair: Fair, kept: PlanImport, *, by: Actor) -> Reading:
    """Take the sheet into the drafts, all of it or nothing; raises InvalidInput when a row is wrong by now."""
    with transaction():
        reading = read(fair, kept)
        if reading.problems:
            raise InvalidInput(_l("Nothing was taken over: mend the rows named here first."))
        for hall in halls_of(fair.id):
            if hall.id in reading.wanted:
                draft_places(hall, reading.wanted[hall.id], label="import", by=by)
        row = db.session.get(PlanImport, kept.id, with_for_update=True)
        if row is None:
            raise NotFound
        after = {"added": len(reading.added), "changed": len(reading.changed), "dropped": len(reading.dropped)}
        record("floorplans.import", row, by=by, after=after)
        db.session.delete(row)
        return reading


@dataclass(slots=True)
class _Ground:
    """What rows are read against."""

    halls: Sequence[Hall]
    plans: dict[int, Plan]
    codes: dict[int, dict[str, PlannedPlace]]
    types: dict[str, str]
    zones: dict[str, str]


def read(fair: Fair, kept: PlanImport) -> Reading:
    """What the sheet would do to the drafts as they are now, with everything that is wrong by row. Changes nothing."""
    halls = halls_of(fair.id)
    plans = {hall.id: drafted_plan(hall, draft_of(hall)) for hall in halls}
    ground = _Ground(
        halls,
        plans,
        {hall_id: {booth.code: booth for booth in plan.booths.values()} for hall_id, plan in plans.items()},
        {fold(name): kind.code for kind in booth_types() for name in (kind.code, kind.name_vi, kind.name_en)},
        {fold(name): zone.code for zone in zones_of(fair.id) for name in (zone.code, zone.name_vi, zone.name_en)},
    )
    keys = {names[0]: key for key, names in HEADS.items()}
    reading = Reading(problems=[SheetProblem(row, head(keys[name]), text) for row, name, text in kept.problems])
    bad_rows = {one.row for one in reading.problems}
    rows: dict[str, int] = {}
    for number, cells in kept.rows:
        if number not in bad_rows:
            _row(SheetRow(number, cells), ground, reading, rows)
    if kept.replaces:
        _drop_the_rest(ground, reading)
    if not reading.problems:
        _floor(ground, reading, rows)
    reading.problems.sort(key=lambda one: one.row or 0)
    return reading


def _row(row: SheetRow, ground: _Ground, reading: Reading, rows: dict[str, int]) -> None:
    found = len(reading.problems)

    def wrong(key: str, message: Any) -> None:
        reading.problems.append(SheetProblem(row.number, head(key), message))

    hall = _hall(row["hall"], ground.halls)
    if hall is None:
        wrong("hall", _("There is no hall %(name)s at this fair.", name=row["hall"] or "–"))
    code = _code(row, reading)
    if code in rows:
        wrong("code", _("%(code)s stands in row %(row)s already.", code=code, row=rows[code]))
    if hall is None or not code or code in rows:
        return
    rows[code] = row.number
    for other in ground.halls:
        if other.id != hall.id and code in ground.codes[other.id]:
            wrong("code", _("%(code)s stands in hall %(hall)s already.", code=code, hall=other.code))
    old = ground.codes[hall.id].get(code)
    values = _values(row, code, old, ground, wrong)
    if len(reading.problems) > found:
        return
    try:
        place = PlannedPlace.of(values)
    except InvalidInput as error:
        wrong(error.field or "code", str(error))
        return
    reading.wanted.setdefault(hall.id, {})[code] = place
    if old is None:
        reading.added.append(code)
    elif old != place:
        reading.changed.append(code)
    else:
        reading.same += 1


def _values(
    row: SheetRow, code: str, old: PlannedPlace | None, ground: _Ground, wrong: Callable[[str, Any], None]
) -> dict[str, Any]:
    """What the booth is by this row; what is left empty stays as it was."""
    values: dict[str, Any] = (
        old.as_dict() if old is not None else {"code": code, "zone": "", "blocked": False, "reason": ""}
    )
    for key, names in (("type", ground.types), ("zone", ground.zones)):
        text = row[key]
        if text and text != "-":
            values[key] = names.get(fold(text))
            if values[key] is None:
                wrong(key, _("%(text)s is not known at this fair.", text=text[:40]))
        elif text == "-" and key == "zone":
            values[key] = ""
        elif key == "type" and old is None:
            wrong(key, _("A new booth needs this."))
    for key in "xywh":
        _metres(row, key, values, old, wrong)
    answer = fold(row["blocked"])
    if answer not in _YES | _NO:
        wrong("blocked", _("Write x for yes, or leave it empty."))
    if "blocked" in row.cells:
        values["blocked"], values["reason"] = answer in _YES, row["reason"] if answer in _YES else ""
    return values


def _hall(text: str, halls: Sequence[Hall]) -> Hall | None:
    if not text and len(halls) == 1:
        return halls[0]
    return next((one for one in halls if fold(text) in {fold(one.code), fold(one.name_vi), fold(one.name_en)}), None)


def _code(row: SheetRow, reading: Reading) -> str:
    """The booth number of a row: blanks, dots and small letters are mended, accents are refused with a suggestion."""
    text = row["code"]
    better = proper_code(text)
    if is_code(text):
        return text
    if not text.isascii() or len(text) > LONGEST_CODE or not better:
        message = _("Letters A–Z, digits and hyphens, 12 at most.")
        if better:
            message = f"{message} {_('Do you mean %(code)s?', code=better)}"
        reading.problems.append(SheetProblem(row.number, head("code"), f"“{text[:40]}”: {message}"))
        return ""
    note = _("“%(text)s” is read as %(code)s.", text=text[:40], code=better)
    reading.notes.append(SheetProblem(row.number, head("code"), note))
    return better


def _metres(
    row: SheetRow, key: str, values: dict[str, Any], old: PlannedPlace | None, wrong: Callable[[str, Any], None]
) -> None:
    text = row[key]
    if not text:
        if old is None:
            wrong(key, _("A new booth needs this."))
        return
    try:
        number = parse_decimal(text) * 100
    except InvalidInput:
        wrong(key, _("“%(text)s” is no number of metres.", text=text[:40]))
        return
    if abs(number) > 100_000:
        wrong(key, _("“%(text)s” is no number of metres.", text=text[:40]))
        return
    values[key] = round(number)


def _drop_the_rest(ground: _Ground, reading: Reading) -> None:
    for hall_id, wanted in reading.wanted.items():
        for code in ground.codes[hall_id]:
            if code not in wanted:
                wanted[code] = None
                reading.dropped.append(code)


def _floor(ground: _Ground, reading: Reading, rows: Mapping[str, int]) -> None:
    """Booths of the sheet that would stand outside their hall or on another booth."""
    for hall_id, wanted in reading.wanted.items():
        plan = ground.plans[hall_id]
        booths = {booth.code: booth for booth in plan.booths.values()}
        booths |= {code: place for code, place in wanted.items() if place is not None}
        for code in [code for code, place in wanted.items() if place is None]:
            booths.pop(code, None)
        after = replace(plan, booths=booths)
        for code, rect in after.rects.items():
            if code in rows and not rect.inside(plan.width_cm, plan.depth_cm):
                text = _("%(code)s stands outside the hall.", code=code)
                reading.problems.append(SheetProblem(rows[code], head("x"), text))
        for one, other in geometry.overlaps(after.rects):
            if one in rows or other in rows:
                first, second = (one, other) if one in rows else (other, one)
                text = _("%(one)s and %(other)s overlap.", one=first, other=second)
                reading.problems.append(SheetProblem(rows[first], head("x"), text))
