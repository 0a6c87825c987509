"""Flights of guests: entering, changing, cancelling; what was flown and who was not on board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.events import publish
from fairs.hospitality.errors import AlreadyFlown, NotComing
from fairs.hospitality.events import TravelChanged
from fairs.hospitality.models import Flight
from fairs.hospitality.rules import FlightDraft, checked, first_night, leaving_day
from fairs.hospitality.states import Direction, FlightState
from fairs.hospitality.transfers import follow_flight
from fairs.importers.models import Importer
from fairs.importers.service import link_for
from fairs.importers.states import ImporterState
from fairs.messages.service import Notice, send

#: What concerns the nights, the drive and the guest. A ticket's number concerns nobody else.
TELLING = ("number", "from_airport", "to_airport", "departs_at", "arrives_at")
GONE = (ImporterState.REFUSED, ImporterState.WITHDRAWN)


def save_flight(importer: Importer, draft: FlightDraft, *, by: Actor) -> Flight:
    """Enter the guest's flight in this direction, or change the one there is.

    A change that concerns others is told: the nights (TravelChanged), the place in a vehicle, and the guest by mail. One
    that was missed is planned again. Raises InvalidInput with the field, NotComing and AlreadyFlown.
    """
    with transaction():
        row, flights = _locked(importer)
        other = flights.get(_opposite(draft.direction))
        values = checked(draft, row.fair, other)
        flight = flights.get(draft.direction)
        if flight is None:
            flight = Flight(fair_id=row.fair_id, importer_id=row.id, direction=draft.direction, **values)
            flight.importer = row
            db.session.add(flight)
            db.session.flush()
            record("flights.enter", flight, by=by, after=_facts(flight))
            _concern(row, flight, by)
            return flight
        _change(row, flight, values, by)
        return flight


def _change(importer: Importer, flight: Flight, values: dict[str, Any], by: Actor) -> None:
    if flight.state is FlightState.FLOWN and any(getattr(flight, key) != values[key] for key in TELLING):
        raise AlreadyFlown
    before = _facts(flight)
    told = any(getattr(flight, key) != values[key] for key in TELLING)
    again = flight.state is FlightState.MISSED and told
    for key, value in values.items():
        setattr(flight, key, value)
    if again:
        flight.move_to(FlightState.PLANNED)
    after = _facts(flight)
    if after != before:
        record("flights.change", flight, by=by, before=before, after=after)
    if told:
        flight.changed_at = now()
        _concern(importer, flight, by)
        _tell(importer, flight, "flight_changed")


def cancel_flight(flight: Flight, *, by: Actor) -> Flight:
    """The guest does not take this flight: nights, drive and guest are told. Raises InvalidTransition for one that was flown."""
    with transaction():
        importer, _flights = _locked(flight.importer, standing=False)
        row = db.session.get_one(Flight, flight.id, with_for_update=MINE, populate_existing=True)
        row.move_to(FlightState.CANCELLED)
        row.changed_at = now()
        db.session.flush()
        record("flights.cancel", row, by=by, before=_facts(row))
        _concern(importer, row, by)
        _tell(importer, row, "flight_cancelled")
        return row


def mark_flights(flights: Sequence[Flight], state: FlightState, *, by: Actor) -> int:
    """All of these landed, or took off (FLOWN); or were not on board (MISSED); or it was a mistake (PLANNED).

    What stands so already is left; gives back how many were changed. Raises InvalidTransition and changes none.
    """
    changed = 0
    with transaction():
        ids = sorted(flight.id for flight in flights)
        rows = db.session.scalars(
            select(Flight)
            .where(Flight.id.in_(ids))
            .order_by(Flight.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            if row.state is state:
                continue
            row.move_to(state)
            changed += 1
            db.session.flush()
            record(f"flights.{state.value}", row, by=by, after={"number": row.number})
            if state is not FlightState.FLOWN:
                follow_flight(row.importer, row, by=by)
    return changed


def _concern(importer: Importer, flight: Flight, by: Actor) -> None:
    db.session.flush()
    follow_flight(importer, flight, by=by)
    stays = {one.direction: one for one in _live(importer.id)}
    arrival, departure = stays.get(Direction.ARRIVAL), stays.get(Direction.DEPARTURE)
    fair = importer.fair
    publish(
        TravelChanged(
            importer, first_night(arrival, fair) if arrival else None, leaving_day(departure, fair) if departure else None, by
        )
    )  # fmt: skip


def _tell(importer: Importer, flight: Flight, template: str) -> None:
    from fairs.hospitality.queries import seats_of

    seat = next((one for one in seats_of(importer.id) if one.kind.value == flight.direction.value), None)
    send(
        Notice(
            f"hospitality/{template}", importer.person.display_name, importer.person.email or None, importer.locale,
            {"importer": importer, "fair": importer.fair, "flight": flight, "seat": seat, "token": link_for(importer)},
            fair_id=importer.fair_id,
        )
    )  # fmt: skip


def _locked(importer: Importer, *, standing: bool = True) -> tuple[Importer, dict[Direction, Flight]]:
    # The registration's row is the lock of both flights: the order of arrival and departure is checked against each other.
    row = db.session.get_one(Importer, importer.id, with_for_update=MINE, populate_existing=True)
    if standing and row.state in GONE:
        raise NotComing
    return row, {one.direction: one for one in _live(row.id)}


def _live(importer_id: int) -> Sequence[Flight]:
    return db.session.scalars(
        select(Flight)
        .where(Flight.importer_id == importer_id, Flight.state != FlightState.CANCELLED)
        .execution_options(populate_existing=True)
    ).all()


def _opposite(direction: Direction) -> Direction:
    return Direction.DEPARTURE if direction is Direction.ARRIVAL else Direction.ARRIVAL


def _facts(flight: Flight) -> dict[str, Any]:
    return {name: getattr(flight, name) for name in (*TELLING, "ticket_number", "note", "state")}
