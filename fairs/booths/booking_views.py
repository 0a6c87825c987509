"""Bookings of a fair for staff: list, export, one booking with its history, release and cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.audit.models import AuditEntry
from fairs.audit.queries import history
from fairs.booths.forms import ReasonForm
from fairs.booths.lists import BOOKINGS
from fairs.booths.permissions import MANAGE_BOOKINGS, VIEW_BOOKINGS
from fairs.booths.plan_views import seconds_left
from fairs.booths.queries import booking_by_reference, bundle_of, state_counts
from fairs.booths.requests import requests_of
from fairs.booths.service import cancel_booking, release_hold
from fairs.booths.states import BookingState, BoothState
from fairs.booths.withdrawal import withdrawal_of
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.i18n import format_money
from fairs.core.lists import download, known, page_of
from fairs.core.money import Money
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.floorplans.queries import zones_of
from fairs.payments.models import Invoice

bp = Blueprint("bookings", __name__, url_prefix="/fairs/<fair_slug>/bookings")

ACTIONS: dict[str, tuple[Any, str, str | None]] = {
    "booths.hold": (_l("Held"), "hourglass", "warning"),
    "booths.offer": (_l("Offered"), "gift", "info"),
    "booths.extend": (_l("More time given"), "hourglass-high", "info"),
    "booths.move": (_l("Moved to another booth"), "arrows-move", "warning"),
    "booths.swap": (_l("Changed places"), "arrows-exchange", "warning"),
    "booths.transfer": (_l("Passed on"), "arrow-forward-up", "warning"),
    "booths.withdraw": (_l("Withdrawn"), "arrow-back-up", "danger"),
    "booths.reinstate": (_l("Brought back by a late payment"), "rotate", "success"),
    "booths.fascia": (_l("Name on the fascia board agreed to"), "text-caption", "success"),
    "booths.ask": (_l("Asked"), "message-question", "info"),
    "booths.agree": (_l("The other exhibitor agreed"), "check", "success"),
    "booths.take_back": (_l("Taken back"), "arrow-back-up", None),
    "booths.answer": (_l("Answered"), "message-check", "success"),
    "waiting.join": (_l("Entered the list"), "list-numbers", "info"),
    "waiting.offer": (_l("Offered"), "gift", "info"),
    "waiting.settle": (_l("Off the list"), "check", None),
    "waiting.leave": (_l("Left the list"), "x", None),
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


@bp.get("/")
@requires(VIEW_BOOKINGS)
def index() -> Any:
    """The list, filtered and sorted by the query string; ``format=xlsx`` is the same list as a sheet."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(BOOKINGS, fair, known(BOOKINGS, request.args))
    page = page_of(BOOKINGS, fair, request.args, cursor=request.args.get("cursor"))
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
        rows=bundle_of(found),
        requests=requests_of(found),
        withdrawal=withdrawal_of(found) if found.ended_at is not None else None,
        events=[history_event(entry) for entry in history(found)],
        form=form,
        seconds_left=seconds_left(found),
        may_manage=MANAGE_BOOKINGS,
    )
    return page, 422 if form.errors else 200


def history_event(entry: AuditEntry) -> Event:
    """An entry of the audit as the pages of bookings show it."""
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
