"""Halls and areas with their capacity, stopping entry into them, and the count for an evacuation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.checkin.evacuation import evacuation, occupancy
from fairs.checkin.forms import NewZoneForm, ZoneForm
from fairs.checkin.models import AccessZone
from fairs.checkin.permissions import MANAGE_GATES, VIEW_GATES
from fairs.checkin.queries import gates_of, zone_by_code
from fairs.checkin.setup import change_zone, create_zone, remove_zone, set_zone_paused
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires, safe_next

bp = Blueprint("zones", __name__, url_prefix="/fairs/<fair_slug>/halls")


def _zone(code: str) -> AccessZone:
    zone = zone_by_code(current_fair().id, code)
    if zone is None:
        raise NotFound
    return zone


@bp.get("")
@requires(VIEW_GATES)
def index() -> str:
    """The halls with who is in them, their capacity and the gates that lead into them."""
    fair = current_fair()
    return render_template(
        "checkin/zones.html", places=occupancy(fair), gates=gates_of(fair.id),
        may_manage=matching_grant(g.grants, MANAGE_GATES, fair.id) is not None,
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def new_zone() -> Any:
    """Another hall or area."""
    form = NewZoneForm()
    if form.validate_on_submit():
        try:
            zone = create_zone(current_fair(), form.code.data, form.to_draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("%(zone)s is set up. Now choose which gates lead into it.", zone=zone.name), "success")
            return go(url_for(".index"))
    return render_template("checkin/zone_form.html", form=form, zone=None), 422 if form.errors else 200


@bp.route("/<zone_code>/edit", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def edit_zone(zone_code: str) -> Any:
    """Names, capacity and warning."""
    zone = _zone(zone_code)
    form = ZoneForm(obj=zone)
    if form.validate_on_submit():
        try:
            change_zone(zone, form.to_draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".index"))
    return render_template("checkin/zone_form.html", form=form, zone=zone), 422 if form.errors else 200


@bp.post("/<zone_code>/remove")
@requires(MANAGE_GATES)
def remove(zone_code: str) -> BaseResponse:
    """Remove a hall that was never used."""
    zone = _zone(zone_code)
    try:
        remove_zone(zone, by=actor())
    except DomainError as error:
        flash(str(error), "warning")
    else:
        flash(_("Removed."), "success")
    return go(url_for(".index"))


@bp.post("/<zone_code>/pause")
@requires(MANAGE_GATES)
def pause(zone_code: str) -> BaseResponse:
    """Stop entry."""
    zone = set_zone_paused(_zone(zone_code), True, by=actor(), reason=request.form.get("reason", ""))
    flash(_("Entry is paused: %(zone)s. The gates say so from now on.", zone=zone.name), "success")
    return go(safe_next(request.form.get("next"), url_for(".index")))


@bp.post("/<zone_code>/resume")
@requires(MANAGE_GATES)
def resume(zone_code: str) -> BaseResponse:
    """Let people in again."""
    zone = set_zone_paused(_zone(zone_code), False, by=actor())
    flash(_("People may enter again: %(zone)s.", zone=zone.name), "success")
    return go(safe_next(request.form.get("next"), url_for(".index")))


@bp.get("/evacuation")
@requires(VIEW_GATES)
def evacuate() -> str:
    """Who is inside, between which numbers, and why: on screen and on paper."""
    return render_template("checkin/evacuation.html", found=evacuation(current_fair()))
