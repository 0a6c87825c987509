"""The inbox: what awaits a person, read from the records themselves. Nothing is ticked off; an item leaves with its state.

A :class:`Kind` declares one reason to wait; ``awaited/`` has them by subject, and says of each other state why nobody of
the staff is awaited. Reading takes one statement for all counts and one per kind that has items, however many there are.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)

from fairs.accounts.models import RoleGrant
from fairs.accounts.queries import matching_grant
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.clock import local_day, now
from fairs.core.db import Record, UTCDateTime, db
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Permission
from fairs.core.states import State

#: Values that a kind's conditions may name: the day it is at the fair, the moment, since when a device is silent, and the users
#: who answer for the reader's acts.
TODAY = bindparam("today", type_=Date())
NOW = bindparam("now", type_=UTCDateTime())
#: A device that was not heard of since then is silent: its network may come back within minutes, later somebody has to look.
SILENT_SINCE = bindparam("silent_since", type_=UTCDateTime())
SILENT_AFTER = timedelta(minutes=15)
INVOLVED: BindParameter[Any] = bindparam("involved", expanding=True)

Link = tuple[str, dict[str, Any]]


class Why(State):
    """Why nobody of the staff is awaited in a state."""

    FINAL = "final", "nothing more happens"
    COMPANY = "company", "the company acts next"
    IMPORTER = "importer", "the importer acts next"
    PARTIES = "parties", "the parties of the contract act next"
    AUTOMATIC = "automatic", "the system goes on by itself"


def always(_fair: Fair) -> bool:
    """For kinds that a fair has even when it was called off."""
    return True


def _goes_on(fair: Fair) -> bool:
    return not fair.is_cancelled


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One reason why a record awaits a person.

    ``states`` are those of the state table it speaks of, ``where`` the whole condition. ``counts_from`` is the column (or
    scalar expression) of a day or moment to which ``days`` are added to get the day it is due; None: no day is set.
    ``at`` leaves out fairs at which it cannot be. ``reason`` says in a word what one record waits for, ``title`` how many
    do. ``permission`` is the one of the main act, at ``page``.
    """

    key: str
    states: tuple[State, ...]
    model: type[Record]
    where: tuple[ColumnElement[bool], ...]
    permission: Permission
    counts_from: Any
    days: int | None
    icon: str
    reason: Any
    title: Callable[[int], str]
    who: Callable[[Any], str]
    what: Callable[[Any], str]
    button: Any
    page: Callable[[Any], Link]
    list_page: Link
    at: Callable[[Fair], bool] = _goes_on
    load: tuple[Any, ...] = ()

    @property
    def fair_id(self) -> Any:
        """The column that says which fair the record belongs to."""
        return Fair.id if self.model is Fair else self.model.fair_id  # type: ignore[attr-defined]

    @property
    def counts_from_moment(self) -> bool:
        """Whether the days are counted from a moment, not from a day."""
        return bool(self.counts_from.type.python_type is datetime)

    def due(self, begin: date | datetime | None, fair: Fair) -> date | None:
        """The day by which it has to be done."""
        if begin is None or self.days is None:
            return None
        day = local_day(begin, fair.time_zone) if isinstance(begin, datetime) else begin
        return day + timedelta(days=self.days)

    def begun_before(self, day: date, time_zone: str) -> date | datetime:
        """What began before this is late on ``day``."""
        latest = day - timedelta(days=self.days or 0)
        return datetime.combine(latest, time(), ZoneInfo(time_zone)) if self.counts_from_moment else latest

    def condition(self) -> tuple[ColumnElement[bool], ...]:
        """The condition with the fairs, which are bound as ``fairs_<key>``."""
        return (self.fair_id.in_(bindparam(f"fairs_{self.key}", expanding=True)), *self.where)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose inbox, over which fairs."""

    user_id: int
    grants: Sequence[RoleGrant]
    fairs: Sequence[Fair]

    def involved(self, kind: Kind, fair: Fair) -> frozenset[int] | None:
        """The users who would answer for the reader's act; None when the reader may not do it at this fair."""
        grant = matching_grant(self.grants, kind.permission, fair.id)
        if grant is None:
            return None
        return frozenset(user for user in (self.user_id, grant.lent_by_id) if user is not None)


@dataclass(frozen=True, slots=True)
class Overseer(Reader):
    """Somebody who looks at what awaits others, as the leadership does."""

    def involved(self, kind: Kind, fair: Fair) -> frozenset[int] | None:
        """Nobody's own acts are left out."""
        return frozenset()


class _Desk(NamedTuple):
    """What the conditions depend on: fairs at which it is the same day, and who would act there."""

    today: date
    time_zone: str
    involved: frozenset[int]


@dataclass(frozen=True, slots=True)
class Count:
    """How many records wait, and how many of them are past their day."""

    total: int = 0
    late: int = 0

    def plus(self, other: Count) -> Count:
        """Both together."""
        return Count(self.total + other.total, self.late + other.late)


@dataclass(frozen=True, slots=True)
class Item:
    """A record that awaits the reader: who, what, by when, and the page of the main act."""

    kind: Kind
    fair: Fair
    record_id: int
    who: str
    what: str
    link: Link
    due: date | None
    since: date

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.due is not None and self.due < self.fair.today


@dataclass(frozen=True, slots=True)
class Group:
    """All items of one kind: their number, and the first of them by the day they are due."""

    kind: Kind
    count: Count
    items: Sequence[Item]
    next: str | None = None

    @property
    def title(self) -> str:
        """How many, in words."""
        return self.kind.title(self.count.total)

    @property
    def due(self) -> date | None:
        """The earliest day."""
        return self.items[0].due if self.items else None

    @property
    def is_late(self) -> bool:
        """Whether one of them is past its day."""
        return self.count.late > 0


@dataclass
class Inbox:
    """What awaits a reader. Kinds are given from outside, so that this module knows none of them."""

    reader: Reader
    kinds: Sequence[Kind]
    _counts: dict[tuple[str, int], Count] | None = field(default=None, init=False)

    def counts(self) -> dict[tuple[str, int], Count]:
        """Count by kind's key and fair; one statement (a further one per lent role)."""
        if self._counts is None:
            self._counts = self._count()
        return self._counts

    @property
    def total(self) -> Count:
        """All together."""
        return sum_of(self.counts().values())

    def at_fair(self, fair: Fair) -> Count:
        """What waits at one fair."""
        return sum_of(count for (_key, fair_id), count in self.counts().items() if fair_id == fair.id)

    def of_kind(self, kind: Kind) -> Count:
        """What waits of one kind."""
        return sum_of(count for (key, _fair_id), count in self.counts().items() if key == kind.key)

    def groups(self, *, each: int) -> list[Group]:
        """The kinds of which there is something, each with its first ``each`` items, the earliest day first."""
        found = [
            Group(kind, self.of_kind(kind), *self.items(kind, limit=each))
            for kind in self.kinds
            if self.of_kind(kind).total
        ]
        return sorted(found, key=lambda group: (group.due or date.max, -group.count.total))

    def items(self, kind: Kind, *, limit: int, cursor: str | None = None) -> tuple[list[Item], str | None]:
        """Items of one kind by the day they are due, and the cursor of the next; raises InvalidInput on a broken one."""
        after = _decode(cursor, kind) if cursor else None
        rows: list[tuple[Any, Any]] = []
        for desk, fairs in self._desks(kind).items():
            query = _list(kind, after).limit(limit + 1)
            rows += [(row[0], row[1]) for row in db.session.execute(query, _values(desk, {kind: fairs}))]
        rows.sort(key=lambda row: (row[1] is None, row[1] if row[1] is not None else 0, row[0].id))
        fairs_by_id = {fair.id: fair for fair in self.reader.fairs}
        following = _encode(rows[limit - 1]) if len(rows) > limit else None
        return [_item(kind, record, begin, fairs_by_id) for record, begin in rows[:limit]], following

    def _desks(self, kind: Kind) -> dict[_Desk, list[int]]:
        found: dict[_Desk, list[int]] = defaultdict(list)
        for fair in self.reader.fairs:
            # Once the report is handed in, a fair awaits nobody: what is still open then stays as it is.
            if fair.state is FairState.REPORTED or not kind.at(fair):
                continue
            involved = self.reader.involved(kind, fair)
            if involved is not None:
                found[_Desk(fair.today, fair.time_zone, involved)].append(fair.id)
        return found

    def _count(self) -> dict[tuple[str, int], Count]:
        by_desk: dict[_Desk, dict[Kind, list[int]]] = defaultdict(dict)
        for kind in self.kinds:
            for desk, fairs in self._desks(kind).items():
                by_desk[desk][kind] = fairs
        found = {}
        for desk, wanted in by_desk.items():
            for key, fair_id, total, late in db.session.execute(_count_of(tuple(wanted)), _values(desk, wanted)):
                found[key, fair_id] = Count(int(total), int(late or 0))
        return found


def sum_of(counts: Iterable[Count]) -> Count:
    """All together."""
    found = Count()
    for count in counts:
        found = found.plus(count)
    return found


def _values(desk: _Desk, wanted: Mapping[Kind, Sequence[int]]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "today": desk.today,
        "involved": sorted(desk.involved),
        "now": now(),
        "silent_since": now() - SILENT_AFTER,
    }
    for kind, fairs in wanted.items():
        values[f"fairs_{kind.key}"] = fairs
        values[f"begun_{kind.key}"] = kind.begun_before(desk.today, desk.time_zone)
    return values


@lru_cache(maxsize=256)
def _count_of(kinds: tuple[Kind, ...]) -> Any:
    # Built once for each set of kinds, that is for each role: only the values differ from page to page.
    return union_all(*(_count_of_kind(kind) for kind in kinds))


def _count_of_kind(kind: Kind) -> Select[Any]:
    begun = bindparam(f"begun_{kind.key}", type_=kind.counts_from.type)
    is_late = false() if kind.days is None else kind.counts_from < begun
    return (
        select(
            literal(kind.key).label("key"),
            kind.fair_id.label("fair_id"),
            func.count().label("total"),
            func.sum(case((is_late, 1), else_=0)).label("late"),
        )
        .where(*kind.condition())
        .group_by(kind.fair_id)
    )


def _list(kind: Kind, after: tuple[Any, int] | None) -> Select[Any]:
    begin, key = kind.counts_from, kind.model.id
    query = (
        select(kind.model, begin.label("begin"))
        .options(*kind.load)
        .where(*kind.condition())
        .order_by(begin.asc().nulls_last(), key)
    )
    if after is None:
        return query
    value, last = after
    if value is None:
        return query.where(begin.is_(None), key > last)
    return query.where(or_(begin > value, begin.is_(None), and_(begin == value, key > last)))


def _encode(row: tuple[Any, Any]) -> str:
    record, begin = row
    text = json.dumps([begin.isoformat() if begin is not None else None, record.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, kind: Kind) -> tuple[Any, int]:
    try:
        begin, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(last, int) or isinstance(last, bool) or not 0 <= last < 2**63:
            raise TypeError(last)
        if begin is None:
            return None, last
        value = datetime.fromisoformat(begin) if kind.counts_from_moment else date.fromisoformat(begin)
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(begin)
            value = value.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput(field="cursor") from error
    return value, last


def _item(kind: Kind, record: Any, begin: Any, fairs: Mapping[int, Fair]) -> Item:
    fair = fairs[record.id if kind.model is Fair else record.fair_id]
    endpoint, values = kind.page(record)
    return Item(
        kind, fair, record.id, kind.who(record), kind.what(record), (endpoint, {"fair_slug": fair.slug, **values}),
        kind.due(begin, fair), local_day(record.created_at, fair.time_zone),
    )  # fmt: skip
