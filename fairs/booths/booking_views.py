"""Bookings of a fair for staff: list, export, one booking with its history, release and cancel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.audit.models import AuditEntry
from fairs.audit.queries import history
from fairs.booths.forms import ReasonForm
from fairs.booths.models import BoothBooking
from fairs.booths.permissions import MANAGE_BOOKINGS, VIEW_BOOKINGS
from fairs.booths.plan_views import seconds_left
from fairs.booths.queries import booking_by_reference, bookings_matching, state_counts
from fairs.booths.service import cancel_booking, release_hold
from fairs.booths.states import BookingState, BoothState
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import NavItem, actor, go, paginate, register_nav, requires
from fairs.directory.models import Company
from fairs.floorplans.models import Booth
from fairs.floorplans.queries import zones_of
from fairs.payments.models import Invoice

bp = Blueprint("bookings", __name__, url_prefix="/fairs/<fair_slug>/bookings")

SORTS: dict[str, Any] = {
    "reference": None,
    "booth": Booth.code,
    "company": Company.folded,
    "price": BoothBooking.price_minor,
}
ACTIONS: dict[str, tuple[Any, str, str | None]] = {
    "booths.hold": (_l("Held"), "hourglass", "warning"),
    "booths.reprice": (_l("Price changed"), "receipt", "warning"),
    "booths.reserve": (_l("Reserved"), "bookmark", "info"),
    "booths.confirm": (_l("Confirmed"), "circle-check", "success"),
    "booths.release": (_l("Released"), "arrow-back-up", None),
    "booths.expire": (_l("Hold expired"), "clock-off", None),
    "booths.cancel": (_l("Cancelled"), "x", "danger"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the history as the page shows it."""

    at: datetime
    title: Any
    text: str
    actor: str
    icon: str
    tone: str | None


def _wanted(fair: Fair) -> Select[BoothBooking]:
    state = request.args.get("state", "live")
    zone = next((zone.id for zone in zones_of(fair.id) if zone.code == request.args.get("zone")), None)
    return bookings_matching(fair, text=request.args.get("q", "")[:100], state=state, zone_id=zone)


@bp.get("/")
@requires(VIEW_BOOKINGS)
def index() -> Any:
    """The list, filtered and sorted by the query string; ``format=xlsx`` is the same list as a sheet."""
    fair = current_fair()
    query = _wanted(fair)
    if request.args.get("format") == "xlsx":
        return _sheet(fair, query)
    sort = request.args.get("sort", "-reference")
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        key, descending = "reference", True
    keys = [(BoothBooking.id, descending)]
    if SORTS[key] is not None:
        keys.insert(0, (SORTS[key], descending))
    page = paginate(query, *keys, cursor=request.args.get("cursor"))
    states = [("live", _("In force")), ("overdue", _("Deposit overdue")), *((s.value, s.label) for s in BookingState)]
    return render_template(
        "booths/bookings.html",
        page=page,
        counts=state_counts(fair.id),
        states=states,
        zones=[(zone.code, zone.name) for zone in zones_of(fair.id)],
        today=fair.today,
        booth_states=BoothState,
        is_filtered=bool(request.args.get("q") or request.args.get("zone") or request.args.get("state")),
    )


def _sheet(fair: Fair, query: Select[BoothBooking]) -> Response:
    heads = [
        _("Booking"), _("Booth"), _("Hall"), _("Zone"), _("Area (m²)"), _("Open sides"), _("Company"), _("Tax code"),
        _("Country"), _("Name on the fascia board"), _("State"), _("Price (net)"), _("Support (net)"), _("Currency"),
        _("Decision number"), _("Deposit due"), _("Booked at"), _("Confirmed at"), _("Reason"),
    ]  # fmt: skip
    bookings = db.session.scalars(query.order_by(BoothBooking.id)).unique()
    return sheet_response(
        [Sheet(_("Bookings"), heads, _rows(bookings))], f"{fair.slug}-bookings", time_zone=fair.time_zone
    )


def _rows(bookings: Any) -> Iterator[list[Any]]:
    for one in bookings:
        booth, company = one.booth, one.exhibitor.company
        yield [
            one.reference, booth.code, booth.hall.name, booth.zone.name if booth.zone else "", booth.area_m2,
            booth.open_sides, company.name, company.tax_code, company.country, one.fascia_name, str(one.state.label),
            one.price, one.support, one.currency, one.decision_number, one.deposit_due_on, one.created_at,
            one.confirmed_at, one.end_reason if one.ended_at else "",
        ]  # fmt: skip


@bp.get("/<reference>")
@requires(VIEW_BOOKINGS)
def booking(reference: str) -> Any:
    """One booking with its price, invoice and history."""
    return _page(reference, ReasonForm())


def _page(reference: str, form: ReasonForm) -> Any:
    found = booking_by_reference(current_fair().id, reference[:20])
    page = render_template(
        "booths/booking.html",
        booking=found,
        invoice=db.session.get(Invoice, found.invoice_id) if found.invoice_id else None,
        events=[_event(entry) for entry in history(found)],
        form=form,
        seconds_left=seconds_left(found),
        may_manage=MANAGE_BOOKINGS,
    )
    return page, 422 if form.errors else 200


def _event(entry: AuditEntry) -> Event:
    title, icon, tone = ACTIONS.get(entry.action, (entry.action, "point", None))
    after = entry.after or {}
    parts = [str(after[key]) for key in ("booth", "invoice", "reason") if after.get(key)]
    price = after.get("price")
    if isinstance(price, dict):
        parts.append(format_money(Money(price["amount_minor"], price["currency"])))
    return Event(entry.at, title, " · ".join(parts), entry.actor_label, icon, tone)


@bp.post("/<reference>/release")
@requires(MANAGE_BOOKINGS)
def release(reference: str) -> Any:
    """Give a held booth back."""
    found = booking_by_reference(current_fair().id, reference[:20])
    try:
        release_hold(found, by=actor())
        flash(_("Booth %(code)s is free again.", code=found.booth.code), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for("bookings.booking", reference=found.reference))


@bp.post("/<reference>/cancel")
@requires(MANAGE_BOOKINGS)
def cancel(reference: str) -> Any:
    """Cancel a booking; the exhibitor is told the reason."""
    found = booking_by_reference(current_fair().id, reference[:20])
    form = ReasonForm()
    if not form.validate():
        return _page(reference, form)
    try:
        cancel_booking(found, reason=str(form.reason.data), by=actor())
    except DomainError as error:
        form.add_error(error)
        return _page(reference, form)
    flash(_("The booking is cancelled; booth %(code)s is free.", code=found.booth.code), "success")
    return go(url_for("bookings.booking", reference=found.reference))


register_nav(NavItem("bookings", _l("Bookings"), "bookmarks", "bookings.index", VIEW_BOOKINGS, 25))
