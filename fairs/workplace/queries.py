"""What a start page shows beside the inbox: the next dates, what is late with others, the plan of the year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fairs.calendar.models import Fair
from fairs.core.permissions import Role
from fairs.programme.queries import years
from fairs.reports.queries import Kpi, Standing, kpi
from fairs.workplace.awaited import KINDS
from fairs.workplace.inbox import Count, Inbox, Kind, Overseer
from fairs.workplace.timeline import next_dates

SINGLE = 3
"""So many items of one kind are shown one by one on a start page; more are one entry with the first of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of "Needs you": one record, or several of one kind (``count``) of which ``item`` is the first."""

    item: Any
    title: str = ""
    count: int = 1
    late: int = 0

    @property
    def is_late(self) -> bool:
        """Whether something of it is past its day."""
        return bool(self.late) or self.item.is_late


@dataclass(frozen=True, slots=True)
class DateAhead:
    """A day of the fair's year."""

    day: date
    text: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is late with others: how much of one kind, and the roles that are asked."""

    kind: Kind
    count: Count
    roles: tuple[Role, ...]

    @property
    def title(self) -> str:
        """The late ones in words."""
        return self.kind.title(self.count.late)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """How the plan of a year stands: quantified targets by standing."""

    year: int
    name: str
    targets: int
    reached: int
    below: int
    without: int


def entries(box: Inbox) -> list[Entry]:
    """The inbox in a few lines by the day they are due; items without a day come last."""
    found = []
    for group in box.groups(each=SINGLE):
        if group.count.total > SINGLE:
            found.append(Entry(group.items[0], group.title, group.count.total, group.count.late))
        else:
            found += [Entry(item) for item in group.items]
    return sorted(found, key=lambda entry: entry.item.due or date.max)


def late_with_others(fairs: Sequence[Fair]) -> list[Overdue]:
    """What is past its day at these fairs, whoever is asked, most first: for those who answer for the whole."""
    box = Inbox(Overseer(0, (), fairs), KINDS)
    found = []
    for kind in KINDS:
        count = box.of_kind(kind)
        if count.late:
            asked = tuple(role for role in Role if role in kind.permission.roles and role is not Role.ADMIN)
            found.append(Overdue(kind, count, asked or (Role.ADMIN,)))
    return sorted(found, key=lambda overdue: -overdue.count.late)


_REACHED = (Standing.REACHED, Standing.ABOVE, Standing.CLOSE, Standing.WITHIN)
_BELOW = (Standing.BELOW, Standing.OVER)


def year_plan() -> YearPlan | None:
    """The latest year's plan in figures; None when none is loaded."""
    known = years()
    if not known:
        return None
    result: Kpi = kpi(known[0])
    standing = Counter(figure.standing for figure in result.figures)
    return YearPlan(
        known[0], result.programme.name, sum(standing.values()) - standing[Standing.FREE],
        sum(standing[s] for s in _REACHED), sum(standing[s] for s in _BELOW), standing[Standing.OPEN],
    )  # fmt: skip


def next_date(fairs: Sequence[Fair]) -> DateAhead | None:
    """The next date of any of these fairs, with the fair's name."""
    ahead = [DateAhead(found.day, f"{found.text} ({fair.name})") for fair in fairs for found in _ahead(fair)[:1]]
    return min(ahead, key=lambda found: found.day, default=None)


def _ahead(fair: Fair) -> list[DateAhead]:
    return [found for found in dates(fair) if not found.is_late]


def dates(fair: Fair) -> list[DateAhead]:
    """What is late and what the next seven days bring, from the timeline; the nearest dates when that is little."""
    return [DateAhead(item.day, item.label, item.is_late) for item in next_dates(fair, at_least=4)]
