"""Pages of credit notes: the fair's list, one of them, issuing one by hand after a look at what it does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import format_money
from fairs.core.lists import download, known, page_of
from fairs.core.web import actor, go, requires
from fairs.payments.credits import CLOSED
from fairs.payments.documents import credit_note_by_number, einvoices_of, rate_sums
from fairs.payments.forms import credit_note_form, mark_of, notes_lines
from fairs.payments.invoicing import left_of
from fairs.payments.lists import CREDIT_NOTES, wanted_notes
from fairs.payments.models import CreditNote
from fairs.payments.papers import paper_of, require_own
from fairs.payments.payment_queries import note_sums
from fairs.payments.permissions import ISSUE_CREDIT_NOTE, SEE_OWN_INVOICE, VIEW_INVOICES
from fairs.payments.preview import issue_by_hand, preview_of
from fairs.payments.queries import invoice_by_number

bp = Blueprint("credit_notes", __name__)


@bp.get("/fairs/<fair_slug>/money/credit-notes")
@requires(VIEW_INVOICES)
def index() -> str | Response:
    """The fair's credit notes; as a sheet with ``?format=xlsx``."""
    fair, wanted = current_fair(), wanted_notes(request.args)
    if request.args.get("format") == "xlsx":
        return download(CREDIT_NOTES, fair, known(CREDIT_NOTES, request.args))
    return render_template(
        "payments/credit_notes.html",
        page=page_of(CREDIT_NOTES, fair, request.args, cursor=request.args.get("cursor")),
        sums=sorted(note_sums(fair.id, wanted), key=lambda one: one.amount.currency != fair.currency),
        wanted=wanted,
        is_filtered=any((wanted.since, wanted.until, wanted.text)),
    )


def _of_fair(note_number: str) -> CreditNote:
    found = credit_note_by_number(note_number, current_fair().id)
    if found is None:
        raise NotFound
    return found


@bp.get("/fairs/<fair_slug>/money/credit-notes/<note_number>")
@requires(VIEW_INVOICES)
def show(note_number: str) -> str:
    """One credit note with its lines."""
    note = _of_fair(note_number)
    return render_template(
        "payments/credit_note.html", note=note, rates=rate_sums(note.lines), net=_net(note),
        einvoice=einvoices_of([note.number]).get(note.number),
    )  # fmt: skip


def _net(note: CreditNote) -> Any:
    rates = rate_sums(note.lines)
    return sum((rate.net for rate in rates[1:]), rates[0].net)


@bp.get("/fairs/<fair_slug>/money/credit-notes/<note_number>/credit-note.pdf")
@requires(VIEW_INVOICES)
def document(note_number: str) -> Response:
    """The credit note as PDF."""
    return paper_of(_of_fair(note_number))


@bp.get("/my/credit-notes/<note_number>/credit-note.pdf")
@requires(SEE_OWN_INVOICE)
def my_document(note_number: str) -> Response:
    """One's own credit note as PDF."""
    note = credit_note_by_number(note_number)
    if note is None:
        raise NotFound
    require_own(note.company_id, note.fair_id)
    return paper_of(note)


@bp.route("/fairs/<fair_slug>/money/<number>/credit-note", methods=["GET", "POST"])
@requires(ISSUE_CREDIT_NOTE)
def issue(number: str) -> Any:
    """Choose by how much which line is lowered and why; look at it; issue it."""
    found = invoice_by_number(number, current_fair().id)
    if found is None:
        raise NotFound
    form = credit_note_form(found)()
    preview = None
    if form.validate_on_submit() and found.state not in CLOSED:
        try:
            lines = notes_lines(form, found)
            preview = preview_of(found, lines)
            if request.form.get("act") == "issue" and form.mark.data == mark_of(form, found):
                note = issue_by_hand(found, lines, reason=form.reason.data or "", by=actor())
                flash(
                    _("%(number)s issued over %(amount)s.", number=note.number, amount=format_money(note.total)),
                    "success",
                )
                return go(url_for("credit_notes.show", note_number=note.number))
        except DomainError as error:
            form.add_error(error)
    form.mark.data = mark_of(form, found) if preview is not None and not form.errors else ""
    page = render_template(
        "payments/credit_note_new.html", invoice=found, form=form, left=left_of(found), is_closed=found.state in CLOSED,
        preview=preview if not form.errors else None,
    )  # fmt: skip
    return (page, 422) if form.errors else page
