"""An exhibitor's own booking: company and products → booth (on the plan) → review and terms → what happens next."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fairs.booths.errors import BoothTaken, HoldExpired
from fairs.booths.forms import ReviewForm
from fairs.booths.models import BoothBooking
from fairs.booths.permissions import BOOK_BOOTH
from fairs.booths.plan_views import say_taken, seconds_left
from fairs.booths.queries import (
    bookings_of,
    bundle_of,
    codes_of,
    current_booking,
    exhibitor_by_reference,
    exhibitors_of_user,
)
from fairs.booths.requests import asked_of
from fairs.booths.service import BoothOrder, hold_booths, may_book_now, quote, release_hold, reserve
from fairs.booths.stages import stages
from fairs.booths.states import BookingState
from fairs.booths.waiting import entry_of
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires
from fairs.directory.queries import group_names, is_member
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.queries import booth_by_code
from fairs.payments.models import Invoice
from fairs.payments.queries import credits_of

bp = Blueprint("my_booth", __name__, url_prefix="/my/<fair_slug>/booth")


def own_exhibitor(reference: str) -> Exhibitor:
    """The exhibitor, when the user works for the company or sells booths at this fair; else nobody hears of it."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference[:20])
    if g.grant is None and not is_member(g.user.id, exhibitor.company_id):
        raise NotFound
    return exhibitor


def plan_url_of(exhibitor: Exhibitor, **values: Any) -> str:
    if len(exhibitors_of_user(exhibitor.fair_id, g.user.id)) > 1:
        values["for"] = exhibitor.reference
    return url_for("booths.plan", **values)


@bp.get("/")
@requires(BOOK_BOOTH)
def start() -> Any:
    """Straight to one's own participation; a choice when there are several; the way to apply when there is none."""
    mine = exhibitors_of_user(current_fair().id, g.user.id)
    if len(mine) == 1:
        return redirect(url_for("my_booth.status", reference=mine[0].reference))
    return render_template("booths/start.html", exhibitors=mine)


@bp.get("/<reference>")
@requires(BOOK_BOOTH)
def status(reference: str) -> Any:
    """One's booking and what happens next; without one, the first step."""
    exhibitor = own_exhibitor(reference)
    booking = current_booking(exhibitor.id)
    past = [one for one in bookings_of(exhibitor.id) if not one.is_live]
    if booking is None and not past and not asked_of(exhibitor) and exhibitor.state is ExhibitorState.ACCEPTED:
        return redirect(url_for("my_booth.company", reference=exhibitor.reference))
    if booking is not None and booking.state is BookingState.HELD:
        return redirect(url_for("my_booth.review", reference=exhibitor.reference))
    return render_template(
        "booths/status.html",
        exhibitor=exhibitor,
        booking=booking,
        past=past,
        rows=bundle_of(booking) if booking is not None else [],
        asked=asked_of(exhibitor),
        entry=entry_of(exhibitor.id),
        credits=[one for one in credits_of([exhibitor.company_id]) if one.fair_id == exhibitor.fair_id],
        invoice=_invoice(booking),
        stages=stages(exhibitor) if booking is not None else [],
        may_book=may_book_now(exhibitor.fair),
        plan_url=plan_url_of(exhibitor),
    )


def _invoice(booking: BoothBooking | None) -> Invoice | None:
    return db.session.get(Invoice, booking.invoice_id) if booking is not None and booking.invoice_id else None


@bp.get("/<reference>/company")
@requires(BOOK_BOOTH)
def company(reference: str) -> str:
    """Step one: company and products, as handed in once for this fair."""
    exhibitor = own_exhibitor(reference)
    names = group_names()
    return render_template(
        "booths/company.html",
        exhibitor=exhibitor,
        groups=[names.get(code, code) for code in exhibitor.groups],
        may_book=may_book_now(exhibitor.fair),
        plan_url=plan_url_of(exhibitor),
    )


@bp.post("/<reference>/hold")
@requires(BOOK_BOOTH)
def hold(reference: str) -> Any:
    """Step two: hold the booth chosen on the plan."""
    exhibitor = own_exhibitor(reference)
    booth = booth_by_code(exhibitor.fair_id, request.form.get("booth", "")[:12])
    together = request.form.get("with", "")[:260]
    back = plan_url_of(exhibitor, booth=booth.code, _anchor="panel")
    try:
        beside = [booth_by_code(exhibitor.fair_id, code) for code in together.split(",") if code.strip()]
        hold_booths(exhibitor.fair, [booth, *beside], exhibitor, BoothOrder(), by=actor())
    except BoothTaken as error:
        flash(say_taken(error), "warning")
        return go(back)
    except DomainError as error:
        flash(str(error), "danger")
        return go(back)
    return go(url_for("my_booth.review", reference=exhibitor.reference))


@bp.route("/<reference>/review", methods=["GET", "POST"])
@requires(BOOK_BOOTH)
def review(reference: str) -> Any:
    """Step three: every price line, both due dates, the terms; then the booth is reserved."""
    exhibitor = own_exhibitor(reference)
    fair = exhibitor.fair
    booking = current_booking(exhibitor.id)
    if booking is not None and booking.state is not BookingState.HELD:
        return go(url_for("my_booth.status", reference=exhibitor.reference))
    if booking is None:
        return _no_hold(exhibitor)
    rows = bundle_of(booking)
    form = ReviewForm(data={"fascia_name": booking.fascia_name or exhibitor.company.name[:120]})
    if form.validate_on_submit():
        try:
            reserve(booking, fascia_name=str(form.fascia_name.data), terms_accepted=bool(form.terms.data), by=actor())
        except HoldExpired as error:
            flash(str(error), "warning")
            return go(plan_url_of(exhibitor, booth=booking.booth.code, _anchor="panel"))
        except DomainError as error:
            form.add_error(error)
        else:
            return go(url_for("my_booth.status", reference=exhibitor.reference))
    page = render_template(
        "booths/review.html",
        exhibitor=exhibitor,
        booking=booking,
        offer=quote(fair, [one.booth for one in rows], exhibitor),
        rows=rows,
        codes=codes_of(rows),
        form=form,
        seconds_left=seconds_left(booking),
        plan_url=plan_url_of(exhibitor, booth=booking.booth.code),
        fair=fair,
    )
    return page, 422 if form.errors else 200


def _no_hold(exhibitor: Exhibitor) -> Any:
    """Nothing is held: say so, and offer the booth that was held last, if it is still free."""
    last = next(iter(bookings_of(exhibitor.id)), None)
    if last is None or request.method == "POST":
        flash(_("Choose a booth first.") if last is None else str(HoldExpired.message), "warning")
        return go(plan_url_of(exhibitor))
    return render_template("booths/expired.html", exhibitor=exhibitor, booking=last, plan_url=plan_url_of(exhibitor))


@bp.post("/<reference>/release")
@requires(BOOK_BOOTH)
def release(reference: str) -> Any:
    """Give the held booth back."""
    exhibitor = own_exhibitor(reference)
    booking = current_booking(exhibitor.id)
    if booking is not None:
        release_hold(booking, by=actor())
        flash(_("Booth %(code)s is free again.", code=booking.booth.code), "info")
    return go(plan_url_of(exhibitor))
