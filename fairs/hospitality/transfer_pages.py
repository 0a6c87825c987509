"""Runs of vehicles: the day, the proposal, one run with its guests, lists for drivers and their links."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core import qr
from fairs.core.clock import local_day
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.sheets import sheet_response
from fairs.core.web import actor, go, requires
from fairs.hospitality.boards import travel_days
from fairs.hospitality.forms import PlaceForm, RunForm
from fairs.hospitality.guest_pages import language_of
from fairs.hospitality.lists import day_in
from fairs.hospitality.manifests import changed_head, current_rows, issue_day, issue_version
from fairs.hospitality.models import ManifestVersion, TransferRun
from fairs.hospitality.pdf import manifest_pdf
from fairs.hospitality.permissions import ARRANGE_TRAVEL, VIEW_GUESTS
from fairs.hospitality.queries import (
    last_versions,
    proposal,
    run_by_reference,
    run_days,
    runs_of_day,
    seat_by_id,
    versions_of,
    waiting_seats,
)
from fairs.hospitality.runs import (
    LARGEST,
    close_drive_link,
    link_expires_at,
    make_runs,
    move_run,
    new_drive_link,
    save_run,
)
from fairs.hospitality.sheets import manifest_sheets
from fairs.hospitality.states import OPEN_RUNS, RunKind, RunState, SeatState
from fairs.hospitality.transfers import drop_seat, free_place, give_place, mark_seat, taken
from fairs.importers.models import Importer
from fairs.importers.queries import importer_by_reference

bp = Blueprint("runs", __name__, url_prefix="/fairs/<fair_slug>/travel/transfers")

WINDOWS = (15, 30, 45, 60, 90, 120)


def _number(name: str, default: int, least: int, most: int) -> int:
    text = request.values.get(name, "")
    return min(max(int(text), least), most) if text.isascii() and text.isdigit() and len(text) < 6 else default


def _day(fair: Fair) -> date:
    wanted = day_in(request.values)
    if wanted is not None:
        return wanted
    days = sorted({*run_days(fair), *(day for day, _come, _go in travel_days(fair))})
    return next((day for day in days if day >= fair.today), days[-1] if days else fair.starts_on)


@bp.get("")
@requires(VIEW_GUESTS)
def index() -> str:
    """The runs of a day, who still needs a place, and a proposal for them."""
    fair = current_fair()
    day = _day(fair)
    runs = runs_of_day(fair, day)
    window, capacity = _number("window", 60, 15, 120), _number("capacity", 16, 1, LARGEST)
    plans = {
        kind: proposal(fair, day, kind, window=timedelta(minutes=window), capacity=capacity)
        for kind in (RunKind.ARRIVAL, RunKind.DEPARTURE)
    }
    return render_template(
        "hospitality/transfers.html", day=day, days=travel_days(fair), runs=runs, rows=current_rows(runs),
        last=last_versions([run.id for run in runs]), window=window, capacity=capacity, windows=WINDOWS, plans=plans,
        waiting=waiting_seats(fair), lang=language_of, before=day - timedelta(days=1), after=day + timedelta(days=1),
        ARRANGE_TRAVEL=ARRANGE_TRAVEL, LARGEST=LARGEST,
    )  # fmt: skip


@bp.post("/make")
@requires(ARRANGE_TRAVEL)
def make() -> BaseResponse:
    """Make the runs that were proposed."""
    fair, day, kind = current_fair(), day_in(request.form), request.form.get("kind", "")
    if day is None or kind not in {RunKind.ARRIVAL, RunKind.DEPARTURE}:
        raise InvalidInput(field="day")
    window, capacity = _number("window", 60, 15, 120), _number("capacity", 16, 1, LARGEST)
    made = make_runs(
        fair, day, RunKind(kind), window=timedelta(minutes=window), capacity=capacity, mark=request.form.get("mark", ""), by=actor()
    )  # fmt: skip
    flash(
        ngettext(
            "%(num)s run is planned. Enter vehicle and driver now.",
            "%(num)s runs are planned. Enter vehicles and drivers now.",
            len(made),
        ),
        "success",
    )
    return go(url_for("runs.index", day=day.isoformat(), window=window, capacity=capacity))


@bp.route("/new", methods=["GET", "POST"])
@requires(ARRANGE_TRAVEL)
def new() -> Any:
    """Plan a run by hand."""
    fair = current_fair()
    form = RunForm()
    if form.validate_on_submit():
        try:
            run = save_run(fair, form.draft(fair), by=actor())
            return go(url_for("runs.show", reference=run.reference))
        except DomainError as error:
            form.add_error(error)
    elif not form.is_submitted():
        form.day.data, form.airport.data, form.capacity.data = _day(fair), "HAN", 16
    return render_template("hospitality/run_form.html", form=form, run=None), 422 if form.errors else 200


def _run(reference: str) -> TransferRun:
    return run_by_reference(current_fair().id, reference)


@bp.get("/<reference>")
@requires(VIEW_GUESTS)
def show(reference: str) -> str:
    """One run: vehicle, driver, guests, versions of the list."""
    return _page(_run(reference))


def _page(run: TransferRun, link: str = "", form: PlaceForm | None = None) -> str:
    fair = current_fair()
    others = [
        one
        for one in runs_of_day(fair, _local_day(run, fair), with_cancelled=False)
        if one.kind is run.kind and one.id != run.id
    ]
    versions = versions_of(run.id)
    code = qr.svg(qr.matrix(link), title=_("QR code of the driver's link")) if link else None
    return render_template(
        "hospitality/run.html", run=run, rows=current_rows([run])[run.id], taken=taken(run.id), versions=versions,
        changed=changed_head(run, versions[0] if versions else None), others=[one for one in others if one.state in OPEN_RUNS],
        waiting=waiting_seats(fair, kind=run.kind), link=link, code=code, expires=link_expires_at(run),
        R=RunState, S=SeatState, is_open=run.state in OPEN_RUNS, ARRANGE_TRAVEL=ARRANGE_TRAVEL,
        form=form or PlaceForm(formdata=None),
    )  # fmt: skip


def _local_day(run: TransferRun, fair: Fair) -> date:
    return local_day(run.leaves_at, fair.time_zone)


@bp.route("/<reference>/edit", methods=["GET", "POST"])
@requires(ARRANGE_TRAVEL)
def edit(reference: str) -> Any:
    """Hour, vehicle, driver of a run."""
    fair, run = current_fair(), _run(reference)
    form = RunForm()
    if form.validate_on_submit():
        try:
            save_run(fair, form.draft(fair), by=actor(), run=run)
            return go(url_for("runs.show", reference=reference))
        except DomainError as error:
            form.add_error(error)
    elif not form.is_submitted():
        form.show(run, fair)
    return render_template("hospitality/run_form.html", form=form, run=run), 422 if form.errors else 200


@bp.post("/<reference>/state")
@requires(ARRANGE_TRAVEL)
def state(reference: str) -> BaseResponse:
    """The vehicle leaves, has arrived, or the run is cancelled."""
    wanted = request.form.get("state", "")
    if wanted not in set(RunState):
        raise InvalidInput(field="state")
    move_run(_run(reference), RunState(wanted), by=actor())
    flash(_("Saved."), "success")
    return go(url_for("runs.show", reference=reference))


@bp.post("/<reference>/guests")
@requires(ARRANGE_TRAVEL)
def add(reference: str) -> Any:
    """Give a guest a place."""
    run, form = _run(reference), PlaceForm()
    if form.validate():
        try:
            give_place(_named(run, form.guest.data or ""), run, by=actor())
        except DomainError as error:
            error.field = "guest"
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("runs.show", reference=reference))
    return _page(run, form=form), 422


def _named(run: TransferRun, reference: str) -> Importer:
    try:
        return importer_by_reference(run.fair_id, reference.upper())
    except NotFound as error:
        raise InvalidInput(_l("No guest of this fair has this number.")) from error


@bp.post("/<reference>/places/<int:seat_id>")
@requires(ARRANGE_TRAVEL)
def place(reference: str, seat_id: int) -> BaseResponse:
    """A guest moves to another run, leaves this one, or is marked as met, called or not found."""
    run = _run(reference)
    seat = seat_by_id(run.fair_id, seat_id)
    if seat.run_id != run.id:
        raise NotFound
    act = request.form.get("act", "")
    if act == "move":
        give_place(seat.importer, _run(request.form.get("run", "")[:20]), by=actor())
    elif act == "free":
        free_place(seat, by=actor())
    elif act == "drop":
        drop_seat(seat, by=actor())
    elif act in set(SeatState):
        mark_seat(seat, SeatState(act), by=actor())
    else:
        raise InvalidInput(field="act")
    return go(url_for("runs.show", reference=reference))


@bp.post("/<reference>/link")
@requires(ARRANGE_TRAVEL)
def link(reference: str) -> Any:
    """A new link for the driver; shown this once, the one before opens nothing any more. ``close`` only ends it."""
    run = _run(reference)
    if request.form.get("act") == "close":
        close_drive_link(run, by=actor())
        flash(_("The driver's link is closed."), "success")
        return go(url_for("runs.show", reference=reference))
    token = new_drive_link(run, by=actor())
    answer = Response(_page(_run(reference), f"{current_app.config['BASE_URL']}/drive/{token}"))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<reference>/manifest")
@requires(ARRANGE_TRAVEL)
def issue(reference: str) -> BaseResponse:
    """Make the next version of the driver's list, to be printed."""
    version = issue_version(_run(reference), by=actor())
    flash(_("Version %(number)s of the list is ready to be printed.", number=version.number), "success")
    return go(url_for("runs.show", reference=reference, _anchor="lists"))


@bp.post("/manifests")
@requires(ARRANGE_TRAVEL)
def issue_all() -> BaseResponse:
    """Make the next versions of all lists of a day that have changed."""
    day = day_in(request.form)
    if day is None:
        raise InvalidInput(field="day")
    made = issue_day(current_fair(), day, by=actor())
    flash(
        ngettext("%(num)s list is ready to be printed.", "%(num)s lists are ready to be printed.", len(made)), "success"
    )
    return go(url_for("runs.index", day=day.isoformat()))


def _lists(found: list[tuple[TransferRun, ManifestVersion]], name: str, kind: str) -> Response:
    """The lists as a file; GET makes no version, it shows those that there are."""
    if not found:
        raise NotFound
    fair = current_fair()
    if kind == "xlsx":
        return sheet_response(manifest_sheets(found), name, time_zone=fair.time_zone)
    answer = Response(manifest_pdf(fair, found), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    return answer


@bp.get("/<reference>/manifest.<any(pdf, xlsx):kind>")
@requires(VIEW_GUESTS)
def manifest(reference: str, kind: str) -> Response:
    """A version of a run's list; without ``version`` the newest."""
    run = _run(reference)
    number = _number("version", 0, 0, 99_999)
    found = [one for one in versions_of(run.id) if not number or one.number == number][:1]
    return _lists([(run, one) for one in found], f"{run.reference}-v{found[0].number if found else 0}", kind)


@bp.get("/manifests.<any(pdf, xlsx):kind>")
@requires(VIEW_GUESTS)
def manifests(kind: str) -> Response:
    """The newest versions of all lists of a day."""
    fair = current_fair()
    day = _day(fair)
    runs = runs_of_day(fair, day, with_cancelled=False)
    last = last_versions([run.id for run in runs])
    return _lists([(run, last[run.id]) for run in runs if run.id in last], f"{fair.slug}-transfers-{day:%Y%m%d}", kind)
