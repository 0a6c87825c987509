"""Flights and transfers of guests: what is missing, who was missed, whose list is no longer right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.hospitality.models import Flight, TransferRun, TransferSeat
from fairs.hospitality.permissions import ARRANGE_TRAVEL
from fairs.hospitality.states import Direction, FlightState, RunState, SeatState
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.workplace.inbox import Kind, Why

#: So long before the opening flights are asked for; places in vehicles are found two weeks before.
FLIGHTS_FROM = timedelta(days=30)
PLACES_FROM = timedelta(days=14)


def _from(span: timedelta) -> Any:
    return lambda fair: fair.days_to_opening <= span.days and not fair.is_over


def _opening(model: Any) -> Any:
    return select(Fair.starts_on).where(Fair.id == model.fair_id).scalar_subquery()


def _name(importer: Importer) -> str:
    person = importer.person
    return person.passport_name or person.display_name


def _people(model: Any) -> tuple[Any, ...]:
    return (
        joinedload(model.importer).joinedload(Importer.person),
        joinedload(model.importer).joinedload(Importer.company),
    )


def _coming(model: Any) -> Any:
    return model.importer_id.in_(
        select(Importer.id).where(Importer.fair_id == model.fair_id, Importer.state == ImporterState.APPROVED)
    )


_flies = select(Flight.id).where(
    Flight.importer_id == Hosting.importer_id,
    Flight.direction == Direction.ARRIVAL,
    Flight.state != FlightState.CANCELLED,
)

KINDS = (
    Kind(
        key="flight-missing",
        states=(),  # of the support of a guest, whose states hosting's kinds speak of
        model=Hosting,
        where=(Hosting.state.in_([HostingState.GRANTED, HostingState.CONFIRMED]), ~_flies.exists(), _coming(Hosting)),
        permission=ARRANGE_TRAVEL,
        counts_from=_opening(Hosting),
        days=-21,
        icon="plane",
        reason=_l("Flight of a guest missing"),
        title=lambda n: ngettext(
            "%(num)s guest with support has no flight yet", "%(num)s guests with support have no flight yet", n
        ),
        who=lambda hosting: _name(hosting.importer),
        what=lambda hosting: hosting.importer.company.name,
        button=_l("Ask the guest"),
        page=lambda hosting: ("guests.show", {"reference": hosting.importer.reference}),
        list_page=("guests.index", {"flight": "arrival"}),
        at=_from(FLIGHTS_FROM),
        load=_people(Hosting),
    ),
    Kind(
        key="transfer-place",
        states=(SeatState.NEEDS_PLACE,),
        model=TransferSeat,
        where=(TransferSeat.state == SeatState.NEEDS_PLACE, _coming(TransferSeat)),
        permission=ARRANGE_TRAVEL,
        counts_from=_opening(TransferSeat),
        days=-3,
        icon="bus",
        reason=_l("Guest without a place in a vehicle"),
        title=lambda n: ngettext(
            "%(num)s guest needs a place in a vehicle", "%(num)s guests need a place in a vehicle", n
        ),
        who=lambda seat: _name(seat.importer),
        what=lambda seat: f"{seat.kind.label} · {seat.importer.company.name}",
        button=_l("Find a place"),
        page=lambda seat: ("guests.show", {"reference": seat.importer.reference}),
        list_page=("runs.index", {}),
        at=_from(PLACES_FROM),
        load=_people(TransferSeat),
    ),
    Kind(
        key="not-found",
        states=(SeatState.NOT_FOUND,),
        model=TransferSeat,
        where=(TransferSeat.state == SeatState.NOT_FOUND,),
        permission=ARRANGE_TRAVEL,
        counts_from=TransferSeat.marked_at,
        days=0,
        icon="user-question",
        reason=_l("Not found by the driver"),
        title=lambda n: ngettext(
            "%(num)s guest was not found by the driver", "%(num)s guests were not found by the driver", n
        ),
        who=lambda seat: _name(seat.importer),
        what=lambda seat: f"{seat.run.reference} · {seat.importer.company.name}",
        button=_l("Call the guest"),
        page=lambda seat: ("guests.show", {"reference": seat.importer.reference}),
        list_page=("runs.index", {}),
        load=(*_people(TransferSeat), joinedload(TransferSeat.run)),
    ),
    Kind(
        key="missed-flight",
        states=(FlightState.MISSED,),
        model=Flight,
        where=(Flight.state == FlightState.MISSED, _coming(Flight)),
        permission=ARRANGE_TRAVEL,
        counts_from=Flight.arrives_at,
        days=0,
        icon="user-x",
        reason=_l("Not on board"),
        title=lambda n: ngettext("%(num)s guest was not on board", "%(num)s guests were not on board", n),
        who=lambda flight: _name(flight.importer),
        what=lambda flight: f"{flight.number} · {flight.importer.company.name}",
        button=_l("Ask for the new flight"),
        page=lambda flight: ("guests.show", {"reference": flight.importer.reference}),
        list_page=("travel.board", {"state": "missed"}),
        load=_people(Flight),
    ),
    Kind(
        key="drivers-list",
        states=(RunState.PLANNED,),
        model=TransferRun,
        where=(TransferRun.state == RunState.PLANNED, TransferRun.changed_at > TransferRun.printed_at),
        permission=ARRANGE_TRAVEL,
        counts_from=TransferRun.leaves_at,
        days=-1,
        icon="printer",
        reason=_l("Driver's list changed"),
        title=lambda n: ngettext("%(num)s list of a driver has changed", "%(num)s lists of drivers have changed", n),
        who=lambda run: run.driver_name or run.reference,
        what=lambda run: _("%(reference)s, changed since the last list", reference=run.reference),
        button=_l("Make the new list"),
        page=lambda run: ("runs.show", {"reference": run.reference}),
        list_page=("runs.index", {}),
    ),
)
NOBODY = {
    FlightState: {
        FlightState.PLANNED: Why.AUTOMATIC,
        FlightState.FLOWN: Why.FINAL,
        FlightState.CANCELLED: Why.FINAL,
    },
    RunState: {RunState.RUNNING: Why.AUTOMATIC, RunState.DONE: Why.FINAL, RunState.CANCELLED: Why.FINAL},
    SeatState: {
        SeatState.BOOKED: Why.AUTOMATIC,
        SeatState.CALLED: Why.AUTOMATIC,  # the driver goes on from there
        SeatState.MET: Why.FINAL,
        SeatState.DROPPED: Why.FINAL,
    },
}
