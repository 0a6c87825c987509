"""The days of people at a fair as a batch of scans or an act changes them: read at once, written at once, told to the tallies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from fairs.checkin.facts import FairInfo
from fairs.checkin.passes import Stay, fold
from fairs.checkin.stays import Place, passes_of, stays_of
from fairs.checkin.tallies import Changes
from fairs.core.rows import Driver, Row, Statement, driver, write_rows

_OF_A_STAY = (
    "badge_id", "category", "counts", "country", "first_in_at", "inside_since", "left_at", "zone_id", "passed_at", "last_gate_id",
    "is_unsure",
)  # fmt: skip
_KEEP_VISITS = Statement.insert("visits", (*_OF_A_STAY, "created_at", "fair_id", "day", "person_id"))
_THIS_VISIT = " WHERE fair_id = ? AND day = ? AND person_id = ?"
_MOVE_VISIT = Statement(f"UPDATE visits SET {', '.join(f'{name} = ?' for name in _OF_A_STAY)}{_THIS_VISIT}")  # noqa: S608
_DROP_VISIT = Statement(f"DELETE FROM visits{_THIS_VISIT}")  # noqa: S608 - all of it stands in this program


@dataclass(slots=True)
class Days:
    """The days of some people at a fair: as they were when the batch began, and as they are now. Inside transaction()."""

    info: FairInfo
    before: dict[Place, Stay] = field(default_factory=dict)
    stays: dict[Place, Stay] = field(default_factory=dict)
    touched: set[Place] = field(default_factory=set)

    def load(self, people: Collection[int]) -> None:
        """Read all days of these people at the fair."""
        self.before = stays_of(self.info.id, people)
        self.stays = dict(self.before)

    def put(self, place: Place, stay: Stay | None) -> None:
        """This is the person's day now; None: no visit."""
        self.touched.add(place)
        if stay is None:
            self.stays.pop(place, None)
        else:
            self.stays[place] = stay

    def write(self, changes: Changes) -> None:
        """Keep what is another one, and tell the tallies."""
        connection, kind = driver()
        new: list[Row] = []
        moved: list[Row] = []
        gone: list[Row] = []
        again: set[int] = set()
        for place in sorted(self.touched):
            before, after = self.before.get(place), self.stays.get(place)
            if before == after:
                continue
            if changes.moved(place[0], before, after):
                again.add(place[1])
            at = self.info.id, kind.day(place[0]), place[1]
            if after is None:
                gone.append(at)
            elif before is None:
                new.append((*_columns(kind, after), kind.moment(after.passed_at), *at))
            else:
                moved.append((*_columns(kind, after), *at))
        if again:
            self._count_people(again, changes)
        for statement, rows in ((_DROP_VISIT, gone), (_MOVE_VISIT, moved), (_KEEP_VISITS, new)):
            if rows:
                write_rows(connection, kind, statement, rows)

    def _count_people(self, people: set[int], changes: Changes) -> None:
        before: dict[int, dict[date, Stay]] = {}
        after: dict[int, dict[date, Stay]] = {}
        for source, days in ((self.before, before), (self.stays, after)):
            for (day, person), stay in source.items():
                if person in people:
                    days.setdefault(person, {})[day] = stay
        for person in people:
            changes.came(before.get(person, {}), after.get(person, {}))


def _columns(kind: Driver, stay: Stay) -> Row:
    moment = kind.moment
    return (
        stay.badge_id, str(stay.category), stay.counts, stay.country, moment(stay.first_in_at), moment(stay.inside_since),
        moment(stay.left_at), stay.zone_id, moment(stay.passed_at), stay.last_gate_id, stay.is_unsure,
    )  # fmt: skip


def refold(info: FairInfo, places: Collection[Place], changes: Changes) -> None:
    """Fold these days anew by all scans and acts that are kept. The wearers' rows are locked. Inside transaction()."""
    days = Days(info)
    days.load({person for _, person in places})
    history = passes_of(info, places)
    for place in places:
        days.put(place, fold(history.get(place, [])))
    days.write(changes)
