"""A guest's flights and drives in their calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask_babel import gettext as _

from fairs.hospitality.airports import local_time
from fairs.hospitality.queries import flights_of, seats_of
from fairs.hospitality.states import RunState
from fairs.importers.journey import CalendarEntry, register_event_source
from fairs.importers.models import Importer

DRIVE = timedelta(hours=1)
"""How long a drive is shown to take; nobody plans its end."""


def flights(importer: Importer) -> Iterable[CalendarEntry]:
    """Each flight from departure to arrival, by the clocks of its airports."""
    for flight in flights_of(importer.id):
        yield CalendarEntry(
            uid=f"flight-{flight.id}@fairs",
            starts=local_time(flight.departs_at, flight.from_airport),
            ends=local_time(flight.arrives_at, flight.to_airport),
            title=_("Flight %(number)s, %(start)s – %(end)s", number=flight.number, start=flight.from_airport, end=flight.to_airport),
            place=flight.from_airport,
            changed_at=flight.changed_at or flight.created_at,
        )  # fmt: skip


def drives(importer: Importer) -> Iterable[CalendarEntry]:
    """Each drive with a place in it."""
    for seat in seats_of(importer.id):
        run = seat.run
        if run is None or run.state is RunState.CANCELLED:
            continue
        yield CalendarEntry(
            uid=f"transfer-{seat.id}@fairs",
            starts=run.leaves_at,
            ends=run.leaves_at + DRIVE,
            title=_("Drive: %(start)s – %(end)s", start=run.from_place, end=run.to_place),
            place=run.meeting_point or run.from_place,
            text=run.vehicle,
            changed_at=max(seat.changed_at, run.changed_at) if run.changed_at else seat.changed_at,
        )


register_event_source("flights", flights)
register_event_source("drives", drives)
