"""Pages of a fair's sponsors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.budgets import sponsor_queries, sponsoring
from fairs.budgets.forms import AgreeForm, ReasonForm, ReceivedForm, SponsorForm
from fairs.budgets.models import Sponsorship
from fairs.budgets.permissions import MANAGE_SPONSORS, VIEW_SPONSORS
from fairs.budgets.states import SponsorState
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, Forbidden, NotFound, SamePerson
from fairs.core.files import stored_file
from fairs.core.forms import Form
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.history import entries
from fairs.payments.credits import day_of_money

bp = Blueprint("sponsors", __name__, url_prefix="/fairs/<fair_slug>/sponsors")

HISTORY: dict[str, tuple[Any, str, str]] = {
    "budgets.sponsor": (_l("Promised"), "message", "neutral"),
    "budgets.change_sponsor": (_l("Changed"), "pencil", "neutral"),
    "budgets.agree_sponsor": (_l("Agreement signed"), "signature", "info"),
    "budgets.invoice_sponsor": (_l("Invoice issued"), "file-invoice", "info"),
    "budgets.sponsor_paid": (_l("Received"), "check", "success"),
    "budgets.receive_in_kind": (_l("Received in kind"), "gift", "success"),
    "budgets.end_sponsor": (_l("Fell through"), "x", "danger"),
}


@bp.get("")
@requires(VIEW_SPONSORS)
def index() -> str | Response:
    """The fair's sponsors; as a sheet with ``?format=xlsx``."""
    fair = current_fair()
    found = sponsor_queries.sponsorships(fair.id)
    if request.args.get("format") == "xlsx":
        return sheet_response([_sheet(found)], f"{fair.slug}-sponsors", time_zone=fair.time_zone)
    return render_template(
        "budgets/sponsors.html", sponsors=[(one, sponsor_queries.received_of(one)) for one in found],
        sums=sponsor_queries.sponsor_sums(found, fair.currency), MANAGE=MANAGE_SPONSORS,
    )  # fmt: skip


def _sheet(found: Any) -> Sheet:
    heads = [
        _("Number"), _("Company"), _("Tax code"), _("Package"), _("Given"), _("State"), _("Promised without VAT, or value"),
        _("VAT in percent"), _("Received with VAT"), _("Currency"), _("Agreement with the sponsor"), _("Signed on"), _("What is given in kind"),
        _("What the sponsor gets for it"),
    ]  # fmt: skip
    rows = [
        [one.number, one.company.name, one.company.tax_code, one.package, _("in kind") if one.in_kind else _("in money"),
         str(one.state.label), one.promised, one.vat_percent, sponsor_queries.received_of(one), one.currency, one.agreement_number,
         one.agreed_on, one.description, one.benefits]
        for one in found
    ]  # fmt: skip
    return Sheet(_("Sponsors"), heads, rows)


def _sponsor(number: str) -> Sponsorship:
    return sponsor_queries.sponsorship(current_fair().id, number)


@bp.get("/<sponsor_number>")
@requires(VIEW_SPONSORS)
def show(sponsor_number: str) -> str:
    """One sponsor: the promise, the agreement, what is expected and what came."""
    return _show(_sponsor(sponsor_number))


def _show(found: Sponsorship, form: Form | None = None) -> str:
    day = {"agreed_on": day_of_money(), "received_on": day_of_money()}
    forms: dict[str, Any] = {
        "agree": AgreeForm(formdata=None, data=day), "received": ReceivedForm(formdata=None, data=day),
        "reason": ReasonForm(formdata=None),
    }  # fmt: skip
    if form is not None:
        forms[{AgreeForm: "agree", ReceivedForm: "received"}.get(type(form), "reason")] = form
    return render_template(
        "budgets/sponsor.html", sponsor=found, forms=forms, received=sponsor_queries.received_of(found), State=SponsorState,
        events=entries(found, HISTORY), MANAGE=MANAGE_SPONSORS, today=current_fair().today,
    )  # fmt: skip


def _data(found: Sponsorship) -> dict[str, Any]:
    return {
        "company": found.company.tax_code or found.company.name, "package": found.package, "in_kind": "1" if found.in_kind else "",
        "promised": found.promised.decimal, "vat_percent": found.vat_percent, "description": found.description,
        "benefits": found.benefits,
        "parts": [{"due_on": one.due_on, "amount": one.amount.decimal} for one in found.instalments] + [{}],
    }  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@requires(MANAGE_SPONSORS)
def new() -> Any:
    """Write down what a company promises."""
    return _edit(None)


@bp.route("/<sponsor_number>/edit", methods=["GET", "POST"])
@requires(MANAGE_SPONSORS)
def edit(sponsor_number: str) -> Any:
    """Change a promise before money was asked for."""
    return _edit(_sponsor(sponsor_number))


def _edit(found: Sponsorship | None) -> Any:
    fair = current_fair()
    form = SponsorForm(data=_data(found) if found else {"vat_percent": 0, "parts": [{}, {}, {}]})
    if form.validate_on_submit():
        try:
            draft = form.draft(fair.currency)
            if found is None:
                row = sponsoring.promise(fair, draft, by=actor())
            else:
                row = sponsoring.change_sponsor(found, draft, by=actor())
        except DomainError as error:
            if error.status == 409:
                raise
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("sponsors.show", sponsor_number=row.number))
    page = render_template("budgets/sponsor_form.html", form=form, sponsor=found)
    return page, 422 if form.is_submitted() else 200


@bp.get("/<sponsor_number>/scan")
@requires(VIEW_SPONSORS)
def scan(sponsor_number: str) -> Response:
    """The scan of the agreement."""
    return stored_file(_sponsor(sponsor_number).scan, how="inline")


def _act(number: str, act: Callable[[Sponsorship], Any], done: str, form: Form | None = None) -> Any:
    if form is None or form.validate_on_submit():
        try:
            act(_sponsor(number))
        except DomainError as error:
            if isinstance(error, Forbidden | NotFound | SamePerson):
                raise
            if form is None:
                flash(str(error), "warning")
                return go(url_for("sponsors.show", sponsor_number=number))
            form.add_error(error)
        else:
            flash(done, "success")
            return go(url_for("sponsors.show", sponsor_number=number))
    return _show(_sponsor(number), form), 422


@bp.post("/<sponsor_number>/agree")
@requires(MANAGE_SPONSORS)
def agree(sponsor_number: str) -> Any:
    """The agreement is signed."""
    form = AgreeForm()

    def act(row: Sponsorship) -> None:
        number, day = form.agreement_number.data or "", form.agreed_on.data
        sponsoring.agree(row, number=number, on=day, scan=form.scan.upload(), by=actor())

    return _act(sponsor_number, act, _("The agreement is kept."), form)


@bp.post("/<sponsor_number>/instalments/<int:instalment_id>")
@requires(MANAGE_SPONSORS)
def invoice(sponsor_number: str, instalment_id: int) -> Any:
    """Ask for an instalment by an invoice."""
    return _act(
        sponsor_number, lambda row: sponsoring.invoice_instalment(row, instalment_id if instalment_id < 2**62 else 0, by=actor()),
        _("The invoice is issued."),
    )  # fmt: skip


@bp.post("/<sponsor_number>/received")
@requires(MANAGE_SPONSORS)
def received(sponsor_number: str) -> Any:
    """What was promised in kind is here."""
    form = ReceivedForm()
    return _act(
        sponsor_number, lambda row: sponsoring.receive_in_kind(row, on=form.received_on.data, by=actor()),
        _("Written down as received."), form,
    )  # fmt: skip


@bp.post("/<sponsor_number>/end")
@requires(MANAGE_SPONSORS)
def end(sponsor_number: str) -> Any:
    """The promise falls through."""
    form = ReasonForm()
    return _act(
        sponsor_number, lambda row: sponsoring.end_sponsor(row, reason=form.reason.data or "", by=actor()),
        _("It is ended."), form,
    )  # fmt: skip


register_nav(NavItem("sponsors", _l("Sponsors"), "award", "sponsors.index", VIEW_SPONSORS, 118))
