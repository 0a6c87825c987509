"""Reading gates, scans and the figures of visits; each function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.badges.models import Badge
from fairs.badges.queries import SCANNED, ScannedBadge
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.checkin.models import AccessZone, Gate, GateTally, Scan, ScanConflict, Visit, VisitTally, ZoneTally
from fairs.checkin.states import ConflictKind, ConflictState, Verdict
from fairs.core.db import db
from fairs.core.text import fold
from fairs.directory.models import Person

LETS_IN = tuple(verdict for verdict in Verdict if verdict.lets_in)


def gates_of(fair_id: int) -> Sequence[Gate]:
    """The gates of a fair, open ones first."""
    return db.session.scalars(
        select(Gate)
        .options(joinedload(Gate.zone))
        .where(Gate.fair_id == fair_id)
        .order_by(Gate.is_open.desc(), Gate.code)
    ).all()


def open_conflicts(fair_id: int) -> dict[ConflictKind, int]:
    """How many of each kind wait to be settled."""
    rows = db.session.execute(
        select(ScanConflict.kind, func.count())
        .where(ScanConflict.fair_id == fair_id, ScanConflict.state == ConflictState.OPEN)
        .group_by(ScanConflict.kind)
    )
    return {kind: int(number) for kind, number in rows}


def gate_ids(fair_id: int) -> dict[str, int]:
    """The keys of a fair's gates by their codes."""
    rows = db.session.execute(select(Gate.code, Gate.id).where(Gate.fair_id == fair_id))
    return {code: key for code, key in rows}  # noqa: C416


def zones_of(fair_id: int) -> Sequence[AccessZone]:
    """The halls and areas of a fair."""
    return db.session.scalars(select(AccessZone).where(AccessZone.fair_id == fair_id).order_by(AccessZone.code)).all()


def zone_by_code(fair_id: int, code: str) -> AccessZone | None:
    """The fair's hall or area with this code."""
    return db.session.scalar(select(AccessZone).where(AccessZone.fair_id == fair_id, AccessZone.code == code))


def zone_is_used(zone_id: int) -> bool:
    """Whether a gate leads into it, or people were counted in it."""
    uses = (Gate.zone_id == zone_id, Visit.zone_id == zone_id, ZoneTally.zone_id == zone_id)
    return any(db.session.scalar(select(select(1).where(use).exists())) for use in uses)


def gates_with_rules(fair_ids: Collection[int]) -> Sequence[Gate]:
    """Gates of these fairs that have rows of their own, the newest fair first."""
    rows = db.session.scalars(select(Gate).where(Gate.fair_id.in_(fair_ids)).order_by(Gate.fair_id.desc(), Gate.code))
    return [gate for gate in rows if gate.rules]


def gate_by_code(fair_id: int, code: str) -> Gate | None:
    """The fair's gate with this code."""
    return db.session.scalar(select(Gate).where(Gate.fair_id == fair_id, Gate.code == code))


@dataclass(frozen=True, slots=True)
class KnownScan:
    """A scan that was taken before, with its badge."""

    scan_id: str
    verdict: Verdict
    scanned_at: datetime
    day: date
    counted: bool
    is_rehearsal: bool
    badge: ScannedBadge | None


def scans_by_id(fair_id: int, ids: Sequence[str]) -> dict[str, KnownScan]:
    """Scans that are known already, by the id that the device gave them."""
    rows = db.session.execute(
        select(Scan.scan_id, Scan.verdict, Scan.scanned_at, Scan.day, Scan.counted, Scan.is_rehearsal, *SCANNED)
        .outerjoin(Scan.badge)
        .outerjoin(Badge.person)
        .outerjoin(Badge.company)
        .where(Scan.fair_id == fair_id, Scan.scan_id.in_(ids))
    )
    found = {}
    for scan_id, verdict, scanned_at, day, counted, is_rehearsal, *badge in rows:
        face = ScannedBadge(*badge) if badge[0] is not None else None
        found[scan_id] = KnownScan(scan_id, verdict, scanned_at, day, counted, is_rehearsal, face)
    return found


@dataclass(frozen=True, slots=True)
class GateActivity:
    """What happened at a gate on a day."""

    passed_in: int = 0
    passed_out: int = 0
    refused: int = 0
    last_at: datetime | None = None

    @property
    def passed(self) -> int:
        """Everybody who was let in or out."""
        return self.passed_in + self.passed_out


def activity(fair_id: int, day: date) -> dict[int, GateActivity]:
    """What passed each gate on a day, by the gate's key; rehearsals are left out. One statement over the tallies."""
    rows = db.session.execute(
        select(
            GateTally.gate_id, GateTally.passed_in, GateTally.passed_out, GateTally.refused, GateTally.last_at
        ).where(GateTally.fair_id == fair_id, GateTally.day == day)
    )
    return {gate_id: GateActivity(came, left, refused, last) for gate_id, came, left, refused, last in rows}


@dataclass(frozen=True, slots=True)
class Counters:
    """Figures of one day at the gate's screen."""

    visits: int
    inside: int


def counters(fair_id: int, day: date) -> Counters:
    """Visits that count on a day, and all who are inside now (people of every category). One statement over the tallies."""
    visits = select(func.sum(VisitTally.visits)).where(
        VisitTally.fair_id == fair_id, VisitTally.day == day, VisitTally.counts.is_(True)
    )
    inside = select(func.sum(ZoneTally.inside)).where(
        ZoneTally.fair_id == fair_id, ZoneTally.day == day, ZoneTally.zone_id.is_(None)
    )
    row = db.session.execute(select(visits.scalar_subquery(), inside.scalar_subquery())).one()
    return Counters(int(row[0] or 0), max(0, int(row[1] or 0)))


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a fair, from visits that count. ``inside`` has all categories: it is for safety, not for statistics.

    ``by_hour`` are first entries of ``day`` as (hour, visits). Rows of a group are (key, visits, people).
    """

    day: date
    visits: int
    people: int
    visits_on_day: int
    inside: int
    foreign_visits: int
    by_day: list[tuple[date, int]]
    by_hour: list[tuple[int, int]]
    by_country: list[tuple[str, int, int]]
    by_category: list[tuple[BadgeCategory, int, int]]


def figures(fair: Fair, day: date) -> Figures:
    """All figures of a fair in five statements over the tallies: nothing is counted over visits or scans."""
    mine = and_(VisitTally.fair_id == fair.id, VisitTally.counts.is_(True))
    visits, people = func.sum(VisitTally.visits), func.sum(VisitTally.people)
    per_day = {
        row_day: int(number)
        for row_day, number in db.session.execute(select(VisitTally.day, visits).where(mine).group_by(VisitTally.day))
    }
    by_hour = {
        hour: int(number)
        for hour, number in db.session.execute(
            select(VisitTally.hour, visits).where(mine, VisitTally.day == day).group_by(VisitTally.hour)
        )
    }
    by_country = _groups(mine, VisitTally.country, visits, people)
    by_category = _groups(mine, VisitTally.category, visits, people)
    inside = db.session.scalar(
        select(ZoneTally.inside).where(ZoneTally.fair_id == fair.id, ZoneTally.day == day, ZoneTally.zone_id.is_(None))
    )
    return Figures(
        day=day,
        visits=sum(per_day.values()),
        people=sum(count for _key, _visits, count in by_category),
        visits_on_day=per_day.get(day, 0),
        inside=max(0, inside or 0),
        foreign_visits=sum(number for country, number, _people in by_country if country not in {"VN", ""}),
        # A fair that was moved while it ran has visits on days that are no longer its own.
        by_day=[(one, per_day.get(one, 0)) for one in sorted({*fair.days, *per_day})],
        by_hour=opening_hours(fair, by_hour),
        by_country=by_country,
        by_category=by_category,
    )


def _groups(mine: Any, column: Any, visits: Any, people: Any) -> list[Any]:
    rows = db.session.execute(select(column, visits, people).where(mine).group_by(column))
    found = [(key, int(number), int(count)) for key, number, count in rows]
    return sorted(found, key=lambda row: (-row[1], str(row[0])))


def opening_hours(fair: Fair, by_hour: Mapping[int, int]) -> list[tuple[int, int]]:
    """(hour, number) from an hour before opening to closing, by the fair's own clock, and whatever lies outside."""
    busy = [hour for hour, number in by_hour.items() if number]
    first = min([max(0, fair.opens_at.hour - 1), *busy])
    last = max([min(23, fair.closes_at.hour), *busy])
    return [(hour, by_hour.get(hour, 0)) for hour in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class ScanFilter:
    """What the scan log shows. ``rehearsal``: only rehearsals, else only real scans."""

    text: str = ""
    gate: str = ""
    verdict: str = ""
    direction: str = ""
    day: date | None = None
    rehearsal: bool = False


def scan_log(fair_id: int, wanted: ScanFilter) -> Select[Any]:
    """The fair's scans with gate, badge, person and company; order and page are the caller's."""
    query = (
        select(Scan)
        .outerjoin(Scan.badge)
        .outerjoin(Badge.person)
        .options(
            joinedload(Scan.gate),
            contains_eager(Scan.badge).options(contains_eager(Badge.person), joinedload(Badge.company)),
        )
        .where(Scan.fair_id == fair_id, Scan.is_rehearsal.is_(wanted.rehearsal))
    )
    if wanted.gate:
        query = query.where(Scan.gate_id.in_(select(Gate.id).where(Gate.code == wanted.gate)))
    if wanted.verdict == "refused":
        query = query.where(Scan.verdict.not_in(LETS_IN))
    elif wanted.verdict:
        query = query.where(Scan.verdict == wanted.verdict)
    if wanted.direction:
        query = query.where(Scan.direction == wanted.direction)
    if wanted.day:
        query = query.where(Scan.day == wanted.day)
    if wanted.text:
        folded = fold(wanted.text)[:100]
        query = query.where(
            or_(
                Person.folded.contains(folded, autoescape=True),
                Badge.reference.startswith(wanted.text.strip().upper(), autoescape=True),
            )
        )
    return query


def scans_of_badge(badge_id: int, limit: int = 50) -> Sequence[Scan]:
    """The latest scans of a badge with their gates, rehearsals included."""
    return db.session.scalars(
        select(Scan)
        .options(joinedload(Scan.gate))
        .where(Scan.badge_id == badge_id)
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
        .limit(limit)
    ).all()
