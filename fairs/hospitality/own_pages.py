"""The guest enters their own flights, on the page that only their link opens."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, flash, g, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from fairs.core.actor import Actor
from fairs.core.errors import DomainError, NotFound
from fairs.core.links import linked
from fairs.core.web import go, private_page, public
from fairs.hospitality.errors import NotComing
from fairs.hospitality.own_forms import FlightForm, flight_form
from fairs.hospitality.queries import flights_of
from fairs.hospitality.rules import warnings
from fairs.hospitality.service import cancel_flight, save_flight
from fairs.hospitality.states import Direction, FlightState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

bp = Blueprint("own_travel", __name__, url_prefix="/i/<token>/flights")


def _mine(token: str) -> Importer:
    importer = linked(token, Importer)
    g.fair = importer.fair
    if "locale" not in session:
        g.locale = importer.locale
    flask_babel.refresh()
    if importer.state is not ImporterState.APPROVED or importer.fair.is_over:
        raise NotComing
    return importer


def _way(direction: str) -> Direction:
    if direction not in set(Direction):
        raise NotFound
    return Direction(direction)


@bp.get("")
@public
def flights(token: str) -> Any:
    """Both flights, with their forms. Opening it changes nothing."""
    return _page(_mine(token), token, None)


def _page(importer: Importer, token: str, form: FlightForm | None) -> Any:
    mine = {one.direction: one for one in flights_of(importer.id)}
    forms = {
        way: form
        if form is not None and form.direction is way
        else flight_form(way, importer.fair, None, mine.get(way))
        for way in Direction
    }
    page = render_template(
        "hospitality/own_flights.html", importer=importer, token=token, flights=mine, forms=forms, ways=list(Direction),
        warnings=warnings(list(mine.values()), importer.fair), F=FlightState,
    )  # fmt: skip
    answer = private_page(page, "drop")
    answer.status_code = 422 if form is not None else 200
    return answer


@bp.post("/<direction>")
@public
def save(token: str, direction: str) -> Any:
    """The guest enters or changes a flight."""
    importer, way = _mine(token), _way(direction)
    form = flight_form(way, importer.fair, request.form)
    if not form.errors:
        try:
            save_flight(importer, form.draft(), by=Actor(None, importer.reference))
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Thank you, we have your flight."), "success")
            return go(url_for("own_travel.flights", token=token))
    return _page(importer, token, form)


@bp.post("/<direction>/cancel")
@public
def cancel(token: str, direction: str) -> BaseResponse:
    """The guest does not take this flight."""
    importer, way = _mine(token), _way(direction)
    flight = next((one for one in flights_of(importer.id) if one.direction is way), None)
    if flight is None:
        raise NotFound
    cancel_flight(flight, by=Actor(None, importer.reference))
    flash(_("The flight is cancelled."), "success")
    return go(url_for("own_travel.flights", token=token))
