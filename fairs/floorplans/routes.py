"""The organiser's pages of floor plans: halls, layout with preview, zones, prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import localized
from fairs.core.web import NavItem, actor, go, register_nav, requires, wants_fragment
from fairs.directory.queries import group_names, product_groups
from fairs.floorplans import drawing
from fairs.floorplans.forms import HallForm, LayoutForm, PriceForm, ZoneForm, choices_of
from fairs.floorplans.generator import Layout, PlannedBooth
from fairs.floorplans.models import Hall, Zone
from fairs.floorplans.permissions import EDIT_PLAN
from fairs.floorplans.queries import booth_counts, booth_types, booths_of, hall_by_code, halls_of, prices_of, zones_of
from fairs.floorplans.service import ZoneDraft, generate_booths, plan_hall, save_hall, save_zone, set_price

bp = Blueprint("floorplans", __name__, url_prefix="/fairs/<fair_slug>/floorplan")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A planned or stored booth as the preview draws it, in metres."""

    code: str
    x: float
    y: float
    w: float
    h: float
    zone: str | None

    @property
    def number(self) -> str:
        """The code without the hall."""
        return self.code.rpartition("-")[2]


@bp.get("/")
@requires(EDIT_PLAN)
def index() -> Any:
    """Halls, zones and prices of the fair."""
    return _index()


def _index(status: int = 200, *, zone_form: ZoneForm | None = None, price_form: PriceForm | None = None) -> Any:
    fair = current_fair()
    page = render_template(
        "floorplans/index.html",
        halls=halls_of(fair.id),
        counts=booth_counts(fair.id),
        zones=zones_of(fair.id),
        groups=group_names(),
        types=[kind for kind in booth_types() if kind.is_sold],
        prices=prices_of(fair.id),
        zone_form=zone_form or _zone_form(),
        price_form=price_form or PriceForm(formdata=None),
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
    """Change a hall's name, size, doors and columns."""
    return _hall_form(hall_by_code(current_fair().id, code[:10]))


def _hall_form(hall: Hall | None) -> Any:
    form = HallForm()
    if request.method == "GET" and hall is not None:
        form.fill(hall)
    if form.validate_on_submit():
        try:
            saved = save_hall(current_fair(), form.draft(), by=actor(), hall=hall)
            flash(_("The hall is saved."), "success")
            return go(url_for("floorplans.layout", code=saved.code))
        except DomainError as error:
            form.add_error(error)
    return render_template("floorplans/hall.html", form=form, hall=hall), 422 if form.errors else 200


@bp.route("/halls/<code>", methods=["GET", "POST"])
@requires(EDIT_PLAN)
def layout(code: str) -> Any:
    """Lay out a hall: preview what the generator gives, then make it so. Refused while booths there are booked."""
    fair = current_fair()
    hall = hall_by_code(fair.id, code[:10])
    zones = zones_of(fair.id)
    form = _layout_form(zones)
    planned: list[PlannedBooth] = []
    asked = request.method == "POST" or "booth_w" in request.args
    if asked and form.validate():
        try:
            wanted = form.layout(hall.code)
            planned = plan_hall(hall, wanted)
            if request.method == "POST" and request.form.get("do") == "generate":
                return _generate(hall, wanted, form)
        except DomainError as error:
            form.add_error(error)
    drawn = [_Drawn(b.code, b.rect.x / 100, b.rect.y / 100, b.rect.w / 100, b.rect.h / 100, b.zone) for b in planned]
    if not asked:
        codes = {zone.id: zone.code for zone in zones}
        drawn = [
            _Drawn(b.code, b.x_cm / 100, b.y_cm / 100, b.w_cm / 100, b.h_cm / 100, codes.get(b.zone_id or 0))
            for b in booths_of(hall)
        ]
    template = "floorplans/_preview.html" if wants_fragment() else "floorplans/layout.html"
    page = render_template(
        template, form=form, hall=hall, picture=_preview(hall, drawn, zones), count=len(drawn),
        is_preview=asked and bool(planned), stored=booth_counts(fair.id).get(hall.id, 0), zones=zones,
    )  # fmt: skip
    return page, 422 if form.errors and not wants_fragment() else 200


def _layout_form(zones: Any) -> LayoutForm:
    form = LayoutForm(
        request.form if request.method == "POST" else (request.args or None), meta={"csrf": request.method == "POST"}
    )
    form.zones.choices = choices_of(zones)
    kinds = [kind for kind in booth_types() if kind.is_sold]
    form.kind.choices = form.corner_kind.choices = choices_of(kinds)
    if not form.kind.data or form.kind.data == "None":
        codes = [kind.code for kind in kinds]
        form.kind.data = codes[0] if codes else ""
        form.corner_kind.data = "SHELL9C" if "SHELL9C" in codes else form.kind.data
        form.zones.data = [zone.code for zone in zones]
    return form


def _generate(hall: Hall, wanted: Layout, form: LayoutForm) -> Any:
    corner = form.corner_kind.data if form.corner_kind.data != form.kind.data else None
    booths = generate_booths(hall, wanted, by=actor(), type_code=str(form.kind.data), corner_type_code=corner)
    flash(_("%(count)s booths stand in %(hall)s now.", count=len(booths), hall=hall.name), "success")
    return go(url_for("floorplans.layout", code=hall.code))


def _preview(hall: Hall, booths: list[_Drawn], zones: Any) -> Markup:
    by_zone: dict[str | None, list[_Drawn]] = {}
    for booth in booths:
        by_zone.setdefault(booth.zone, []).append(booth)
    tints = "".join(drawing.zone_tint(zone, by_zone.get(zone.code, [])) for zone in zones)
    shapes = [drawing.still_shape(booth) for booth in booths]
    title = _("Plan of %(hall)s: %(count)s booths", hall=hall.name, count=len(booths))
    return drawing.draw(
        hall, [f'<g class="plan-zones">{tints}</g><g class="plan-booths">', *shapes, "</g>"], title=title, role="img"
    )


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


@bp.post("/prices")
@requires(EDIT_PLAN)
def save_price() -> Any:
    """Set the price of one kind of booth."""
    form = PriceForm()
    fair = current_fair()
    kind = next((kind for kind in booth_types() if kind.code == form.kind.data and kind.is_sold), None)
    if kind is None:
        raise NotFound
    if form.validate():
        try:
            amount = form.amount.money(fair.currency)
            set_price(
                fair, kind, amount, by=actor(), basis=form.basis.data, corner_percent=form.corner_percent.data or 0
            )
            flash(_("The price is saved. Bookings made before keep theirs."), "success")
            return go(url_for("floorplans.index", _anchor="prices"))
        except DomainError as error:
            form.add_error(error)
    return _index(422, price_form=form)


register_nav(NavItem("floorplans", _l("Halls and prices"), "ruler-2", "floorplans.index", EDIT_PLAN, 28))
