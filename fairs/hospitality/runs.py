"""Runs of vehicles: planned by hand or by a proposal, changed, cancelled; the driver's link."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.sequences import next_reference
from fairs.core.text import one_line
from fairs.core.tokens import digest, new_token
from fairs.directory.service import normal_phone
from fairs.hospitality.errors import PlanStale
from fairs.hospitality.models import TransferRun, TransferSeat
from fairs.hospitality.planning import PlannedRun, fits
from fairs.hospitality.queries import proposal
from fairs.hospitality.states import (
    RunKind,
    RunState,
    SeatState,
)
from fairs.hospitality.transfers import drop, find_place, flight_to, free, lock_runs, open_run, seat_in, seats_on, taken

LARGEST = 60  # places of a coach


LINK_LIVES = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class RunDraft:
    """A run as typed; ``leaves_at`` is aware."""

    kind: RunKind
    leaves_at: datetime
    capacity: int
    airport: str = ""
    from_place: str = ""
    to_place: str = ""
    meeting_point: str = ""
    vehicle: str = ""
    plate: str = ""
    driver_name: str = ""
    driver_phone: str = ""
    coordinator_phone: str = ""
    note: str = ""


def save_run(fair: Fair, draft: RunDraft, *, by: Actor, run: TransferRun | None = None) -> TransferRun:
    """Plan a run, or change one. Raises InvalidInput with the field, RunClosed, and RunFull when more sit in it already.

    The kind of a run and its airport stay: its guests have flights there.
    """
    values = _checked(fair, draft)
    with transaction():
        if run is None:
            row = TransferRun(fair_id=fair.id, reference=next_reference(fair.code, "T"), **values)
            db.session.add(row)
            db.session.flush()
            record("transfers.plan", row, by=by, after=_facts(row))
            return row
        row = open_run(run)
        values["kind"], values["airport"] = row.kind, row.airport
        if draft.capacity < taken(row.id):
            raise InvalidInput(_l("More guests than that have a place already."), field="capacity")
        before = _facts(row)
        for key, value in values.items():
            setattr(row, key, value)
        after = _facts(row)
        if before != after:
            row.changed_at = now()
            record("transfers.change", row, by=by, before=before, after=after)
            _reseat(row, by)
        return row


def _checked(fair: Fair, draft: RunDraft) -> dict[str, Any]:
    if not 1 <= draft.capacity <= LARGEST:
        raise InvalidInput(_l("Between 1 and %(max)d.", max=LARGEST), field="capacity")
    if draft.kind is not RunKind.SHUTTLE and not draft.airport:
        raise InvalidInput(_l("Which airport?"), field="airport")
    values = {key: one_line(value) if isinstance(value, str) else value for key, value in asdict(draft).items()}
    values["kind"] = draft.kind
    values["airport"] = "" if draft.kind is RunKind.SHUTTLE else draft.airport.upper()
    for name in ("driver_phone", "coordinator_phone"):
        values[name] = normal_phone(values[name], "VN", field=name)
    values["plate"] = values["plate"].upper()
    return values


def _reseat(run: TransferRun, by: Actor) -> None:
    """A run that leaves at another time may no longer suit everybody in it."""
    if run.kind is RunKind.SHUTTLE:
        return
    for seat in seats_on(run.id):
        flight = flight_to(seat.importer_id, seat.kind)
        if flight is not None and not fits(run.kind, flight.at_fair, run.leaves_at) and seat.state is SeatState.BOOKED:
            free(seat, by)


def move_run(run: TransferRun, state: RunState, *, by: Actor) -> TransferRun:
    """The vehicle leaves, has arrived, or the run is cancelled: then its guests need other places, and find them if there are."""
    with transaction():
        row = lock_runs(_likely_others(run) if state is RunState.CANCELLED else {run.id}, run.id)
        if row.state is state:
            return row
        row.move_to(state)
        if state is RunState.CANCELLED:
            row.link_hash = None
        db.session.flush()
        record(f"transfers.run_{state.value}", row, by=by)
        if state is RunState.CANCELLED:
            release_seats(row, by=by, then="find")
        return row


def release_seats(run: TransferRun, *, by: Actor, then: Literal["find", "need", "drop"]) -> None:
    """Free all places of a run that does not drive; inside transaction().

    Its guests then ``find`` places in other runs where there are any, ``need`` one, or give theirs up (``drop``).
    """
    for seat in seats_on(run.id):
        if seat.state is SeatState.MET:
            continue
        if then == "drop":
            drop(seat, by)
            continue
        free(seat, by)
        flight = flight_to(seat.importer_id, seat.kind)
        if then == "find" and flight is not None:
            find_place(seat, flight, by)


def make_runs(
    fair: Fair, day: date, kind: RunKind, *, window: timedelta, capacity: int, mark: str, by: Actor
) -> list[TransferRun]:
    """Make the runs of a proposal that was shown; ``mark`` is that proposal's. Raises PlanStale when it would differ now."""
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        plan = proposal(fair, day, kind, window=window, capacity=capacity)
        if plan.mark != mark or not plan.runs:
            raise PlanStale
        return [_made(fair, one, capacity, by) for one in plan.runs]


def _made(fair: Fair, planned: PlannedRun, capacity: int, by: Actor) -> TransferRun:
    home = planned.airport
    ends = (home, "") if planned.kind is RunKind.ARRIVAL else ("", home)
    run = TransferRun(
        fair_id=fair.id, reference=next_reference(fair.code, "T"), kind=planned.kind, airport=home, leaves_at=planned.leaves_at,
        capacity=capacity, from_place=ends[0], to_place=ends[1],
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    record("transfers.plan", run, by=by, after={**_facts(run), "guests": len(planned.riders)})
    for rider in planned.riders:
        seat = db.session.get_one(TransferSeat, rider.seat_id, with_for_update=MINE, populate_existing=True)
        if seat.state is not SeatState.NEEDS_PLACE:
            raise PlanStale
        seat_in(seat, run, by)
    return run


def new_drive_link(run: TransferRun, *, by: Actor) -> str:
    """A new token of the driver's page; the one before opens nothing any more. Raises RunClosed. Never seen again."""
    with transaction():
        row = open_run(run)
        token = new_token()
        row.link_hash = digest(token)
        record("transfers.link", row, by=by)
        return token


def close_drive_link(run: TransferRun, *, by: Actor) -> None:
    """The driver's link opens nothing any more."""
    with transaction():
        row = lock_runs({run.id}, run.id)
        row.link_hash = None
        record("transfers.link_closed", row, by=by)


def link_expires_at(run: TransferRun) -> datetime:
    """Until when the driver's link opens the list: it moves with the run."""
    return run.leaves_at + LINK_LIVES


def _likely_others(run: TransferRun) -> set[int]:
    """The run and those to which its guests may move: locked together, so that two cancellations never wait in a circle."""
    same = (TransferRun.fair_id == run.fair_id, TransferRun.kind == run.kind, TransferRun.airport == run.airport)
    return {run.id, *db.session.scalars(select(TransferRun.id).where(*same, TransferRun.state == RunState.PLANNED))}


def _facts(run: TransferRun) -> dict[str, Any]:
    names = ("kind", "airport", "leaves_at", "capacity", "from_place", "to_place", "meeting_point", "vehicle", "plate",
             "driver_name", "driver_phone", "coordinator_phone", "note")  # fmt: skip
    return {name: getattr(run, name) for name in names}
