"""Print stations: set up, opened, closed, enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.badges.layouts import SIZES
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.text import fold, one_line
from fairs.core.tokens import digest, new_token
from fairs.printing.leases import PRESENT
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.states import JobState, StationState

#: How tokens of stations begin, so that nobody takes one for a person's.
TOKEN_PREFIX = "ps_"  # noqa: S105


@dataclass(frozen=True, slots=True)
class StationDraft:
    """A station as typed; nothing chosen means all."""

    name: str
    place: str = ""
    categories: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    asks: bool = True


def save_station(fair: Fair, draft: StationDraft, *, by: Actor, station: PrintStation | None = None) -> PrintStation:
    """Make a station, closed at first, or change one. Raises InvalidInput naming ``name``, ``categories`` or ``sizes``."""
    name = one_line(draft.name)[:60]
    if not fold(name):
        raise InvalidInput(_l("Please fill this in."), field="name")
    if not set(draft.categories) <= set(BadgeCategory):
        raise InvalidInput(field="categories")
    if not set(draft.sizes) <= set(SIZES):
        raise InvalidInput(field="sizes")
    with transaction():
        if station is None:
            row = PrintStation(fair_id=fair.id, state=StationState.CLOSED)
        else:
            row = db.session.get_one(PrintStation, station.id, with_for_update=MINE, populate_existing=True)
        row.name, row.folded, row.place = name, fold(name)[:60], one_line(draft.place)[:120]
        row.categories, row.sizes, row.asks = sorted(draft.categories), sorted(draft.sizes), draft.asks
        try:
            with transaction():
                db.session.add(row)
                db.session.flush()
        except IntegrityError as error:
            raise InvalidInput(_l("There is a station of this name already."), field="name") from error
        after = {"name": name, "place": row.place, "categories": row.categories, "sizes": row.sizes, "asks": row.asks}
        record("printing.save_station", row, by=by, after=after)
        return row


def open_station(station: PrintStation, *, by: Actor) -> PrintStation:
    """Let the station take jobs."""
    return _switch(station, StationState.OPEN, by)


def close_station(station: PrintStation, *, by: Actor) -> PrintStation:
    """No more jobs for the station: those that waited for it alone go to the shared queue, what it prints it may still report."""
    with transaction():
        row = _switch(station, StationState.CLOSED, by)
        db.session.execute(
            update(PrintJob)
            .where(PrintJob.wanted_id == row.id, PrintJob.state == JobState.QUEUED)
            .values(wanted_id=None)
            .execution_options(synchronize_session="fetch")
        )
        return row


def _switch(station: PrintStation, state: StationState, by: Actor) -> PrintStation:
    with transaction():
        row = db.session.get_one(PrintStation, station.id, with_for_update=MINE, populate_existing=True)
        if row.state is not state:
            row.move_to(state)
            # Opened from afar it has some minutes to be heard of.
            row.present_until = now() + PRESENT if state is StationState.OPEN else None
            record(f"printing.{'open' if state is StationState.OPEN else 'close'}_station", row, by=by)
        return row


def enrol_station(station: PrintStation, *, by: Actor) -> str:
    """A new token for the printer's computer; the one before opens nothing any more. Never seen again."""
    with transaction():
        row = db.session.get_one(PrintStation, station.id, with_for_update=MINE, populate_existing=True)
        token = TOKEN_PREFIX + new_token()
        row.token_hash = digest(token)
        record("printing.enrol_station", row, by=by)
        return token


def end_enrolment(station: PrintStation, *, by: Actor) -> None:
    """The token opens nothing any more: the computer was given away, or its address was seen by others."""
    with transaction():
        row = db.session.get_one(PrintStation, station.id, with_for_update=MINE, populate_existing=True)
        row.token_hash = None
        record("printing.end_enrolment", row, by=by)


def remove_station(station: PrintStation, *, by: Actor) -> None:
    """Take a station away that never had a job. Raises Conflict for one that had: close it instead."""
    with transaction():
        row = db.session.get_one(PrintStation, station.id, with_for_update=True, populate_existing=True)
        had = select(PrintJob.id).where((PrintJob.station_id == row.id) | (PrintJob.wanted_id == row.id)).limit(1)
        if db.session.scalar(had) is not None:
            raise Conflict(_l("This station has printed already. Close it instead: the history keeps its name."))
        record("printing.remove_station", row, by=by, before={"name": row.name})
        db.session.delete(row)


def station_actor(station: PrintStation) -> Actor:
    """Who acts at a computer that was enrolled: nobody is signed in there, so the station itself."""
    return Actor(None, station.name)


def gone_since(station: PrintStation) -> datetime | None:
    """Since when an open station has not been heard of; None for one that is present or closed."""
    if station.state is not StationState.OPEN or station.is_present:
        return None
    return station.last_seen_at or station.present_until
