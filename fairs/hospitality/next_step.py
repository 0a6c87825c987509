"""What is next for a guest: one line on top of their screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from fairs.core.clock import local_day, now
from fairs.core.i18n import format_date
from fairs.hospitality.airports import local_time
from fairs.hospitality.models import Flight, TransferSeat
from fairs.hospitality.states import Direction, FlightState, SeatState
from fairs.hosting.models import Hosting
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState


@dataclass(frozen=True, slots=True)
class Next:
    """The line, its tone, and the panel where it is done."""

    text: str
    tone: str = "info"
    anchor: str = ""


def next_step(
    importer: Importer, hosting: Hosting | None, flights: Sequence[Flight], seats: Sequence[TransferSeat]
) -> Next:
    """The first thing of a guest's journey that is missing or went wrong; else what happens next."""
    if importer.state is not ImporterState.APPROVED:
        return Next(str(importer.state.label), "warning")
    mine = {one.direction: one for one in flights}
    missed = next((one for one in flights if one.state is FlightState.MISSED), None)
    if missed is not None:
        return Next(
            _("Was not on board of %(number)s: ask for the new flight.", number=missed.number),
            "danger",
            "panel-flights",
        )
    lost = next((one for one in seats if one.state is SeatState.NOT_FOUND), None)
    if lost is not None:
        return Next(_("The driver did not find the guest: call them."), "danger", "panel-transfers")
    for direction, words in (
        (Direction.ARRIVAL, _("The flight to the fair is missing.")),
        (Direction.DEPARTURE, _("The flight home is missing.")),
    ):
        if direction not in mine and hosting is not None and hosting.is_granted:
            return Next(words, "warning", "panel-flights")
    waiting = next((one for one in seats if one.state is SeatState.NEEDS_PLACE), None)
    if waiting is not None:
        return Next(_("Needs a place in a vehicle: %(way)s.", way=waiting.kind.label), "warning", "panel-transfers")
    coming = sorted(
        (one for one in flights if one.state is FlightState.PLANNED and one.at_fair > now()),
        key=lambda one: one.at_fair,
    )
    if coming:
        one = coming[0]
        at = local_time(one.at_fair, one.airport)
        values: dict[str, Any] = {
            "number": one.number,
            "day": format_date(at.date(), weekday=True),
            "time": f"{at:%H:%M}",
        }
        if one.direction is Direction.ARRIVAL:
            return Next(_("Lands with %(number)s on %(day)s at %(time)s.", **values), "info", "panel-flights")
        return Next(_("Leaves with %(number)s on %(day)s at %(time)s.", **values), "info", "panel-flights")
    if any(one.direction is Direction.DEPARTURE and one.state is FlightState.FLOWN for one in flights):
        return Next(_("Has gone home."), "success")
    if importer.fair.starts_on <= local_day(now(), importer.fair.time_zone) <= importer.fair.ends_on:
        return Next(_("Is at the fair."), "success")
    return Next(_("Nothing is missing of the journey."), "success")
