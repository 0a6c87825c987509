"""Reading flights."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.hospitality.models import Flight
from fairs.hospitality.states import FlightState


def flights_of(importer_id: int) -> Sequence[Flight]:
    """A guest's flights, arrival first; cancelled ones are left out."""
    return db.session.scalars(
        select(Flight)
        .options(joinedload(Flight.boarding_pass))
        .where(Flight.importer_id == importer_id, Flight.state != FlightState.CANCELLED)
        .order_by(Flight.direction, Flight.id)
    ).all()
