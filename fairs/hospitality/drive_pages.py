"""The driver's list on the phone: opened by a link that expires, kept on the phone while there is no network."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, g, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from fairs.core.actor import Actor
from fairs.core.clock import local_day, now
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.web import go, private_page, public
from fairs.hospitality.errors import DriveLinkExpired
from fairs.hospitality.manifests import GONE, changed_head, current_rows, issue_version
from fairs.hospitality.models import TransferRun
from fairs.hospitality.queries import last_versions, run_of_link, seat_by_id
from fairs.hospitality.runs import link_expires_at, move_run
from fairs.hospitality.states import AT_THE_CAR, RunKind, RunState, SeatState
from fairs.hospitality.transfers import mark_seat

bp = Blueprint("drive", __name__, url_prefix="/drive/<token>")

#: What a driver can say of a guest.
MARKS = (SeatState.MET, SeatState.NOT_FOUND, SeatState.CALLED, SeatState.BOOKED)


def _opened(token: str) -> TransferRun:
    run = run_of_link(token)
    g.fair = run.fair
    if "locale" not in session:
        g.locale = "vi"
    flask_babel.refresh()
    if link_expires_at(run) <= now():
        raise DriveLinkExpired
    return run


def _driver(run: TransferRun) -> Actor:
    """Who acts by the link: the driver, who has no account."""
    return Actor(None, f"{run.driver_name or run.reference} ({run.reference})")


@bp.get("")
@public
def show(token: str) -> Response:
    """Who is to be met: names, flights, hotel, and what has changed since the last list. Opening it changes nothing."""
    run = _opened(token)
    last = last_versions([run.id]).get(run.id)
    rows = current_rows([run])[run.id]
    page = render_template(
        "hospitality/drive.html", run=run, token=token, rows=rows, guests=sum(row.mark != GONE for row in rows),
        changed=changed_head(run, last), last=last, marks=MARKS[:3], S=SeatState, R=RunState, K=RunKind, expires=link_expires_at(run),
        is_open=run.state in {RunState.PLANNED, RunState.RUNNING},
    )  # fmt: skip
    return private_page(page, f"until={local_day(link_expires_at(run), run.fair.time_zone).isoformat()}")


@bp.get("/sign/<int:seat_id>")
@public
def sign(token: str, seat_id: int) -> Response:
    """A guest's name over the whole screen, to be held up."""
    run = _opened(token)
    seat = _seat(run, seat_id)
    page = render_template("hospitality/sign.html", importer=seat.importer, token=token, seat=seat)
    return private_page(page, f"until={local_day(link_expires_at(run), run.fair.time_zone).isoformat()}")


def _seat(run: TransferRun, seat_id: int) -> Any:
    seat = seat_by_id(run.fair_id, seat_id) if seat_id < 2**63 else None
    if seat is None or seat.run_id != run.id or seat.state not in AT_THE_CAR:
        raise NotFound
    return seat


@bp.post("/places/<int:seat_id>")
@public
def mark(token: str, seat_id: int) -> BaseResponse:
    """The guest was met, called, not found, or the mark was a mistake."""
    run = _opened(token)
    wanted = request.form.get("state", "")
    if wanted not in set(MARKS):
        raise InvalidInput(field="state")
    mark_seat(_seat(run, seat_id), SeatState(wanted), by=_driver(run))
    return go(url_for("drive.show", token=token, _anchor=f"g-{seat_id}"))


@bp.post("/state")
@public
def state(token: str) -> BaseResponse:
    """The vehicle has left with its guests, or has brought them."""
    run = _opened(token)
    wanted = request.form.get("state", "")
    if wanted not in {RunState.RUNNING, RunState.DONE}:
        raise InvalidInput(field="state")
    move_run(run, RunState(wanted), by=_driver(run))
    return go(url_for("drive.show", token=token))


@bp.post("/seen")
@public
def seen(token: str) -> BaseResponse:
    """The driver has read the changes: the list as it is now becomes the one to compare with."""
    run = _opened(token)
    issue_version(run, by=_driver(run), kind="driver")
    return go(url_for("drive.show", token=token))
