"""An exhibitor's own pages beside booking: more time, withdrawing, passing on, changing places, the waiting list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.booths.forms import ExtendForm, OtherForm, WaitingForm, WithdrawForm
from fairs.booths.models import BookingRequest
from fairs.booths.my_views import own_exhibitor, plan_url_of
from fairs.booths.permissions import BOOK_BOOTH
from fairs.booths.queries import bundle_of, codes_of, current_booking, exhibitor_by_reference, live_booking
from fairs.booths.requests import (
    agree,
    ask_extension,
    ask_swap,
    ask_transfer,
    request_by_id,
    requests_of,
    take_back,
)
from fairs.booths.states import BookingState
from fairs.booths.waiting import ON_LIST, entry_of, join_waiting, leave_waiting, position_of
from fairs.booths.withdrawal import refund_today, terms_of, withdraw_booking
from fairs.core.db import transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.storage import store_upload
from fairs.core.web import actor, go, requires
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.queries import booth_by_code, booth_types, zones_of

bp = Blueprint("my_changes", __name__, url_prefix="/my/<fair_slug>/booth/<reference>")


@bp.get("/changes")
@requires(BOOK_BOOTH)
def index(reference: str) -> Any:
    """What can be changed about one's booking, and what was asked."""
    return _page(own_exhibitor(reference))


def _page(exhibitor: Exhibitor, **forms: Any) -> Any:
    booking = current_booking(exhibitor.id)
    if booking is None:
        flash(_("Choose a booth first."), "warning")
        return go(url_for("my_booth.status", reference=exhibitor.reference))
    fair = exhibitor.fair
    found = {
        "extend": ExtendForm(formdata=None), "transfer": OtherForm(formdata=None, prefix="t-"),
        "swap": OtherForm(formdata=None, prefix="s-"), "withdraw": WithdrawForm(formdata=None), **forms,
    }  # fmt: skip
    page = render_template(
        "booths/changes.html",
        exhibitor=exhibitor, booking=booking, codes=codes_of(bundle_of(booking)), refund=refund_today(fair, booking),
        scale=terms_of(fair.id).refund_scale, requests=requests_of(booking), fair=fair, forms=found,
        may_extend=booking.state in {BookingState.HELD, BookingState.RESERVED}, is_held=booking.state is BookingState.HELD,
    )  # fmt: skip
    return page, 422 if any(form.errors for form in forms.values()) else 200


@bp.post("/changes/extend")
@requires(BOOK_BOOTH)
def extend(reference: str) -> Any:
    """Ask for more time."""
    exhibitor, form = own_exhibitor(reference), ExtendForm()
    booking = current_booking(exhibitor.id)
    if booking is not None and form.validate() and form.until.data is not None:
        try:
            ask_extension(booking, form.until.data, reason=str(form.reason.data), by=actor())
            return _asked(exhibitor)
        except DomainError as error:
            form.add_error(error)
    return _page(exhibitor, extend=form)


@bp.post("/changes/transfer")
@requires(BOOK_BOOTH)
def transfer(reference: str) -> Any:
    """Ask to pass the booth on to another exhibitor, named by its reference."""
    exhibitor, form = own_exhibitor(reference), OtherForm(prefix="t-")
    booking = current_booking(exhibitor.id)
    if booking is not None and form.validate():
        try:
            ask_transfer(
                booking, _exhibitor_named(exhibitor, str(form.other.data)), reason=str(form.reason.data), by=actor()
            )
            return _asked(exhibitor)
        except DomainError as error:
            _add(form, error)
    return _page(exhibitor, transfer=form)


@bp.post("/changes/swap")
@requires(BOOK_BOOTH)
def swap(reference: str) -> Any:
    """Ask another exhibitor to change places, named by the code of its booth."""
    exhibitor, form = own_exhibitor(reference), OtherForm(prefix="s-")
    booking = current_booking(exhibitor.id)
    if booking is not None and form.validate():
        try:
            try:
                other = live_booking(booth_by_code(exhibitor.fair_id, str(form.other.data)).id)
            except NotFound:
                other = None
            if other is None:
                raise InvalidInput(_("Nobody has a booth of this number."), field="other")
            ask_swap(booking, other, reason=str(form.reason.data), by=actor())
            return _asked(exhibitor)
        except DomainError as error:
            _add(form, error)
    return _page(exhibitor, swap=form)


def _exhibitor_named(exhibitor: Exhibitor, reference: str) -> Exhibitor:
    try:
        return exhibitor_by_reference(exhibitor.fair_id, reference)
    except NotFound:
        raise InvalidInput(_("This fair has no exhibitor of this number."), field="other") from None


def _add(form: OtherForm, error: DomainError) -> None:
    if error.field in {"other", "to"}:
        form.other.errors = [*form.other.errors, str(error)]
    else:
        form.add_error(error)


def _asked(exhibitor: Exhibitor) -> Any:
    flash(_("Asked. The organiser answers; you are told by e-mail."), "success")
    return go(url_for("my_changes.index", reference=exhibitor.reference))


@bp.post("/changes/withdraw")
@requires(BOOK_BOOTH)
def withdraw(reference: str) -> Any:
    """Withdraw in writing, after having seen what is paid back."""
    exhibitor, form = own_exhibitor(reference), WithdrawForm()
    booking = current_booking(exhibitor.id)
    if booking is not None and form.validate():
        try:
            with transaction():
                upload = form.letter.upload()
                file = store_upload(upload, field="letter") if upload is not None else None
                withdraw_booking(booking, text=str(form.text.data or ""), file=file, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("You have withdrawn. What is paid back is in the letter that we have sent you."), "success")
            return go(url_for("my_booth.status", reference=exhibitor.reference))
    return _page(exhibitor, withdraw=form)


@bp.post("/requests/<int:request_id>/<answer>")
@requires(BOOK_BOOTH)
def answer(reference: str, request_id: int, answer: str) -> Any:
    """Agree to what another exhibitor asks, decline it, or take back what one has asked oneself."""
    exhibitor = own_exhibitor(reference)
    found = request_by_id(exhibitor.fair_id, request_id)
    if answer not in {"agree", "decline", "take-back"} or not _concerns(found, exhibitor, answer):
        raise NotFound
    try:
        if answer == "agree":
            agree(found, by=actor())
            flash(_("Agreed. The organiser decides now."), "success")
        else:
            take_back(found, by=actor())
            flash(_("Declined.") if answer == "decline" else _("Taken back."), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for("my_booth.status", reference=exhibitor.reference))


def _concerns(found: BookingRequest, exhibitor: Exhibitor, answer: str) -> bool:
    if answer == "take-back":
        return found.booking.exhibitor_id == exhibitor.id
    return found.other_exhibitor_id == exhibitor.id


@bp.route("/waiting", methods=["GET", "POST"])
@requires(BOOK_BOOTH)
def waiting(reference: str) -> Any:
    """One's place on the waiting list, or the way onto it."""
    exhibitor = own_exhibitor(reference)
    zones, kinds = zones_of(exhibitor.fair_id), [kind for kind in booth_types() if kind.is_sold]
    form = WaitingForm().offer(zones, kinds)
    if request.method == "POST" and form.validate():
        try:
            join_waiting(exhibitor, form.wish(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("You are on the waiting list. We write to you as soon as a booth fits."), "success")
            return go(url_for("my_changes.waiting", reference=exhibitor.reference))
    entry = entry_of(exhibitor.id)
    on_list = entry is not None and entry.state in ON_LIST
    page = render_template(
        "booths/waiting.html",
        exhibitor=exhibitor, entry=entry, on_list=on_list, position=position_of(entry) if entry is not None else 0,
        form=form, hours=terms_of(exhibitor.fair_id).offer_hours, booking=current_booking(exhibitor.id),
        plan_url=plan_url_of(exhibitor),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/waiting/leave")
@requires(BOOK_BOOTH)
def leave(reference: str) -> Any:
    """Leave the waiting list; an offer is refused with it."""
    exhibitor = own_exhibitor(reference)
    entry = entry_of(exhibitor.id)
    if entry is not None:
        leave_waiting(entry, by=actor())
        flash(_("You have left the waiting list."), "info")
    return go(url_for("my_changes.waiting", reference=exhibitor.reference))
