"""What an exhibitor prepares: services, people at the booth, manual, build-up permit. Things of strangers are not found."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from fairs.badges.queries import badges_by_id
from fairs.calendar.context import current_fair
from fairs.core import qr
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.i18n import format_datetime, format_time
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, requires
from fairs.directory.queries import is_member
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import exhibitor_by_reference
from fairs.payments.models import Invoice
from fairs.sitework import catalogue, manual, permits, staff
from fairs.sitework.forms import FileForm, PermitForm, PersonForm, ReasonForm, order_form, wish_of
from fairs.sitework.models import ServiceOrder
from fairs.sitework.orders import cancel_order, change_order, may_change, place_order, service_vat, sums_of
from fairs.sitework.permissions import OWN_SITEWORK
from fairs.sitework.queries import order_by_reference, orders_of
from fairs.sitework.standing import Standing, quota, settings_of, standing_of
from fairs.sitework.states import StaffState

KEPT = "private, max-age=3600"  # pictures of one page are not fetched again and again
bp = Blueprint("my_site", __name__, url_prefix="/my/<fair_slug>/site/<reference>")


def _own(reference: str) -> Exhibitor:
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    if g.grant is None and not is_member(g.user.id, exhibitor.company_id):
        raise NotFound
    return exhibitor


def _page(template: str, exhibitor: Exhibitor, standing: Standing, form: Any = None, **values: Any) -> Any:
    page = render_template(
        f"sitework/{template}.html", exhibitor=exhibitor, standing=standing, form=form,
        as_staff=g.grant is not None, tab=request.endpoint, **values,
    )  # fmt: skip
    return page, 422 if form is not None and form.errors else 200


# --- services -------------------------------------------------------------------------------------------------------


@bp.route("/services", methods=["GET", "POST"])
@requires(OWN_SITEWORK)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def services(reference: str) -> Any:
    """The catalogue as an order form, and what was ordered."""
    exhibitor = _own(reference)
    return _order(exhibitor, None)


@bp.route("/services/<order>", methods=["GET", "POST"])
@requires(OWN_SITEWORK)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def change(reference: str, order: str) -> Any:
    """Change an order before the cut-off."""
    exhibitor = _own(reference)
    return _order(exhibitor, _own_order(exhibitor, order))


def _own_order(exhibitor: Exhibitor, reference: str) -> ServiceOrder:
    order = order_by_reference(exhibitor.fair_id, reference)
    if order.exhibitor_id != exhibitor.id:
        raise NotFound
    return order


def _order(exhibitor: Exhibitor, order: ServiceOrder | None) -> Any:
    fair, standing = exhibitor.fair, standing_of(exhibitor)
    as_staff = g.grant is not None
    items = [
        item
        for item in catalogue.items_of(fair.id, active=True)
        if item.is_open(fair) or (as_staff and not fair.is_over)
    ]
    form = order_form(items, [one.booth for one in standing.bookings])()
    if not form.is_submitted() and order is not None:
        known = {line.item_id: line.quantity for line in order.lines}
        for item in items:
            form[f"q{item.id}"].data = known.get(item.id)
        form.booth.data, form.note.data = str(order.booth_id), order.note
    sums = None
    if form.is_submitted() and form.validate():
        wish = wish_of(form, items)
        sums = sums_of(fair, items, wish.quantities)
        if request.form.get("act") != "sum":
            try:
                if order is None:
                    made = place_order(exhibitor, wish, by=actor(), as_staff=as_staff)
                else:
                    made = change_order(order, wish, by=actor(), as_staff=as_staff)
            except DomainError as error:
                form.add_error(error)
            else:
                flash(_("Ordered: %(reference)s. The invoice is with it.", reference=made.reference), "success")
                return go(url_for(".services", reference=exhibitor.reference))
    elif order is not None and not form.is_submitted():
        sums = sums_of(fair, items, {line.item_id: line.quantity for line in order.lines})
    orders = orders_of(exhibitor.id)
    invoices = {one.id: one for one in _invoices(orders)}
    return _page(
        "services", exhibitor, standing, form, items=items, kinds=catalogue.KINDS, sums=sums, order=order, orders=orders, vat=service_vat(fair, items),
        left=catalogue.left(items, without_order=order.id if order is not None else None), invoices=invoices,
        changeable={one.id for one in orders if may_change(one, fair)}, reason_form=ReasonForm(formdata=None),
    )  # fmt: skip


def _invoices(orders: Any) -> list[Invoice]:
    ids = [one.invoice_id for one in orders if one.invoice_id is not None]
    return list(db.session.query(Invoice).filter(Invoice.id.in_(ids))) if ids else []


@bp.post("/services/<order>/cancel")
@requires(OWN_SITEWORK)
def cancel(reference: str, order: str) -> Any:
    """Cancel an order before the cut-off."""
    exhibitor = _own(reference)
    try:
        cancel_order(
            _own_order(exhibitor, order),
            reason=_("The exhibitor cancelled it."),
            by=actor(),
            as_staff=g.grant is not None,
        )
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(_("The order is cancelled."), "success")
    return go(url_for(".services", reference=exhibitor.reference))


# --- people at the booth --------------------------------------------------------------------------------------------


@bp.route("/staff", methods=["GET", "POST"])
@requires(OWN_SITEWORK)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def people(reference: str) -> Any:
    """Who works at the booth, within the quota."""
    exhibitor, form = _own(reference), PersonForm()
    if form.validate_on_submit():
        try:
            place = staff.name_person(
                exhibitor,
                form.draft(exhibitor.company.country),
                by=actor(),
                extra_reason=form.reason.data or "",
                is_contractor=bool(form.is_contractor.data),
            )
        except DomainError as error:
            form.add_error(error)
        else:
            asked = place.state is StaffState.REQUESTED
            flash(_("The organiser decides on it.") if asked else _("Named."), "success")
            return go(url_for(".people", reference=exhibitor.reference))
    standing, places = standing_of(exhibitor), staff.staff_of(exhibitor.id)
    return _page(
        "staff", exhibitor, standing, form, places=places, taken=staff.taken(places),
        quota=quota(standing, settings_of(exhibitor.fair_id)), settings=settings_of(exhibitor.fair_id),
        has_badges=bool(staff.badges_of(exhibitor)),
    )  # fmt: skip


@bp.post("/staff/<int:place_id>/remove")
@requires(OWN_SITEWORK)
def remove(reference: str, place_id: int) -> Any:
    """Take somebody off; the place is free for another."""
    exhibitor = _own(reference)
    staff.remove_person(staff.place_of(exhibitor, place_id), by=actor())
    flash(_("Taken off. You can name somebody else."), "success")
    return go(url_for(".people", reference=exhibitor.reference))


@bp.get("/badges.pdf")
@requires(OWN_SITEWORK)
def badges(reference: str) -> Any:
    """The badges of the people at the booth, to be printed by the exhibitor."""
    from fairs.badges.faces import badges_pdf

    exhibitor = _own(reference)
    found = badges_by_id(staff.badges_of(exhibitor))
    if not found:
        flash(_("There is no badge yet: they are issued once the booth is confirmed."), "warning")
        return go(url_for(".people", reference=exhibitor.reference))
    return _pdf(badges_pdf(found), f"{exhibitor.reference}-badges")


def _pdf(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


# --- the manual -----------------------------------------------------------------------------------------------------


@bp.get("/manual", endpoint="manual")
@requires(OWN_SITEWORK)
def checklist(reference: str) -> Any:
    """The checklist."""
    return _checklist(_own(reference), FileForm(formdata=None), None)


def _checklist(exhibitor: Exhibitor, form: FileForm, at: int | None) -> Any:
    entries = manual.checklist(exhibitor)
    sections = list(dict.fromkeys(entry.item.section for entry in entries))
    return _page("manual", exhibitor, standing_of(exhibitor), form, entries=entries, sections=sections, at=at)


@bp.post("/manual/<int:item_id>")
@requires(OWN_SITEWORK)
@limiter.limit(PUBLIC_FORM)
def tick(reference: str, item_id: int) -> Any:
    """Mark an item as done, with the file where one is asked for; or take that back."""
    exhibitor = _own(reference)
    item, form = manual.item_of(exhibitor.fair_id, item_id), FileForm()
    try:
        if request.form.get("act") == "undo":
            manual.untick(exhibitor, item, by=actor())
        else:
            manual.tick(exhibitor, item, by=actor(), upload=form.file.upload())
    except NotFound:
        raise
    except DomainError as error:
        form.file.errors = [str(error)]
        return _checklist(exhibitor, form, item.id)
    return go(url_for(".manual", reference=exhibitor.reference, _anchor=f"item-{item.id}"))


@bp.get("/manual/<int:item_id>/file")
@requires(OWN_SITEWORK)
def document(reference: str, item_id: int) -> Response:
    """The file that was handed in."""
    exhibitor = _own(reference)
    entry = next((one for one in manual.checklist(exhibitor) if one.item.id == item_id), None)
    if entry is None or entry.tick is None or entry.tick.file is None:
        raise NotFound
    return stored_file(entry.tick.file, how="inline", cache=KEPT)


# --- build-up -------------------------------------------------------------------------------------------------------


@bp.route("/permit", methods=["GET", "POST"])
@requires(OWN_SITEWORK)
def permit(reference: str) -> Any:
    """The build-up permit: a time, the vehicles, the code; given when everything is paid."""
    exhibitor, form = _own(reference), PermitForm()
    choices = permits.slots(exhibitor.fair)
    form.slot.choices = [(one.key, f"{format_datetime(one.begins)} – {format_time(one.ends)}") for one in choices]
    present = permits.permit_of(exhibitor.id)
    if not form.is_submitted():
        form.slot.data = (
            f"{present.slot_from.astimezone(choices[0].begins.tzinfo):%Y%m%d%H}" if present else choices[0].key
        )
        form.vehicles.data = present.vehicles if present else ""
    elif form.validate():
        try:
            permits.issue_permit(exhibitor, slot=form.slot.data or "", vehicles=form.vehicles.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The permit is ready."), "success")
            return go(url_for(".permit", reference=exhibitor.reference))
    standing = standing_of(exhibitor)
    valid = present is not None and standing.is_clear
    code = (
        qr.svg(qr.matrix(permits.code_of(present)), title=_("QR code of the permit"), css_class="badge-qr")
        if present and valid
        else None
    )
    return _page(
        "permit", exhibitor, standing, form, permit=present, is_valid=valid, code=code, why=permits.why_not(standing),
        is_late=now() > choices[-1].ends,
    )  # fmt: skip


@bp.get("/permit.pdf")
@requires(OWN_SITEWORK)
def permit_pdf(reference: str) -> Any:
    """The permit on A5."""
    from fairs.sitework.pdf import permit_sheet

    exhibitor = _own(reference)
    present, standing = permits.permit_of(exhibitor.id), standing_of(exhibitor)
    if present is None or not standing.is_clear:
        flash(_("There is no permit in force."), "warning")
        return go(url_for(".permit", reference=exhibitor.reference))
    return _pdf(permit_sheet(present, exhibitor, standing), present.reference)
