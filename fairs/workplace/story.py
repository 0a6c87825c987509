"""The time line of a company or a person over the years: what every feature knows of them, newest first, page by page.

Each source gives its newest events behind the cursor, one statement each; the newest of all make the page. So a page
costs the same for a household's first fair and for a company's tenth, and none is read that is not shown.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_

from fairs.audit.models import AuditEntry
from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.workplace.scope import Scope
from fairs.workplace.sources import SOURCES, WIDE, Source, Subject, Told, letters_within

ZONE = "Asia/Ho_Chi_Minh"
PAGE = 30


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the time line. ``is_day``: only the day is known, not the hour."""

    at: datetime
    rank: int
    key: int
    kind: str
    is_day: bool
    told: Told
    fair: Fair | None

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Newest first, and no two alike."""
        return self.at, self.rank, self.key

    @property
    def year(self) -> int:
        """The year in which it stands."""
        return local_day(self.at, ZONE).year


@dataclass(frozen=True, slots=True)
class Story:
    """A page of the time line; ``next`` is the cursor of the one before it in time."""

    events: Sequence[Event]
    next: str | None

    @property
    def years(self) -> list[tuple[int, list[Event]]]:
        """The events by year, the newest first."""
        found: dict[int, list[Event]] = {}
        for event in self.events:
            found.setdefault(event.year, []).append(event)
        return list(found.items())


def story(subject: Subject, scope: Scope, fairs: dict[int, Fair], *, kind: str = "", cursor: str = "") -> Story:
    """A page of the time line, of one kind when it is named; raises InvalidInput on a broken cursor."""
    behind = _read(cursor) if cursor else None
    found: list[Event] = []
    for rank, source in enumerate(SOURCES):
        if kind in {"", source.kind}:
            found.extend(_events(rank, source, subject, scope, fairs, behind))
    found.sort(key=lambda event: event.order, reverse=True)
    page = found[:PAGE]
    return Story(page, _write(page[-1]) if len(found) > PAGE else None)


def _events(
    rank: int, source: Source, subject: Subject, scope: Scope, fairs: dict[int, Fair], behind: Any
) -> list[Event]:
    about = source.about(subject)
    free = source.kind in WIDE and scope.has(source.permission)
    is_letter = source.kind == "letter"
    within = None if free else letters_within(scope) if is_letter else scope.within(source.permission, source.fair)
    if about is None or (within is None and not free):
        return []
    query = source.query().add_columns(source.at.label("at"), source.key.label("key"))
    query = query.add_columns((source.fair if source.fair is not None else AuditEntry.fair_id).label("fair_id"))
    query = query.where(about, source.at.is_not(None))
    if within is not None:
        query = query.where(within)
    if behind is not None:
        query = query.where(_behind(rank, source, behind))
    rows = db.session.execute(query.order_by(source.at.desc(), source.key.desc()).limit(PAGE + 1))
    return [
        Event(_midnight(row.at) if source.is_day else row.at, rank, row.key, source.kind, source.is_day,
              source.tell(row), fairs.get(row.fair_id))
        for row in rows
    ]  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(ZONE))


def _behind(rank: int, source: Source, behind: tuple[datetime, int, int]) -> Any:
    at, last_rank, last_key = behind
    value: Any = at
    if source.is_day:
        value = local_day(at, ZONE)
        if _midnight(value) != at:
            return source.at <= value  # the day began before that moment
    if rank < last_rank:
        return source.at <= value
    if rank > last_rank:
        return source.at < value
    return or_(source.at < value, and_(source.at == value, source.key < last_key))


def _write(event: Event) -> str:
    text = json.dumps([event.at.isoformat(), event.rank, event.key])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, int, int]:
    try:
        at, rank, key = json.loads(base64.urlsafe_b64decode(cursor[:200] + "=" * (-len(cursor[:200]) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 1970 <= moment.year <= 2200:
            raise ValueError("no moment")
        return moment, int(rank), min(int(key), 2**62)
    except (ValueError, TypeError, UnicodeDecodeError, OverflowError) as error:
        raise InvalidInput(field="cursor") from error
