"""Shifts: the list, one shift, counting, agreeing to a difference, taking over, the fair's rule."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.audit.queries import history
from fairs.calendar.context import current_fair
from fairs.cashdesk.forms import SettingsForm, count_form, counts_of, received_of, take_over_form
from fairs.cashdesk.lists import SHIFTS, state_of
from fairs.cashdesk.models import CashShift
from fairs.cashdesk.permissions import RUN_CASH_DESK, SUPERVISE_CASH, VIEW_CASH
from fairs.cashdesk.queries import NOTES, agree_above, cash_in_hand, entries_of, shift_by_number
from fairs.cashdesk.service import agree_to_difference, count_again, count_shift, save_settings, take_over
from fairs.cashdesk.states import ShiftState
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import LOCALES, current_locale
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires

bp = Blueprint("cash_shifts", __name__, url_prefix="/fairs/<fair_slug>/cash-shifts")


def _may(permission: Any) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


@bp.get("")
@requires(VIEW_CASH)
def index() -> str | Response:
    """All shifts of the fair."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(SHIFTS, fair, known(SHIFTS, request.args))
    page = page_of(SHIFTS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "cashdesk/shifts.html",
        page=page,
        states=[(str(state), state.label) for state in ShiftState],
        is_filtered=state_of(request.args) is not None,
        in_hand=cash_in_hand(fair.id),
        limit=agree_above(fair),
        SUPERVISE_CASH=SUPERVISE_CASH,
        RUN_CASH_DESK=RUN_CASH_DESK,
    )


def _shift(number: str) -> CashShift:
    return shift_by_number(current_fair().id, number)


@bp.get("/<shift_number>")
@requires(VIEW_CASH)
def show(shift_number: str) -> str:
    """One shift: what should be there, what was counted, every voucher, who signed."""
    shift = _shift(shift_number)
    involved = actor().involved & {shift.cashier_id, shift.cashier_for_id, shift.counted_by_id}
    return render_template(
        "cashdesk/shift.html",
        shift=shift,
        entries=entries_of(shift),
        is_own=shift.cashier_id == g.user.id,
        is_involved=bool(involved),
        may_run=_may(RUN_CASH_DESK),
        may_supervise=_may(SUPERVISE_CASH),
        history=history(shift),
    )


@bp.route("/<shift_number>/count", methods=["GET", "POST"])
@requires(RUN_CASH_DESK)
def count(shift_number: str) -> Any:
    """Count the till at the end of a shift."""
    shift = _shift(shift_number)
    supervisor = _may(SUPERVISE_CASH)
    if shift.cashier_id != g.user.id and not supervisor:
        raise NotFound
    form = count_form(shift.tills)
    if form.validate_on_submit():
        try:
            count_shift(shift, counts_of(form, shift.tills), by=actor(), as_supervisor=supervisor)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Counted. Now another person takes over the money."), "success")
            return go(url_for("cash_shifts.show", shift_number=shift.number))
        shift = _shift(shift_number)
    page = render_template("cashdesk/count.html", shift=shift, form=form, notes=NOTES)
    return (page, 422) if request.method == "POST" else page


@bp.post("/<shift_number>/count-again")
@requires(RUN_CASH_DESK)
def again(shift_number: str) -> Any:
    """Open one's counted shift again."""
    shift = count_again(_shift(shift_number), by=actor())
    return go(url_for("cash_shifts.count", shift_number=shift.number))


@bp.post("/<shift_number>/agree")
@requires(SUPERVISE_CASH)
def agree(shift_number: str) -> Any:
    """Agree to a large difference."""
    shift = agree_to_difference(_shift(shift_number), by=actor())
    flash(_("Agreed. The money can be handed over now."), "success")
    return go(url_for("cash_shifts.show", shift_number=shift.number))


@bp.route("/<shift_number>/take-over", methods=["GET", "POST"])
@requires(RUN_CASH_DESK)
def receive(shift_number: str) -> Any:
    """Take over the money of a counted shift."""
    shift = _shift(shift_number)
    form = take_over_form(shift.tills)
    if form.validate_on_submit():
        try:
            take_over(shift, received_of(form, shift.tills), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Taken over. The record of the hand-over can be printed."), "success")
            return go(url_for("cash_shifts.show", shift_number=shift.number))
        shift = _shift(shift_number)
    involved = bool(actor().involved & {shift.cashier_id, shift.cashier_for_id, shift.counted_by_id})
    page = render_template("cashdesk/take_over.html", shift=shift, form=form, is_involved=involved)
    return (page, 422) if request.method == "POST" else page


@bp.get("/<shift_number>/handover.pdf")
@requires(VIEW_CASH)
def document(shift_number: str) -> Response:
    """The record of the hand-over as PDF, in the reader's language or ``?lang=``."""
    shift = _shift(shift_number)
    if shift.state is not ShiftState.HANDED_OVER:
        raise NotFound
    asked = request.args.get("lang", "")
    locale = asked if asked in LOCALES else current_locale()
    from fairs.cashdesk.pdf import handover_pdf  # heavy: loaded by who prints

    content = handover_pdf(shift, current_fair(), current_app.extensions["fairs_config"], locale)
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{shift.handover_number}-{locale}.pdf")
    return response


@bp.route("/settings", methods=["GET", "POST"])
@requires(SUPERVISE_CASH)
def settings() -> Any:
    """Above which difference a supervisor must agree."""
    fair = current_fair()
    form = SettingsForm(data={"agree_above": agree_above(fair).decimal})
    if form.validate_on_submit():
        try:
            save_settings(fair, form.agree_above.money(fair.currency), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("cash_shifts.index"))
    page = render_template("cashdesk/settings.html", form=form)
    return (page, 422) if request.method == "POST" else page


register_nav(NavItem("cash_shifts", _l("Cashiers’ shifts"), "clipboard-text", "cash_shifts.index", VIEW_CASH, 108))
