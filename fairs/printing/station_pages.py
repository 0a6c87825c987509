"""The page on a printer's computer: it takes the next badge, prints it, says what became of it.

Two ways lead to it: signed-in staff, and the address with the token by which the computer was enrolled. Without scripts it is
a page of buttons; with them it goes on by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask_babel
from flask import Blueprint, Response, g, jsonify, make_response, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from fairs.badges.permissions import PRINT_BADGES
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.headers import policy
from fairs.core.web import actor, go, private_page, public, requires
from fairs.printing import leases
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.queries import held_job, job_by_id, station_by_id, station_by_token, waiting_for
from fairs.printing.states import FailReason, JobState, StationState
from fairs.printing.stations import station_actor

at_station = Blueprint("at_station", __name__, url_prefix="/fairs/<fair_slug>/printing/stations/<int:station_id>/print")
by_token = Blueprint("print_token", __name__, url_prefix="/print/<token>")


@dataclass(frozen=True, slots=True)
class Screen:
    """A station in front of somebody: who acts, and where its addresses begin."""

    station: PrintStation
    by: Actor
    blueprint: str
    values: dict[str, Any]

    def url(self, name: str, **values: Any) -> str:
        """An address of this screen."""
        return url_for(f"{self.blueprint}.{name}", **self.values, **values)


def _signed_in(station_id: int) -> Screen:
    station = station_by_id(current_fair().id, station_id)
    if station is None:
        raise NotFound
    return Screen(station, actor(), "at_station", {"station_id": station_id})


def _enrolled(token: str) -> Screen:
    station = station_by_token(token)
    if station is None:
        raise NotFound
    g.fair = db.session.get_one(Fair, station.fair_id)
    if "locale" not in session:
        g.locale = "vi"
    flask_babel.refresh()
    return Screen(station, station_actor(station), "print_token", {"token": token})


@at_station.get("", endpoint="show")
@requires(PRINT_BADGES)
def signed_in_page(station_id: int) -> Response:
    """The station's page for signed-in staff."""
    return _page(_signed_in(station_id))


@by_token.get("", endpoint="show")
@public
def enrolled_page(token: str) -> Response:
    """The station's page on its enrolled computer."""
    return _page(_enrolled(token))


@at_station.post("", endpoint="act")
@requires(PRINT_BADGES)
def signed_in_act(station_id: int) -> BaseResponse:
    """Take the next badge, keep it, or say what became of it."""
    return _act(_signed_in(station_id))


@by_token.post("", endpoint="act")
@public
def enrolled_act(token: str) -> BaseResponse:
    """Take the next badge, keep it, or say what became of it."""
    return _act(_enrolled(token))


@at_station.get("/<int:job_id>.pdf", endpoint="pdf")
@requires(PRINT_BADGES)
def signed_in_pdf(station_id: int, job_id: int) -> Response:
    """The badge that the station has."""
    return _pdf(_signed_in(station_id), job_id)


@by_token.get("/<int:job_id>.pdf", endpoint="pdf")
@public
def enrolled_pdf(token: str, job_id: int) -> Response:
    """The badge that the station has."""
    return _pdf(_enrolled(token), job_id)


def _context(screen: Screen, job: PrintJob | None, *, fresh: bool = False, message: str = "") -> dict[str, Any]:
    return {
        "screen": screen, "station": screen.station, "job": job, "fresh": fresh, "message": message,
        "waiting": waiting_for(screen.station), "reasons": list(FailReason), "S": StationState,
        "is_enrolled": screen.blueprint == "print_token",
    }  # fmt: skip


def _page(screen: Screen, *, message: str = "", status: int = 200) -> Response:
    page = render_template(
        "printing/station.html", **_context(screen, held_job(screen.station), message=message)
    )  # fmt: skip
    answer = private_page(page, "drop") if screen.blueprint == "print_token" else make_response(page)
    answer.headers["Content-Security-Policy"] = policy(frames=True)
    answer.status_code = status
    return answer


def _act(screen: Screen) -> BaseResponse:
    """What a button or the script asks for. The script gets the panel of the badge, or 204 when nothing waits."""
    scripted = request.headers.get("Fairs-Station") == "1"
    act = request.form.get("act", "")
    try:
        if act == "lease":
            lease = leases.lease_next(screen.station, by=screen.by)
            if scripted and lease is None:
                return Response(status=204, headers={"Fairs-Waiting": "0"})
            if scripted and lease is not None:
                return _panel(screen, lease.job, fresh=not lease.is_resumed)
        elif act in _REPORTS:
            _report(screen, act)
        else:
            raise InvalidInput(flask_babel.gettext("Please choose from the list."), field="act")
    except DomainError as error:
        if scripted:
            return _json(error)
        return _page(screen, message=str(error), status=error.status)
    return jsonify(ok=True) if scripted else go(screen.url("show"))


_REPORTS = ("renew", "printed", "failed", "again")


def _report(screen: Screen, act: str) -> None:
    job = _job(screen, request.form.get("job", ""))
    number = _number(request.form.get("lease", ""))
    if act == "renew":
        leases.renew(screen.station, job, number)
    elif act == "printed":
        leases.report_printed(screen.station, job, number, by=screen.by)
    elif act == "again":
        leases.give_back(screen.station, job, number, by=screen.by)
    else:
        reason, note = request.form.get("reason", ""), request.form.get("note", "")
        leases.report_failed(screen.station, job, number, reason=reason, note=note, by=screen.by)


def _job(screen: Screen, text: str) -> PrintJob:
    job = job_by_id(screen.station.fair_id, _number(text))
    if job is None:
        raise NotFound
    return job


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _json(error: DomainError) -> BaseResponse:
    answer = jsonify(code=error.code, message=str(error))
    answer.status_code = error.status
    return answer


def _panel(screen: Screen, job: PrintJob, *, fresh: bool) -> Response:
    return make_response(render_template("printing/_station_job.html", **_context(screen, job, fresh=fresh)))


def _pdf(screen: Screen, job_id: int) -> Response:
    job = job_by_id(screen.station.fair_id, job_id)
    if job is None or job.station_id != screen.station.id or job.state is not JobState.LEASED:
        raise NotFound
    return badge_pdf(job)


def badge_pdf(job: PrintJob) -> Response:
    """The badge of a job, to be shown in the station's own frame."""
    from fairs.badges.faces import badges_pdf

    answer = Response(badges_pdf([job.badge]), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{job.badge.reference}.pdf")
    answer.headers["Content-Security-Policy"] = policy(framed=True)
    return answer
