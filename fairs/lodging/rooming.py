"""Rooming lists: who stays in a hotel as it is now, what differs from the list that the hotel has, and the versions it was sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, NotFound
from fairs.hospitality.models import Flight
from fairs.hospitality.states import Direction
from fairs.identity.models import TravelDocument
from fairs.importers.models import Importer
from fairs.lodging.models import Hotel, RoomingList, Stay
from fairs.lodging.payers import Costs, costs_of
from fairs.lodging.queries import WITH_GUEST, WITH_ROOM, flights_by_guest, last_list, sharers_of
from fairs.lodging.states import HOLDING
from fairs.messages.service import Notice, send

Row = dict[str, Any]
#: The columns of a row, in the order in which a list shows them. Passport numbers are not among them: hotels take them at check-in.
COLUMNS: Mapping[str, Any] = {
    "passport_name": _l("Name as in the passport"),
    "native_name": _l("Native name"),
    "nationality": _l("Nationality"),
    "room_type": _l("Room type"),
    "sharing": _l("Shares with"),
    "arrives_on": _l("Arrival"),
    "flight_in": _l("Arrival flight"),
    "leaves_on": _l("Departure"),
    "flight_out": _l("Departure flight"),
    "nights": _l("Nights"),
    "payer": _l("Who pays"),
    "smoking": _l("Smoking"),
    "accessible": _l("Accessible room"),
    "wishes": _l("Wishes"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """A list: all rows and the changes. ``number`` is the version; 0 while it has not been sent."""

    hotel: Hotel
    number: int
    rows: Sequence[Row]
    changes: Sequence[Mapping[str, Any]]
    sent: RoomingList | None = None

    @property
    def mark(self) -> str:
        """A hash of all rows, the same for the same list."""
        return _hash(self.rows)


def next_version(hotel: Hotel) -> Version:
    """What the hotel would be sent now. A constant number of statements."""
    stays = db.session.scalars(
        select(Stay)
        .options(*WITH_GUEST, *WITH_ROOM, joinedload(Stay.importer).joinedload(Importer.fair))
        .where(Stay.hotel_id == hotel.id, Stay.state.in_(HOLDING))
        .order_by(Stay.arrives_on, Stay.room_id, Stay.id)
    ).all()
    last = last_list(hotel.id)
    rows = _rows([stay for stay in stays if stay.held_nights])
    return Version(hotel, (last.number if last else 0) + 1, rows, changes_between(last.rows if last else (), rows))


def sent_version(rooming: RoomingList) -> Version:
    """A list as it was sent."""
    return Version(rooming.hotel, rooming.number, rooming.rows, rooming.changes, rooming)


def changes_between(before: Sequence[Row], after: Sequence[Row]) -> list[dict[str, Any]]:
    """What is new, amended (with each field: what it was, what it is) or cancelled, by the key of the stay."""
    old = {row["key"]: row for row in before}
    found: list[dict[str, Any]] = []
    for row in after:
        known = old.pop(row["key"], None)
        if known is None:
            found.append({"kind": "new", "row": row, "fields": []})
            continue
        fields = [[name, known.get(name), row.get(name)] for name in COLUMNS if known.get(name) != row.get(name)]
        if fields:
            found.append({"kind": "amended", "row": row, "fields": fields})
    found += [{"kind": "cancelled", "row": row, "fields": []} for row in old.values()]
    return found


def send_list(hotel: Hotel, mark: str, *, by: Actor) -> RoomingList:
    """Keep the list as the next version and send it to the hotel; without an address it waits as a letter.

    ``mark`` is that of the list that was looked at. Raises Conflict when it is another one by now, or the hotel has it already.
    """
    with transaction():
        row = db.session.get_one(Hotel, hotel.id, with_for_update=MINE, populate_existing=True)
        version = next_version(row)
        if version.mark != mark:
            raise Conflict(_l("The list has changed in the meantime. Please look at it again."))
        if not version.changes:
            raise Conflict(_l("The hotel has this list already: nothing has changed since."))
        kept = RoomingList(
            fair_id=row.fair_id, hotel_id=row.id, number=version.number, rows=list(version.rows),
            changes=[dict(one) for one in version.changes], sha256=version.mark, sent_to=row.email, by_id=by.user_id,
            by_name=by.name[:250],
        )  # fmt: skip
        db.session.add(kept)
        db.session.flush()
        record("lodging.rooming_list", kept, by=by, after={"number": kept.number, "sha256": kept.sha256})
        fair = db.session.get_one(Fair, row.fair_id)
        send(
            Notice(
                template="lodging/rooming_list", name=row.name, email=row.email or None, locale=row.locale, fair_id=row.fair_id,
                context={"hotel": row, "fair": fair, "list": kept, "guests": len(kept.rows)},
                attachments=[("rooming_list_pdf", kept.id), ("rooming_list_xlsx", kept.id)],
            )
        )  # fmt: skip
        return kept


def list_by_id(fair_id: int, list_id: int) -> RoomingList:
    """The list that was sent; raises NotFound, also for one of another fair."""
    found = db.session.get(RoomingList, list_id, options=[joinedload(RoomingList.hotel)])
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def _rows(stays: Sequence[Stay]) -> list[Row]:
    costs = costs_of(stays)
    sharers = sharers_of(stays)
    guests = [stay.importer_id for stay in stays]
    flights = flights_by_guest(guests)
    people = [stay.importer.person_id for stay in stays]
    known = select(TravelDocument.person_id, TravelDocument.nationality).where(TravelDocument.person_id.in_(people))
    countries = {row[0]: row[1] for row in db.session.execute(known)}
    return [
        _row(stay, costs.get(stay.id), sharers[stay.id], flights, countries.get(stay.importer.person_id) or "")
        for stay in stays
    ]


def _row(
    stay: Stay,
    costs: Costs | None,
    sharers: Sequence[Stay],
    flights: Mapping[tuple[int, Direction], Flight],
    nationality: str,
) -> Row:
    person = stay.importer.person
    zone = ZoneInfo(stay.importer.fair.time_zone)
    arrival = flights.get((stay.importer_id, Direction.ARRIVAL))
    departure = flights.get((stay.importer_id, Direction.DEPARTURE))
    return {
        "key": stay.id,
        "passport_name": person.passport_name or person.native_name,
        "native_name": person.native_name,
        "nationality": nationality or person.country,
        "room_type": stay.room_type,
        "sharing": ", ".join(one.importer.person.passport_name or one.importer.person.native_name for one in sharers),
        "arrives_on": stay.arrives_on.isoformat(),
        "flight_in": _flight(arrival, arrival.arrives_at if arrival else None, zone),
        "leaves_on": stay.holds_until.isoformat(),
        "flight_out": _flight(departure, departure.departs_at if departure else None, zone),
        "nights": len(stay.held_nights),
        "payer": [
            [one.first.isoformat(), one.until.isoformat(), "both" if one.is_split else "organiser" if one.is_funded else "guest"]
            for one in (costs.spans if costs else ())
        ],
        "smoking": stay.smoking,
        "accessible": stay.accessible,
        "wishes": " · ".join(part for part in (stay.diet, stay.wishes) if part),
    }  # fmt: skip


def _flight(flight: Flight | None, moment: Any, zone: ZoneInfo) -> str:
    return f"{flight.number} {moment.astimezone(zone):%d/%m %H:%M}" if flight is not None else ""


def _hash(rows: Sequence[Row]) -> str:
    return hashlib.sha256(json.dumps(list(rows), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
