"""The form of a flight: guests fill it in on their own page, staff on the guest's screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from fairs.calendar.models import Fair
from fairs.core.errors import InvalidInput
from fairs.core.forms import DayField, Form, HourField, LongText, Text
from fairs.hospitality.airports import airport, countries_in, local_time
from fairs.hospitality.itinerary import Leg, read_line
from fairs.hospitality.models import Flight
from fairs.hospitality.rules import FlightDraft
from fairs.hospitality.states import Direction


class FlightForm(Form):
    """A flight one way; a line of an itinerary that was pasted fills the other fields."""

    itinerary = LongText(_l("Paste a line of the itinerary"), length=1000)
    number = Text(_l("Flight number"), length=12, required=True)
    from_airport = Text(_l("From airport"), length=20, required=True)
    departs_on = DayField(_l("Departure day"), required=True)
    departs_at = HourField(_l("Departure time"), required=True)
    to_airport = Text(_l("To airport"), length=20, required=True)
    arrives_on = DayField(_l("Arrival day"), required=True)
    arrives_at = HourField(_l("Arrival time"), required=True)
    ticket_number = Text(_l("Ticket number"), length=20)
    note = Text(_l("Note"), length=400)
    direction: Direction

    def draft(self) -> FlightDraft:
        """What was typed, times by the clock of each airport."""
        return FlightDraft(
            self.direction, self.number.data, self.from_airport.data, self.to_airport.data,
            datetime.combine(self.departs_on.data, self.departs_at.data),
            datetime.combine(self.arrives_on.data, self.arrives_at.data), self.ticket_number.data, self.note.data,
        )  # fmt: skip


def flight_form(
    direction: Direction, fair: Fair, typed: Mapping[str, Any] | None, flight: Flight | None = None
) -> FlightForm:
    """The form of one direction: as typed, else as the flight is, else empty with the fair's airport filled in."""
    prefix = f"{direction.value}-"
    if typed is not None:
        form, problem = _typed_form(direction, fair, typed, prefix)
        form.validate()
        if problem is not None:
            form.add_error(problem)
    else:
        form = FlightForm(formdata=None, prefix=prefix)
        _show(form, direction, fair, flight)
    form.direction = direction
    return form


def _typed_form(
    direction: Direction, fair: Fair, typed: Mapping[str, Any], prefix: str
) -> tuple[FlightForm, InvalidInput | None]:
    data: MultiDict[str, str] = MultiDict(typed)
    lines = str(data.get(f"{prefix}itinerary", ""))[:1000]
    problem = None
    if lines.strip():
        try:
            leg = pasted(lines, direction, fair)
        except InvalidInput as error:
            problem = error
        else:
            read = {
                "number": leg.number, "from_airport": leg.from_airport, "to_airport": leg.to_airport,
                "departs_on": leg.departs.date().isoformat(), "departs_at": f"{leg.departs:%H:%M}",
                "arrives_on": leg.arrives.date().isoformat(), "arrives_at": f"{leg.arrives:%H:%M}",
            }  # fmt: skip
            for name, value in read.items():
                data[f"{prefix}{name}"] = value
    return FlightForm(formdata=data, prefix=prefix), problem


def pasted(lines: str, direction: Direction, fair: Fair) -> Leg:
    """Of the lines of an itinerary the one that leads into the fair's country last, or out of it first; raises InvalidInput."""
    legs, problem = [], None
    for line in filter(str.strip, lines.splitlines()):
        try:
            legs.append(read_line(line, fair.starts_on))
        except InvalidInput as error:
            problem = problem or error
    home = countries_in(fair.time_zone)
    if direction is Direction.ARRIVAL:
        fitting = [leg for leg in legs if _country(leg.to_airport) in home][-1:]
    else:
        fitting = [leg for leg in legs if _country(leg.from_airport) in home][:1]
    if not fitting and not legs:
        raise problem or InvalidInput(field="itinerary")
    return (fitting or legs)[0]


def _country(code: str) -> str:
    found = airport(code)
    return found.country if found is not None else ""


def _show(form: FlightForm, direction: Direction, fair: Fair, flight: Flight | None) -> None:
    if flight is None:
        day = fair.starts_on if direction is Direction.ARRIVAL else fair.ends_on
        (form.to_airport if direction is Direction.ARRIVAL else form.from_airport).data = "HAN"
        (form.arrives_on if direction is Direction.ARRIVAL else form.departs_on).data = day
        return
    out, back = local_time(flight.departs_at, flight.from_airport), local_time(flight.arrives_at, flight.to_airport)
    form.number.data, form.from_airport.data, form.to_airport.data = (
        flight.number,
        flight.from_airport,
        flight.to_airport,
    )
    form.departs_on.data, form.departs_at.data = out.date(), out.time()
    form.arrives_on.data, form.arrives_at.data = back.date(), back.time()
    form.ticket_number.data, form.note.data = flight.ticket_number, flight.note
