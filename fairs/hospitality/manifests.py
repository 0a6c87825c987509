"""The list of a run as drivers read it, its versions, and what is new, changed or gone since the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.hospitality.airports import local_time
from fairs.hospitality.hotels import hotels_of
from fairs.hospitality.models import ManifestVersion, TransferRun
from fairs.hospitality.queries import Passenger, last_versions, passengers_of, runs_of_day
from fairs.hospitality.states import OPEN_RUNS, SeatState

NEW, CHANGED, GONE = "new", "changed", "gone"
#: What a driver goes by: a difference in one of these marks the row.
COMPARED = ("name", "latin", "flight", "away", "time", "day", "hotel", "phone")


@dataclass(frozen=True, slots=True)
class Row:
    """One guest on the list; ``mark`` says how it differs from the last version, ``changed`` in what."""

    values: Mapping[str, Any]
    mark: str = ""
    changed: tuple[str, ...] = ()
    seat_id: int | None = None
    state: SeatState | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name, "")


def rows_of(passengers: Sequence[Passenger], hotels: Mapping[int, str], last: ManifestVersion | None) -> list[Row]:
    """The list of a run now, against its last version: guests who left it come last, marked as gone."""
    before = {row["reference"]: row for row in last.rows if row.get("mark") != GONE} if last is not None else {}
    found = []
    for one in passengers:
        values = _values(one, hotels)
        old = before.pop(values["reference"], None)
        changed = tuple(key for key in COMPARED if old is not None and old.get(key, "") != values[key])
        mark = "" if last is None else NEW if old is None else CHANGED if changed else ""
        found.append(Row(values, mark, changed, one.seat.id, one.seat.state))
    return found + [Row(old, GONE) for old in before.values()]


def _values(one: Passenger, hotels: Mapping[int, str]) -> dict[str, Any]:
    importer, flight = one.importer, one.flight
    person = importer.person
    at = local_time(flight.at_fair, flight.airport) if flight is not None else None
    return {
        "reference": importer.reference, "name": person.display_name, "latin": person.passport_name or "",
        "language": person.name_language or "", "company": importer.company.name, "country": importer.company.country,
        "flight": flight.number if flight is not None else "", "away": flight.away if flight is not None else "",
        "time": f"{at:%H:%M}" if at is not None else "", "day": f"{at:%Y-%m-%d}" if at is not None else "",
        "hotel": hotels.get(importer.id, ""), "phone": person.phone or "",
    }  # fmt: skip


def current_rows(runs: Sequence[TransferRun]) -> dict[int, list[Row]]:
    """The lists of several runs as they are now; four statements, however many."""
    ids = [run.id for run in runs]
    passengers, last = passengers_of(ids), last_versions(ids)
    hotels = hotels_of([one.importer.id for found in passengers.values() for one in found])
    return {run.id: rows_of(passengers[run.id], hotels, last.get(run.id)) for run in runs}


def head_of(run: TransferRun) -> dict[str, str]:
    """What stands above the list: when and where the vehicle leaves, which it is and who drives it."""
    return {
        "leaves_at": run.leaves_at.isoformat(), "from": run.from_place, "to": run.to_place, "meeting_point": run.meeting_point,
        "vehicle": run.vehicle, "plate": run.plate, "driver": run.driver_name,
    }  # fmt: skip


def changed_head(run: TransferRun, last: ManifestVersion | None) -> frozenset[str]:
    """What of the head differs from the last version."""
    return frozenset(key for key, value in head_of(run).items() if last is not None and last.head.get(key) != value)


def issue_version(run: TransferRun, *, by: Actor, kind: str = "print") -> ManifestVersion:
    """Keep the list as it is now as its next version: what is printed, or what the driver has confirmed (``driver``).

    A list that has not changed since the last version gets no new one.
    """
    with transaction():
        row = db.session.get_one(TransferRun, run.id, with_for_update=MINE, populate_existing=True)
        last = last_versions([row.id]).get(row.id)
        rows = current_rows([row])[row.id]
        if last is None or any(one.mark for one in rows) or changed_head(row, last):
            last = ManifestVersion(
                run_id=row.id, number=(last.number if last is not None else 0) + 1, kind=kind, by_id=by.user_id,
                by_name=by.label[:250], head=head_of(row), rows=[{**one.values, "mark": one.mark} for one in rows],
            )  # fmt: skip
            db.session.add(last)
            db.session.flush()
            record("transfers.manifest", row, by=by, after={"version": last.number, "kind": kind, "guests": len(rows)})
        row.printed_at = now()
        return last


def issue_day(fair: Fair, day: date, *, by: Actor) -> list[ManifestVersion]:
    """New versions of all lists of a day that have changed."""
    with transaction():
        return [
            issue_version(run, by=by) for run in runs_of_day(fair, day, with_cancelled=False) if run.state in OPEN_RUNS
        ]
