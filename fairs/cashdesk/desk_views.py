"""The desk: find an invoice, take cash, print the receipt; small amounts and refunds; vouchers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from fairs.calendar.context import current_fair
from fairs.cashdesk.errors import NoOpenShift
from fairs.cashdesk.forms import OpenForm, PayOutForm, PettyForm, ReasonForm, TakeForm
from fairs.cashdesk.models import CashEntry, CashShift
from fairs.cashdesk.permissions import RUN_CASH_DESK, VIEW_CASH
from fairs.cashdesk.queries import (
    counter_entries,
    entries_of,
    open_shift,
    payable,
    refund_to_pay_out,
    refunds_of,
    to_pay_out,
    voucher_by_number,
)
from fairs.cashdesk.service import open_new_shift
from fairs.cashdesk.states import CashKind
from fairs.cashdesk.till import CashDraft, PettyDraft, move_petty, pay_out_refund, take_cash, void
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import LOCALES, current_locale, format_money
from fairs.core.money import Money
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.payments.queries import OWED, coverage, invoice_by_number
from fairs.payments.states import PaymentState, RefundState
from fairs.payments.words import in_words

bp = Blueprint("cashdesk", __name__, url_prefix="/fairs/<fair_slug>/cash")

KINDS = {"deposit": _l("Deposit"), "balance": _l("Balance")}
PAPERS = ("80mm", "a5", "a4")


def _shift() -> CashShift | None:
    """One's open shift; None leads to the form that opens one."""
    found = open_shift(current_fair().id, g.user.id)
    if found is None:
        flash(str(NoOpenShift.message), "warning")
    return found


@bp.get("")
@requires(RUN_CASH_DESK)
def desk() -> Any:
    """One's own till: the field to find an invoice, or the form to open a shift. A single match is opened at once."""
    fair, text = current_fair(), request.args.get("q", "")[:200]
    shift = open_shift(fair.id, g.user.id)
    found = payable(fair, text) if shift is not None else []
    if shift is not None and len(found) == 1:
        return go(url_for("cashdesk.take", number=found[0].number))
    return render_template(
        "cashdesk/desk.html",
        shift=shift,
        form=OpenForm(formdata=None),
        text=text,
        found=[(invoice, coverage(invoice, fair.today)) for invoice in found],
        kinds=KINDS,
        entries=entries_of(shift, 12) if shift is not None else [],
        refunds=to_pay_out(fair.id),
    )


@bp.post("/open")
@requires(RUN_CASH_DESK)
def open_() -> Any:
    """Open one's shift."""
    fair, form = current_fair(), OpenForm()
    if form.validate_on_submit():
        try:
            open_new_shift(fair, form.opening.money(fair.currency), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            return go(url_for("cashdesk.desk"))
    shift = open_shift(fair.id, g.user.id)
    page = render_template(
        "cashdesk/desk.html", shift=shift, form=form, text="", found=[], kinds=KINDS,
        entries=entries_of(shift, 12) if shift is not None else [], refunds=to_pay_out(fair.id),
    )  # fmt: skip
    return page, 422


@bp.route("/take/<number>", methods=["GET", "POST"])
@requires(RUN_CASH_DESK)
def take(number: str) -> Any:
    """Take cash for an invoice."""
    fair, shift = current_fair(), _shift()
    if shift is None:
        return go(url_for("cashdesk.desk"))
    invoice = invoice_by_number(number, fair.id)
    if invoice is None:
        raise NotFound
    form = TakeForm(data={"amount": invoice.open_amount.decimal, "person": invoice.company.name})
    if form.validate_on_submit():
        try:
            tendered = form.tendered.money(invoice.currency) if form.tendered.data is not None else None
            draft = CashDraft(
                form.amount.money(invoice.currency), form.mark, tendered, form.person.data or "", form.seen_minor
            )
            entry = take_cash(shift, invoice, draft, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            return go(url_for("cashdesk.voucher", voucher_number=entry.number))
    page = render_template(
        "cashdesk/take.html", form=form, invoice=invoice, shift=shift, parts=coverage(invoice, fair.today), kinds=KINDS,
        is_owed=invoice.state in OWED,
    )  # fmt: skip
    return (page, 422) if request.method == "POST" else page


@bp.route("/petty", methods=["GET", "POST"])
@requires(RUN_CASH_DESK)
def petty() -> Any:
    """A small amount in or out, with what it is for."""
    fair, shift, form = current_fair(), _shift(), PettyForm()
    if shift is None:
        return go(url_for("cashdesk.desk"))
    if form.validate_on_submit():
        try:
            draft = PettyDraft(
                CashKind(form.kind.data), form.amount.money(fair.currency), form.mark, form.text.data or "",
                form.person.data or "",
            )  # fmt: skip
            entry = move_petty(shift, draft, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            return go(url_for("cashdesk.voucher", voucher_number=entry.number))
    page = render_template("cashdesk/petty.html", form=form, shift=shift)
    return (page, 422) if request.method == "POST" else page


@bp.route("/pay-out/<refund_number>", methods=["GET", "POST"])
@requires(RUN_CASH_DESK)
def pay_out(refund_number: str) -> Any:
    """Pay out a refund that was approved."""
    shift, refund = _shift(), refund_to_pay_out(current_fair().id, refund_number)
    if shift is None:
        return go(url_for("cashdesk.desk"))
    form = PayOutForm(data={"person": refund.company.name})
    if form.validate_on_submit():
        try:
            entry = pay_out_refund(shift, refund, person=form.person.data or "", token=form.mark, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            return go(url_for("cashdesk.voucher", voucher_number=entry.number))
    page = render_template(
        "cashdesk/pay_out.html", form=form, refund=refund, shift=shift, is_approved=refund.state is RefundState.APPROVED
    )
    return (page, 422) if request.method == "POST" else page


@bp.get("/vouchers/<voucher_number>")
@requires(VIEW_CASH)
def voucher(voucher_number: str) -> str:
    """A voucher, ready to print on a roll of 80 mm, on A5 or on A4, in the reader's language or ``?lang=``."""
    entry = voucher_by_number(current_fair().id, voucher_number)
    paper = request.args.get("paper", "")
    locale = _locale()
    config = current_app.extensions["fairs_config"]
    with force_locale(locale):
        sheet = render_template(
            "cashdesk/_sheet.html", entry=entry, voucher_fair=current_fair(), config=config, lang=locale,
            words=in_words(entry.size, locale),
        )  # fmt: skip
    return render_template(
        "cashdesk/voucher.html",
        entry=entry,
        sheet=Markup(sheet),  # noqa: S704  our own template, escaped there
        paper=paper if paper in PAPERS else PAPERS[0],
        papers=PAPERS,
        lang=locale,
        can_void=_can_void(entry),
        counters=counter_entries(entry),
        refunds=refunds_of(entry) if entry.kind is CashKind.RECEIPT else [],
        has_shift=open_shift(current_fair().id, g.user.id) is not None,
    )


def _can_void(entry: CashEntry) -> bool:
    if entry.kind is CashKind.REFUND or entry.corrects_id is not None or counter_entries(entry):
        return False
    return entry.payment is None or (entry.payment.state is PaymentState.CONFIRMED and not refunds_of(entry))


def _locale() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LOCALES else current_locale()


@bp.get("/vouchers/<voucher_number>/voucher.pdf")
@requires(VIEW_CASH)
def voucher_document(voucher_number: str) -> Response:
    """The voucher as PDF on A5, or A4 with ``?paper=a4``."""
    fair = current_fair()
    entry = voucher_by_number(fair.id, voucher_number)
    from fairs.cashdesk.pdf import voucher_pdf  # heavy: loaded by who prints

    page = "A4" if request.args.get("paper") == "a4" else "A5"
    content = voucher_pdf(entry, fair, current_app.extensions["fairs_config"], _locale(), page)  # type: ignore[arg-type]
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{entry.number}.pdf")
    return response


@bp.route("/vouchers/<voucher_number>/void", methods=["GET", "POST"])
@requires(RUN_CASH_DESK)
def put_right(voucher_number: str) -> Any:
    """Put a wrong voucher right by a counter-entry."""
    fair = current_fair()
    entry, form = voucher_by_number(fair.id, voucher_number), ReasonForm()
    if form.validate_on_submit():
        try:
            made = void(entry, reason=form.reason.data or "", by=actor(), shift=open_shift(fair.id, g.user.id))
        except DomainError as error:
            form.add_error(error)
        else:
            if isinstance(made, CashEntry):
                return go(url_for("cashdesk.voucher", voucher_number=made.number))
            total = sum((one.amount for one in made), Money(0, entry.currency))
            flash(
                _("%(amount)s was taken off the invoice. Once another person has approved the refund, pay it out here.",
                  amount=format_money(total)), "success",
            )  # fmt: skip
            return go(url_for("cashdesk.voucher", voucher_number=entry.number))
    page = render_template("cashdesk/void.html", form=form, entry=entry, can_void=_can_void(entry))
    return (page, 422) if request.method == "POST" else page


register_nav(NavItem("cash", _l("Cash desk"), "cash-register", "cashdesk.desk", RUN_CASH_DESK, 107))
