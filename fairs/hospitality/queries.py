"""Reading journeys: flights of a guest, the board of a day, runs and their guests, the list of guests."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.core.tokens import digest
from fairs.directory.models import Company, Person
from fairs.hospitality.models import Flight, ManifestVersion, TransferRun, TransferSeat
from fairs.hospitality.planning import PlannedRun, Rider, fits, propose
from fairs.hospitality.states import AT_THE_CAR, Direction, FlightState, RunKind, RunState, SeatState
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED, SupportTier
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

COMING = Importer.state.not_in([ImporterState.REFUSED, ImporterState.WITHDRAWN])
LIVE = Flight.state != FlightState.CANCELLED


def flights_of(importer_id: int) -> Sequence[Flight]:
    """A guest's flights, arrival first; cancelled ones are left out."""
    return db.session.scalars(
        select(Flight)
        .options(joinedload(Flight.boarding_pass))
        .where(Flight.importer_id == importer_id, LIVE)
        .order_by(Flight.direction, Flight.id)
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


# --- the board -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class BoardGuest:
    """A guest on a flight, and who meets them."""

    flight: Flight
    seat: TransferSeat | None = None

    @property
    def importer(self) -> Importer:
        """The registration."""
        return self.flight.importer


@dataclass(slots=True)
class BoardFlight:
    """One flight of a day with everybody on it."""

    direction: Direction
    number: str
    airport: str
    away: str
    at: datetime
    guests: list[BoardGuest] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Names the flight in forms: of one number there is one flight a moment."""
        return f"{self.direction.value}:{self.number}:{self.at:%Y%m%d%H%M}"

    @property
    def runs(self) -> list[TransferRun]:
        """The runs that meet it, each once."""
        found = {
            guest.seat.run.id: guest.seat.run
            for guest in self.guests
            if guest.seat is not None and guest.seat.run is not None
        }
        return sorted(found.values(), key=lambda run: run.leaves_at)

    def count(self, state: FlightState) -> int:
        """How many guests of it are in this state."""
        return sum(guest.flight.state is state for guest in self.guests)

    def to_meet(self) -> list[TransferSeat]:
        """Places whose guests are not met yet."""
        return [
            g.seat
            for g in self.guests
            if g.seat is not None and g.seat.run_id is not None and g.seat.state is not SeatState.MET
        ]


def _whole_flights() -> Select[Flight]:
    return (
        select(Flight)
        .join(Flight.importer)
        .join(Importer.person)
        .join(Importer.company)
        .options(
            contains_eager(Flight.importer).contains_eager(Importer.person),
            contains_eager(Flight.importer).contains_eager(Importer.company),
        )
    )


def board(
    fair: Fair, day: date, *, direction: str = "", airport: str = "", state: str = "", text: str = ""
) -> list[BoardFlight]:
    """The flights of a day by their time at the fair's place, each with its guests and who meets them."""
    begin, end = day_of(fair, day)
    query = _whole_flights().where(Flight.fair_id == fair.id, LIVE, COMING, _on(begin, end))
    if direction:
        query = query.where(Flight.direction == direction)
    if airport:
        query = query.where(or_(Flight.from_airport == airport, Flight.to_airport == airport))
    if state:
        query = query.where(Flight.state == state)
    if text:
        words = fold(text)
        query = query.where(
            or_(
                Person.folded.contains(words, autoescape=True),
                Company.folded.contains(words, autoescape=True),
                Flight.number.startswith(text.upper().replace(" ", ""), autoescape=True),
            )
        )
    flights = db.session.scalars(query.order_by(Flight.id)).all()
    seats = seats_by_way([one.importer_id for one in flights])
    found: dict[str, BoardFlight] = {}
    for one in flights:
        group = BoardFlight(one.direction, one.number, one.airport, one.away, one.at_fair)
        group = found.setdefault(group.key, group)
        group.guests.append(BoardGuest(one, seats.get((one.importer_id, one.direction.value))))
    for group in found.values():
        group.guests.sort(key=lambda guest: guest.importer.person.folded)
    return sorted(found.values(), key=lambda group: (group.at, group.number))


def _on(begin: datetime, end: datetime) -> Any:
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


def flights_of_board(fair: Fair, key: str) -> Sequence[Flight]:
    """The flights of everybody on one flight of the board; raises NotFound."""
    parts = key.split(":")
    if len(parts) != 3 or parts[0] not in set(Direction):
        raise NotFound
    moment = Flight.arrives_at if parts[0] == Direction.ARRIVAL else Flight.departs_at
    rows = db.session.scalars(
        _whole_flights().where(Flight.fair_id == fair.id, LIVE, COMING, Flight.direction == parts[0], Flight.number == parts[1])
        .order_by(moment)
    ).all()  # fmt: skip
    found = [row for row in rows if f"{row.at_fair:%Y%m%d%H%M}" == parts[2]]
    if not found:
        raise NotFound
    return found


def travel_days(fair: Fair) -> list[tuple[date, int, int]]:
    """Each day on which guests travel with how many arrive and how many leave."""
    counts: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    rows = db.session.execute(
        select(Flight.direction, Flight.arrives_at, Flight.departs_at)
        .join(Flight.importer)
        .where(Flight.fair_id == fair.id, LIVE, COMING)
    )
    for direction, arrives_at, departs_at in rows:
        moment = arrives_at if direction is Direction.ARRIVAL else departs_at
        counts[local_day(moment, fair.time_zone)][direction is Direction.DEPARTURE] += 1
    return [(day, *counts[day]) for day in sorted(counts)]  # type: ignore[misc]


def airports_of(fair_id: int) -> list[str]:
    """Codes of the airports that guests come from and go to."""
    rows = db.session.execute(
        select(Flight.from_airport, Flight.to_airport).where(Flight.fair_id == fair_id, LIVE).distinct()
    )
    return sorted({code for row in rows for code in row})


# --- transfers -------------------------------------------------------------------------------------------------------


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
        query = query.where(_on(*day_of(fair, day)))
    rows = [(seat, flight) for seat, flight in db.session.execute(query)]
    return sorted(rows, key=lambda row: (row[1] is None, row[1].at_fair.timestamp() if row[1] else 0, row[0].id))


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
        found[seat.run_id].append(Passenger(seat, flight))
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


# --- the list of guests ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GuestFilter:
    """What the list of guests is narrowed to; empty means all. ``flight`` is none, arrival (missing) or departure (missing)."""

    text: str = ""
    tier: str = ""
    day: date | None = None
    flight: str = ""
    changed: bool = False
    country: str = ""


def _has(direction: Direction) -> Any:
    return select(Flight.id).where(Flight.importer_id == Importer.id, Flight.direction == direction, LIVE).exists()


def _changed_since_print(fair_id: int) -> Any:
    """A place changed after the list of its run was printed, or came to no printed list after others were printed."""
    printed = aliased(TransferRun)
    earlier = select(printed.id).where(printed.fair_id == fair_id, printed.printed_at < TransferSeat.changed_at)
    return (
        select(TransferSeat.id)
        .outerjoin(TransferRun, TransferRun.id == TransferSeat.run_id)
        .where(
            TransferSeat.importer_id == Importer.id,
            or_(
                TransferRun.printed_at < TransferSeat.changed_at,
                and_(TransferRun.printed_at.is_(None), earlier.correlate(TransferSeat).exists()),
            ),
        )
        .exists()
    )


def guests_matching(fair: Fair, wanted: GuestFilter) -> Select[Importer]:
    """Who has flights, a place in a vehicle or support that is granted, with company and person."""
    granted = select(Hosting.id).where(Hosting.importer_id == Importer.id, Hosting.state.in_(GRANTED))
    flies = select(Flight.id).where(Flight.importer_id == Importer.id, LIVE)
    query = (
        select(Importer)
        .join(Importer.company)
        .join(Importer.person)
        .options(contains_eager(Importer.company), contains_eager(Importer.person), joinedload(Importer.badge))
        .where(Importer.fair_id == fair.id, COMING, or_(granted.exists(), flies.exists()))
    )
    if wanted.text:
        words = fold(wanted.text)
        query = query.where(
            or_(
                Company.folded.contains(words, autoescape=True), Person.folded.contains(words, autoescape=True),
                Importer.reference == wanted.text.upper(),
            )
        )  # fmt: skip
    if wanted.tier == "none":
        query = query.where(~granted.exists())
    elif wanted.tier:
        query = query.where(
            granted.where(Hosting.tier == wanted.tier).exists()
            if wanted.tier in set(SupportTier)
            else Importer.id == -1
        )
    if wanted.day is not None:
        begin, end = day_of(fair, wanted.day)
        day = flies.where(Flight.direction == Direction.ARRIVAL, Flight.arrives_at >= begin, Flight.arrives_at < end)
        query = query.where(day.exists())
    if wanted.flight == "none":
        query = query.where(~flies.exists())
    elif wanted.flight in set(Direction):
        query = query.where(~_has(Direction(wanted.flight)))
    if wanted.changed:
        query = query.where(_changed_since_print(fair.id))
    if wanted.country:
        query = query.where(Company.country == wanted.country.upper())
    return query


_SORTS: dict[str, tuple[tuple[Any, bool], ...]] = {
    "name": ((Person.folded.label("person_folded"), False), (Importer.id, False)),
    "company": ((Company.folded.label("company_folded"), False), (Importer.id, False)),
    "reference": ((Importer.id, False),),
}


def guest_order(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list; ``sort`` is name, company or reference, with a minus before it for the other way."""
    descending = sort.startswith("-")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["name"])
    return [(column, backwards != descending) for column, backwards in keys]
