"""Pages of reminders: what is asked for, what was done for an invoice, calls, proposals to release, the schedule."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.dunning.forms import CallForm, DeferForm, ReleaseForm, ScheduleForm
from fairs.dunning.lists import KINDS, REMINDERS, wanted_of
from fairs.dunning.models import DunningStep
from fairs.dunning.permissions import ACT_ON_OVERDUE, EDIT_SCHEDULE, VIEW_REMINDERS
from fairs.dunning.queries import Asked, asked_of, asked_of_invoice, exhibitor_of, schedule_of, step_by_id
from fairs.dunning.service import defer, record_call, release, save_schedule
from fairs.dunning.states import StepKind, StepState
from fairs.payments.queries import invoice_by_number

bp = Blueprint("dunning", __name__, url_prefix="/fairs/<fair_slug>/reminders")


@bp.get("")
@requires(VIEW_REMINDERS)
def index() -> str | Response:
    """What is asked for: by default what is overdue, with what was done and what comes next."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(REMINDERS, fair, known(REMINDERS, request.args))
    page = page_of(REMINDERS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "dunning/list.html",
        page=page,
        rows=asked_of(fair, page.items),
        wanted=wanted,
        views=[("all", _("All that is not paid")), ("soon", _("Not due yet")), ("call", _("To be called")),
               ("release", _("Proposed for release"))],
        kinds=KINDS,
        schedule=schedule_of(fair.id),
        may_act=_may(ACT_ON_OVERDUE),
        EDIT_SCHEDULE=EDIT_SCHEDULE,
    )  # fmt: skip


def _may(permission: Any) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


@bp.get("/invoices/<number>")
@requires(VIEW_REMINDERS)
def history(number: str) -> str:
    """Everything that was done for the payments of an invoice."""
    fair = current_fair()
    invoice = invoice_by_number(number, fair.id)
    if invoice is None:
        raise NotFound
    return render_template(
        "dunning/invoice.html", invoice=invoice, rows=asked_of_invoice(fair, invoice), kinds=KINDS,
        exhibitor=exhibitor_of(invoice), may_act=_may(ACT_ON_OVERDUE),
    )  # fmt: skip


@bp.get("/steps/<int:step_id>")
@requires(ACT_ON_OVERDUE)
def step(step_id: int) -> str:
    """A call to make, or a booth proposed for release."""
    return _page(step_by_id(current_fair().id, step_id))


def _page(found: DunningStep, **forms: Any) -> str:
    fair = current_fair()
    invoice = invoice_by_number(found.invoice.number, fair.id)
    if invoice is None or found.step.is_mail:
        raise NotFound
    asked: Asked = next(one for one in asked_of_invoice(fair, invoice) if one.part.instalment.id == found.instalment_id)
    values: dict[str, Any] = {
        "call_form": CallForm(formdata=None), "release_form": ReleaseForm(formdata=None),
        "defer_form": DeferForm(formdata=None), **forms,
    }  # fmt: skip
    return render_template(
        "dunning/call.html" if found.step is StepKind.CALL else "dunning/release.html",
        step=found, asked=asked, invoice=invoice, kinds=KINDS, exhibitor=exhibitor_of(invoice),
        is_open=found.state is StepState.OPEN, **values,
    )  # fmt: skip


def _back(found: DunningStep) -> Any:
    return go(url_for("dunning.history", number=found.invoice.number))


@bp.post("/steps/<int:step_id>/call")
@requires(ACT_ON_OVERDUE)
def called(step_id: int) -> Any:
    """Keep what came of a call."""
    found, form = step_by_id(current_fair().id, step_id), CallForm()
    if form.validate_on_submit():
        try:
            record_call(found, form.to_draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The call is kept, also among the notes of the company."), "success")
            return _back(found)
    return _page(step_by_id(current_fair().id, step_id), call_form=form), 422


@bp.post("/steps/<int:step_id>/release")
@requires(ACT_ON_OVERDUE)
def release_booth(step_id: int) -> Any:
    """Release the booth."""
    found, form = step_by_id(current_fair().id, step_id), ReleaseForm()
    if form.validate_on_submit():
        try:
            release(found, reason=form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The booth is free again, and the exhibitor is told."), "success")
            return _back(found)
    return _page(step_by_id(current_fair().id, step_id), release_form=form), 422


@bp.post("/steps/<int:step_id>/defer")
@requires(ACT_ON_OVERDUE)
def not_yet(step_id: int) -> Any:
    """Do not release the booth yet."""
    found, form = step_by_id(current_fair().id, step_id), DeferForm()
    if form.validate_on_submit():
        try:
            assert form.until.data is not None  # noqa: S101  required
            defer(found, form.until.data, reason=form.defer_reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Deferred. The proposal comes again after that day."), "success")
            return _back(found)
    return _page(step_by_id(current_fair().id, step_id), defer_form=form), 422


@bp.route("/settings", methods=["GET", "POST"])
@requires(EDIT_SCHEDULE)
def settings() -> Any:
    """The fair's schedule, and whether booths go by themselves."""
    fair = current_fair()
    form = ScheduleForm(obj=schedule_of(fair.id))
    if form.validate_on_submit():
        try:
            save_schedule(fair, form.to_schedule(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("dunning.index"))
    page = render_template("dunning/settings.html", form=form)
    return (page, 422) if request.method == "POST" else page


register_nav(NavItem("reminders", _l("Reminders"), "bell-ringing", "dunning.index", VIEW_REMINDERS, 111))
