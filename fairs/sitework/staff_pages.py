"""Site work for staff: deliveries, the catalogue, the manual and who is how far, requests for badges, the fair's rules."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.audit.service import record
from fairs.calendar.context import current_fair
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires, safe_next
from fairs.directory.history import LABELS, entries
from fairs.exhibitors.queries import exhibitor_by_reference
from fairs.floorplans.queries import halls_of
from fairs.payments.models import Invoice
from fairs.sitework import catalogue, manual, queries
from fairs.sitework.forms import ManualForm, ReasonForm, ServiceForm, SettingsForm
from fairs.sitework.lists import ORDERS
from fairs.sitework.models import ServiceOrder, SiteSettings, StaffPlace
from fairs.sitework.my_pages import KEPT
from fairs.sitework.orders import cancel_order, deliver, undo_delivery
from fairs.sitework.permissions import DECIDE_STAFF, DELIVER, MANAGE_SITEWORK, VIEW_SITEWORK
from fairs.sitework.staff import decide_request, requests_of
from fairs.sitework.standing import settings_of
from fairs.sitework.states import OrderState

services = Blueprint("services", __name__, url_prefix="/fairs/<fair_slug>/services")
site = Blueprint("sitework", __name__, url_prefix="/fairs/<fair_slug>/site")

HISTORY: dict[str, tuple[Any, str, str]] = {
    **LABELS,
    "sitework.order": (_l("Ordered"), "shopping-cart", "info"),
    "sitework.change_order": (_l("Order changed"), "pencil", "neutral"),
    "sitework.cancel_order": (_l("Cancelled"), "x", "warning"),
    "sitework.follow_money": (_l("Followed its invoice"), "cash", "neutral"),
    "sitework.deliver": (_l("Delivered"), "truck-delivery", "success"),
    "sitework.undo_delivery": (_l("Delivery taken back"), "arrow-back-up", "warning"),
}


def may(permission: Any) -> bool:
    """Whether the person in front of the screen may do this at the fair."""
    return matching_grant(g.grants, permission, current_fair().id) is not None


# --- service orders -------------------------------------------------------------------------------------------------


@services.get("")
@requires(VIEW_SITEWORK)
def index() -> Any:
    """What is to be delivered where."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(ORDERS, fair, known(ORDERS, request.args))
    return render_template(
        "sitework/orders.html", page=page_of(ORDERS, fair, request.args, cursor=request.args.get("cursor")),
        counts=queries.counts_by_state(fair.id), state=OrderState, kinds=catalogue.KINDS, halls=halls_of(fair.id),
        states=[("all", _("All")), *((s.value, s.label) for s in OrderState)], may_deliver=may(DELIVER),
        may_manage=may(MANAGE_SITEWORK), has_items=bool(catalogue.items_of(fair.id)),
        is_filtered=any(request.args.get(name) for name in ("q", "state", "kind", "hall")),
    )  # fmt: skip


@services.get("/<reference>")
@requires(VIEW_SITEWORK)
def show(reference: str) -> Any:
    """One order: what, where, paid or not, delivered or not."""
    return _show(queries.order_by_reference(current_fair().id, reference), ReasonForm(formdata=None))


def _show(order: ServiceOrder, form: ReasonForm) -> Any:
    page = render_template(
        "sitework/order.html", order=order, form=form, events=entries(order, HISTORY), kinds=catalogue.KINDS,
        invoice=db.session.get(Invoice, order.invoice_id) if order.invoice_id else None, may_deliver=may(DELIVER),
        may_manage=may(MANAGE_SITEWORK),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@services.post("/<reference>/deliver")
@requires(DELIVER)
def delivered(reference: str) -> Any:
    """Mark as delivered, or take that back."""
    order = queries.order_by_reference(current_fair().id, reference)
    try:
        if request.form.get("act") == "undo":
            undo_delivery(order, by=actor())
        else:
            deliver(order, by=actor())
            flash(_("%(booth)s: delivered.", booth=order.booth.code), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(safe_next(request.form.get("next"), url_for(".show", reference=order.reference)))


@services.post("/<reference>/cancel")
@requires(MANAGE_SITEWORK)
def cancel(reference: str) -> Any:
    """Cancel for an exhibitor; what was paid becomes a credit."""
    order, form = queries.order_by_reference(current_fair().id, reference), ReasonForm()
    if form.validate():
        try:
            cancel_order(order, reason=form.reason.data or "", by=actor(), as_staff=True)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The order is cancelled."), "success")
            return go(url_for(".show", reference=order.reference))
    return _show(queries.order_by_reference(current_fair().id, reference), form)


@services.get("/catalogue")
@requires(VIEW_SITEWORK)
def items() -> Any:
    """The services of the fair with what is left."""
    fair = current_fair()
    found = catalogue.items_of(fair.id)
    return render_template(
        "sitework/catalogue.html", items=found, kinds=catalogue.KINDS, left=catalogue.left(found),
        sold=catalogue.sold([item.id for item in found]), may_manage=may(MANAGE_SITEWORK),
    )  # fmt: skip


@services.route("/catalogue/new", methods=["GET", "POST"])
@requires(MANAGE_SITEWORK)
def new_item() -> Any:
    """Add a service."""
    return _item(None)


@services.route("/catalogue/<int:item_id>", methods=["GET", "POST"])
@requires(MANAGE_SITEWORK)
def item(item_id: int) -> Any:
    """Change a service."""
    return _item(catalogue.item_of(current_fair().id, item_id))


def _item(found: Any) -> Any:
    fair, form = current_fair(), ServiceForm()
    if not form.is_submitted():
        if found is not None:
            form.fill(found)
    elif form.validate():
        try:
            catalogue.save_item(fair, form.draft(fair), by=actor(), item=found)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".items"))
    page = render_template("sitework/service.html", form=form, item=found)
    return page, 422 if form.errors else 200


# --- the manual -----------------------------------------------------------------------------------------------------


@site.get("/manual", endpoint="manual")
@requires(VIEW_SITEWORK)
def progress() -> Any:
    """The items of the manual, and how far everybody with a booth is."""
    fair = current_fair()
    return render_template(
        "sitework/manual_staff.html", items=manual.items_of(fair.id), audiences=manual.AUDIENCES,
        people=manual.progress(fair), may_manage=may(MANAGE_SITEWORK),
    )  # fmt: skip


@site.route("/manual/new", methods=["GET", "POST"])
@requires(MANAGE_SITEWORK)
def new_manual_item() -> Any:
    """Add an item."""
    return _manual_item(None)


@site.route("/manual/<int:item_id>", methods=["GET", "POST"])
@requires(MANAGE_SITEWORK)
def manual_item(item_id: int) -> Any:
    """Change an item."""
    return _manual_item(manual.item_of(current_fair().id, item_id))


def _manual_item(found: Any) -> Any:
    form = ManualForm()
    if not form.is_submitted():
        if found is not None:
            form.fill(found)
    elif form.validate():
        try:
            manual.save_item(current_fair(), form.draft(), by=actor(), item=found)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".manual"))
    page = render_template("sitework/manual_item.html", form=form, item=found)
    return page, 422 if form.errors else 200


@site.get("/manual/of/<reference>")
@requires(VIEW_SITEWORK)
def manual_of(reference: str) -> Any:
    """One exhibitor's checklist with what was handed in."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    return render_template("sitework/manual_of.html", exhibitor=exhibitor, entries=manual.checklist(exhibitor))


@site.get("/manual/of/<reference>/<int:item_id>")
@requires(VIEW_SITEWORK)
def manual_file(reference: str, item_id: int) -> Any:
    """A file that an exhibitor handed in."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    entry = next((one for one in manual.checklist(exhibitor) if one.item.id == item_id), None)
    if entry is None or entry.tick is None or entry.tick.file is None:
        raise NotFound
    return stored_file(entry.tick.file, how="inline", cache=KEPT)


# --- requests for badges, rules -------------------------------------------------------------------------------------


@site.get("/staff", endpoint="staff")
@requires(VIEW_SITEWORK)
def requests() -> Any:
    """Badges beyond the quota that wait for a decision."""
    return _requests(ReasonForm(formdata=None), None)


def _requests(form: ReasonForm, at: int | None) -> Any:
    page = render_template(
        "sitework/staff_requests.html",
        places=requests_of(current_fair().id),
        form=form,
        at=at,
        may_decide=may(DECIDE_STAFF),
    )
    return page, 422 if form.errors else 200


@site.post("/staff/<int:place_id>")
@requires(DECIDE_STAFF)
def decide(place_id: int) -> Any:
    """Allow one more, or refuse with a reason."""
    place = db.session.get(StaffPlace, place_id) if place_id < 2**63 else None
    if place is None or place.fair_id != current_fair().id:
        raise NotFound
    form = ReasonForm()
    if form.validate():
        try:
            decide_request(place, allow=request.form.get("act") == "allow", reason=form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Decided."), "success")
            return go(url_for(".staff"))
    return _requests(form, place_id)


@site.route("/settings", methods=["GET", "POST"])
@requires(MANAGE_SITEWORK)
def settings() -> Any:
    """Quota of badges."""
    fair, form = current_fair(), SettingsForm()
    if not form.is_submitted():
        form.fill(settings_of(fair.id))
    elif form.validate():
        save_settings(fair.id, {name: form[name].data for name in form.RULES})
        flash(_("Saved."), "success")
        return go(url_for(".settings"))
    page = render_template("sitework/settings.html", form=form)
    return page, 422 if form.errors else 200


def save_settings(fair_id: int, values: dict[str, int]) -> None:
    """Keep the fair's rules of site work."""
    with transaction():
        row = db.session.query(SiteSettings).filter_by(fair_id=fair_id).with_for_update().one_or_none()
        if row is None:
            row = SiteSettings(fair_id=fair_id)
            db.session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.flush()
        record("sitework.settings", row, by=actor(), after=values)


register_nav(NavItem("services", _l("Site work"), "crane", "services.index", VIEW_SITEWORK, 36))
