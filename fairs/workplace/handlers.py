"""What features above know: hotel and flights for letters, the list for immigration and drivers; open claims for the removal of passports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.claims.models import Claim
from fairs.claims.states import ENDED
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.hospitality.hotels import register_hotels
from fairs.hospitality.models import Flight
from fairs.hospitality.states import Direction, FlightState
from fairs.identity.service import register_hold
from fairs.letters.stays import Known, register_source
from fairs.lodging.models import Hotel, Stay
from fairs.lodging.states import TAKING


def hotels_of(importer_ids: Sequence[int]) -> Mapping[int, Known]:
    """Nights and address of the hotel, where a room is taken."""
    rows = db.session.scalars(
        select(Stay)
        .options(joinedload(Stay.hotel))
        .where(Stay.importer_id.in_(importer_ids), Stay.state.in_(TAKING))
        .order_by(Stay.id)
    )
    found = {}
    for row in rows:
        hotel = row.hotel
        if hotel is None:  # no room is chosen yet, the nights are known
            found[row.importer_id] = Known(row.arrives_on, row.leaves_on)
            continue
        vi, en = (
            ", ".join(part for part in (hotel.name, place) if part) for place in (hotel.address_vi, hotel.address_en)
        )
        found[row.importer_id] = Known(row.arrives_on, row.leaves_on, vi, en or vi)
    return found


def flights_of(importer_ids: Sequence[int]) -> Mapping[int, Known]:
    """Days of arrival and leaving at the fair's place, and the airport of arrival."""
    rows = db.session.execute(
        select(Flight, Fair.time_zone)
        .join(Fair, Fair.id == Flight.fair_id)
        .where(Flight.importer_id.in_(importer_ids), Flight.state != FlightState.CANCELLED)
        .order_by(Flight.id)
    )
    arrivals: dict[int, Flight] = {}
    leavings: dict[int, Flight] = {}
    zones: dict[int, str] = {}
    for flight, zone in rows:
        (arrivals if flight.direction is Direction.ARRIVAL else leavings)[flight.importer_id] = flight
        zones[flight.importer_id] = zone
    found = {}
    for key, zone in zones.items():
        arrival, leaving = arrivals.get(key), leavings.get(key)
        found[key] = Known(
            local_day(arrival.arrives_at, zone) if arrival is not None else None,
            local_day(leaving.departs_at, zone) if leaving is not None else None,
            gate=arrival.to_airport if arrival is not None else "",
        )  # fmt: skip
    return found


def names_of_hotels(importer_ids: Sequence[int]) -> Mapping[int, str]:
    """The name of the hotel, for drivers and the board."""
    rows = db.session.execute(
        select(Stay.importer_id, Hotel.name)
        .join(Hotel, Hotel.id == Stay.hotel_id)
        .where(Stay.importer_id.in_(importer_ids), Stay.state.in_(TAKING))
        .order_by(Stay.id)
    )
    return dict(rows.all())


# A flight says more of the days than a room that was taken before it was booked.
register_source(flights_of)
register_source(hotels_of)
register_hotels(names_of_hotels)


def open_claims(person_ids: Collection[int]) -> Collection[int]:
    """Who of them has a claim that is not accounted for: the passport is needed until thirty days after that."""
    return db.session.scalars(
        select(Claim.person_id).where(Claim.person_id.in_(person_ids), Claim.state.not_in(ENDED))
    ).all()


register_hold(open_claims)
