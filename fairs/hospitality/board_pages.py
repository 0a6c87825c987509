"""Arrivals and departures of a day: for the desk, the telephone and the big screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import country_name
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.text import clean
from fairs.core.web import actor, go, requires
from fairs.hospitality.airports import airport, local_time
from fairs.hospitality.boards import BoardFlight, airports_of, board, flights_of_board, travel_days
from fairs.hospitality.guest_pages import language_of
from fairs.hospitality.hotels import hotels_of
from fairs.hospitality.lists import day_in
from fairs.hospitality.permissions import ARRANGE_TRAVEL, VIEW_GUESTS
from fairs.hospitality.queries import seats_by_way
from fairs.hospitality.service import mark_flights
from fairs.hospitality.states import Direction, FlightState, SeatState
from fairs.hospitality.transfers import mark_seat

bp = Blueprint("travel", __name__, url_prefix="/fairs/<fair_slug>/travel")


def _day(fair: Fair, days: Sequence[date]) -> date:
    """The day asked for; else today while guests travel, else the first day that lies ahead, else the opening."""
    wanted = day_in(request.args)
    if wanted is not None:
        return wanted
    return next((day for day in days if day >= fair.today), days[-1] if days else fair.starts_on)


@bp.get("", endpoint="board")
@requires(VIEW_GUESTS)
def show_board() -> Any:
    """Who comes and leaves on a day, by the hour: flight, guests, state, who meets them."""
    fair = current_fair()
    days = travel_days(fair)
    day = _day(fair, [one for one, _come, _go in days])
    args = {name: request.args.get(name, "")[:40] for name in ("direction", "airport", "state")}
    flights = board(
        fair, day, direction=args["direction"] if args["direction"] in set(Direction) else "", airport=_code(args["airport"]),
        state=args["state"] if args["state"] in set(FlightState) else "", text=clean(request.args.get("q", ""))[:100],
    )  # fmt: skip
    if request.args.get("format") == "xlsx":
        return sheet_response([_sheet(fair, flights)], f"{fair.slug}-travel-{day:%Y%m%d}", time_zone=fair.time_zone)
    big = request.args.get("screen") == "1"
    return render_template(
        "hospitality/screen.html" if big else "hospitality/board.html",
        day=day, days=days, hours=_by_hour(fair, flights), flights=flights, before=day - timedelta(days=1), after=day + timedelta(days=1),
        airports=[(code, code) for code in airports_of(fair.id)], directions=[(one.value, one.label) for one in Direction],
        states=[(one.value, one.label) for one in FlightState if one is not FlightState.CANCELLED], lang=language_of,
        guests=sum(len(one.guests) for one in flights), F=FlightState, S=SeatState, ARRANGE_TRAVEL=ARRANGE_TRAVEL,
    )  # fmt: skip


def _code(text: str) -> str:
    found = airport(text)
    return found.code if found is not None else ""


def _by_hour(fair: Fair, flights: Sequence[BoardFlight]) -> list[tuple[str, list[BoardFlight]]]:
    found: dict[str, list[BoardFlight]] = {}
    for one in flights:
        found.setdefault(f"{one.at.astimezone(ZoneInfo(fair.time_zone)):%H}:00", []).append(one)
    return list(found.items())


def _sheet(fair: Fair, flights: Sequence[BoardFlight]) -> Sheet:
    heads = [
        _("Direction"), _("Time"), _("Flight"), _("Airport"), _("From or to"), _("Name"), _("Name in the passport"), _("Company"),
        _("Country"), _("Telephone"), _("State"), _("Hotel"), _("Airport transfer"), _("Driver"), _("Driver's telephone"),
    ]  # fmt: skip
    hotels = hotels_of([guest.flight.importer_id for one in flights for guest in one.guests])
    rows = []
    for one in flights:
        for guest in one.guests:
            person, company = guest.importer.person, guest.importer.company
            run = guest.seat.run if guest.seat is not None else None
            rows.append(
                [
                    str(one.direction.label), local_time(one.at, one.airport).replace(tzinfo=ZoneInfo(fair.time_zone)), one.number,
                    one.airport, one.away, person.native_name, person.passport_name, company.name, country_name(company.country),
                    person.phone, str(guest.flight.state.label), hotels.get(guest.flight.importer_id, ""),
                    run.reference if run else "", run.driver_name if run else "", run.driver_phone if run else "",
                ]
            )  # fmt: skip
    return Sheet(_("Travel and transfers"), heads, rows)


@bp.post("/mark")
@requires(ARRANGE_TRAVEL)
def mark() -> BaseResponse:
    """Everybody on a flight (or, with ``guest``, one of them) landed, was missed or met; or the mark was a mistake."""
    fair = current_fair()
    flights = flights_of_board(fair, request.form.get("flight", "")[:60])
    guest, act = request.form.get("guest", ""), request.form.get("act", "")
    if guest:
        flights = [one for one in flights if one.importer.reference == guest]
        if not flights:
            raise NotFound
    if act == "met":
        seats = seats_by_way([one.importer_id for one in flights])
        mine = [seats.get((one.importer_id, one.direction.value)) for one in flights]
        number = 0
        for seat in mine:
            if seat is not None and seat.run_id is not None and seat.state is not SeatState.MET:
                mark_seat(seat, SeatState.MET, by=actor())
                number += 1
    elif act in {FlightState.FLOWN, FlightState.MISSED, FlightState.PLANNED}:
        wanted = FlightState(act)
        # Of a whole flight only those change who still can: one who was not on board does not land.
        ready = [one for one in flights if guest or (one.may_move_to(wanted) and one.state is not FlightState.MISSED)]
        number = mark_flights(ready, wanted, by=actor())
    else:
        raise InvalidInput(field="act")
    flash(ngettext("%(num)s guest is marked.", "%(num)s guests are marked.", number), "success")
    day = flights[0].at_fair.astimezone(ZoneInfo(fair.time_zone)).date()
    return go(url_for("travel.board", day=day.isoformat(), _anchor=f"f-{flights[0].number}"))
