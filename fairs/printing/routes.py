"""The print queue and the stations for staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from fairs.accounts.queries import matching_grant
from fairs.badges.layouts import SIZES
from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES, REVOKE_BADGE
from fairs.badges.queries import badge_by_reference
from fairs.badges.reprints import ReprintReason
from fairs.badges.states import BadgeCategory
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.lists import download, known, page_of
from fairs.core.sections import Part, section
from fairs.core.web import NavItem, actor, go, register_nav, requires, safe_next, wants_fragment
from fairs.printing import queries, service, stations
from fairs.printing.blank_pages import blanks
from fairs.printing.forms import AgainForm, StationForm
from fairs.printing.lists import JOBS, wanted_of
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.permissions import BIND_BLANK, MANAGE_BLANKS, MANAGE_STATIONS
from fairs.printing.queries import JobFilter
from fairs.printing.replacing import replacing
from fairs.printing.states import JobState, StationState
from fairs.printing.station_pages import at_station, by_token

bp = Blueprint("printing", __name__, url_prefix="/fairs/<fair_slug>/printing")
blueprints = (bp, at_station, by_token, blanks, replacing)


def may(permission: Any) -> bool:
    """Whether the person in front of the screen may do this at the fair."""
    return matching_grant(g.grants, permission, current_fair().id) is not None


section(
    _l("Printing"),
    (
        Part("printing.index", _l("Print queue"), "stack-2", PRINT_BADGES),
        Part("printing.stations", _l("Stations"), "printer", PRINT_BADGES),
        Part("blanks.index", _l("Blank badges"), "square-dashed", MANAGE_BLANKS),
        Part("blanks.bind", _l("Bind a blank"), "link", BIND_BLANK),
        Part("replacing.index", _l("Lost or swapped"), "replace", REVOKE_BADGE),
    ),
    (bp, blanks, replacing),
)


# --- the queue --------------------------------------------------------------------------------------------------------


@bp.get("")
@requires(PRINT_BADGES)
def index() -> str | Response:
    """What waits to be printed, what is being printed, and what did not come out."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(JOBS, fair, known(JOBS, request.args))
    wanted = wanted_of(request.args)
    return render_template(
        "printing/queue.html", page=page_of(JOBS, fair, request.args, cursor=request.args.get("cursor")),
        wanted=wanted, figures=queries.queue_figures(fair.id), stations=queries.stations_of(fair.id),
        categories=list(BadgeCategory), J=JobState, S=StationState, is_filtered=wanted != JobFilter(),
        may_manage=may(MANAGE_STATIONS),
    )  # fmt: skip


def _badges_of_form(fair_id: int) -> list[Badge]:
    found = [badge_by_reference(fair_id, text) for text in request.form.getlist("badge")[:50]]
    if not found or None in found:
        raise NotFound
    return [badge for badge in found if badge is not None]


@bp.post("/jobs")
@requires(PRINT_BADGES)
def add() -> BaseResponse:
    """Put badges into the queue; one that was printed before needs a reason."""
    fair, form = current_fair(), AgainForm()
    badges = _badges_of_form(fair.id)
    back = safe_next(request.form.get("next"), url_for("badges.show", reference=badges[0].reference))
    try:
        if not form.validate():
            raise InvalidInput(next(str(text) for errors in form.errors.values() for text in errors), field="reason")
        jobs = service.enqueue(
            badges, station=_station_of_form(fair.id), reason=form.reason.data or "", note=form.note.data or "", by=actor()
        )  # fmt: skip
    except DomainError as error:
        return _said(str(error), "danger", badges[0], back)
    ahead = queries.ahead_of(jobs[0])
    message = (
        ngettext("In the print queue, %(num)s badge before it.", "In the print queue, %(num)s badges before it.", ahead)
        if ahead else _("In the print queue, the next one.")
    )  # fmt: skip
    return _said(message, "success", badges[0], back)


def _said(message: str, tone: str, badge: Badge, back: str) -> BaseResponse:
    """At the desk a line in its page, where the next person is typed already; elsewhere the page again."""
    if wants_fragment():
        return Response(render_template("printing/_desk_note.html", message=message, tone=tone, badge=badge))
    flash(message, tone)
    return go(back)


def _station_of_form(fair_id: int) -> PrintStation | None:
    text = request.form.get("station", "")
    if not text:
        return None
    station = (
        queries.station_by_id(fair_id, int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    )
    if station is None:
        raise InvalidInput(_("Please choose from the list."), field="station")
    return station


def _job(job_id: int) -> PrintJob:
    job = queries.job_by_id(current_fair().id, job_id)
    if job is None:
        raise NotFound
    return job


@bp.post("/jobs/<int:job_id>")
@requires(PRINT_BADGES)
def decide(job_id: int) -> BaseResponse:
    """A person decides: it came out, print it again, another station, or leave it."""
    job, act = _job(job_id), request.form.get("act", "")
    try:
        if act == "came_out":
            service.settle_printed(job, by=actor())
            flash(_("%(badge)s is printed.", badge=job.badge.reference), "success")
        elif act == "again":
            service.put_back(job, by=actor())
            flash(_("%(badge)s waits again, at its old place.", badge=job.badge.reference), "success")
        elif act == "cancel":
            service.cancel_job(job, by=actor())
            flash(_("%(badge)s is not printed.", badge=job.badge.reference), "success")
        elif act == "move":
            station = _station_of_form(job.fair_id)
            service.move_job(job, station, by=actor())
            flash(
                _("%(badge)s waits for %(station)s.", badge=job.badge.reference, station=station.name) if station
                else _("%(badge)s waits for any station.", badge=job.badge.reference), "success",
            )  # fmt: skip
        else:
            raise InvalidInput(_("Please choose from the list."), field="act")
    except DomainError as error:
        flash(str(error), "danger")
    return go(safe_next(request.form.get("next"), url_for(".index")))


# --- stations ---------------------------------------------------------------------------------------------------------


@bp.get("/stations", endpoint="stations")
@requires(PRINT_BADGES)
def station_list() -> str:
    """The fair's stations: open or closed, what they take, when they were last heard of."""
    fair = current_fair()
    found = queries.stations_of(fair.id)
    return render_template(
        "printing/stations.html", stations=found, figures=queries.queue_figures(fair.id), may_manage=may(MANAGE_STATIONS),
        gone={station.id: stations.gone_since(station) for station in found}, categories=BadgeCategory,
        sizes=SIZES, S=StationState,
    )  # fmt: skip


def _station(station_id: int) -> PrintStation:
    station = queries.station_by_id(current_fair().id, station_id)
    if station is None:
        raise NotFound
    return station


@bp.route("/stations/new", methods=["GET", "POST"])
@requires(MANAGE_STATIONS)
def new_station() -> Any:
    """Set up a station."""
    return _edit(None)


@bp.route("/stations/<int:station_id>", methods=["GET", "POST"])
@requires(MANAGE_STATIONS)
def edit_station(station_id: int) -> Any:
    """Change a station."""
    return _edit(_station(station_id))


def _edit(station: PrintStation | None) -> Any:
    form = StationForm()
    if not form.is_submitted():
        if station is not None:
            form.fill(station)
    elif form.validate():
        try:
            stations.save_station(current_fair(), form.draft(), by=actor(), station=station)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".stations"))
    page = render_template("printing/station_form.html", form=form, station=station, token="")
    return page, 422 if form.errors else 200


@bp.post("/stations/<int:station_id>/state")
@requires(PRINT_BADGES)
def switch_station(station_id: int) -> BaseResponse:
    """Open or close a station."""
    station, wanted = _station(station_id), request.form.get("state", "")
    if wanted not in set(StationState):
        raise InvalidInput(field="state")
    if wanted == StationState.OPEN:
        stations.open_station(station, by=actor())
        flash(_("%(station)s is open.", station=station.name), "success")
    else:
        stations.close_station(station, by=actor())
        flash(_("%(station)s is closed. What waited for it goes to the others.", station=station.name), "success")
    return go(safe_next(request.form.get("next"), url_for(".stations")))


@bp.post("/stations/<int:station_id>/enrol")
@requires(MANAGE_STATIONS)
def enrol(station_id: int) -> Any:
    """A token for the printer's computer, shown once; or end the one there is."""
    station = _station(station_id)
    if request.form.get("act") == "end":
        stations.end_enrolment(station, by=actor())
        flash(_("The address opens nothing any more."), "success")
        return go(url_for(".edit_station", station_id=station.id))
    token = stations.enrol_station(station, by=actor())
    form = StationForm(formdata=None)
    form.fill(station)
    return render_template("printing/station_form.html", form=form, station=_station(station_id), token=token)


@bp.post("/stations/<int:station_id>/remove")
@requires(MANAGE_STATIONS)
def remove_station(station_id: int) -> BaseResponse:
    """Take away a station that never printed."""
    station = _station(station_id)
    try:
        stations.remove_station(station, by=actor())
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(_("%(station)s is removed.", station=station.name), "success")
    return go(url_for(".stations"))


def print_facts(badge: Badge | None) -> dict[str, Any]:
    """For a page that offers to print a badge: the stations that would, and why a badge may be printed again."""
    if badge is None:
        return {"stations": [], "reasons": []}
    size = queries.size_of(badge.fair_id, badge.category)
    return {"stations": queries.open_stations(badge.fair_id, badge.category, size), "reasons": list(ReprintReason)}


@bp.app_context_processor
def printing_tools() -> dict[str, Any]:
    """For the pages of badges and of the desk."""
    return {"print_facts": print_facts}


register_nav(NavItem("printing", _l("Printing"), "printer", "printing.index", PRINT_BADGES, 56))
