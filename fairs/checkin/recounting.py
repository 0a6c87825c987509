"""The tallies of a fair, counted anew from its visits, scans and acts: to prove the kept ones, and to mend them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select

from fairs.calendar.models import Fair
from fairs.checkin.acts import gate_place
from fairs.checkin.models import GateTally, Scan, ScanAct, Visit, VisitTally, ZoneTally
from fairs.checkin.states import ActKind
from fairs.core.clock import now
from fairs.core.db import db, transaction

#: Rows of a tally: what a row is about, and its numbers.
Rows = dict[tuple[Any, ...], tuple[int, ...]]
Tallies = dict[str, Rows]


def kept_tallies(fair_id: int) -> Tallies:
    """The tallies as they are kept, without rows that are nothing."""
    visits = db.session.execute(
        select(
            VisitTally.day, VisitTally.hour, VisitTally.category, VisitTally.country, VisitTally.counts,
            VisitTally.visits, VisitTally.people,
        ).where(VisitTally.fair_id == fair_id)
    )  # fmt: skip
    gates = db.session.execute(
        select(
            GateTally.gate_id, GateTally.day, GateTally.passed_in, GateTally.passed_out, GateTally.refused
        ).where(GateTally.fair_id == fair_id)
    )  # fmt: skip
    zones = db.session.execute(
        select(ZoneTally.zone_id, ZoneTally.day, ZoneTally.inside, ZoneTally.unsure).where(ZoneTally.fair_id == fair_id)
    )
    return {
        "visits": {tuple(row[:5]): tuple(row[5:]) for row in visits if any(row[5:])},
        "gates": {tuple(row[:2]): tuple(row[2:]) for row in gates if any(row[2:])},
        "zones": {tuple(row[:2]): tuple(row[2:]) for row in zones if any(row[2:])},
    }


def counted_tallies(fair: Fair) -> Tallies:
    """The tallies as visits, scans and acts say."""
    return {
        "visits": _visits(fair.id, ZoneInfo(fair.time_zone)), "gates": _gates(fair.id), "zones": _zones(fair.id),
    }  # fmt: skip


def differences(fair: Fair) -> list[str]:
    """Which rows of the kept tallies are not as counted; empty when all agree."""
    kept, counted = kept_tallies(fair.id), counted_tallies(fair)
    return [
        f"{table} {' '.join(map(str, key))}: {kept[table].get(key)} / {counted[table].get(key)}"
        for table in kept
        for key in sorted({*kept[table], *counted[table]}, key=str)
        if kept[table].get(key) != counted[table].get(key)
    ]


def recount_tallies(fair: Fair) -> list[str]:
    """Replace the fair's tallies by what visits, scans and acts say; gives back what was not so before."""
    fair_id = fair.id
    with transaction():
        # The fair's row is the lock: scans of its gates hold a share of it until they are kept, and wait for it afterwards.
        found = db.session.get_one(Fair, fair_id, with_for_update=True, populate_existing=True)
        changed = differences(found)
        counted, moment = counted_tallies(found), now()
        lasts = {
            (gate, day): last
            for gate, day, last in db.session.execute(
                select(Scan.gate_id, Scan.day, func.max(Scan.scanned_at))
                .where(Scan.fair_id == fair_id, Scan.is_rehearsal.is_(False))
                .group_by(Scan.gate_id, Scan.day)
            )
        }
        for model in (VisitTally, GateTally, ZoneTally):
            db.session.execute(delete(model).where(model.fair_id == fair_id))
        about = {"fair_id": fair_id, "created_at": moment}
        _keep(VisitTally, [
            about | dict(zip(("day", "hour", "category", "country", "counts", "visits", "people"), (*key, *row), strict=True))
            for key, row in counted["visits"].items()
        ])  # fmt: skip
        _keep(GateTally, [
            about | {"gate_id": key[0], "day": key[1], "passed_in": row[0], "passed_out": row[1], "refused": row[2], "last_at": last}
            for key, last in lasts.items()
            for row in [counted["gates"].get(key, (0, 0, 0))]
        ])  # fmt: skip
        _keep(ZoneTally, [
            about | {"zone_id": key[0], "day": key[1], "inside": row[0], "unsure": row[1]} for key, row in counted["zones"].items()
        ])  # fmt: skip
    return changed


def _keep(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(model), rows)


def _visits(fair_id: int, zone: ZoneInfo) -> Rows:
    visits: Counter[tuple[Any, ...]] = Counter()
    people: Counter[tuple[Any, ...]] = Counter()
    seen: set[tuple[int, bool]] = set()
    for day, person_id, category, country, counts, first_in_at in db.session.execute(
        select(Visit.day, Visit.person_id, Visit.category, Visit.country, Visit.counts, Visit.first_in_at)
        .where(Visit.fair_id == fair_id)
        .order_by(Visit.day)
    ):
        key = (day, first_in_at.astimezone(zone).hour, category, country, counts)
        visits[key] += 1
        people[key] += (person_id, counts) not in seen
        seen.add((person_id, counts))
    return {key: (number, people[key]) for key, number in visits.items()}


def _gates(fair_id: int) -> Rows:
    """Scans by gate and day, in groups of the same fate: few rows, however many scans."""
    found: dict[tuple[int, date], list[int]] = {}
    acted = (ActKind.UNDO, ActKind.ADMIT)
    # Scans that somebody acted on are looked at one by one: they are few.
    acts: dict[int | None, set[ActKind]] = {}
    for scan_id, kind in db.session.execute(
        select(ScanAct.scan_id, ScanAct.kind).where(
            ScanAct.fair_id == fair_id, ScanAct.scan_id.is_not(None), ScanAct.kind.in_(acted), ScanAct.outcome == "done"
        )
    ):
        acts.setdefault(scan_id, set()).add(kind)
    columns = (Scan.gate_id, Scan.day, Scan.direction, Scan.verdict, Scan.device_verdict)
    mine = (Scan.fair_id == fair_id, Scan.is_rehearsal.is_(False))
    for gate, day, way, verdict, shown, number in db.session.execute(
        select(*columns, func.count()).where(*mine).group_by(*columns)
    ):
        _add(found, gate, day, gate_place(way, verdict, shown, ()), number)
    keys = list(acts)
    for start in range(0, len(keys), 500):
        rows = db.session.execute(select(Scan.id, *columns).where(*mine, Scan.id.in_(keys[start : start + 500])))
        for scan_id, gate, day, way, verdict, shown in rows:
            _add(found, gate, day, gate_place(way, verdict, shown, ()), -1)
            _add(found, gate, day, gate_place(way, verdict, shown, acts[scan_id]), 1)
    return {key: tuple(row) for key, row in found.items() if any(row)}


def _add(found: dict[tuple[int, date], list[int]], gate: int, day: date, place: int | None, number: int) -> None:
    row = found.setdefault((gate, day), [0, 0, 0])
    if place is not None:
        row[place] += number


def _zones(fair_id: int) -> Rows:
    found: Counter[tuple[int | None, date]] = Counter()
    unsure: Counter[tuple[int | None, date]] = Counter()
    for zone_id, day, is_unsure, number in db.session.execute(
        select(Visit.zone_id, Visit.day, Visit.is_unsure, func.count())
        .where(Visit.fair_id == fair_id, Visit.inside_since.is_not(None))
        .group_by(Visit.zone_id, Visit.day, Visit.is_unsure)
    ):
        for place in {None, zone_id}:
            found[place, day] += number
            unsure[place, day] += number if is_unsure else 0
    return {key: (number, unsure[key]) for key, number in found.items()}
