"""What scans are judged by: the fair's days, its gates with their rules and zones, kept in memory for a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.badges.categories import counting
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.checkin.models import Gate
from fairs.checkin.rulebook import GateBook, fair_facts
from fairs.checkin.rules import FairFacts
from fairs.core.db import db
from fairs.core.kept import kept

#: What is handed in later than this is judged without the count of its hall: how full it was then, nobody knows.
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class FairInfo:
    """A fair and its gates, as far as scans are judged by them."""

    id: int
    zone: ZoneInfo
    facts: FairFacts
    rehearsal: FairFacts
    counting: frozenset[BadgeCategory]
    gates: dict[int, GateBook]
    by_code: dict[str, GateBook]


_infos = kept("fairs", "gates", "access_zones")


def fair_info(fair: Fair, gates_of: int | None = None) -> FairInfo:
    """The fair's facts, with its own gates or those of the fair ``gates_of``, whose gates rehearse with its badges."""
    info: FairInfo = _infos.get((fair.id, gates_of), lambda: _read(fair, gates_of or fair.id))
    return info


def _read(fair: Fair, gates_of: int) -> FairInfo:
    rows = db.session.scalars(select(Gate).options(joinedload(Gate.zone)).where(Gate.fair_id == gates_of)).all()
    gates = {row.id: GateBook.of(row) for row in rows}
    return FairInfo(
        fair.id, ZoneInfo(fair.time_zone), fair_facts(fair), fair_facts(fair, is_rehearsal=True), counting(fair), gates,
        {gate.facts.code: gate for gate in gates.values()},
    )  # fmt: skip
