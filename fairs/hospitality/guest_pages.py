"""One guest, one screen: the panels of all features, each edited in place; and the list of guests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import country_name, format_date
from fairs.core.lists import count, download, known, page_of
from fairs.core.text import name_language
from fairs.core.web import actor, go, requires
from fairs.hospitality.airports import local_time
from fairs.hospitality.boards import travel_days
from fairs.hospitality.forms import CallForm
from fairs.hospitality.hotels import hotels_of
from fairs.hospitality.lists import GUESTS, wanted_of
from fairs.hospitality.next_step import next_step
from fairs.hospitality.own_forms import flight_form
from fairs.hospitality.permissions import ARRANGE_TRAVEL, VIEW_GUESTS
from fairs.hospitality.queries import flights_by_guest, flights_of, run_by_reference, seat_by_id, seats_by_way, seats_of
from fairs.hospitality.service import cancel_flight, save_flight
from fairs.hospitality.states import Direction, RunKind
from fairs.hospitality.transfers import drop_seat, free_place, give_place, want_seat
from fairs.hosting.queries import hosting_of, hostings_of
from fairs.hosting.states import SupportTier
from fairs.importers.models import Importer
from fairs.importers.panels import filled_panels, guest_page, register_page
from fairs.importers.queries import badge_of, countries_of, importer_by_reference
from fairs.notes.permissions import WRITE_NOTE
from fairs.notes.service import NoteDraft, add_note
from fairs.notes.states import Direction as CallDirection
from fairs.notes.states import NoteKind

bp = Blueprint("guests", __name__, url_prefix="/fairs/<fair_slug>/guests")


@bp.app_template_filter("airport_time")
def airport_time(moment: Any, code: str, locale: str | None = None) -> str:
    """A moment by the clock of an airport: hour and day."""
    local = local_time(moment, code)
    return f"{local:%H:%M} {format_date(local.date(), locale, weekday=True)}"


@bp.app_template_filter("airport_hour")
def airport_hour(moment: Any, code: str) -> str:
    """The hour of a moment by the clock of an airport."""
    return f"{local_time(moment, code):%H:%M}"


@bp.app_template_filter("airport_date")
def airport_date(moment: Any, code: str) -> str:
    """The day of a moment by the clock of an airport, for addresses."""
    return local_time(moment, code).date().isoformat()


@bp.app_template_filter("airport_day")
def airport_day(moment: Any, code: str) -> str:
    """The day of a moment by the clock of an airport."""
    return format_date(local_time(moment, code).date(), weekday=True)


@bp.get("")
@requires(VIEW_GUESTS)
def index() -> Any:
    """Everybody with support or flights, and what is missing of each journey."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(GUESTS, fair, known(GUESTS, request.args))
    page = page_of(GUESTS, fair, request.args, cursor=request.args.get("cursor"))
    ids = [row.id for row in page.items]
    return render_template(
        "hospitality/guests.html",
        page=page, wanted=wanted, total=count(GUESTS, fair, known(GUESTS, request.args)), flights=flights_by_guest(ids),
        hostings=hostings_of(ids), seats=seats_by_way(ids), hotels=hotels_of(ids), Direction=Direction, lang=language_of,
        tiers=[*((one.value, one.label) for one in SupportTier), ("none", _("Without support"))],
        days=_arrival_days(fair), countries=sorted(((one, country_name(one)) for one in countries_of(fair.id)), key=lambda pair: pair[1]),
        missing=[("none", _("No flight yet")), ("arrival", _("No arrival yet")), ("departure", _("No flight home yet"))],
    )  # fmt: skip


def _arrival_days(fair: Fair) -> list[tuple[date, str]]:
    return [(day, format_date(day, weekday=True)) for day, arrivals, _leaving in travel_days(fair) if arrivals]


def language_of(importer: Importer) -> str:
    """The language of the guest's name, so that it is read and drawn as it should be."""
    person = importer.person
    return person.name_language or name_language(person.display_name, importer.company.country)


@bp.get("/<reference>")
@requires(VIEW_GUESTS)
def show(reference: str) -> Any:
    """Everything about one guest; ``reference`` is that of the registration."""
    return _page(_guest(reference), {})


def _guest(reference: str) -> Importer:
    return importer_by_reference(current_fair().id, reference)


def _page(importer: Importer, forms: Mapping[str, Any]) -> Any:
    panels = filled_panels(importer, lambda one: matching_grant(g.grants, one, importer.fair_id) is not None, forms)
    hosting = hosting_of(importer.id)
    return render_template(
        "hospitality/guest.html", importer=importer, panels=panels, hosting=hosting, badge=badge_of(importer),
        lang=language_of(importer), next=next_step(importer, hosting, flights_of(importer.id), seats_of(importer.id)),
    )  # fmt: skip


register_page(_page)


def _way(direction: str) -> Direction:
    if direction not in set(Direction):
        raise NotFound
    return Direction(direction)


@bp.post("/<reference>/flights/<direction>")
@requires(ARRANGE_TRAVEL)
def save(reference: str, direction: str) -> Any:
    """Enter or change the guest's flight in this direction."""
    importer, way = _guest(reference), _way(direction)
    form = flight_form(way, importer.fair, request.form)
    if not form.errors:
        try:
            save_flight(importer, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The flight is saved."), "success")
            return go(url_for("guests.show", reference=reference, _anchor="panel-flights"))
    return guest_page(importer, "flights", form)


@bp.post("/<reference>/flights/<direction>/cancel")
@requires(ARRANGE_TRAVEL)
def cancel(reference: str, direction: str) -> BaseResponse:
    """The guest does not take this flight."""
    importer, way = _guest(reference), _way(direction)
    flight = next((one for one in flights_of(importer.id) if one.direction is way), None)
    if flight is None:
        raise NotFound
    cancel_flight(flight, by=actor())
    flash(_("The flight is cancelled. The guest is told."), "success")
    return go(url_for("guests.show", reference=reference, _anchor="panel-flights"))


@bp.post("/<reference>/transfers")
@requires(ARRANGE_TRAVEL)
def transfer(reference: str) -> BaseResponse:
    """The guest is to be driven (``want`` names the way), or gets a place in a run (``run``)."""
    importer = _guest(reference)
    wanted = request.form.get("want", "")
    if wanted in {RunKind.ARRIVAL, RunKind.DEPARTURE}:
        want_seat(importer, RunKind(wanted), by=actor())
    else:
        give_place(importer, run_by_reference(importer.fair_id, request.form.get("run", "")[:20]), by=actor())
    flash(_("Saved."), "success")
    return go(url_for("guests.show", reference=reference, _anchor="panel-transfers"))


@bp.post("/<reference>/transfers/<int:seat_id>")
@requires(ARRANGE_TRAVEL)
def leave(reference: str, seat_id: int) -> BaseResponse:
    """The guest leaves the run (``free``) or needs no drive at all (``drop``)."""
    importer = _guest(reference)
    seat = seat_by_id(importer.fair_id, seat_id)
    if seat.importer_id != importer.id:
        raise NotFound
    if request.form.get("act") == "drop":
        drop_seat(seat, by=actor())
    else:
        free_place(seat, by=actor())
    flash(_("Saved."), "success")
    return go(url_for("guests.show", reference=reference, _anchor="panel-transfers"))


@bp.post("/<reference>/notes")
@requires(WRITE_NOTE)
def note(reference: str) -> Any:
    """Write down a call with the guest."""
    if matching_grant(g.grants, VIEW_GUESTS, current_fair().id) is None:
        raise NotFound
    importer = _guest(reference)
    form = call_form()
    if form.validate_on_submit():
        kind, _sep, direction = form.kind.data.partition("-")
        draft = NoteDraft(
            NoteKind(kind), form.text.data or "", CallDirection(direction) if direction else None,
            follow_up_on=form.follow_up_on.data, fair_id=importer.fair_id,
        )  # fmt: skip
        try:
            add_note(importer.person, draft, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("guests.show", reference=reference, _anchor="panel-notes"))
    return guest_page(importer, "notes", form)


def call_form(*, empty: bool = False) -> CallForm:
    """The form of a call; kinds of calls name who called."""
    form = CallForm(formdata=None, prefix="call-") if empty else CallForm(prefix="call-")
    form.kind.choices = [
        ("call-out", CallDirection.OUT.label), ("call-in", CallDirection.IN.label), ("meeting", NoteKind.MEETING.label),
        ("note", NoteKind.NOTE.label),
    ]  # fmt: skip
    if empty:
        form.kind.data = "call-out"
    return form
