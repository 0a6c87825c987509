"""Reading the days of people and the passes that they follow from; each function takes one statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.checkin.facts import FairInfo
from fairs.checkin.models import Scan, ScanAct, Visit
from fairs.checkin.passes import Pass, Stay, did_pass
from fairs.checkin.states import ActKind
from fairs.core.db import db
from fairs.core.rows import Reading, driver, read_rows
from fairs.directory.models import Company, Person

Place = tuple[date, int]

_STAYS = Reading(
    lambda driver: select(
        Visit.day, Visit.person_id, Visit.first_in_at, Visit.badge_id, Visit.category, Visit.country, Visit.inside_since,
        Visit.left_at, Visit.zone_id, Visit.passed_at, Visit.last_gate_id, Visit.is_unsure, Visit.counts,
    # By the index of people, who have few visits; that of the fair's days would be read whole.
    ).where(Visit.fair_id + 0 == bindparam("fair_id"), driver.among(Visit.person_id, "people"))
)  # fmt: skip
_CATEGORIES = {str(one): one for one in BadgeCategory}


def stays_of(fair_id: int, people: Collection[int]) -> dict[Place, Stay]:
    """All days of these people at the fair, by day and person."""
    _, kind = driver()
    found, moment = {}, kind.moment_of
    for row in read_rows(_STAYS, fair_id=fair_id, people=kind.many(people)):
        (
            day,
            person,
            first_in,
            badge,
            category,
            country,
            inside_since,
            left_at,
            zone,
            passed_at,
            gate,
            unsure,
            counts,
        ) = row
        first, inside, left, passed = moment(first_in), moment(inside_since), moment(left_at), moment(passed_at)
        latest = passed or max(one for one in (first, inside, left) if one is not None)
        if first is not None:
            found[kind.day_of(day), person] = Stay(
                first,
                badge,
                _CATEGORIES[category],
                country,
                inside,
                left,
                zone,
                latest,
                gate,
                bool(unsure),
                bool(counts),
            )
    return found


_PASSES: Any = (
    select(
        Scan.day, Badge.person_id, Scan.scan_id, Scan.scanned_at, Scan.direction, Scan.gate_id, Scan.badge_id,
        Badge.category, func.coalesce(Company.country, Person.country), Scan.verdict, Scan.device_verdict, ScanAct.kind,
    )
    .join(Badge, Badge.id == Scan.badge_id)
    .join(Badge.person)
    .outerjoin(Badge.company)
    .outerjoin(
        ScanAct,
        and_(
            ScanAct.scan_id == Scan.id, ScanAct.kind.in_([ActKind.UNDO, ActKind.ADMIT]), ScanAct.outcome == "done"
        ),
    )
    # By the index of people, who have few badges and scans; those of the fair would be read whole.
    .where(
        Badge.fair_id + 0 == bindparam("fair_id"), Badge.person_id.in_(bindparam("people", expanding=True)),
        Scan.fair_id + 0 == bindparam("fair_id"), Scan.day.in_(bindparam("days", expanding=True)),
        Scan.is_rehearsal == bindparam("rehearsal"),
    )
)  # fmt: skip


def passes_of(info: FairInfo, places: Collection[Place]) -> dict[Place, list[Pass]]:
    """How these people passed the gates on these days by what is kept; each place has an entry."""
    return _read(info, places, {"days": list({day for day, _ in places}), "rehearsal": False}, _PASSES)


def rehearsed_passes(
    info: FairInfo, day: date | None, places: Collection[Place], since: datetime
) -> dict[Place, list[Pass]]:
    """How these people passed the gates in the rehearsal of a day after ``since``."""
    found = _read(info, places, {"days": [day], "rehearsal": True}, _PASSES.where(Scan.scanned_at >= since))
    return {place: rows for place, rows in found.items() if rows}


def _read(
    info: FairInfo, places: Collection[Place], values: dict[str, Any], query: Select[Any]
) -> dict[Place, list[Pass]]:
    wanted = set(places)
    values |= {"fair_id": info.id, "people": list({person for _, person in places})}
    scans: dict[str, tuple[Place, Any]] = {}
    acts: dict[str, set[ActKind]] = {}
    for row in db.session.connection().execute(query, values):
        place = row[0], row[1]
        if place in wanted:
            scans[row[2]] = place, row
            acts.setdefault(row[2], set()).update([row[11]] if row[11] is not None else [])
    found: dict[Place, list[Pass]] = {place: [] for place in wanted}
    for scan_id, (place, row) in scans.items():
        if did_pass(row[9], row[10], acts[scan_id]):
            found[place].append(_pass(info, row))
    return found


def _pass(info: FairInfo, row: Any) -> Pass:
    gate = info.gates.get(row[5])
    return Pass(
        row[3], row[2], row[4] == "in", row[5], gate.zone_id if gate else None, gate.is_inner if gate else False, row[6],
        row[7], row[8], row[7] in info.counting and row[0] in info.facts.fair_days,
    )  # fmt: skip
