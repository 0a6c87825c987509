"""What scans are judged by: the fair's days, its gates with their rules and zones, kept in memory for a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.checkin.models import Gate
from fairs.checkin.rulebook import fair_facts, gate_facts
from fairs.checkin.rules import FairFacts, GateFacts
from fairs.core.db import db
from fairs.core.kept import kept

#: What is handed in later than this is judged without the count of its hall: how full it was then, nobody knows.
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class GateInfo:
    """A gate with the key of the zone behind it. ``facts`` say nothing of how full the zone is."""

    id: int
    code: str
    zone_id: int | None
    is_inner: bool
    facts: GateFacts
    with_zone: GateFacts | None
    closed_at: datetime | None

    def facts_at(self, moment: datetime, now: datetime, inside: int) -> GateFacts:
        """By what somebody is judged who was scanned at ``moment``; ``inside`` are in the zone now."""
        facts = self.facts
        if self.with_zone is not None and self.with_zone.zone is not None and now - moment < LATE:
            facts = replace(facts, zone=replace(self.with_zone.zone, inside=inside))
        if not facts.is_open and self.closed_at is not None and moment < self.closed_at:
            facts = replace(facts, is_open=True)
        return facts


@dataclass(frozen=True, slots=True)
class FairInfo:
    """A fair and its gates, as far as scans are judged by them."""

    id: int
    zone: ZoneInfo
    facts: FairFacts
    rehearsal: FairFacts
    gates: dict[int, GateInfo]
    by_code: dict[str, GateInfo]


_infos = kept("fairs", "gates", "access_zones")


def fair_info(fair: Fair, gates_of: int | None = None) -> FairInfo:
    """The fair's facts, with its own gates or those of the fair ``gates_of``, whose gates rehearse with its badges."""
    info: FairInfo = _infos.get((fair.id, gates_of), lambda: _read(fair, gates_of or fair.id))
    return info


def _read(fair: Fair, gates_of: int) -> FairInfo:
    rows = db.session.scalars(select(Gate).options(joinedload(Gate.zone)).where(Gate.fair_id == gates_of)).all()
    gates = {row.id: _gate(row) for row in rows}
    return FairInfo(
        fair.id, ZoneInfo(fair.time_zone), fair_facts(fair), fair_facts(fair, is_rehearsal=True), gates,
        {gate.code: gate for gate in gates.values()},
    )  # fmt: skip


def _gate(row: Gate) -> GateInfo:
    facts = gate_facts(row)
    limits = facts.zone is not None and (facts.zone.capacity is not None or facts.zone.paused)
    return GateInfo(
        row.id, row.code, row.zone_id, row.zone is not None and row.zone.is_inner, replace(facts, zone=None),
        facts if limits else None, row.closed_at,
    )  # fmt: skip
