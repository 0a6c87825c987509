"""The tallies of visits, gates and zones: what scans and acts add to them or take away, in the same transaction.

All changes are collected first and written last, table by table in the order of their keys: two batches never wait for each other
in a circle, and the rows that every gate adds to are locked only until the commit that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fairs.badges.states import BadgeCategory
from fairs.checkin.passes import Stay
from fairs.core.clock import now
from fairs.core.rows import Statement, driver, write_rows

VisitKey = tuple[date, int, BadgeCategory, str, bool]

_VISITS = Statement.insert(
    "visit_tallies",
    ("fair_id", "day", "hour", "category", "country", "counts", "visits", "people", "created_at"),
    " ON CONFLICT (fair_id, day, hour, category, country) DO UPDATE"
    " SET visits = visit_tallies.visits + excluded.visits, people = visit_tallies.people + excluded.people",
)
_GATES = Statement.insert(
    "gate_tallies",
    ("fair_id", "gate_id", "day", "passed_in", "passed_out", "refused", "last_at", "created_at"),
    " ON CONFLICT (gate_id, day) DO UPDATE SET passed_in = gate_tallies.passed_in + excluded.passed_in,"
    " passed_out = gate_tallies.passed_out + excluded.passed_out, refused = gate_tallies.refused + excluded.refused,"
    " last_at = CASE WHEN gate_tallies.last_at IS NULL OR gate_tallies.last_at < excluded.last_at"
    " THEN excluded.last_at ELSE gate_tallies.last_at END",
)
_PLACES = ("fair_id", "zone_id", "day", "inside", "unsure", "created_at")
_ADD = " DO UPDATE SET inside = zone_tallies.inside + excluded.inside, unsure = zone_tallies.unsure + excluded.unsure"
_FAIR = Statement.insert("zone_tallies", _PLACES, " ON CONFLICT (fair_id, day) WHERE zone_id IS NULL" + _ADD)
_ZONES = Statement.insert("zone_tallies", _PLACES, " ON CONFLICT (fair_id, zone_id, day)" + _ADD)


@dataclass(slots=True)
class Changes:
    """What a batch changes in the tallies of a fair. Inside transaction()."""

    fair_id: int
    zone: ZoneInfo
    visits: dict[VisitKey, list[int]] = field(default_factory=dict)  # visits, people
    gates: dict[tuple[int, date], list[int]] = field(default_factory=dict)  # in, out, refused
    lasts: dict[tuple[int, date], datetime] = field(default_factory=dict)
    zones: dict[tuple[date, int], list[int]] = field(default_factory=dict)  # inside, unsure; zone 0 is the fair

    def scanned(self, gate_id: int, day: date, moment: datetime, place: int, change: int = 1) -> None:
        """A scan of a gate: ``place`` 0 somebody came, 1 somebody went, 2 somebody was refused."""
        key = gate_id, day
        row = self.gates.get(key)
        if row is None:
            row = self.gates[key] = [0, 0, 0]
        row[place] += change
        last = self.lasts.get(key)
        if change > 0 and (last is None or last < moment):
            self.lasts[key] = moment

    def moved(self, day: date, before: Stay | None, after: Stay | None) -> bool:
        """A person's day is another one; tells whether it stands under another row of the tallies now."""
        was = self.key(day, before) if before is not None else None
        now_is = self.key(day, after) if after is not None else None
        if was != now_is:
            for key, sign in ((was, -1), (now_is, 1)):
                if key is not None:
                    self._visit(key, sign, 0)
        for stay, sign in ((before, -1), (after, 1)):
            if stay is not None and stay.inside_since is not None:
                self._inside(day, 0, sign, stay.is_unsure)
                if stay.zone_id is not None:
                    self._inside(day, stay.zone_id, sign, stay.is_unsure)
        return was != now_is

    def came(self, before: Mapping[date, Stay], after: Mapping[date, Stay]) -> None:
        """All days of a person: who is counted as a person is counted at their first visit, as a visitor and as staff."""
        for days, sign in ((before, -1), (after, 1)):
            first: dict[bool, date] = {}
            for day, stay in days.items():
                counts = stay.counts
                if counts not in first or day < first[counts]:
                    first[counts] = day
            for day in first.values():
                self._visit(self.key(day, days[day]), 0, sign)

    def key(self, day: date, stay: Stay) -> VisitKey:
        """Under which row of the tallies a visit stands."""
        return day, stay.first_in_at.astimezone(self.zone).hour, stay.category, stay.country, stay.counts

    def _visit(self, key: VisitKey, visits: int, people: int) -> None:
        row = self.visits.get(key)
        if row is None:
            row = self.visits[key] = [0, 0]
        row[0] += visits
        row[1] += people

    def _inside(self, day: date, zone: int, sign: int, is_unsure: bool) -> None:
        row = self.zones.get((day, zone))
        if row is None:
            row = self.zones[day, zone] = [0, 0]
        row[0] += sign
        row[1] += sign if is_unsure else 0

    def write(self) -> None:
        """Add it all to the tallies."""
        connection, kind = driver()
        at, day_of = kind.moment(now()), kind.day
        visits = [
            (self.fair_id, day_of(day), hour, str(category), country, counts, *change, at)
            for (day, hour, category, country, counts), change in sorted(self.visits.items()) if any(change)
        ]  # fmt: skip
        gates = [
            (self.fair_id, gate, day_of(day), *change, kind.moment(self.lasts.get((gate, day))), at)
            for (gate, day), change in sorted(self.gates.items()) if any(change)
        ]  # fmt: skip
        zones = [
            (self.fair_id, zone or None, day_of(day), *change, at)
            for (day, zone), change in sorted(self.zones.items()) if any(change)
        ]  # fmt: skip
        parts = (
            (_VISITS, visits), (_GATES, gates), (_FAIR, [row for row in zones if row[1] is None]),
            (_ZONES, [row for row in zones if row[1] is not None]),
        )  # fmt: skip
        for statement, rows in parts:
            if rows:
                write_rows(connection, kind, statement, rows)
