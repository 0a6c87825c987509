"""What would happen at a gate: hours by category and day, from the same function that judges scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.checkin.rulebook import Row, fair_facts
from fairs.checkin.rules import Direction, GateFacts, Judgement, Rule, Seen, hour_of, judge

_MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class DayOf:
    """A day of the fair and which kind of day it is: build_up, fair or dismantling."""

    day: date
    kind: str


def days_of(fair: Fair) -> list[DayOf]:
    """Each day from the first of build-up to the last of dismantling."""
    kinds = (("build_up", fair.days_of_build_up), ("fair", fair.days), ("dismantling", fair.days_of_dismantling))
    return [DayOf(day, kind) for kind, days in kinds for day in days]


def try_rows(
    rows: Sequence[Row],
    fair: Fair,
    category: str,
    direction: Direction,
    moment: datetime,
    *,
    gate_direction: str = "both",
) -> Judgement:
    """What the gate would say to somebody with a valid badge who has not been here today. ``moment`` on the fair's clock."""
    facts = GateFacts("", tuple(map(Rule.from_json, rows)), gate_direction)
    return judge(Seen(True, True, False, category), facts, fair_facts(fair), direction, moment)


def hours_table(rows: Sequence[Row], fair: Fair, days: Sequence[DayOf]) -> list[tuple[BadgeCategory, list[str]]]:
    """For each category the hours of each day in which it may enter: ``08:00–18:00``, ``–`` for never."""
    rules = tuple(map(Rule.from_json, rows))
    facts, gate = fair_facts(fair), GateFacts("", rules)
    marks = sorted({0, *(m for rule in rules for m in (rule.starts, rule.ends) if m is not None and m < _MIDNIGHT)})

    def hours(category: str, day: date) -> str:
        spans: list[list[int]] = []
        for index, minute in enumerate(marks):
            ends = marks[index + 1] if index + 1 < len(marks) else _MIDNIGHT
            moment = datetime.combine(day, time()) + timedelta(minutes=minute)
            if not judge(Seen(True, True, False, category), gate, facts, Direction.IN, moment).verdict.lets_in:
                continue
            if spans and spans[-1][1] == minute:
                spans[-1][1] = ends
            else:
                spans.append([minute, ends])
        return ", ".join(f"{hour_of(begins)}–{hour_of(ends)}" for begins, ends in spans)

    return [(category, [hours(str(category), one.day) for one in days]) for category in BadgeCategory]
