"""Counting people without badges at a public fair: by gate and hour, without names.

Every count is kept as an entry that never changes; the sum by gate, day and hour stands in ``PublicCount``. The entries
are their own history, as scans are. Re-entries are counted again: a counter knows no faces, and the method note says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.errors import BadCount, NoCounters
from fairs.checkin.models import CountEntry, Gate
from fairs.checkin.queries import gates_of
from fairs.checkin.states import CountSource
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.text import clean
from fairs.visitors.models import PublicCount

MOST_AT_ONCE = 500  # entries
MOST_PEOPLE = 20_000  # of one entry
_ID = re.compile(r"[A-Za-z0-9._:\-]{1,40}")
_CLOCK_TOLERANCE = timedelta(minutes=5)
BY_HAND = frozenset({CountSource.PAPER, CountSource.CORRECTION})


@dataclass(frozen=True, slots=True)
class CountInput:
    """People counted in one hour. ``change`` is negative only in a correction, or when a press is taken back."""

    id: str
    day: date
    hour: int
    change: int
    source: CountSource = CountSource.TAP
    note: str = ""

    @classmethod
    def at(cls, fair: Fair, moment: datetime, **values: Any) -> CountInput:
        """As counted at a moment: its day and hour by the fair's clock."""
        local = moment.astimezone(ZoneInfo(fair.time_zone))
        return cls(day=local.date(), hour=local.hour, **values)


@dataclass(frozen=True, slots=True)
class CountResult:
    """What became of an entry; ``is_repeat``: it was known already, nothing was added."""

    id: str
    day: date
    hour: int
    hour_total: int
    is_repeat: bool


@dataclass(slots=True)
class CountDay:
    """A day's counts: gates × hours. What nobody counted is missing, not zero."""

    day: date
    hours: list[int]
    gates: Sequence[Gate]
    counts: dict[tuple[int, int], int] = field(default_factory=dict)  # (gate, hour): people

    def by_gate(self, gate: Gate) -> int:
        """People who came in by the gate."""
        return sum(number for (key, _hour), number in self.counts.items() if key == gate.id)

    def by_hour(self, hour: int) -> int | None:
        """People who came in within the hour; None when no gate was counted."""
        found = [number for (_gate, key), number in self.counts.items() if key == hour]
        return sum(found) if found else None

    @property
    def total(self) -> int:
        """Everybody who came in."""
        return sum(self.counts.values())


def count_people(fair: Fair, counts: Sequence[tuple[Gate, CountInput]], *, by: Actor) -> list[CountResult]:
    """Keep counts of one or several gates: all of them or, on an error, none. Known ids change nothing.

    Raises NoCounters at a fair that counts by badge or is reported, and BadCount with the entry and field at fault.
    """
    if fair.kind != "public":
        raise NoCounters
    for index, (_gate, entry) in enumerate(counts):
        _check(fair, entry, f"counts.{index}")
    if len(counts) > MOST_AT_ONCE:
        raise BadCount(_l("At most %(n)s counts at a time.", n=MOST_AT_ONCE), field="counts")
    for attempt in (1, 2):
        try:
            with transaction():
                return _keep(fair, counts, by)
        except IntegrityError:
            # The same entry came twice at once: it is known by now.
            if attempt == 2:
                raise
    raise AssertionError  # pragma: no cover


def _check(fair: Fair, entry: CountInput, place: str) -> None:
    if not _ID.fullmatch(entry.id):
        raise BadCount(_l("An id is 1 to 40 letters, digits and . _ : -"), field=f"{place}.id")
    if entry.day not in fair.days:
        raise BadCount(_l("The fair is not open on this day."), field=f"{place}.day")
    if not 0 <= entry.hour <= 23:
        raise BadCount(_l("Between %(least)s and %(most)s.", least=0, most=23), field=f"{place}.hour")
    latest = (now() + _CLOCK_TOLERANCE).astimezone(ZoneInfo(fair.time_zone))
    if (entry.day, entry.hour) > (latest.date(), latest.hour):
        raise BadCount(_l("This hour has not begun yet."), field=f"{place}.hour")
    if entry.change == 0 or abs(entry.change) > MOST_PEOPLE:
        raise BadCount(_l("Write a number of people up to %(n)s.", n=MOST_PEOPLE), field=f"{place}.change")
    if entry.change < 0 and entry.source not in {CountSource.CORRECTION, CountSource.TAP}:
        raise BadCount(_l("Only a correction takes people away."), field=f"{place}.change")
    if entry.source is CountSource.CORRECTION and not clean(entry.note):
        raise BadCount(_l("Say why the count is corrected."), field=f"{place}.note")


def _keep(fair: Fair, counts: Sequence[tuple[Gate, CountInput]], by: Actor) -> list[CountResult]:
    if db.session.scalar(select(Fair.state).where(Fair.id == fair.id)) is FairState.REPORTED:
        raise NoCounters(_l("The fair has been reported: its figures stand."))
    # The gates' rows are the locks under which their sums grow; in order, so that two batches cannot block each other.
    keys = sorted({gate.id for gate, _ in counts})
    methods = {
        row.id: row.count_method
        for row in db.session.scalars(select(Gate).where(Gate.id.in_(keys)).order_by(Gate.id).with_for_update())
    }
    known = set(
        db.session.scalars(
            select(CountEntry.entry_id).where(
                CountEntry.fair_id == fair.id, CountEntry.entry_id.in_({entry.id for _, entry in counts})
            )
        )
    )
    sums = {
        (row.gate_id, row.day, row.hour): row
        for row in db.session.scalars(
            select(PublicCount)
            .where(
                PublicCount.fair_id == fair.id,
                PublicCount.gate_id.in_(keys),
                PublicCount.day.in_({entry.day for _, entry in counts}),
            )
            .execution_options(populate_existing=True)
        )
    }
    results = []
    for index, (gate, entry) in enumerate(counts):
        key = (gate.id, entry.day, entry.hour)
        is_repeat = entry.id in known
        if not is_repeat:
            known.add(entry.id)
            sums[key] = _add(fair, entry, gate.id, sums.get(key), methods[gate.id], index, by)
        total = sums[key].entries if key in sums else 0
        results.append(CountResult(entry.id, entry.day, entry.hour, total, is_repeat))
    db.session.flush()
    return results


def _add(
    fair: Fair, entry: CountInput, gate_id: int, row: PublicCount | None, method: str, index: int, by: Actor
) -> PublicCount:
    before = row.entries if row is not None else 0
    if before + entry.change < 0:
        raise BadCount(
            _l("Fewer than nobody came in: only %(n)s are counted here.", n=before), field=f"counts.{index}.change"
        )
    if row is None:
        row = PublicCount(
            fair_id=fair.id, gate_id=gate_id, day=entry.day, hour=entry.hour, entries=0, method=method[:300]
        )
        db.session.add(row)
    row.entries = before + entry.change
    kept = CountEntry(
        entry_id=entry.id, fair_id=fair.id, gate_id=gate_id, day=entry.day, hour=entry.hour, change=entry.change,
        source=entry.source, note=clean(entry.note)[:300], by_id=by.user_id,
    )  # fmt: skip
    db.session.add(kept)
    if entry.source in BY_HAND:
        db.session.flush()
        record(
            f"checkin.count_{entry.source}", kept, by=by,
            before={"entries": before}, after={"entries": row.entries, "note": kept.note},
        )  # fmt: skip
    return row


# --- reading ------------------------------------------------------------------------------------------------------


def count_day(fair: Fair, day: date) -> CountDay:
    """A day's counts, for the opening hours and every other hour in which somebody was counted."""
    rows = db.session.execute(
        select(PublicCount.gate_id, PublicCount.hour, PublicCount.entries).where(
            PublicCount.fair_id == fair.id, PublicCount.day == day
        )
    ).all()
    last = fair.closes_at.hour if fair.closes_at.minute else fair.closes_at.hour - 1
    hours = sorted({*range(fair.opens_at.hour, last + 1), *(hour for _gate, hour, _number in rows)})
    return CountDay(day, hours, gates_of(fair.id), {(gate, hour): number for gate, hour, number in rows})


def totals_by_day(fair: Fair) -> dict[date, int]:
    """People counted on each day that has a count."""
    rows = db.session.execute(
        select(PublicCount.day, func.sum(PublicCount.entries))
        .where(PublicCount.fair_id == fair.id)
        .group_by(PublicCount.day)
    )
    return {day: int(number) for day, number in rows}


def entries_of_day(fair_id: int, day: date, *, by_hand: bool = True) -> Select[CountEntry]:
    """What was entered for a day, newest first; presses and turnstiles only with ``by_hand=False``."""
    query = (
        select(CountEntry)
        .options(joinedload(CountEntry.gate))
        .where(CountEntry.fair_id == fair_id, CountEntry.day == day)
        .order_by(CountEntry.id.desc())
    )
    return query.where(CountEntry.source.in_(BY_HAND)) if by_hand else query


def gate_totals(fair: Fair, gate: Gate, day: date, hour: int) -> tuple[int, int]:
    """(people within the hour, people on the day) at a gate."""
    rows = db.session.execute(
        select(PublicCount.hour, PublicCount.entries).where(
            PublicCount.fair_id == fair.id, PublicCount.gate_id == gate.id, PublicCount.day == day
        )
    ).all()
    by_hour: dict[int, int] = defaultdict(int)
    for key, number in rows:
        by_hour[key] += number
    return by_hour[hour], sum(by_hour.values())
