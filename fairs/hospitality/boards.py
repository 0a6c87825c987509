"""Reading the board: the flights of a day with everybody on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.hospitality.models import Flight, TransferRun, TransferSeat
from fairs.hospitality.queries import COMING, LIVE, day_of, on_day, seats_by_way
from fairs.hospitality.states import Direction, FlightState, SeatState
from fairs.importers.models import Importer


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
    query = _whole_flights().where(Flight.fair_id == fair.id, LIVE, COMING, on_day(begin, end))
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
