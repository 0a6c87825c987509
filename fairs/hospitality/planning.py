"""Which guests go in which vehicle: first come, first seated, by time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fairs.hospitality.rules import BEFORE_TAKE_OFF
from fairs.hospitality.states import RunKind

#: From touch-down to the kerb: passport, luggage, customs.
AFTER_LANDING = timedelta(minutes=45)
LONGEST_WINDOW = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Rider:
    """A guest without a place: ``at_fair`` is when the flight lands or takes off at ``airport``."""

    seat_id: int
    airport: str
    at_fair: datetime


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A drive that would be made."""

    kind: RunKind
    airport: str
    leaves_at: datetime
    riders: tuple[Rider, ...]


def ready_at(kind: RunKind, at_fair: datetime) -> datetime:
    """When a guest can leave the airport at the earliest, or has to leave the hotel at the latest."""
    return at_fair + AFTER_LANDING if kind is RunKind.ARRIVAL else at_fair - BEFORE_TAKE_OFF


def fits(kind: RunKind, at_fair: datetime, leaves_at: datetime) -> bool:
    """Whether a guest with this flight can take a vehicle that leaves then, without waiting longer than the longest window."""
    ready = ready_at(kind, at_fair)
    if kind is RunKind.ARRIVAL:
        return ready <= leaves_at <= ready + LONGEST_WINDOW
    return ready - LONGEST_WINDOW <= leaves_at <= ready


def propose(kind: RunKind, riders: Iterable[Rider], *, window: timedelta, capacity: int) -> list[PlannedRun]:
    """Runs that take everybody: of each airport those who are ready within ``window`` of each other, up to ``capacity``.

    Nobody who comes from a flight waits longer than the window; nobody who flies leaves later than they must.
    """
    by_airport: dict[str, list[Rider]] = defaultdict(list)
    for rider in riders:
        by_airport[rider.airport].append(rider)
    found = []
    for code in sorted(by_airport):
        group: list[Rider] = []
        for rider in sorted(by_airport[code], key=lambda one: (one.at_fair, one.seat_id)):
            if group and (len(group) >= capacity or rider.at_fair - group[0].at_fair > window):
                found.append(_run(kind, code, group))
                group = []
            group.append(rider)
        if group:
            found.append(_run(kind, code, group))
    return sorted(found, key=lambda run: (run.leaves_at, run.airport))


def _run(kind: RunKind, airport: str, group: Sequence[Rider]) -> PlannedRun:
    # The vehicle waits for the last to land, and leaves in time for the first to fly.
    decisive = group[-1] if kind is RunKind.ARRIVAL else group[0]
    return PlannedRun(kind, airport, ready_at(kind, decisive.at_fair), tuple(group))
