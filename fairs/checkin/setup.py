"""Setting up where people may be and who may enter: zones with their capacity, and the rules of gates."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.checkin.errors import BadRules, RowProblem, ZoneExists, ZoneInUse
from fairs.checkin.models import AccessZone, Gate
from fairs.checkin.queries import zone_by_code, zone_is_used
from fairs.checkin.rulebook import FORMAT, Row, check_rows, tidied
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import one_line

MOST_PEOPLE = 200_000
_CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """A zone as typed. ``capacity`` in people, ``warn_at`` in percent of it; ``is_inner``: reached from inside the fair."""

    name_vi: str
    name_en: str
    capacity: int | None = None
    warn_at: int = 80
    is_inner: bool = False


def create_zone(fair: Fair, code: str, draft: ZoneDraft, *, by: Actor) -> AccessZone:
    """A new hall or area; raises ZoneExists and InvalidInput."""
    if not _CODE.fullmatch(code) or len(code) > 20:
        raise InvalidInput(_l("Use letters, digits and hyphens."), field="code")
    _check_zone(draft)
    with transaction():
        if zone_by_code(fair.id, code) is not None:
            raise ZoneExists(field="code")
        zone = AccessZone(fair_id=fair.id, code=code, **asdict(draft))
        db.session.add(zone)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise ZoneExists(field="code") from error
        record("checkin.create_zone", zone, by=by, after={"code": code, **asdict(draft)})
        return zone


def change_zone(zone: AccessZone, draft: ZoneDraft, *, by: Actor) -> AccessZone:
    """Change names, capacity and warning of a zone; raises InvalidInput."""
    _check_zone(draft)
    with transaction():
        row = db.session.get_one(AccessZone, zone.id, with_for_update=True, populate_existing=True)
        after = asdict(draft)
        before = {key: getattr(row, key) for key in after}
        if before != after:
            for key, value in after.items():
                setattr(row, key, value)
            record("checkin.change_zone", row, by=by, before=before, after=after)
        return row


def remove_zone(zone: AccessZone, *, by: Actor) -> None:
    """Remove a zone that no gate leads into and nobody was in; raises ZoneInUse."""
    with transaction():
        row = db.session.get_one(AccessZone, zone.id, with_for_update=True, populate_existing=True)
        if zone_is_used(row.id):
            raise ZoneInUse
        record("checkin.remove_zone", row, by=by, before={"code": row.code})
        db.session.delete(row)


def set_zone_paused(zone: AccessZone, paused: bool, *, by: Actor, reason: str = "") -> AccessZone:
    """Stop entry into a zone, whatever its count says, or let people in again. Organisers and service still enter."""
    with transaction():
        row = db.session.get_one(AccessZone, zone.id, with_for_update=True, populate_existing=True)
        if row.is_paused is not paused:
            row.is_paused, row.pause_reason = paused, one_line(reason)[:300] if paused else ""
            after = {"reason": row.pause_reason} if row.pause_reason else None
            record("checkin.pause_zone" if paused else "checkin.resume_zone", row, by=by, after=after)
        return row


def _check_zone(draft: ZoneDraft) -> None:
    if not draft.name_vi and not draft.name_en:
        raise InvalidInput(_l("Give it a name in at least one language."), field="name_vi")
    if draft.capacity is not None and not 1 <= draft.capacity <= MOST_PEOPLE:
        raise InvalidInput(_l("A number of people from 1 to %(most)s.", most=MOST_PEOPLE), field="capacity")
    if not 1 <= draft.warn_at <= 100:
        raise InvalidInput(_l("A share from 1 to 100 percent."), field="warn_at")


def save_rules(gate: Gate, rows: Sequence[Row], *, by: Actor) -> Gate:
    """Judge a gate by these rows from now on, by none of its own when there are none; raises BadRules with what is wrong."""
    problems = check_rows(list(rows))
    if problems:
        raise BadRules(problems)
    after = tidied(rows)
    with transaction():
        row = db.session.get_one(Gate, gate.id, with_for_update=True, populate_existing=True)
        before = row.rules
        if before != after:
            row.rules, row.changed_at = after, now()
            record("checkin.change_rules", row, by=by, before={"rules": before}, after={"rules": after})
        return row


def moved_rows(rows: Sequence[Row], from_fair: Fair, to_fair: Fair) -> list[Row]:
    """Rows of another fair for this one: days that are named move with the first day."""
    shift = to_fair.starts_on - from_fair.starts_on
    return [
        {**one, "days": [_moved(day, shift) for day in one["days"]]} if isinstance(one["days"], list) else dict(one)
        for one in rows
    ]


def _moved(day: str, shift: timedelta) -> str:
    return (date.fromisoformat(day) + shift).isoformat()


def exported(gate: Gate) -> str:
    """A gate's own rows as JSON, for another system or the next fair."""
    return json.dumps({"format": FORMAT, "gate": gate.code, "rules": gate.rules}, ensure_ascii=False, indent=2) + "\n"


def imported(text: str) -> list[Row]:
    """The rows of an exported text; raises BadRules with what is wrong, and keeps nothing."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRules([RowProblem(0, "", _l("This is no JSON text."))]) from error
    rows = data.get("rules") if isinstance(data, dict) and data.get("format") == FORMAT else None
    if rows is None:
        raise BadRules([RowProblem(0, "", _l("This is no export of a gate's rules."))])
    problems = check_rows(rows)
    if problems:
        raise BadRules(problems)
    return tidied(rows)
