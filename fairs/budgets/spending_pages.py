"""Pages of vouchers and commitments: write, submit, approve, pay, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.budgets import queries, spending
from fairs.budgets.forms import METHOD_CHOICES, PayForm, ReasonForm, VoucherForm
from fairs.budgets.lists import VOUCHERS
from fairs.budgets.models import Commitment, Voucher
from fairs.budgets.permissions import APPROVE_VOUCHERS, PAY_VOUCHERS, VIEW_FAIR_BUDGET, WRITE_VOUCHERS
from fairs.budgets.states import VoucherState
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, Forbidden, NotFound, SamePerson
from fairs.core.files import stored_file
from fairs.core.forms import Form
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.history import entries
from fairs.payments.credits import day_of_money

bp = Blueprint("vouchers", __name__, url_prefix="/fairs/<fair_slug>/vouchers")

HISTORY: dict[str, tuple[Any, str, str]] = {
    "budgets.voucher": (_l("Voucher drawn up"), "pencil", "neutral"),
    "budgets.change_voucher": (_l("Changed"), "pencil", "neutral"),
    "budgets.submit_voucher": (_l("Handed in for approval"), "send", "info"),
    "budgets.return_voucher": (_l("Given back"), "arrow-back-up", "warning"),
    "budgets.refuse_voucher": (_l("Refused"), "x", "danger"),
    "budgets.approve_voucher": (_l("Approved"), "check", "success"),
    "budgets.pay_voucher": (_l("Paid out"), "cash", "success"),
    "budgets.counter_voucher": (_l("Counter-voucher written"), "arrow-back-up", "warning"),
    "budgets.commit": (_l("Committed"), "file-check", "info"),
    "budgets.release": (_l("Rest released"), "arrow-back-up", "warning"),
}


@bp.get("")
@requires(VIEW_FAIR_BUDGET)
def index() -> str | Response:
    """The fair's vouchers; as a sheet with ``?format=xlsx``."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(VOUCHERS, fair, known(VOUCHERS, request.args))
    args = request.args
    return render_template(
        "budgets/vouchers.html", page=page_of(VOUCHERS, fair, args, cursor=args.get("cursor")),
        sums=queries.voucher_sums(fair.id, fair.currency), states=[(str(one), one.label) for one in VoucherState],
        lines=[(line.code, line.label) for line in queries.fair_lines(fair.id)], State=VoucherState, WRITE=WRITE_VOUCHERS,
        is_filtered=any(args.get(key) for key in ("state", "q", "line")), has_budget=queries.approved_budget(fair.id) is not None,
    )  # fmt: skip


def _voucher(number: str) -> Voucher:
    return queries.voucher(current_fair().id, number)


@bp.get("/<number>")
@requires(VIEW_FAIR_BUDGET)
def show(number: str) -> str:
    """One voucher: its lines, its paper, what it may be a duplicate of, and the next step."""
    return _show(_voucher(number))


def _show(found: Voucher, form: Form | None = None) -> str:
    forms: dict[str, Any] = {
        "pay": PayForm(formdata=None, data={"paid_on": day_of_money()}), "reason": ReasonForm(formdata=None),
    }  # fmt: skip
    if form is not None:
        forms["pay" if isinstance(form, PayForm) else "reason"] = form
    involved = {found.by_id, found.for_id, found.submitted_by_id, found.submitted_for_id}
    return render_template(
        "budgets/voucher.html", voucher=found, forms=forms, State=VoucherState, methods=dict(METHOD_CHOICES),
        duplicates=queries.duplicates_of(found), counter=queries.counter_voucher(found), events=entries(found, HISTORY),
        is_own=bool(actor().involved & involved), WRITE=WRITE_VOUCHERS, APPROVE=APPROVE_VOUCHERS, PAY=PAY_VOUCHERS,
    )  # fmt: skip


def _form(found: Voucher | None = None) -> VoucherForm:
    data: dict[str, Any] = {"written_on": day_of_money(), "method": "transfer", "lines": [{}, {}, {}]}
    if found is not None:
        data = {
            "payee": found.payee, "tax_code": found.tax_code, "purpose": found.purpose, "written_on": found.written_on,
            "method": found.method, "external_number": found.external_number, "external_on": found.external_on,
            "vat": found.vat.decimal if found.vat_minor else None,
            "lines": [
                {"line": f"{one.line_id}/{one.commitment_id}" if one.commitment_id else str(one.line_id), "amount": one.amount.decimal}
                for one in found.lines
            ] + [{}],
        }  # fmt: skip
    elif request.args.get("line"):
        data["lines"] = [{"line": request.args["line"][:40]}, {}, {}]
    fair = current_fair()
    form = VoucherForm(data=data)
    form.offer(queries.fair_lines(fair.id), queries.commitments(fair.id, is_open=True))
    return form


@bp.route("/new", methods=["GET", "POST"])
@requires(WRITE_VOUCHERS)
def new() -> Any:
    """Write a voucher."""
    form = _form()
    if form.validate_on_submit():
        try:
            made = spending.write_voucher(current_fair(), form.draft(current_fair().currency), by=actor())
        except DomainError as error:
            form.show_error(error)
        else:
            flash(_("%(number)s is written. Submit it when it is complete.", number=made.number), "success")
            return go(url_for("vouchers.show", number=made.number))
    page = render_template("budgets/voucher_form.html", form=form, voucher=None)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<number>/edit", methods=["GET", "POST"])
@requires(WRITE_VOUCHERS)
def edit(number: str) -> Any:
    """Change a draft."""
    found = _voucher(number)
    form = _form(found)
    if form.validate_on_submit():
        try:
            spending.change_voucher(found, form.draft(found.currency), by=actor())
        except DomainError as error:
            if error.status == 409:
                raise
            form.show_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("vouchers.show", number=number))
    page = render_template("budgets/voucher_form.html", form=form, voucher=_voucher(number))
    return page, 422 if form.is_submitted() else 200


@bp.get("/<number>/scan")
@requires(VIEW_FAIR_BUDGET)
def scan(number: str) -> Response:
    """The scan of the payee's paper."""
    return stored_file(_voucher(number).scan, how="inline")


def _act(number: str, act: Callable[[Voucher], Any], done: str, form: Form | None = None) -> Any:
    """Take the next step with a voucher; what is wrong stands at the form, or above the page."""
    if form is None or form.validate_on_submit():
        try:
            act(_voucher(number))
        except DomainError as error:
            if isinstance(error, Forbidden | NotFound | SamePerson):
                raise
            if form is None:
                flash(str(error), "warning")
                return go(url_for("vouchers.show", number=number))
            form.add_error(error)
        else:
            flash(done, "success")
            return go(url_for("vouchers.show", number=number))
    return _show(_voucher(number), form), 422


@bp.post("/<number>/submit")
@requires(WRITE_VOUCHERS)
def submit(number: str) -> Any:
    """Hand a draft in for approval."""
    return _act(
        number, lambda row: spending.submit_voucher(row, by=actor()), _("Handed in. A second person approves it.")
    )


@bp.post("/<number>/approve")
@requires(APPROVE_VOUCHERS)
def approve(number: str) -> Any:
    """Approve what another person wrote."""
    return _act(number, lambda row: spending.approve_voucher(row, by=actor()), _("Approved. It can be paid."))


@bp.post("/<number>/return")
@requires(APPROVE_VOUCHERS)
def give_back(number: str) -> Any:
    """Give a voucher back to be mended."""
    form = ReasonForm()
    return _act(
        number,
        lambda row: spending.return_voucher(row, reason=form.reason.data or "", by=actor()),
        _("Given back."),
        form,
    )


@bp.post("/<number>/refuse")
@requires(WRITE_VOUCHERS)
def refuse(number: str) -> Any:
    """End a voucher that was not paid."""
    form = ReasonForm()
    return _act(
        number, lambda row: spending.refuse_voucher(row, reason=form.reason.data or "", by=actor()), _("Refused."), form
    )


@bp.post("/<number>/pay")
@requires(PAY_VOUCHERS)
def pay(number: str) -> Any:
    """Note that the money has gone, or come back for a counter-voucher."""
    form = PayForm()

    def act(row: Voucher) -> None:
        spending.pay_voucher(row, on=form.paid_on.data, reference=form.reference.data or "", by=actor())

    return _act(number, act, _("Written down as paid."), form)


@bp.post("/<number>/counter")
@requires(WRITE_VOUCHERS)
def counter(number: str) -> Any:
    """Undo a paid voucher by a counter-voucher."""
    form = ReasonForm()
    return _act(
        number, lambda row: spending.counter(row, reason=form.reason.data or "", by=actor()),
        _("The counter-voucher waits for a second person."), form,
    )  # fmt: skip


# --- commitments --------------------------------------------------------------------------------------------------


def _commitment(number: str) -> Commitment:
    return queries.commitment(current_fair().id, number)


@bp.get("/commitments/<commitment_number>")
@requires(VIEW_FAIR_BUDGET)
def commitment(commitment_number: str) -> str:
    """A contract or an order: what vouchers took of it, and what is left."""
    return _commitment_page(_commitment(commitment_number))


def _commitment_page(found: Commitment, form: Form | None = None) -> str:
    taken = [
        (one, sum(part.amount_minor for part in one.lines if part.commitment_id == found.id))
        for one in queries.vouchers_on(found.line)
        if any(part.commitment_id == found.id for part in one.lines)
    ]
    return render_template(
        "budgets/commitment.html", commitment=found, vouchers=taken, form=form or ReasonForm(formdata=None),
        events=entries(found, HISTORY), WRITE=WRITE_VOUCHERS,
    )  # fmt: skip


@bp.post("/commitments/<commitment_number>/release")
@requires(WRITE_VOUCHERS)
def release(commitment_number: str) -> Any:
    """Free what no voucher has taken."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            spending.release_commitment(_commitment(commitment_number), reason=form.reason.data or "", by=actor())
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            form.add_error(error)
        else:
            flash(_("Released: the money is free again."), "success")
            return go(url_for("vouchers.commitment", commitment_number=commitment_number))
    return _commitment_page(_commitment(commitment_number), form), 422


register_nav(NavItem("vouchers", _l("Vouchers"), "file-dollar", "vouchers.index", VIEW_FAIR_BUDGET, 116))
