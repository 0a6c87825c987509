"""What guests see on their own page, the panels of their screen, and what other features' news mean for journeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from flask import g, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.accounts.queries import matching_grant
from fairs.calendar.effects import Effects
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.hospitality.guest_pages import call_form
from fairs.hospitality.models import TransferRun
from fairs.hospitality.own_cards import flights_card, transfer_card
from fairs.hospitality.own_forms import FlightForm, flight_form
from fairs.hospitality.permissions import ARRANGE_TRAVEL, VIEW_GUESTS
from fairs.hospitality.queries import fitting_runs, flights_of, seats_of
from fairs.hospitality.rules import warnings
from fairs.hospitality.runs import release_seats
from fairs.hospitality.states import OPEN_RUNS, Direction, FlightState, RunKind, RunState, SeatState
from fairs.hospitality.transfers import drop_seat, follow_flight
from fairs.hosting.events import HostingEnded, HostingGranted
from fairs.importers.journey import register_card
from fairs.importers.models import Importer
from fairs.importers.panels import Panel, register_panel
from fairs.notes.models import Note
from fairs.notes.permissions import VIEW_NOTES, WRITE_NOTE
from fairs.notes.queries import notes_about

# --- panels of the guest's screen ------------------------------------------------------------------------------------


def _may(permission: Any, importer: Importer) -> bool:
    return matching_grant(g.grants, permission, importer.fair_id) is not None


def flights_panel(importer: Importer, form: FlightForm | None) -> Mapping[str, Any]:
    """Both flights with their forms."""
    flights = flights_of(importer.id)
    mine = {one.direction: one for one in flights}
    forms = {
        way: form
        if form is not None and form.direction is way
        else flight_form(way, importer.fair, None, mine.get(way))
        for way in Direction
    }
    return {
        "importer": importer, "flights": mine, "forms": forms, "ways": list(Direction), "warnings": warnings(flights, importer.fair),
        "may": _may(ARRANGE_TRAVEL, importer), "F": FlightState,
    }  # fmt: skip


def transfers_panel(importer: Importer, _form: Any) -> Mapping[str, Any]:
    """The places in vehicles, with the runs that suit."""
    flights = {one.direction.value: one for one in flights_of(importer.id)}
    seats = {one.kind: one for one in seats_of(importer.id) if one.kind is not RunKind.SHUTTLE}
    return {
        "importer": importer, "seats": seats, "ways": [RunKind.ARRIVAL, RunKind.DEPARTURE], "flights": flights,
        "shuttles": [one for one in seats_of(importer.id) if one.kind is RunKind.SHUTTLE],
        "runs": fitting_runs(importer.fair, flights.values()), "may": _may(ARRANGE_TRAVEL, importer), "S": SeatState,
    }  # fmt: skip


def notes_panel(importer: Importer, form: Any) -> Mapping[str, Any]:
    """The last calls and notes about the guest."""
    rows = db.session.scalars(
        notes_about(importer.person)
        .options(joinedload(Note.author))
        .order_by(Note.happened_at.desc(), Note.id.desc())
        .limit(8)
    ).all()
    return {
        "importer": importer, "notes": rows, "form": form or call_form(empty=True), "may": _may(WRITE_NOTE, importer),
        "page": url_for("profiles.person", person_id=importer.person_id),
    }  # fmt: skip


register_panel(Panel("flights", 30, "hospitality/_panel_flights.html", flights_panel, VIEW_GUESTS))
register_panel(Panel("transfers", 50, "hospitality/_transfers.html", transfers_panel, VIEW_GUESTS))
register_panel(Panel("notes", 90, "hospitality/_notes.html", notes_panel, VIEW_NOTES))

register_card("flights", 50, flights_card)
register_card("transfer", 70, transfer_card)

# --- news of other features ------------------------------------------------------------------------------------------


@subscribe(HostingGranted)
def want_transfers(event: HostingGranted) -> None:
    """Who was told the flights before the support was granted is driven from now on."""
    for flight in flights_of(event.hosting.importer_id):
        if flight.state is FlightState.PLANNED:
            follow_flight(event.hosting.importer, flight, by=event.by)


@subscribe(HostingEnded)
def give_back_transfers(event: HostingEnded) -> None:
    """Without support nobody is driven: the places become free."""
    for seat in seats_of(event.hosting.importer_id):
        if seat.may_move_to(SeatState.DROPPED):
            drop_seat(seat, by=event.by)


def _planned_runs(fair: Fair) -> list[TransferRun]:
    query = select(TransferRun).where(
        TransferRun.fair_id == fair.id, TransferRun.state.in_(OPEN_RUNS), TransferRun.leaves_at > now()
    )
    return list(db.session.scalars(query.order_by(TransferRun.leaves_at, TransferRun.id)))


def _cancel_runs(fair: Fair, found: Effects, by: Actor, *, then: Literal["need", "drop"]) -> None:
    for run in _planned_runs(fair):
        found.add(
            "travel", "TransferRun.state", _l("Transfer"), run.reference, str(run.state.label), str(RunState.CANCELLED.label),
            act=lambda run=run: _stop(run, by, then=then),
        )  # fmt: skip


def _stop(run: TransferRun, by: Actor, *, then: Literal["need", "drop"]) -> None:
    run.move_to(RunState.CANCELLED)
    run.link_hash = None
    release_seats(run, by=by, then=then)


@subscribe(FairRescheduled)
def cancel_transfers(event: FairRescheduled) -> None:
    """Flights are the guests' own: they change them. The drives that were planned for them do not take place."""
    if event.move.starts_on != event.fair.starts_on or event.move.ends_on != event.fair.ends_on:
        _cancel_runs(event.fair, event.found, event.by, then="need")


@subscribe(FairCalledOff)
def end_transfers(event: FairCalledOff) -> None:
    """Nobody is driven to a fair that does not take place. Guests are told by importers, once."""
    _cancel_runs(event.fair, event.found, event.by, then="drop")
