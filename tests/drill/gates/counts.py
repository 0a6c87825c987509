"""What devices wrote down against what the database says: every scan that somebody saw a verdict of is there exactly once."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, or_, select

from fairs.calendar.models import Fair
from fairs.checkin.models import Scan, ScanAct, ScanConflict, Visit, VisitTally
from fairs.checkin.recounting import differences
from fairs.checkin.states import ActKind
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
        drilled = set(
            db.session.scalars(select(Scan.scan_id).where(Scan.fair_id == fair.id, Scan.device_id.is_not(None)))
        )
        more = drilled - seen - hall.before
        if len(more) > len(hall.maybe):
            raise DrillFailed(
                f"{len(more)} scans on the server that no device knows, of them {len(hall.maybe)} may be: {sorted(more)[:5]}"
            )
        for reader in hall.readers:
            if len(reader.answers) != len(reader.log):
                raise DrillFailed(f"{len(reader.log)} scans of {reader.name}, {len(reader.answers)} acknowledged")
        visits, acts = _visits(fair), _acts(hall, fair.id)
        conflicts = Counter(
            str(kind) for kind in db.session.scalars(select(ScanConflict.kind).where(ScanConflict.fair_id == fair.id))
        )
    if not conflicts["two_gates"]:
        raise DrillFailed("nobody is asked about the badge that was at two gates at once")
    words = ", ".join(f"{number} {kind}" for kind, number in sorted(conflicts.items()))
    return f"{len(seen):,} scans of {len(hall.telephones) + len(hall.readers)} devices, {acts} acts, {visits:,} visits; to settle: {words}"


def _acts(hall: Hall, fair_id: int) -> int:
    done = dict(
        db.session.execute(select(ScanAct.act_id, ScanAct.outcome).where(ScanAct.fair_id == fair_id)).tuples().all()
    )
    acts = {one: kind for telephone in hall.telephones for one, kind in telephone.acts.items()}
    wrong = {one: (kind, done.get(one)) for one, kind in acts.items() if done.get(one) != "done"}
    if wrong:
        raise DrillFailed(f"acts that were not done: {wrong}")
    return len(acts)


def _visits(fair: Fair) -> int:
    fair_id = fair.id
    wrong = differences(fair)
    if wrong:
        raise DrillFailed(f"tallies are not as counted anew: {wrong[:5]}")
    visits, told = db.session.execute(
        select(
            select(func.count()).where(Visit.fair_id == fair_id).scalar_subquery(),
            select(func.sum(VisitTally.visits)).where(VisitTally.fair_id == fair_id).scalar_subquery(),
        )
    ).one()
    if visits != told:
        raise DrillFailed(f"{visits} visits, and the tallies say {told}")
    # Where the guard was shown a refusal nobody went in, whatever the server says of it later.
    shown_in = or_(Scan.device_verdict.is_(None), Scan.device_verdict.in_(("welcome", "already_inside")))
    undone = select(ScanAct.scan_id).where(ScanAct.kind == ActKind.UNDO, ScanAct.scan_id.is_not(None))
    missing = db.session.scalar(
        select(func.count())
        .select_from(Scan)
        .outerjoin(Visit, (Visit.badge_id == Scan.badge_id) & (Visit.day == Scan.day))
        .where(
            Scan.fair_id == fair_id,
            Scan.verdict == "welcome",
            Scan.is_rehearsal.is_(False),
            Visit.id.is_(None),
            Scan.id.not_in(undone),
            shown_in,
        )
    )
    if missing:
        raise DrillFailed(f"{missing} were welcomed on a day on which they have no visit")
    return int(visits)
