"""The rules of gates as data: the usual ones, checking what was typed or imported, and the facts that a gate is judged by.

A row has ``categories`` (empty: everybody), ``days`` (a kind of :data:`fairs.checkin.rules.DAY_KINDS`, or dates), ``from`` and ``to``,
``allow``, ``once`` (a day) and ``staff_only``. The first row that matches decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.checkin.errors import RowProblem
from fairs.checkin.models import Gate
from fairs.checkin.rules import DAY_KINDS, FairFacts, GateFacts

Row = dict[str, Any]

MOST_ROWS = 40
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MOST_DATES = 60
FORMAT = 1

_CREW = ["organiser", "service"]
_EXHIBITORS = ["exhibitor", "coexhibitor"]
_BUILDERS = [*_EXHIBITORS, "contractor"]
_INVITED = ["press", "vip", "speaker"]
_VISITORS = ["trade", "importer", "hosted", "public"]


def row(
    categories: Sequence[str] = (), days: str | list[str] = "all", starts: str | None = None, ends: str | None = None,
    *, allow: bool = True, once: bool = False, staff_only: bool = False,
) -> Row:  # fmt: skip
    """One row of rules."""
    return {
        "categories": list(categories), "days": days, "from": starts, "to": ends, "allow": allow, "once": once,
        "staff_only": staff_only,
    }  # fmt: skip


#: How a gate judges for which nobody has written rows: by the day only. Source: ``domain/visitor-categories.csv``
#: (a contractor's badge is valid in move-in and move-out).
DAYS_ONLY: list[Row] = [
    row(_CREW), row(_BUILDERS, "build_up"), row(_BUILDERS, "dismantling"), row([*_EXHIBITORS, *_INVITED, *_VISITORS], "fair"),
]  # fmt: skip


def standard_rows(fair: Fair) -> list[Row]:
    """The usual rows with the fair's hours, to begin with: visitors while it is open, press, guests of honour and speakers an hour
    earlier, exhibitors from an hour and a half before to an hour after, contractors only while booths go up and down."""
    opens, closes = f"{fair.opens_at:%H:%M}", f"{fair.closes_at:%H:%M}"
    return [
        row(_CREW),
        row(_EXHIBITORS, "fair", _shifted(fair.opens_at, -90), _shifted(fair.closes_at, 60)),
        row(_BUILDERS, "build_up"),
        row(["contractor"], "last_day", closes),
        row(_BUILDERS, "dismantling"),
        row(_INVITED, "fair", _shifted(fair.opens_at, -60), closes),
        row(_VISITORS, "fair", opens, closes),
    ]


def staff_rows() -> list[Row]:
    """The rows of a staff entrance: who works at the fair, on the days on which they do."""
    kinds = ((_CREW, "all"), (_EXHIBITORS, "fair"), (_BUILDERS, "build_up"), (_BUILDERS, "dismantling"))
    return [row(who, days, staff_only=True) for who, days in kinds]


def _shifted(hour: time, minutes: int) -> str:
    """The hour so many minutes earlier or later, on the same day."""
    midnight = datetime.combine(date(2000, 1, 1), time())
    moved = datetime.combine(date(2000, 1, 1), hour) + timedelta(minutes=minutes)
    if moved < midnight:
        return "00:00"
    return "24:00" if moved >= midnight + timedelta(days=1) else f"{moved:%H:%M}"


def rows_of(gate: Gate) -> list[Row]:
    """The rows that a gate is judged by: its own, or the day only."""
    return gate.rules or DAYS_ONLY


def check_rows(rows: Any) -> list[RowProblem]:
    """What is wrong with rows that were typed, imported or sent; empty when they can be judged by."""
    if not isinstance(rows, list):
        return [RowProblem(0, "", _l("Rules are a list of rows."))]
    if len(rows) > MOST_ROWS:
        return [RowProblem(MOST_ROWS, "", _l("A gate has at most %(n)s rows.", n=MOST_ROWS))]
    return [problem for index, one in enumerate(rows) for problem in _check_row(index, one)]


def _check_row(index: int, one: Any) -> list[RowProblem]:
    if not isinstance(one, dict) or set(one) - set(row()):
        return [RowProblem(index, "", _l("This is no row of rules."))]
    found = []
    categories = one.get("categories", [])
    if (
        not isinstance(categories, list)
        or not all(isinstance(each, str) for each in categories)
        or set(categories) - set(BadgeCategory)
    ):
        found.append(RowProblem(index, "categories", _l("Please choose from the list.")))
    found += _check_days(index, one.get("days", "all"))
    starts, ends = one.get("from"), one.get("to")
    for name, value in (("from", starts), ("to", ends)):
        if value is not None and not (
            isinstance(value, str) and (_HOUR.fullmatch(value) or (name, value) == ("to", "24:00"))
        ):
            found.append(RowProblem(index, name, _l("Write a time as 09:00.")))
    if starts is not None and starts == ends:
        found.append(RowProblem(index, "to", _l("From and to are the same; leave both empty for the whole day.")))
    for name in ("allow", "once", "staff_only"):
        if not isinstance(one.get(name, False), bool):
            found.append(RowProblem(index, name, _l("Yes or no.")))
    return found


def _check_days(index: int, days: Any) -> list[RowProblem]:
    if isinstance(days, str):
        return [] if days in DAY_KINDS else [RowProblem(index, "days", _l("Please choose from the list."))]
    if not isinstance(days, list) or not days:
        return [RowProblem(index, "days", _l("Name at least one day."))]
    if len(days) > _MOST_DATES:
        return [RowProblem(index, "days", _l("At most %(n)s days.", n=_MOST_DATES))]
    try:
        if all(isinstance(day, str) and date.fromisoformat(day).isoformat() == day for day in days):
            return []
    except ValueError:
        pass
    return [RowProblem(index, "days", _l("Write days as 2026-10-14, with commas between them."))]


def tidied(rows: Sequence[Row]) -> list[Row]:
    """Checked rows with every key, categories and days in order."""
    return [
        row(
            [str(one) for one in BadgeCategory if one in each.get("categories", [])],
            sorted(set(days)) if isinstance(days := each.get("days", "all"), list) else days,
            each.get("from"), each.get("to"),
            allow=each.get("allow", True), once=each.get("once", False), staff_only=each.get("staff_only", False),
        )
        for each in rows
    ]  # fmt: skip


def gate_json(gate: Gate, inside: int = 0) -> dict[str, Any]:
    """A gate as a device has it (``GateFacts`` in both languages). ``inside``: how many are in its zone now."""
    zone = gate.zone
    return {
        "code": gate.code, "direction": gate.direction, "is_open": gate.is_open, "unknown_signed": gate.unknown_signed,
        "rules": rows_of(gate),
        "zone": None if zone is None else {
            "code": zone.code, "capacity": zone.capacity, "warn_at": zone.warn_at, "inside": inside, "paused": zone.is_paused,
        },
    }  # fmt: skip


def fair_json(fair: Fair, *, is_rehearsal: bool = False) -> dict[str, Any]:
    """A fair's days as a device has them (``FairFacts`` in both languages)."""
    return {
        "fair_days": [day.isoformat() for day in fair.days],
        "build_up_days": [day.isoformat() for day in fair.days_of_build_up],
        "dismantling_days": [day.isoformat() for day in fair.days_of_dismantling],
        "is_called_off": fair.is_cancelled, "is_rehearsal": is_rehearsal,
    }  # fmt: skip


def gate_facts(gate: Gate, inside: int = 0) -> GateFacts:
    """A gate as :func:`fairs.checkin.rules.judge` takes it."""
    return GateFacts.from_json(gate_json(gate, inside))


@dataclass(frozen=True, slots=True)
class GateBook:
    """A gate as scans of any time are judged by: its facts, and what must be known beside them."""

    id: int
    facts: GateFacts
    zone_id: int | None
    is_inner: bool
    closed_at: datetime | None
    _known: dict[tuple[bool, int | None], GateFacts] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, gate: Gate) -> GateBook:
        """Of a gate with its zone; how many are inside is not known here."""
        return cls(gate.id, gate_facts(gate), gate.zone_id, bool(gate.zone and gate.zone.is_inner), gate.closed_at)

    def at(self, moment: datetime, *, inside: int | None) -> GateFacts:
        """The facts at a moment: open as long as it was not yet closed. ``inside`` None: handed in late, so that how full the hall is
        decides nothing. The hall is as full as with ``inside`` as far as that matters (:meth:`ZoneFacts.level`)."""
        facts, zone = self.facts, self.facts.zone
        is_open = facts.is_open or (self.closed_at is not None and moment < self.closed_at)
        key = is_open, None if zone is None or inside is None else zone.level(inside)
        known = self._known.get(key)
        if known is None:
            full = None if zone is None or inside is None else replace(zone, inside=inside)
            known = self._known[key] = replace(facts, is_open=is_open, zone=full)
        return known


def fair_facts(fair: Fair, *, is_rehearsal: bool = False) -> FairFacts:
    """A fair as :func:`fairs.checkin.rules.judge` takes it."""
    return FairFacts(
        frozenset(fair.days),
        frozenset(fair.days_of_build_up),
        frozenset(fair.days_of_dismantling),
        fair.is_cancelled,
        is_rehearsal,
    )
