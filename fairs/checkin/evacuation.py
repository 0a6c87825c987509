"""How many people are inside, for whoever leads an evacuation: the count, and between which numbers the truth lies and why.

Scans never know everybody: who left by an unwatched door is still counted, who came in past the guard is not. A count that hides
this costs lives or time, so each doubt is a number with its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import and_, case, func, select

from fairs.badges.models import Badge
from fairs.calendar.models import Fair
from fairs.checkin.models import AccessZone, Gate, GateDevice, Scan, Visit, ZoneTally
from fairs.checkin.queries import gates_of, zones_of
from fairs.checkin.states import DeviceState, Verdict
from fairs.core.clock import now
from fairs.core.db import db
from fairs.visitors.models import PublicCount

#: Who came in so long ago and was not seen since may well have left unseen.
LONG = timedelta(hours=6)


@dataclass(slots=True)
class Place:
    """A hall, or the whole fair (``zone`` None): ``inside`` by scans; the truth lies from ``least`` to ``most`` for ``reasons``."""

    zone: AccessZone | None
    inside: int = 0
    fewer: int = 0
    more: int = 0
    reasons: list[str] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)

    @property
    def least(self) -> int:
        """Not fewer than these."""
        return max(0, self.inside - self.fewer)

    @property
    def most(self) -> int:
        """Not more than these, as far as scans can tell."""
        return self.inside + self.more

    @property
    def percent(self) -> int | None:
        """Share of the capacity."""
        capacity = self.zone.capacity if self.zone else None
        return None if not capacity else self.inside * 100 // capacity

    @property
    def tone(self) -> str:
        """Green, yellow from the warning on, red when full."""
        if self.zone is None or self.percent is None:
            return "info"
        return "danger" if self.percent >= 100 else "warning" if self.percent >= self.zone.warn_at else "success"

    def doubt(self, words: str, *, fewer: int = 0, more: int = 0) -> None:
        """One more reason why the count may be wrong, and by how many."""
        self.fewer += fewer
        self.more += more
        self.reasons.append(words)


@dataclass(frozen=True, slots=True)
class Evacuation:
    """The fair and each of its halls at a moment; ``elsewhere`` are at the fair, but in no hall."""

    at: datetime
    whole: Place
    places: list[Place]
    elsewhere: int
    unnamed: int


def occupancy(fair: Fair) -> list[Place]:
    """How many are in each hall now. Two statements."""
    tallies = _tallies(fair)
    return [Place(zone, tallies.get(zone.id, (0, 0))[0]) for zone in zones_of(fair.id)]


def evacuation(fair: Fair) -> Evacuation:
    """Who is inside now and how sure that is; a constant number of statements, all of the fair's present day.

    The counts are those of the tallies, as on every other page; only the doubts are looked up here.
    """
    tallies, gates = _tallies(fair), gates_of(fair.id)
    whole = Place(None, tallies.get(None, (0, 0))[0], gates=list(gates))
    places = [
        Place(zone, tallies.get(zone.id, (0, 0))[0], gates=[gate for gate in gates if gate.zone_id == zone.id])
        for zone in zones_of(fair.id)
    ]
    long_ago, unheard = _seen_long_ago(fair), _unheard(fair)
    for place in [whole, *places]:
        key = place.zone.id if place.zone else None
        _ways_out(place)
        _say(place, sum(long_ago.values()) if key is None else long_ago.get(key, 0), _long_ago, fewer=True)
        _say(place, tallies.get(key, (0, 0))[1], _in_doubt, fewer=True)
        _say(place, sum(unheard.values()) if key is None else unheard.get(key, 0), _not_heard, more=True)
    _say(whole, _left_unseen(fair), _unseen, more=True)
    _backlogs(fair, whole, places)
    elsewhere = max(0, whole.inside - sum(place.inside for place in places))
    return Evacuation(now(), whole, places, elsewhere, _unnamed(fair))


def _say(place: Place, number: int, words: Callable[[int], str], *, fewer: bool = False, more: bool = False) -> None:
    if number:
        place.doubt(words(number), fewer=number if fewer else 0, more=number if more else 0)


def _long_ago(n: int) -> str:
    words: str = ngettext(
        "%(num)s came in more than six hours ago and was not seen since: may have left unseen.",
        "%(num)s came in more than six hours ago and were not seen since: they may have left unseen.", n,
    )  # fmt: skip
    return words


def _in_doubt(n: int) -> str:
    words: str = ngettext(
        "%(num)s was seen to enter twice and not to leave between: an exit is not watched.",
        "%(num)s were seen to enter twice and not to leave between: an exit is not watched.", n,
    )  # fmt: skip
    return words


def _not_heard(n: int) -> str:
    words: str = ngettext(
        "%(num)s with a true badge that was not on the list was let in.",
        "%(num)s with true badges that were not on the list were let in.", n,
    )  # fmt: skip
    return words


def _unseen(n: int) -> str:
    words: str = ngettext(
        "%(num)s left today who was never seen to enter: as many others may be inside unseen.",
        "%(num)s left today who were never seen to enter: as many others may be inside unseen.", n,
    )  # fmt: skip
    return words


def _ways_out(place: Place) -> None:
    if place.inside and not any(gate.direction in {"out", "both"} for gate in place.gates):
        place.doubt(_("No gate here scans who leaves: everybody who came in today is counted."), fewer=place.inside)


def _tallies(fair: Fair) -> dict[int | None, tuple[int, int]]:
    """By hall, and for the fair as such (None): how many are inside, and of how many that is in doubt."""
    rows = db.session.execute(
        select(ZoneTally.zone_id, ZoneTally.inside, ZoneTally.unsure).where(
            ZoneTally.fair_id == fair.id, ZoneTally.day == fair.today
        )
    )
    return {zone: (max(0, int(inside)), max(0, int(unsure))) for zone, inside, unsure in rows}


def _seen_long_ago(fair: Fair) -> dict[int | None, int]:
    """By hall: how many of those inside were last seen long ago."""
    rows = db.session.execute(
        select(Visit.zone_id, func.count())
        .where(
            Visit.fair_id == fair.id, Visit.day == fair.today, Visit.inside_since.is_not(None),
            func.coalesce(Visit.passed_at, Visit.inside_since) < now() - LONG,
        )
        .group_by(Visit.zone_id)
    )  # fmt: skip
    return {zone: int(count) for zone, count in rows}


def _today(fair: Fair) -> Any:
    return and_(Scan.fair_id == fair.id, Scan.scanned_at >= fair.at(fair.today, datetime.min.time()), Scan.day == fair.today,
                Scan.is_rehearsal.is_(False))  # fmt: skip


def _unheard(fair: Fair) -> dict[int | None, int]:
    """By hall: let in with a true badge that nobody has heard of yet, less those who left with one."""
    change = func.sum(case((Scan.direction == "in", 1), else_=-1))
    rows = db.session.execute(
        select(Gate.zone_id, change)
        .join(Scan.gate)
        .where(_today(fair), Scan.badge_id.is_(None), Scan.verdict.in_([v for v in Verdict if v.lets_in]))
        .group_by(Gate.zone_id)
    )
    return {zone: max(0, int(count)) for zone, count in rows}


def _left_unseen(fair: Fair) -> int:
    """People who were scanned when they left, and have no entry of the day."""
    came = select(1).where(Visit.fair_id == fair.id, Visit.day == fair.today, Visit.person_id == Badge.person_id)
    found = db.session.scalar(
        select(func.count(Badge.person_id.distinct()))
        .select_from(Scan)
        .join(Scan.badge)
        .where(_today(fair), Scan.direction == "out", Scan.verdict == Verdict.GOODBYE, ~came.exists())
    )
    return int(found or 0)


def _backlogs(fair: Fair, whole: Place, places: list[Place]) -> None:
    """Devices that keep scans which nobody has yet: each may be somebody who came or went."""
    devices = db.session.scalars(
        select(GateDevice)
        .where(GateDevice.fair_id == fair.id, GateDevice.state == DeviceState.ACTIVE, GateDevice.backlog > 0)
        .order_by(GateDevice.name)
    ).all()
    for device in devices:
        words = ngettext("%(name)s keeps %(num)s scan not sent yet.", "%(name)s keeps %(num)s scans not sent yet.",
                         device.backlog, name=device.name)  # fmt: skip
        whole.doubt(words, fewer=device.backlog, more=device.backlog)
        for place in places:
            if not device.gate_codes or {gate.code for gate in place.gates} & set(device.gate_codes):
                place.doubt(words, fewer=device.backlog, more=device.backlog)


def _unnamed(fair: Fair) -> int:
    """People counted today without badges: nobody counts them when they leave."""
    found = db.session.scalar(
        select(func.coalesce(func.sum(PublicCount.entries), 0)).where(
            PublicCount.fair_id == fair.id, PublicCount.day == fair.today
        )
    )
    return int(found or 0)
