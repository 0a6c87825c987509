"""Places of guests in runs: never more guests than places, also when several people book at once.

Whoever gives a place locks the run's row first, runs in the order of their keys, and counts what is taken then.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.hospitality.errors import RunClosed, RunFull
from fairs.hospitality.models import Flight, TransferRun, TransferSeat
from fairs.hospitality.planning import LONGEST_WINDOW, fits, ready_at
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
        lock_runs({run.id, *([seat.run_id] if seat is not None and seat.run_id is not None else [])}, run.id)
        row = open_run(run)
        seat = _standing_seat(importer.id, row)  # read again under the lock
        if seat is not None and seat.run_id == row.id:
            return seat
        if seat is None:
            seat = TransferSeat(fair_id=row.fair_id, importer_id=importer.id, kind=row.kind, changed_at=now())
            db.session.add(seat)
            db.session.flush()
        seat_in(seat, row, by)
        return seat


def seat_in(seat: TransferSeat, run: TransferRun, by: Actor) -> None:
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
            lock_runs({seat.run_id}, seat.run_id)
        row = _seat_row(seat)
        if row.run_id is not None:
            free(row, by)
        return row


def free(seat: TransferSeat, by: Actor) -> None:
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
            lock_runs({seat.run_id}, seat.run_id)
        row = _seat_row(seat)
        if row.state is not SeatState.DROPPED:
            drop(row, by)
        return row


def drop(seat: TransferSeat, by: Actor) -> None:
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
        flight = flight_to(importer.id, kind)
        if seat.run_id is None and flight is not None:
            find_place(seat, flight, by)
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
                lock_runs({seat.run_id}, seat.run_id)
            drop(seat, by)
        return None
    if seat is None:
        hosting = hosting_of(importer.id)
        return want_seat(importer, kind, by=by) if hosting is not None and hosting.is_granted else None
    if seat.run_id is None:
        find_place(seat, flight, by)
        return seat
    run = db.session.get_one(TransferRun, seat.run_id)
    if run.airport == flight.airport and fits(kind, flight.at_fair, run.leaves_at):
        lock_runs({run.id}, run.id)
        seat.changed_at = now()  # the driver's list shows the flight
        _touch(run)
    elif seat.state is not SeatState.MET:
        find_place(seat, flight, by)
    return seat


def find_place(seat: TransferSeat, flight: Flight, by: Actor) -> None:
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
            seat_in(seat, run, by)
            return
    if seat.run_id is not None:
        free(seat, by)


def mark_seat(seat: TransferSeat, state: SeatState, *, by: Actor) -> TransferSeat:
    """At the car: met, called, not found, or a mark taken back (BOOKED). Raises InvalidTransition, RunClosed."""
    if state not in AT_THE_CAR:
        raise InvalidInput(field="state")
    with transaction():
        if seat.run_id is None:
            raise NotFound
        run = lock_runs({seat.run_id}, seat.run_id)
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


def _touch(run: TransferRun) -> None:
    run.changed_at = now()


def lock_runs(run_ids: set[int], wanted: int) -> TransferRun:
    """Lock these runs in the order of their keys; gives back the wanted one."""
    rows = db.session.scalars(
        select(TransferRun)
        .where(TransferRun.id.in_(run_ids))
        .order_by(TransferRun.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    return next(row for row in rows if row.id == wanted)


def _lock_guest(importer: Importer) -> None:
    # Before the runs, as whoever changes the guest's flight does: there is one place each way.
    db.session.get_one(Importer, importer.id, with_for_update=MINE, populate_existing=True)


def open_run(run: TransferRun) -> TransferRun:
    row = lock_runs({run.id}, run.id)
    if row.state not in OPEN_RUNS:
        raise RunClosed
    return row


def _seat_row(seat: TransferSeat) -> TransferSeat:
    return db.session.get_one(TransferSeat, seat.id, with_for_update=MINE, populate_existing=True)


def seats_on(run_id: int) -> Sequence[TransferSeat]:
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


def flight_to(importer_id: int, kind: RunKind) -> Flight | None:
    if kind is RunKind.SHUTTLE:
        return None
    return db.session.scalar(
        select(Flight).where(
            Flight.importer_id == importer_id, Flight.direction == Direction(kind.value), Flight.state.in_([FlightState.PLANNED, FlightState.FLOWN])
        )
    )  # fmt: skip
