"""Pages of invoices: the fair's list and records for finance, and one's own for exhibitors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.audit.queries import history
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core import qr
from fairs.core.clock import today as day_in
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import format_money
from fairs.core.lists import download, known, page_of
from fairs.core.money import Money
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.queries import companies_of
from fairs.payments import (
    account_pages,
    credit_note_pages,
    einvoice_pages,
    my_money,
    payment_pages,
    refund_pages,
    transfer_pages,
    vat_pages,
)
from fairs.payments.documents import einvoices_of
from fairs.payments.forms import METHOD_LABELS, ReceiptForm
from fairs.payments.lists import INVOICES, wanted_of
from fairs.payments.models import Invoice
from fairs.payments.papers import instalment_of, paper_of, require_own
from fairs.payments.payment_queries import payments_of
from fairs.payments.permissions import ISSUE_CREDIT_NOTE, RECORD_RECEIPT, SEE_OWN_INVOICE, VIEW_INVOICES
from fairs.payments.queries import (
    OWED,
    coverage,
    invoice_by_number,
    invoices_of,
    sums,
)
from fairs.payments.service import record_receipt
from fairs.payments.states import InvoiceState
from fairs.payments.story import events_of
from fairs.payments.transfer import transfer_for
from fairs.payments.ways import ways_to_pay

bp = Blueprint("payments", __name__)
blueprints = [
    bp, account_pages.bp, payment_pages.bp, credit_note_pages.bp, refund_pages.bp, transfer_pages.bp, my_money.bp, vat_pages.bp, einvoice_pages.bp,
]  # fmt: skip

KINDS = {"deposit": _l("Deposit"), "balance": _l("Balance")}


@bp.get("/fairs/<fair_slug>/money")
@requires(VIEW_INVOICES)
def index() -> str | Response:
    """The fair's invoices."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(INVOICES, fair, known(INVOICES, request.args))
    page = page_of(INVOICES, fair, request.args, cursor=request.args.get("cursor"))
    found = sums(fair.id, wanted, fair.today)
    return render_template(
        "payments/list.html",
        page=page,
        sums=sorted(found, key=lambda s: s.total.currency != fair.currency),
        zero=Money(0, fair.currency),
        rows=[(invoice, coverage(invoice, fair.today)) for invoice in page.items],
        states=[(str(state), state.label) for state in InvoiceState],
        wanted=wanted,
        is_filtered=bool(known(INVOICES, request.args).keys() - {"sort"}),
        kinds=KINDS,
    )


def _of_fair(number: str) -> Invoice:
    invoice = invoice_by_number(number, current_fair().id)
    if invoice is None:
        raise NotFound
    return invoice


@bp.get("/fairs/<fair_slug>/money/<number>")
@requires(VIEW_INVOICES)
def invoice(number: str) -> str:
    """One invoice with what was received for it."""
    found = _of_fair(number)
    return render_template("payments/invoice.html", **_page(found), events=events_of(history(found)))


def _page(found: Invoice) -> dict[str, Any]:
    config = current_app.extensions["fairs_config"]
    fair = db.session.get_one(Fair, found.fair_id)
    transfer = transfer_for(found, config, fair.today)
    vat: dict[int, Money] = {}
    for line in found.lines:
        vat[line.vat_percent] = vat.get(line.vat_percent, Money(0, found.currency)) + line.vat
    return {
        "invoice": found,
        "invoice_fair": fair,
        "parts": coverage(found, fair.today),
        "transfer": transfer,
        "code": qr.svg(qr.matrix(transfer.code), title=_("VietQR code")) if transfer and transfer.code else None,
        "vat": sorted(vat.items()),
        "net": sum((line.net for line in found.lines), Money(0, found.currency)),
        "kinds": KINDS,
        "methods": METHOD_LABELS,
        "is_owed": found.state in OWED,
        "ways": ways_to_pay(found) if found.state in OWED else [],
        "papers": einvoices_of(
            [*(part.number for part in found.instalments), *(note.number for note in found.credit_notes)]
        ),
        "RECORD_RECEIPT": RECORD_RECEIPT,
        "ISSUE_CREDIT_NOTE": ISSUE_CREDIT_NOTE,
    }


@bp.get("/fairs/<fair_slug>/money/<number>/invoice.pdf")
@requires(VIEW_INVOICES)
def document(number: str) -> Response:
    """The invoice as PDF, in the reader's language or ``?lang=``."""
    return paper_of(_of_fair(number))


@bp.get("/fairs/<fair_slug>/money/<number>/<any(deposit,balance):instalment>.pdf")
@requires(VIEW_INVOICES)
def instalment_document(number: str, instalment: str) -> Response:
    """The document of the deposit or the balance as PDF."""
    found = _of_fair(number)
    return paper_of(found, instalment_of(found, instalment))


@bp.route("/fairs/<fair_slug>/money/<number>/receive", methods=["GET", "POST"])
@requires(RECORD_RECEIPT)
def receive(number: str) -> Any:
    """Record money received for an invoice."""
    found = _of_fair(number)
    fair = current_fair()
    due = next((part for part in coverage(found, fair.today) if not part.is_paid), None)
    form = ReceiptForm(data={"amount": due.open.decimal if due else None, "received_on": fair.today})
    ask_over = False
    if form.validate_on_submit():
        try:
            draft = form.to_draft(found)
            over = found.state in OWED and draft.amount.amount_minor > found.open_amount.amount_minor
            ask_over = over and not form.confirm_over.data
            if not ask_over:
                receipt = record_receipt(found, draft, by=actor())
                flash(
                    _("%(amount)s recorded as %(number)s.", amount=format_money(receipt.amount), number=receipt.number),
                    "success",
                )
                return go(url_for("payments.invoice", number=found.number))
        except DomainError as error:
            form.add_error(error)
    page = render_template(
        "payments/receive.html",
        **_page(_of_fair(number)),
        form=form,
        due=due,
        ask_over=ask_over or form.confirm_over.data,
        over_by=Money(max(0, _typed(form, found).amount_minor - found.open_amount.amount_minor), found.currency),
    )
    return (page, 422) if request.method == "POST" else page


def _typed(form: ReceiptForm, found: Invoice) -> Money:
    try:
        return form.amount.money(found.currency)
    except DomainError:
        return Money(0, found.currency)


def _own(number: str) -> Invoice:
    """The invoice for a member of its company, or staff of its fair; to everybody else there is none."""
    found = invoice_by_number(number)
    if found is None:
        raise NotFound
    require_own(found.company_id, found.fair_id)
    return found


@bp.get("/my/invoices")
@requires(SEE_OWN_INVOICE)
def my_invoices() -> str:
    """The invoices of one's own companies."""
    companies = companies_of(g.user.id)
    invoices = invoices_of([company.id for company in companies])
    return render_template(
        "payments/my_invoices.html",
        rows=[(found, coverage(found, day_in("Asia/Ho_Chi_Minh"))) for found in invoices],
        kinds=KINDS,
        payments=payments_of([company.id for company in companies]),
        methods=METHOD_LABELS,
    )


@bp.get("/my/invoices/<number>")
@requires(SEE_OWN_INVOICE)
def my_invoice(number: str) -> str:
    """One's own invoice: what to pay, by when, and how."""
    return render_template("payments/my_invoice.html", **_page(_own(number)))


@bp.get("/my/invoices/<number>/invoice.pdf")
@requires(SEE_OWN_INVOICE)
def my_document(number: str) -> Response:
    """One's own invoice as PDF."""
    return paper_of(_own(number))


@bp.get("/my/invoices/<number>/<any(deposit,balance):instalment>.pdf")
@requires(SEE_OWN_INVOICE)
def my_instalment(number: str, instalment: str) -> Response:
    """One's own deposit or balance as PDF."""
    found = _own(number)
    return paper_of(found, instalment_of(found, instalment))


register_nav(NavItem("money", _l("Invoices"), "file-invoice", "payments.index", VIEW_INVOICES, 101, bottom=True))
