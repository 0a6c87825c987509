"""What devices wrote down against what the database says: every scan that somebody saw a verdict of is there exactly once."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from fairs.checkin.models import Scan, ScanConflict, Visit, VisitTally
from fairs.core.db import db
from tests.drill.gates.hall import Hall
from tests.drill.servers import DrillFailed


def count(hall: Hall) -> str:
    """Compare logs, scans, visits and tallies; raises DrillFailed on the first difference."""
    seen = {one.id for telephone in hall.telephones for one in telephone.log}
    seen |= {str(entry["id"]) for reader in hall.readers for entry in reader.log}
    with hall.looking():
        fair = hall.fair()
        on_server = Counter(db.session.scalars(select(Scan.scan_id).where(Scan.fair_id == fair.id)))
        aside = " ".join(db.session.scalars(select(ScanConflict.entry_id).where(ScanConflict.fair_id == fair.id)))
        twice = [one for one, number in on_server.items() if number > 1]
        lost = [one for one in seen if one not in on_server and one not in aside]
        if twice or lost:
            raise DrillFailed(f"{len(lost)} scans lost, {len(twice)} twice: {[*lost, *twice][:5]}")
        drilled = Counter(
            db.session.scalars(select(Scan.scan_id).where(Scan.fair_id == fair.id, Scan.device_id.is_not(None)))
        )
        more = set(drilled) - seen
        if len(more) > len(hall.maybe):
            raise DrillFailed(f"{len(more)} scans on the server that no device knows, of them {len(hall.maybe)} may be")
        for reader in hall.readers:
            if len(reader.answers) != len(reader.log):
                raise DrillFailed(f"{len(reader.log)} scans of {reader.name}, {len(reader.answers)} acknowledged")
        visits = _visits(fair.id)
        conflicts = Counter(
            str(kind) for kind in db.session.scalars(select(ScanConflict.kind).where(ScanConflict.fair_id == fair.id))
        )
    if not conflicts["two_gates"]:
        raise DrillFailed("nobody is asked about the badge that was at two gates at once")
    words = ", ".join(f"{number} {kind}" for kind, number in sorted(conflicts.items()))
    return f"{len(seen):,} scans of {len(hall.telephones) + len(hall.readers)} devices, {visits:,} visits; to settle: {words}"


def _visits(fair_id: int) -> int:
    visits, people = db.session.execute(
        select(func.count(), func.count(Visit.person_id.distinct())).where(Visit.fair_id == fair_id)
    ).one()
    told, new = db.session.execute(
        select(func.sum(VisitTally.visits), func.sum(VisitTally.people)).where(VisitTally.fair_id == fair_id)
    ).one()
    if (visits, people) != (told, new):
        raise DrillFailed(f"{visits} visits of {people} people, and the tallies say {told} and {new}")
    missing = db.session.scalar(
        select(func.count())
        .select_from(Scan)
        .outerjoin(Visit, (Visit.badge_id == Scan.badge_id) & (Visit.day == Scan.day))
        .where(Scan.fair_id == fair_id, Scan.verdict == "welcome", Scan.is_rehearsal.is_(False), Visit.id.is_(None))
    )
    if missing:
        raise DrillFailed(f"{missing} were welcomed on a day on which they have no visit")
    return int(visits)
