"""The tallies of a fair, counted anew from its visits and scans: after loading visits past the gates, and to prove the kept ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, delete, func, insert, select

from fairs.calendar.models import Fair
from fairs.checkin.models import Gate, GateTally, Scan, Visit, VisitTally, ZoneTally
from fairs.checkin.queries import LETS_IN
from fairs.core.clock import now
from fairs.core.db import db, transaction

_TALLIES = (VisitTally, GateTally, ZoneTally)


def recount_tallies(fair: Fair) -> None:
    """Replace the fair's tallies by what visits and scans say. Doubts about who is inside (``unsure``) are not known from them."""
    fair_id, zone = fair.id, ZoneInfo(fair.time_zone)
    with transaction():
        for model in _TALLIES:
            db.session.execute(delete(model).where(model.fair_id == fair_id))  # type: ignore[attr-defined]
        _keep(VisitTally, _visits(fair_id, zone))
        _keep(GateTally, _gates(fair_id))
        _keep(ZoneTally, _inside(fair_id))


def _keep(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        moment = now()
        db.session.execute(insert(model), [row | {"created_at": moment} for row in rows])


def _visits(fair_id: int, zone: ZoneInfo) -> list[dict[str, Any]]:
    visits: Counter[tuple[date, int, Any, str, bool]] = Counter()
    people: Counter[tuple[date, int, Any, str, bool]] = Counter()
    seen: set[int] = set()
    for day, person_id, category, country, counts, first_in_at in db.session.execute(
        select(Visit.day, Visit.person_id, Visit.category, Visit.country, Visit.counts, Visit.first_in_at)
        .where(Visit.fair_id == fair_id)
        .order_by(Visit.day, Visit.id)
    ):
        key = (day, first_in_at.astimezone(zone).hour, category, country, counts)
        visits[key] += 1
        people[key] += person_id not in seen
        seen.add(person_id)
    return [
        {"fair_id": fair_id, "day": day, "hour": hour, "category": category, "country": country, "counts": counts,
         "visits": number, "people": people[day, hour, category, country, counts]}
        for (day, hour, category, country, counts), number in visits.items()
    ]  # fmt: skip


def _gates(fair_id: int) -> list[dict[str, Any]]:
    passes = Scan.verdict.in_(LETS_IN)
    rows = db.session.execute(
        select(
            Scan.gate_id, Scan.day,
            func.sum(case((passes & (Scan.direction == "in"), 1), else_=0)),
            func.sum(case((passes & (Scan.direction == "out"), 1), else_=0)),
            func.sum(case((passes, 0), else_=1)), func.max(Scan.scanned_at),
        )
        .where(Scan.fair_id == fair_id, Scan.is_rehearsal.is_(False))
        .group_by(Scan.gate_id, Scan.day)
    )  # fmt: skip
    return [
        {"fair_id": fair_id, "gate_id": gate, "day": day, "passed_in": int(came), "passed_out": int(left),
         "refused": int(refused), "last_at": last}
        for gate, day, came, left, refused, last in rows
    ]  # fmt: skip


def _inside(fair_id: int) -> list[dict[str, Any]]:
    """Who is inside by day: in the fair as such, and in the zone behind the gate of the latest entry."""
    here: dict[tuple[date, int], int] = {}
    for day, badge_id in db.session.execute(
        select(Visit.day, Visit.badge_id).where(Visit.fair_id == fair_id, Visit.inside_since.is_not(None))
    ):
        here[day, badge_id] = 0
    found: Counter[tuple[date, int | None]] = Counter((day, None) for day, _badge in here)
    for place, zone_id in _latest_zones(fair_id).items():
        if place in here:
            found[place[0], zone_id] += 1
    return [
        {"fair_id": fair_id, "zone_id": zone_id, "day": day, "inside": number, "unsure": 0}
        for (day, zone_id), number in found.items()
    ]


def _latest_zones(fair_id: int) -> Mapping[tuple[date, int], int]:
    gates = select(Gate).where(Gate.fair_id == fair_id, Gate.zone_id.is_not(None))
    zones = {gate.id: gate.zone_id for gate in db.session.scalars(gates) if gate.zone_id is not None}
    latest: dict[tuple[date, int], tuple[datetime, int]] = {}
    if zones:
        for day, badge_id, gate_id, moment in db.session.execute(
            select(Scan.day, Scan.badge_id, Scan.gate_id, Scan.scanned_at)
            .where(
                Scan.gate_id.in_(zones), Scan.direction == "in", Scan.verdict.in_(LETS_IN), Scan.is_rehearsal.is_(False),
                Scan.badge_id.is_not(None),
            )
            .order_by(Scan.scanned_at, Scan.id)
        ):  # fmt: skip
            latest[day, badge_id] = (moment, zones[gate_id])
    return {place: zone for place, (_moment, zone) in latest.items()}
