"""The organiser's pages of floor plans: halls and zones. Drafting, publishing and sheets have files of their own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError
from fairs.core.i18n import localized
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.queries import group_names, product_groups
from fairs.floorplans import editor_views, publish_views, sheet_views
from fairs.floorplans.forms import HallForm, ZoneForm
from fairs.floorplans.models import Hall, Zone
from fairs.floorplans.permissions import EDIT_PLAN
from fairs.floorplans.queries import booth_counts, hall_by_code, halls_of, zones_of
from fairs.floorplans.service import ZoneDraft, save_hall, save_zone

bp = Blueprint("floorplans", __name__, url_prefix="/fairs/<fair_slug>/floorplan")


@bp.get("/")
@requires(EDIT_PLAN)
def index() -> Any:
    """Halls and zones of the fair."""
    return _index()


def _index(status: int = 200, *, zone_form: ZoneForm | None = None) -> Any:
    fair = current_fair()
    page = render_template(
        "floorplans/index.html",
        halls=halls_of(fair.id),
        counts=booth_counts(fair.id),
        zones=zones_of(fair.id),
        groups=group_names(),
        zone_form=zone_form or _zone_form(),
    )
    return page, status


@bp.route("/halls/new", methods=["GET", "POST"])
@requires(EDIT_PLAN)
def new_hall() -> Any:
    """Add a hall."""
    return _hall_form(None)


@bp.route("/halls/<code>/edit", methods=["GET", "POST"])
@requires(EDIT_PLAN)
def edit_hall(code: str) -> Any:
    """Change a hall's name, size and least aisle."""
    return _hall_form(hall_by_code(current_fair().id, code[:10]))


def _hall_form(hall: Hall | None) -> Any:
    form = HallForm()
    if request.method == "GET" and hall is not None:
        form.fill(hall)
    if form.validate_on_submit():
        try:
            saved = save_hall(current_fair(), form.draft(), by=actor(), hall=hall)
            flash(_("The hall is saved."), "success")
            return go(url_for("planner.editor", code=saved.code))
        except DomainError as error:
            form.add_error(error)
    return render_template("floorplans/hall.html", form=form, hall=hall), 422 if form.errors else 200


def _zone_form() -> ZoneForm:
    form = ZoneForm()
    form.groups.choices = [(group.code, localized(group)) for group in product_groups()]
    return form


@bp.post("/zones")
@requires(EDIT_PLAN)
def add_zone() -> Any:
    """Add a zone, or change the one with this code."""
    form = _zone_form()
    if form.validate():
        fair = current_fair()
        code = str(form.code.data).upper()
        known: Zone | None = next((zone for zone in zones_of(fair.id) if zone.code == code), None)
        draft = ZoneDraft(code, str(form.name_vi.data), str(form.name_en.data), form.tint.data, form.groups.data or ())
        try:
            save_zone(fair, draft, by=actor(), zone=known)
            flash(_("The zone is saved."), "success")
            return go(url_for("floorplans.index", _anchor="zones"))
        except DomainError as error:
            form.add_error(error)
    return _index(422, zone_form=form)


blueprints = [bp, editor_views.bp, publish_views.bp, sheet_views.bp]

register_nav(NavItem("floorplans", _l("Halls and zones"), "ruler-2", "floorplans.index", EDIT_PLAN, 28))
