"""Reading journeys: flights of a guest, the board of a day, runs and their guests, the list of guests."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.tokens import digest
from fairs.hospitality.models import Flight, ManifestVersion, TransferRun, TransferSeat
from fairs.hospitality.planning import PlannedRun, Rider, fits, propose
from fairs.hospitality.states import AT_THE_CAR, Direction, FlightState, RunKind, RunState, SeatState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

COMING = Importer.state.not_in([ImporterState.REFUSED, ImporterState.WITHDRAWN])


LIVE = Flight.state != FlightState.CANCELLED


def flights_of(importer_id: int) -> Sequence[Flight]:
    """A guest's flights, arrival first; cancelled ones are left out."""
    return db.session.scalars(
        select(Flight).where(Flight.importer_id == importer_id, LIVE).order_by(Flight.direction, Flight.id)
    ).all()


def flights_by_guest(importer_ids: Sequence[int]) -> dict[int, dict[Direction, Flight]]:
    """The live flights of many guests in one statement."""
    found: dict[int, dict[Direction, Flight]] = defaultdict(dict)
    for row in db.session.scalars(select(Flight).where(Flight.importer_id.in_(importer_ids), LIVE)):
        found[row.importer_id][row.direction] = row
    return found


def seats_of(importer_id: int) -> Sequence[TransferSeat]:
    """A guest's places that stand, with their runs: from the airport, to it, shuttles."""
    order = case((TransferSeat.kind == RunKind.ARRIVAL, 0), (TransferSeat.kind == RunKind.SHUTTLE, 1), else_=2)
    return db.session.scalars(
        select(TransferSeat)
        .options(joinedload(TransferSeat.run))
        .where(TransferSeat.importer_id == importer_id, TransferSeat.state != SeatState.DROPPED)
        .order_by(order, TransferSeat.id)
    ).all()


def seat_by_id(fair_id: int, seat_id: int) -> TransferSeat:
    """A place of this fair; raises NotFound."""
    found = db.session.scalar(
        select(TransferSeat)
        .options(joinedload(TransferSeat.run), joinedload(TransferSeat.importer))
        .where(TransferSeat.id == seat_id, TransferSeat.fair_id == fair_id)
    )
    if found is None:
        raise NotFound
    return found


def day_of(fair: Fair, day: date) -> tuple[datetime, datetime]:
    """The moments at which a day of the fair's place begins and ends."""
    return fair.at(day, time()), fair.at(day + timedelta(days=1), time())


def on_day(begin: datetime, end: datetime) -> Any:
    arrives = and_(Flight.direction == Direction.ARRIVAL, Flight.arrives_at >= begin, Flight.arrives_at < end)
    return or_(
        arrives, and_(Flight.direction == Direction.DEPARTURE, Flight.departs_at >= begin, Flight.departs_at < end)
    )


def seats_by_way(importer_ids: Sequence[int]) -> dict[tuple[int, str], TransferSeat]:
    """The places each way of many guests in one statement, by registration and way."""
    rows = db.session.scalars(
        select(TransferSeat)
        .options(joinedload(TransferSeat.run))
        .where(TransferSeat.importer_id.in_(importer_ids), TransferSeat.kind != RunKind.SHUTTLE, TransferSeat.state != SeatState.DROPPED)
    )  # fmt: skip
    return {(row.importer_id, row.kind.value): row for row in rows}


@dataclass(frozen=True, slots=True)
class Proposal:
    """The runs that would be made, and a mark by which it is known again."""

    runs: Sequence[PlannedRun]
    guests: Mapping[int, TransferSeat]

    @property
    def mark(self) -> str:
        """Differs as soon as any run or guest does."""
        text = repr(
            [(run.airport, run.leaves_at.isoformat(), [one.seat_id for one in run.riders]) for run in self.runs]
        )
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def waiting_seats(
    fair: Fair, day: date | None = None, kind: RunKind | None = None
) -> list[tuple[TransferSeat, Flight | None]]:
    """Guests who still need a place, with their flight, in the order of the flights; of one day and one way or of all."""
    query = (
        select(TransferSeat, Flight)
        .join(TransferSeat.importer)
        .join(Importer.person)
        .join(Importer.company)
        .outerjoin(
            Flight,
            and_(Flight.importer_id == TransferSeat.importer_id, Flight.direction == TransferSeat.kind, Flight.state.in_([FlightState.PLANNED, FlightState.FLOWN])),
        )
        .options(
            contains_eager(TransferSeat.importer).contains_eager(Importer.person),
            contains_eager(TransferSeat.importer).contains_eager(Importer.company),
        )
        .where(TransferSeat.fair_id == fair.id, TransferSeat.state == SeatState.NEEDS_PLACE, COMING)
    )  # fmt: skip
    if kind is not None:
        query = query.where(TransferSeat.kind == kind)
    if day is not None:
        query = query.where(on_day(*day_of(fair, day)))
    rows = [(seat, flight) for seat, flight in db.session.execute(query)]
    return sorted(rows, key=lambda row: (row[1] is None, row[1].at_fair.timestamp() if row[1] else 0, row[0].id))


def arrivals_to_drive(fair_id: int) -> tuple[int, int]:
    """Guests who are to be fetched when they arrive: all, and those without a place; one statement."""
    lacks = TransferSeat.state == SeatState.NEEDS_PLACE
    total, without = db.session.execute(
        select(func.count(), func.coalesce(func.sum(case((lacks, 1), else_=0)), 0))
        .select_from(TransferSeat)
        .join(Importer, Importer.id == TransferSeat.importer_id)
        .where(
            TransferSeat.fair_id == fair_id, TransferSeat.kind == RunKind.ARRIVAL, TransferSeat.state != SeatState.DROPPED, COMING
        )
    ).one()  # fmt: skip
    return int(total), int(without)


def proposal(fair: Fair, day: date, kind: RunKind, *, window: timedelta, capacity: int) -> Proposal:
    """Which runs would take everybody of this day who has no place yet."""
    rows = waiting_seats(fair, day, kind)
    riders = [Rider(seat.id, flight.airport, flight.at_fair) for seat, flight in rows if flight is not None]
    return Proposal(propose(kind, riders, window=window, capacity=capacity), {seat.id: seat for seat, _flight in rows})


def run_by_reference(fair_id: int, reference: str) -> TransferRun:
    """A run of this fair; raises NotFound."""
    found = db.session.scalar(
        select(TransferRun).where(TransferRun.fair_id == fair_id, TransferRun.reference == reference)
    )
    if found is None:
        raise NotFound
    return found


def run_of_link(token: str) -> TransferRun:
    """The run that a driver's link opens, expired or not; raises NotFound."""
    found = db.session.scalar(
        select(TransferRun).options(joinedload(TransferRun.fair)).where(TransferRun.link_hash == digest(token))
    )
    if found is None:
        raise NotFound
    return found


def runs_of_day(fair: Fair, day: date, *, with_cancelled: bool = True) -> Sequence[TransferRun]:
    """The runs of a day by the hour at which they leave."""
    begin, end = day_of(fair, day)
    query = select(TransferRun).where(
        TransferRun.fair_id == fair.id, TransferRun.leaves_at >= begin, TransferRun.leaves_at < end
    )
    if not with_cancelled:
        query = query.where(TransferRun.state != RunState.CANCELLED)
    return db.session.scalars(query.order_by(TransferRun.leaves_at, TransferRun.id)).all()


def taken_of(run_ids: Sequence[int]) -> dict[int, int]:
    """How many places of each run are taken, in one statement."""
    rows = db.session.execute(
        select(TransferSeat.run_id, func.count())
        .where(TransferSeat.run_id.in_(run_ids), TransferSeat.state.in_(AT_THE_CAR))
        .group_by(TransferSeat.run_id)
    )
    found: dict[int, int] = {run_id: number for run_id, number in rows if run_id is not None}
    return {run_id: found.get(run_id, 0) for run_id in run_ids}


def fitting_runs(fair: Fair, flights: Iterable[Flight]) -> dict[RunKind, list[tuple[TransferRun, int]]]:
    """For each way the planned runs that suit the guest's flight, with their free places; two statements."""
    mine = {RunKind(one.direction.value): one for one in flights}
    rows = db.session.scalars(
        select(TransferRun)
        .where(TransferRun.fair_id == fair.id, TransferRun.state == RunState.PLANNED, TransferRun.kind.in_(list(mine)))
        .order_by(TransferRun.leaves_at, TransferRun.id)
    )
    suiting = [
        run
        for run in rows
        if run.airport == mine[run.kind].airport and fits(run.kind, mine[run.kind].at_fair, run.leaves_at)
    ]
    used = taken_of([run.id for run in suiting])
    found: dict[RunKind, list[tuple[TransferRun, int]]] = {kind: [] for kind in RunKind}
    for run in suiting:
        found[run.kind].append((run, run.capacity - used[run.id]))
    return found


def run_days(fair: Fair) -> list[date]:
    """The days on which vehicles drive."""
    rows = db.session.scalars(
        select(TransferRun.leaves_at).where(TransferRun.fair_id == fair.id, TransferRun.state != RunState.CANCELLED)
    )
    return sorted({local_day(moment, fair.time_zone) for moment in rows})


@dataclass(frozen=True, slots=True)
class Passenger:
    """A guest in a run, with the flight that the run serves."""

    seat: TransferSeat
    flight: Flight | None

    @property
    def importer(self) -> Importer:
        """The registration."""
        return self.seat.importer


def passengers_of(run_ids: Sequence[int]) -> dict[int, list[Passenger]]:
    """Who sits in which run, in one statement; by flight and name."""
    rows = db.session.execute(
        select(TransferSeat, Flight)
        .join(TransferSeat.importer)
        .join(Importer.person)
        .join(Importer.company)
        .outerjoin(Flight, and_(Flight.importer_id == TransferSeat.importer_id, Flight.direction == TransferSeat.kind, LIVE))
        .options(
            contains_eager(TransferSeat.importer).contains_eager(Importer.person),
            contains_eager(TransferSeat.importer).contains_eager(Importer.company),
        )
        .where(TransferSeat.run_id.in_(run_ids), TransferSeat.state.in_(AT_THE_CAR))
    )  # fmt: skip
    found: dict[int, list[Passenger]] = {run_id: [] for run_id in run_ids}
    for seat, flight in rows:
        found[seat.run_id or 0].append(Passenger(seat, flight))
    for passengers in found.values():
        passengers.sort(
            key=lambda one: (one.flight.at_fair.timestamp() if one.flight else 0, one.importer.person.folded)
        )
    return found


def versions_of(run_id: int) -> Sequence[ManifestVersion]:
    """All versions of the run's list, the newest first."""
    return db.session.scalars(
        select(ManifestVersion).where(ManifestVersion.run_id == run_id).order_by(ManifestVersion.id.desc())
    ).all()


def last_versions(run_ids: Sequence[int]) -> dict[int, ManifestVersion]:
    """The newest version of each run's list."""
    newest = (
        select(func.max(ManifestVersion.id)).where(ManifestVersion.run_id.in_(run_ids)).group_by(ManifestVersion.run_id)
    )
    rows = db.session.scalars(select(ManifestVersion).where(ManifestVersion.id.in_(newest)))
    return {row.run_id: row for row in rows}
