"""What clerks do with bookings: extend, move, swap, withdraw, offers, requests, the waiting list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.audit.queries import history
from fairs.booths.booking_views import history_event
from fairs.booths.forms import (
    AnswerForm,
    ExtendForm,
    FasciaForm,
    OfferForm,
    OtherForm,
    PlacesForm,
    WaitingForm,
    WithdrawForm,
)
from fairs.booths.lists import WAITING
from fairs.booths.models import BoothBooking
from fairs.booths.moves import EVENING, extend_booking, move_booking, swap_bookings
from fairs.booths.permissions import MANAGE_BOOKINGS, VIEW_BOOKINGS
from fairs.booths.queries import booking_by_reference, bundle_of, codes_of, exhibitor_by_reference, live_booking
from fairs.booths.requests import agree, answer_request, ask_transfer, open_requests, request_by_id, set_fascia
from fairs.booths.service import offer_booths
from fairs.booths.states import BookingState, WaitingState
from fairs.booths.waiting import entry_by_id, join_waiting, leave_waiting, position_of
from fairs.booths.withdrawal import refund_today, terms_of, withdraw_booking, withdrawal_of
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.files import stored_file
from fairs.core.forms import Form
from fairs.core.lists import download, known, page_of
from fairs.core.storage import store_upload
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.floorplans.queries import booth_by_code, booth_types, zones_of

bp = Blueprint("booth_sales", __name__, url_prefix="/fairs/<fair_slug>/booth-sales")


def booths_of_codes(fair: Fair, codes: list[str], field: str = "booths") -> list[Booth]:
    """The booths of these codes; raises InvalidInput naming the first that is unknown."""
    found = []
    for code in codes[:30]:
        try:
            found.append(booth_by_code(fair.id, code))
        except NotFound:
            raise InvalidInput(_("This fair has no booth %(code)s.", code=code[:12]), field=field) from None
    return found


def _exhibitor(fair: Fair, reference: str, field: str = "exhibitor") -> Exhibitor:
    try:
        return exhibitor_by_reference(fair.id, reference)
    except NotFound:
        raise InvalidInput(_("This fair has no exhibitor of this number."), field=field) from None


@bp.get("/bookings/<reference>")
@requires(MANAGE_BOOKINGS)
def change(reference: str) -> Any:
    """Everything a clerk can do with a booking beside cancelling it."""
    return _page(booking_by_reference(current_fair().id, reference[:20]))


def _page(booking: BoothBooking, **forms: Form) -> Any:
    fair = current_fair()
    fascia = FasciaForm(formdata=None, data={"fascia_name": booking.fascia_name})
    found = {
        "extend": ExtendForm(formdata=None), "move": PlacesForm(formdata=None), "swap": OtherForm(formdata=None, prefix="s-"),
        "transfer": OtherForm(formdata=None, prefix="t-"), "withdraw": WithdrawForm(formdata=None), "fascia": fascia, **forms,
    }  # fmt: skip
    page = render_template(
        "booths/change.html",
        booking=booking, codes=codes_of(bundle_of(booking)), refund=refund_today(fair, booking), forms=found,
        may_extend=booking.state in {BookingState.HELD, BookingState.RESERVED} and not booking.is_overdue_hold,
        is_sold=booking.state in {BookingState.RESERVED, BookingState.CONFIRMED},
    )  # fmt: skip
    return page, 422 if any(form.errors for form in forms.values()) else 200


def _act(reference: str, name: str, form: Form, act: Any, said: str) -> Any:
    """Bind, do, show the form again with what was wrong."""
    booking = booking_by_reference(current_fair().id, reference[:20])
    if form.validate():
        try:
            act(booking)
        except DomainError as error:
            wrong = getattr(form, error.field or "", None)
            if wrong is not None:
                wrong.errors = [*wrong.errors, str(error)]
            else:
                form.add_error(error)
        else:
            flash(said, "success")
            return go(url_for("bookings.booking", reference=booking.reference))
    return _page(booking, **{name: form})


@bp.post("/bookings/<reference>/extend")
@requires(MANAGE_BOOKINGS)
def extend(reference: str) -> Any:
    """Give more time for a hold, an offer or a deposit."""
    form = ExtendForm()

    def act(booking: BoothBooking) -> None:
        assert form.until.data is not None  # noqa: S101  required
        extend_booking(booking, form.until.data, reason=str(form.reason.data), by=actor())

    return _act(reference, "extend", form, act, _("There is more time now; the exhibitor is told."))


@bp.post("/bookings/<reference>/move")
@requires(MANAGE_BOOKINGS)
def move(reference: str) -> Any:
    """Move the booking to other booths."""
    form = PlacesForm()

    def act(booking: BoothBooking) -> None:
        booths = booths_of_codes(current_fair(), form.codes)
        move_booking(booking, booths, reason=str(form.reason.data), by=actor())

    return _act(reference, "move", form, act, _("The booking has moved; the exhibitor is told."))


@bp.post("/bookings/<reference>/swap")
@requires(MANAGE_BOOKINGS)
def swap(reference: str) -> Any:
    """Two bookings change places."""
    form = OtherForm(prefix="s-")

    def act(booking: BoothBooking) -> None:
        booth = booths_of_codes(current_fair(), [str(form.other.data)], "other")[0]
        other = live_booking(booth.id)
        if other is None:
            raise InvalidInput(_("Nobody has a booth of this number."), field="other")
        swap_bookings(booking, other, reason=str(form.reason.data), by=actor())

    return _act(reference, "swap", form, act, _("The two have changed places; both are told."))


@bp.post("/bookings/<reference>/transfer")
@requires(MANAGE_BOOKINGS)
def transfer(reference: str) -> Any:
    """File a request to pass the booth on; somebody else grants it."""
    form = OtherForm(prefix="t-")

    def act(booking: BoothBooking) -> None:
        to = _exhibitor(current_fair(), str(form.other.data), "other")
        ask_transfer(booking, to, reason=str(form.reason.data), by=actor())

    return _act(reference, "transfer", form, act, _("Filed. Somebody else of the organiser grants it."))


@bp.post("/bookings/<reference>/withdraw")
@requires(MANAGE_BOOKINGS)
def withdraw(reference: str) -> Any:
    """File the exhibitor's withdrawal, from its letter."""
    form = WithdrawForm()

    def act(booking: BoothBooking) -> None:
        with transaction():
            upload = form.letter.upload()
            file = store_upload(upload, field="letter") if upload is not None else None
            withdraw_booking(booking, text=str(form.text.data or ""), file=file, by=actor())

    return _act(
        reference, "withdraw", form, act, _("The withdrawal is filed; the exhibitor is told what is paid back.")
    )


@bp.post("/bookings/<reference>/fascia")
@requires(MANAGE_BOOKINGS)
def fascia(reference: str) -> Any:
    """Agree to the name on the fascia board, or change it."""
    form = FasciaForm()

    def act(booking: BoothBooking) -> None:
        set_fascia(booking, str(form.fascia_name.data), by=actor())

    return _act(reference, "fascia", form, act, _("The name on the fascia board is agreed to."))


@bp.get("/bookings/<reference>/letter")
@requires(VIEW_BOOKINGS)
def letter(reference: str) -> Any:
    """The letter of a withdrawal."""
    found = withdrawal_of(booking_by_reference(current_fair().id, reference[:20]))
    return stored_file(found.file if found is not None else None)


@bp.get("/requests")
@requires(VIEW_BOOKINGS)
def requests() -> Any:
    """What exhibitors ask: the open ones first."""
    found = open_requests(current_fair().id)
    return render_template("booths/requests.html", requests=found, may_manage=MANAGE_BOOKINGS)


@bp.route("/requests/<int:request_id>", methods=["GET", "POST"])
@requires(MANAGE_BOOKINGS)
def one_request(request_id: int) -> Any:
    """Grant or refuse what was asked."""
    found = request_by_id(current_fair().id, request_id)
    form = AnswerForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                if form.agreed.data and found.other_exhibitor_id is not None:
                    agree(found, by=actor())
                answer_request(found, form.grant.data == "yes", answer=str(form.answer.data or ""), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Granted.") if form.grant.data == "yes" else _("Refused; the exhibitor is told why."), "success")
            return go(url_for("booth_sales.requests"))
    page = render_template(
        "booths/request.html", one=found, form=form, codes=codes_of(bundle_of(found.booking)),
        events=[history_event(entry) for entry in history(found)],
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.route("/offers/new", methods=["GET", "POST"])
@requires(MANAGE_BOOKINGS)
def offer() -> Any:
    """Offer booths to an exhibitor until a day."""
    fair = current_fair()
    form = OfferForm(
        request.form if request.method == "POST" else request.args, meta={"csrf": request.method == "POST"}
    )
    if request.method == "POST" and form.validate() and form.until.data is not None:
        try:
            to = _exhibitor(fair, str(form.exhibitor.data))
            until = fair.at(form.until.data, EVENING)
            made = offer_booths(fair, to, booths_of_codes(fair, form.codes), until=until, origin="offer", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Offered; the exhibitor is told."), "success")
            return go(url_for("bookings.booking", reference=made[0].reference))
    page = render_template("booths/offer.html", form=form)
    return page, 422 if request.method == "POST" else 200


@bp.get("/waiting")
@requires(VIEW_BOOKINGS)
def waiting() -> Any:
    """The waiting list in its order; ``format=xlsx`` is the same list as a sheet."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(WAITING, fair, known(WAITING, request.args))
    page = page_of(WAITING, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "booths/waiting_list.html",
        page=page, hours=terms_of(fair.id).offer_hours, zones=[(zone.code, zone.name) for zone in zones_of(fair.id)],
        states=[("live", _("On the list")), *((state.value, state.label) for state in WaitingState)],
        is_filtered=bool(request.args.get("q") or request.args.get("zone") or request.args.get("state")),
    )  # fmt: skip


@bp.route("/waiting/new", methods=["GET", "POST"])
@requires(MANAGE_BOOKINGS)
def add_waiting() -> Any:
    """A clerk enters an exhibitor who has called."""
    fair = current_fair()
    zones, kinds = zones_of(fair.id), [kind for kind in booth_types() if kind.is_sold]
    form = WaitingForm().offer(zones, kinds)
    if request.method == "POST" and form.validate():
        try:
            entry = join_waiting(
                _exhibitor(fair, str(form.exhibitor.data or "")), form.wish(), by=actor(), source="staff"
            )
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Entered at the end of the list."), "success")
            return go(url_for("booth_sales.entry", entry_id=entry.id))
    return render_template("booths/waiting_new.html", form=form), 422 if form.errors else 200


@bp.get("/waiting/<int:entry_id>")
@requires(VIEW_BOOKINGS)
def entry(entry_id: int) -> Any:
    """One entry with each step."""
    found = entry_by_id(current_fair().id, entry_id)
    return render_template(
        "booths/waiting_entry.html", entry=found, position=position_of(found), may_manage=MANAGE_BOOKINGS,
        events=[history_event(one) for one in history(found)],
    )  # fmt: skip


@bp.post("/waiting/<int:entry_id>/leave")
@requires(MANAGE_BOOKINGS)
def leave(entry_id: int) -> Any:
    """Take an exhibitor off the list; an offer is refused with it."""
    leave_waiting(entry_by_id(current_fair().id, entry_id), by=actor())
    flash(_("Taken off the waiting list."), "info")
    return go(url_for("booth_sales.waiting"))


register_nav(NavItem("booth-waiting", _l("Waiting list"), "list-numbers", "booth_sales.waiting", VIEW_BOOKINGS, 26))
