"""Runs of vehicles and the places in them: never more guests than places, also when several people book at once.

Whoever gives a place locks the run's row first, runs in the order of their keys, and counts what is taken then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, or_, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.sequences import next_reference
from fairs.core.text import one_line
from fairs.core.tokens import digest, new_token
from fairs.directory.service import normal_phone
from fairs.hospitality.errors import PlanStale, RunClosed, RunFull
from fairs.hospitality.models import Flight, TransferRun, TransferSeat
from fairs.hospitality.planning import LONGEST_WINDOW, PlannedRun, fits, ready_at
from fairs.hospitality.queries import proposal
from fairs.hospitality.states import (
    AT_THE_CAR,
    OPEN_RUNS,
    Direction,
    FlightState,
    RunKind,
    RunState,
    SeatState,
)
from fairs.hosting.queries import hosting_of
from fairs.importers.models import Importer

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
        row = _open(run)
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
    for seat in _seats(run.id):
        flight = _flight(seat.importer_id, seat.kind)
        if flight is not None and not fits(run.kind, flight.at_fair, run.leaves_at) and seat.state is SeatState.BOOKED:
            _free(seat, by)


def taken(run_id: int) -> int:
    """How many places of the run are taken."""
    return (
        db.session.scalar(
            select(func.count()).select_from(TransferSeat).where(TransferSeat.run_id == run_id, TransferSeat.state.in_(AT_THE_CAR))
        )
        or 0
    )  # fmt: skip


def give_place(importer: Importer, run: TransferRun, *, by: Actor) -> TransferSeat:
    """Give a guest a place in this run; from another run of the same way they move. Raises RunFull and RunClosed."""
    with transaction():
        _lock_guest(importer)
        seat = _standing_seat(importer.id, run)
        _lock_runs({run.id, *([seat.run_id] if seat is not None and seat.run_id is not None else [])}, run.id)
        row = _open(run)
        seat = _standing_seat(importer.id, row)  # read again under the lock
        if seat is not None and seat.run_id == row.id:
            return seat
        if seat is None:
            seat = TransferSeat(fair_id=row.fair_id, importer_id=importer.id, kind=row.kind, changed_at=now())
            db.session.add(seat)
            db.session.flush()
        _seat(seat, row, by)
        return seat


def _seat(seat: TransferSeat, run: TransferRun, by: Actor) -> None:
    if taken(run.id) >= run.capacity:
        raise RunFull
    if seat.run_id is not None:
        _touch(db.session.get_one(TransferRun, seat.run_id))
    if seat.state is not SeatState.BOOKED:
        seat.move_to(SeatState.BOOKED)
    seat.run_id, seat.changed_at, seat.marked_at, seat.marked_by = run.id, now(), None, ""
    _touch(run)
    db.session.flush()
    record("transfers.give_place", seat, by=by, after={"run": run.reference})


def free_place(seat: TransferSeat, *, by: Actor) -> TransferSeat:
    """Take a guest out of the run; they still need to be driven. Raises InvalidTransition for one who was met."""
    with transaction():
        if seat.run_id is not None:
            _lock_runs({seat.run_id}, seat.run_id)
        row = _seat_row(seat)
        if row.run_id is not None:
            _free(row, by)
        return row


def _free(seat: TransferSeat, by: Actor) -> None:
    run = db.session.get(TransferRun, seat.run_id) if seat.run_id is not None else None
    # A shuttle is not owed to anybody: who leaves one does not wait for another.
    seat.move_to(SeatState.DROPPED if seat.kind is RunKind.SHUTTLE else SeatState.NEEDS_PLACE)
    seat.run_id, seat.changed_at, seat.marked_at, seat.marked_by = None, now(), None, ""
    if run is not None:
        _touch(run)
    db.session.flush()
    record("transfers.free_place", seat, by=by, before={"run": run.reference if run is not None else None})


def drop_seat(seat: TransferSeat, *, by: Actor) -> TransferSeat:
    """The guest needs no drive this way. Raises InvalidTransition for one who was met."""
    with transaction():
        if seat.run_id is not None:
            _lock_runs({seat.run_id}, seat.run_id)
        row = _seat_row(seat)
        if row.state is not SeatState.DROPPED:
            _drop(row, by)
        return row


def _drop(seat: TransferSeat, by: Actor) -> None:
    run = db.session.get(TransferRun, seat.run_id) if seat.run_id is not None else None
    seat.move_to(SeatState.DROPPED)
    seat.run_id, seat.changed_at = None, now()
    if run is not None:
        _touch(run)
    db.session.flush()
    record("transfers.drop", seat, by=by, before={"run": run.reference if run is not None else None})


def want_seat(importer: Importer, kind: RunKind, *, by: Actor) -> TransferSeat:
    """The guest is to be driven this way: in a run that suits the flight, else the place is still to be found."""
    with transaction():
        _lock_guest(importer)
        seat = _one_way(importer.id, kind)
        if seat is None:
            seat = TransferSeat(fair_id=importer.fair_id, importer_id=importer.id, kind=kind, changed_at=now())
            db.session.add(seat)
            db.session.flush()
            record("transfers.want", seat, by=by, after={"kind": kind})
        flight = _flight(importer.id, kind)
        if seat.run_id is None and flight is not None:
            _find_place(seat, flight, by)
        return seat


def follow_flight(importer: Importer, flight: Flight, *, by: Actor) -> TransferSeat | None:
    """After any change of a flight: the place moves to a run that suits it, or is marked as needed, or is given up.

    Guests whose support is granted are driven without anybody asking for it; inside transaction().
    """
    kind = RunKind(flight.direction.value)
    seat = _one_way(importer.id, kind)
    if flight.state in {FlightState.CANCELLED, FlightState.MISSED}:
        if seat is not None and seat.may_move_to(SeatState.DROPPED):
            if seat.run_id is not None:
                _lock_runs({seat.run_id}, seat.run_id)
            _drop(seat, by)
        return None
    if seat is None:
        hosting = hosting_of(importer.id)
        return want_seat(importer, kind, by=by) if hosting is not None and hosting.is_granted else None
    if seat.run_id is None:
        _find_place(seat, flight, by)
        return seat
    run = db.session.get_one(TransferRun, seat.run_id)
    if run.airport == flight.airport and fits(kind, flight.at_fair, run.leaves_at):
        _lock_runs({run.id}, run.id)
        seat.changed_at = now()  # the driver's list shows the flight
        _touch(run)
    elif seat.state is not SeatState.MET:
        _find_place(seat, flight, by)
    return seat


def _find_place(seat: TransferSeat, flight: Flight, by: Actor) -> None:
    """Move to the run that leaves soonest after one is ready; without one the place is marked as needed."""
    ready = ready_at(seat.kind, flight.at_fair)
    span = (ready, ready + LONGEST_WINDOW) if seat.kind is RunKind.ARRIVAL else (ready - LONGEST_WINDOW, ready)
    runs = db.session.scalars(
        select(TransferRun)
        .where(
            or_(
                and_(
                    TransferRun.fair_id == seat.fair_id,
                    TransferRun.kind == seat.kind,
                    TransferRun.airport == flight.airport,
                    TransferRun.state == RunState.PLANNED,
                    TransferRun.leaves_at.between(*span),
                ),
                TransferRun.id == seat.run_id,
            )
        )
        .order_by(TransferRun.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    suiting = [run for run in runs if run.state is RunState.PLANNED and run.airport == flight.airport
               and fits(seat.kind, flight.at_fair, run.leaves_at)]  # fmt: skip
    for run in sorted(suiting, key=lambda one: abs(one.leaves_at - ready)):
        if taken(run.id) < run.capacity:
            _seat(seat, run, by)
            return
    if seat.run_id is not None:
        _free(seat, by)


def mark_seat(seat: TransferSeat, state: SeatState, *, by: Actor) -> TransferSeat:
    """At the car: met, called, not found, or a mark taken back (BOOKED). Raises InvalidTransition, RunClosed."""
    if state not in AT_THE_CAR:
        raise InvalidInput(field="state")
    with transaction():
        if seat.run_id is None:
            raise NotFound
        run = _lock_runs({seat.run_id}, seat.run_id)
        if run.state is RunState.CANCELLED:
            raise RunClosed
        row = _seat_row(seat)
        if row.run_id != run.id:
            raise NotFound
        if row.state is state:
            return row
        row.move_to(state)
        row.marked_at, row.marked_by = (now(), by.label[:250]) if state is not SeatState.BOOKED else (None, "")
        db.session.flush()
        record(f"transfers.{state.value}", row, by=by, after={"run": run.reference})
        return row


def move_run(run: TransferRun, state: RunState, *, by: Actor) -> TransferRun:
    """The vehicle leaves, has arrived, or the run is cancelled: then its guests need other places, and find them if there are."""
    with transaction():
        row = _lock_runs(_likely_others(run) if state is RunState.CANCELLED else {run.id}, run.id)
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
    for seat in _seats(run.id):
        if seat.state is SeatState.MET:
            continue
        if then == "drop":
            _drop(seat, by)
            continue
        _free(seat, by)
        flight = _flight(seat.importer_id, seat.kind)
        if then == "find" and flight is not None:
            _find_place(seat, flight, by)


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
        _seat(seat, run, by)
    return run


def new_drive_link(run: TransferRun, *, by: Actor) -> str:
    """A new token of the driver's page; the one before opens nothing any more. Raises RunClosed. Never seen again."""
    with transaction():
        row = _open(run)
        token = new_token()
        row.link_hash = digest(token)
        record("transfers.link", row, by=by)
        return token


def close_drive_link(run: TransferRun, *, by: Actor) -> None:
    """The driver's link opens nothing any more."""
    with transaction():
        row = _lock_runs({run.id}, run.id)
        row.link_hash = None
        record("transfers.link_closed", row, by=by)


def link_expires_at(run: TransferRun) -> datetime:
    """Until when the driver's link opens the list: it moves with the run."""
    return run.leaves_at + LINK_LIVES


def _touch(run: TransferRun) -> None:
    run.changed_at = now()


def _lock_runs(run_ids: set[int], wanted: int) -> TransferRun:
    """Lock these runs in the order of their keys; gives back the wanted one."""
    rows = db.session.scalars(
        select(TransferRun)
        .where(TransferRun.id.in_(run_ids))
        .order_by(TransferRun.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    return next(row for row in rows if row.id == wanted)


def _likely_others(run: TransferRun) -> set[int]:
    """The run and those to which its guests may move: locked together, so that two cancellations never wait in a circle."""
    same = (TransferRun.fair_id == run.fair_id, TransferRun.kind == run.kind, TransferRun.airport == run.airport)
    return {run.id, *db.session.scalars(select(TransferRun.id).where(*same, TransferRun.state == RunState.PLANNED))}


def _lock_guest(importer: Importer) -> None:
    # Before the runs, as whoever changes the guest's flight does: there is one place each way.
    db.session.get_one(Importer, importer.id, with_for_update=MINE, populate_existing=True)


def _open(run: TransferRun) -> TransferRun:
    row = _lock_runs({run.id}, run.id)
    if row.state not in OPEN_RUNS:
        raise RunClosed
    return row


def _seat_row(seat: TransferSeat) -> TransferSeat:
    return db.session.get_one(TransferSeat, seat.id, with_for_update=MINE, populate_existing=True)


def _seats(run_id: int) -> Sequence[TransferSeat]:
    return db.session.scalars(
        select(TransferSeat)
        .where(TransferSeat.run_id == run_id, TransferSeat.state.in_(AT_THE_CAR))
        .order_by(TransferSeat.id)
        .execution_options(populate_existing=True)
    ).all()


def _one_way(importer_id: int, kind: RunKind) -> TransferSeat | None:
    return db.session.scalar(
        select(TransferSeat)
        .where(TransferSeat.importer_id == importer_id, TransferSeat.kind == kind, TransferSeat.state != SeatState.DROPPED)
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _standing_seat(importer_id: int, run: TransferRun) -> TransferSeat | None:
    if run.kind is not RunKind.SHUTTLE:
        return _one_way(importer_id, run.kind)
    return db.session.scalar(
        select(TransferSeat)
        .where(TransferSeat.importer_id == importer_id, TransferSeat.run_id == run.id, TransferSeat.state != SeatState.DROPPED)
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _flight(importer_id: int, kind: RunKind) -> Flight | None:
    if kind is RunKind.SHUTTLE:
        return None
    return db.session.scalar(
        select(Flight).where(
            Flight.importer_id == importer_id, Flight.direction == Direction(kind.value), Flight.state.in_([FlightState.PLANNED, FlightState.FLOWN])
        )
    )  # fmt: skip


def _facts(run: TransferRun) -> dict[str, Any]:
    names = ("kind", "airport", "leaves_at", "capacity", "from_place", "to_place", "meeting_point", "vehicle", "plate",
             "driver_name", "driver_phone", "coordinator_phone", "note")  # fmt: skip
    return {name: getattr(run, name) for name in names}
