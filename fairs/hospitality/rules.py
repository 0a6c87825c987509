"""What makes a flight plausible, and what it means for the nights: pure, without the database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.errors import InvalidInput
from fairs.core.text import one_line
from fairs.hospitality.airports import Airport, airport, countries_in
from fairs.hospitality.itinerary import LONGEST, SHORTEST
from fairs.hospitality.models import Flight
from fairs.hospitality.states import Direction

#: Who lands before this hour takes the night before: hotels count it so.
NIGHT_ENDS = timedelta(hours=5)
#: So long before take-off one leaves the hotel: an hour on the road, two at the airport.
BEFORE_TAKE_OFF = timedelta(hours=3)
_NUMBER = re.compile(r"^(?=[A-Z0-9]*[A-Z])([A-Z0-9]{2})0{0,3}([1-9]\d{0,3})([A-Z]?)$")


@dataclass(frozen=True, slots=True)
class FlightDraft:
    """A flight as typed; times are naive, as on the ticket: by the clock of the airport where they happen."""

    direction: Direction
    number: str
    from_airport: str
    to_airport: str
    departs: datetime
    arrives: datetime
    ticket_number: str = ""
    note: str = ""


def flight_number(text: str) -> str:
    """``VN310`` of "vn 0310"; raises InvalidInput. An airline's code has two signs and at least one letter (IATA)."""
    found = _NUMBER.match(re.sub(r"[\s-]", "", text.upper()))
    if found is None:
        raise InvalidInput(_l("Write the airline's code and the number, for example VN 310."), field="number")
    return "".join(found.groups())


def known_airport(code: str, field: str) -> Airport:
    """The airport of a typed code; raises InvalidInput at the field."""
    found = airport(code)
    if found is None:
        raise InvalidInput(_l("Write the three letters of the airport, for example HAN or NRT."), field=field)
    return found


def checked(draft: FlightDraft, fair: Fair, other: Flight | None) -> dict[str, Any]:
    """The values of a flight that can be; raises InvalidInput with the field.

    ``other`` is the guest's live flight in the other direction. What is only unusual is said by :func:`warnings`.
    """
    number = flight_number(draft.number)
    start, end = known_airport(draft.from_airport, "from_airport"), known_airport(draft.to_airport, "to_airport")
    if start == end:
        raise InvalidInput(_l("The flight begins and ends at the same airport."), field="to_airport")
    departs_at = _moment(start, draft.departs, "departs_at")
    arrives_at = _moment(end, draft.arrives, "arrives_at")
    took = arrives_at - departs_at
    if took <= timedelta():
        raise InvalidInput(_l("It lands before it takes off. Look at the day of arrival."), field="arrives_on")
    if not SHORTEST <= took <= LONGEST:
        raise InvalidInput(
            _l("This flight would take %(time)s hours. One flight takes between 20 minutes and 20 hours.", time=_hours(took)),
            field="arrives_at",
        )  # fmt: skip
    home = countries_in(fair.time_zone)
    if draft.direction is Direction.ARRIVAL and home and end.country not in home:
        raise InvalidInput(
            _l("The last flight of the journey to the fair has to end in its country."), field="to_airport"
        )
    if draft.direction is Direction.DEPARTURE and home and start.country not in home:
        raise InvalidInput(_l("The flight home has to begin in the country of the fair."), field="from_airport")
    _check_order(draft.direction, departs_at, arrives_at, other)
    return {
        "number": number, "from_airport": start.code, "to_airport": end.code, "departs_at": departs_at,
        "arrives_at": arrives_at, "ticket_number": one_line(draft.ticket_number)[:20].upper().replace(" ", ""),
        "note": one_line(draft.note)[:400],
    }  # fmt: skip


def _moment(place: Airport, local: datetime, field: str) -> datetime:
    try:
        return place.moment(local)
    except ValueError as error:
        raise InvalidInput(_l("There is no such hour that day: the clocks go forward there."), field=field) from error


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def _check_order(direction: Direction, departs_at: datetime, arrives_at: datetime, other: Flight | None) -> None:
    if other is None:
        return
    if direction is Direction.ARRIVAL and arrives_at >= other.departs_at:
        raise InvalidInput(_l("The guest would arrive after the flight home has left."), field="arrives_on")
    if direction is Direction.DEPARTURE and departs_at <= other.arrives_at:
        raise InvalidInput(_l("The flight home would leave before the guest has arrived."), field="departs_on")


def warnings(flights: Sequence[Flight], fair: Fair) -> list[str]:
    """What is unusual about a guest's flights, in the reader's language: it can be, but somebody should look."""
    found = []
    for one in flights:
        day = local_day(one.at_fair, fair.time_zone)
        if one.direction is Direction.ARRIVAL and day > fair.ends_on:
            found.append(_("The arrival is after the end of the fair."))
        elif one.direction is Direction.ARRIVAL and day < fair.starts_on - timedelta(days=14):
            found.append(_("The arrival is more than two weeks before the fair opens."))
        elif one.direction is Direction.DEPARTURE and day < fair.starts_on:
            found.append(_("The flight home is before the fair opens."))
        elif one.direction is Direction.DEPARTURE and day > fair.ends_on + timedelta(days=14):
            found.append(_("The flight home is more than two weeks after the fair."))
    return found


def first_night(flight: Flight, fair: Fair) -> date:
    """The day of the first night: who lands in the small hours takes the night that is ending."""
    return (flight.arrives_at.astimezone(ZoneInfo(fair.time_zone)) - NIGHT_ENDS).date()


def leaving_day(flight: Flight, fair: Fair) -> date:
    """The day on which the room is left: three hours before take-off."""
    return local_day(flight.departs_at - BEFORE_TAKE_OFF, fair.time_zone)
