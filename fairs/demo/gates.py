"""The gates of the demonstration: a hall and a seminar area with capacities, a staff entrance, rules with hours.

The main entrance asks for the day only, so that whoever tries it in the evening is let in.
"""

from __future__ import annotations

from sqlalchemy import func, select, update

from fairs.calendar.models import Fair
from fairs.checkin.models import AccessZone, Gate, Visit
from fairs.checkin.recounting import recount_tallies
from fairs.checkin.rulebook import row, staff_rows, standard_rows
from fairs.core.db import db

_SEMINAR = ["importer", "hosted", "vip", "speaker", "press", "trade"]
#: So many of those who are at the fair sit in the seminar area: every third.
_SHARE = 3


def load_gates(fair: Fair) -> None:
    """Halls, a door to the seminars and a staff entrance beside the two entrances there are; who is inside is in one of them."""
    hall = AccessZone(fair_id=fair.id, code="a", name_vi="Nhà triển lãm A", name_en="Hall A", capacity=2500)
    seminars = AccessZone(
        fair_id=fair.id, code="hoi-thao", name_vi="Khu hội thảo và giao thương", name_en="Seminars and meetings",
        capacity=_capacity(fair), is_inner=True,
    )  # fmt: skip
    db.session.add_all([hall, seminars])
    db.session.flush()
    for gate in db.session.scalars(select(Gate).where(Gate.fair_id == fair.id).order_by(Gate.code)):
        gate.zone_id = hall.id
        if gate.code == "g2":
            gate.rules = standard_rows(fair)
    db.session.add_all([
        Gate(fair_id=fair.id, code="g3", name_vi="Cửa khu hội thảo", name_en="Door to the seminars", direction="both",
             zone_id=seminars.id, rules=[row(["organiser", "service"]), row(_SEMINAR, "fair")]),
        Gate(fair_id=fair.id, code="nv", name_vi="Cổng nhân viên", name_en="Staff entrance", direction="both",
             zone_id=hall.id, unknown_signed="refuse", rules=staff_rows()),
    ])  # fmt: skip
    db.session.execute(
        update(Visit).where(Visit.fair_id == fair.id).values(zone_id=hall.id, passed_at=Visit.first_in_at)
    )
    inside = Visit.fair_id == fair.id, Visit.day == fair.today, Visit.inside_since.is_not(None), Visit.counts.is_(True)
    db.session.execute(update(Visit).where(*inside, Visit.badge_id % _SHARE == 0).values(zone_id=seminars.id))
    db.session.flush()
    recount_tallies(fair)  # the halls have people now


def _capacity(fair: Fair) -> int:
    """As many seats that the seminar area begins to fill up with those who sit there."""
    there = db.session.scalar(
        select(func.count()).select_from(Visit).where(
            Visit.fair_id == fair.id, Visit.day == fair.today, Visit.inside_since.is_not(None), Visit.counts.is_(True),
            Visit.badge_id % _SHARE == 0,
        )
    )  # fmt: skip
    return max(5, int(there or 0) * 100 // 84)
