"""The list of invoices: its address, its order, its spreadsheet with the receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from fairs.calendar.models import Fair
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.payments.documents import rate_sums
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.models import CreditNote, Invoice, Payment
from fairs.payments.payment_queries import (
    NOTE_SORTS,
    NoteFilter,
    PaymentFilter,
    notes_matching,
    payments_matching,
)
from fairs.payments.payment_queries import SORTS as PAYMENT_SORTS
from fairs.payments.payment_queries import order_of as order_by
from fairs.payments.permissions import VIEW_INVOICES
from fairs.payments.queries import InvoiceFilter, coverage, invoices_matching, order_of
from fairs.payments.states import InvoiceState, PaymentState


def day_of(text: str) -> date | None:
    """The day that was written, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


DUE_WITHIN = {"week": 7, "month": 30}


def wanted_of(args: Args) -> InvoiceFilter:
    """The filter that an address asks for."""
    state, due = args.get("state", ""), args.get("due", "")
    known = InvoiceState(state) if state in set(InvoiceState) else None
    return InvoiceFilter(
        known, due == "overdue", args.get("q", "")[:200], DUE_WITHIN.get(due), day_of(args.get("since", "")),
        day_of(args.get("until", "")),
    )  # fmt: skip


def wanted_payments(args: Args) -> PaymentFilter:
    """The payments that an address asks for."""
    state, method = args.get("state", ""), args.get("method", "")
    return PaymentFilter(
        PaymentState(state) if state in set(PaymentState) else None, method if method in METHOD_LABELS else "",
        day_of(args.get("since", "")), day_of(args.get("until", "")), args.get("q", "")[:200],
    )  # fmt: skip


def wanted_notes(args: Args) -> NoteFilter:
    """The credit notes that an address asks for."""
    return NoteFilter(day_of(args.get("since", "")), day_of(args.get("until", "")), args.get("q", "")[:200])


def _sheets(fair: Fair, query: Select[Invoice]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Payment reference"), _("Company"), _("Tax code"), _("Country"), _("Issued on"), _("State"),
        _("Total"), _("Lowered by"), _("Received"), _("Still open"), _("Currency"), _("Deposit due"), _("Balance due"), _("Overdue"),
    ]  # fmt: skip
    receipts = [
        _("Receipt"), _("Invoice"), _("Company"), _("Received on"), _("Method"), _("Reference of the bank"), _("Amount"),
        _("Currency"), _("Note"),
    ]  # fmt: skip
    with_receipts = query.options(selectinload(Invoice.receipts))
    return [
        Sheet(_("Invoices"), heads, _invoice_rows(query, fair)),
        Sheet(_("Receipts"), receipts, _receipt_rows(with_receipts)),
    ]


def _invoice_rows(query: Select[Invoice], fair: Fair) -> Iterator[list[Any]]:
    for invoice in each(query):
        due = {part.kind: part.due_on for part in invoice.instalments}
        late = any(part.is_overdue for part in coverage(invoice, fair.today))
        yield [
            invoice.number, invoice.payment_reference, invoice.company.name, invoice.company.tax_code,
            invoice.company.country, invoice.issued_on, str(invoice.state.label), invoice.total, invoice.total - invoice.owed,
            invoice.received, invoice.open_amount, invoice.currency, due.get("deposit"), due.get("balance"), _("overdue") if late else "",
        ]  # fmt: skip


def _receipt_rows(query: Select[Invoice]) -> Iterator[list[Any]]:
    for invoice in each(query):
        for receipt in invoice.receipts:
            yield [
                receipt.number, invoice.number, invoice.company.name, receipt.received_on,
                str(METHOD_LABELS[receipt.method]), receipt.external_reference, receipt.amount, receipt.currency,
                receipt.note,
            ]  # fmt: skip


INVOICES = register_list(
    ListSpec(
        "invoices", _l("Invoices"), "payments.index", VIEW_INVOICES, ("state", "q", "due", "since", "until", "sort"),
        query=lambda fair, args: invoices_matching(fair.id, wanted_of(args), fair.today),
        keys=lambda args: order_of(args.get("sort", "-number")),
        reference=Invoice.number, name_of=lambda row: row.company.name, sheets=_sheets,
        record=("payments.invoice", "number"), panel=True,
    )
)  # fmt: skip


def _payment_sheets(_fair: Fair, query: Select[Payment]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Company"), _("Tax code"), _("Paid by"), _("Received on"), _("Method"), _("Reference of the bank"),
        _("State"), _("Amount"), _("Paid back"), _("Currency"), _("Invoices"), _("Note"),
    ]  # fmt: skip
    return [Sheet(_("Payments"), heads, _payment_rows(query))]


def _payment_rows(query: Select[Payment]) -> Iterator[list[Any]]:
    for one in each(query):
        yield [
            one.number, one.company.name, one.company.tax_code, one.payer, one.received_on,
            str(METHOD_LABELS.get(one.method, one.method)), one.external_reference, str(one.state.label), one.amount,
            one.refunded, one.currency, ", ".join(dict.fromkeys(r.invoice.number for r in one.receipts)), one.note,
        ]  # fmt: skip


PAYMENTS = register_list(
    ListSpec(
        "payments", _l("Payments"), "payment_pages.index", VIEW_INVOICES, ("state", "method", "since", "until", "q", "sort"),
        query=lambda fair, args: payments_matching(fair.id, wanted_payments(args)),
        keys=lambda args: order_by(args.get("sort", "-id"), PAYMENT_SORTS, Payment.id),
        reference=Payment.id, name_of=lambda row: row.number or row.company.name, sheets=_payment_sheets,
        record=("payment_pages.show", "payment_id"), panel=True,
    )
)  # fmt: skip


def _note_sheets(_fair: Fair, query: Select[CreditNote]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Issued on"), _("Company"), _("Tax code"), _("Invoice"), _("Reason"), _("VAT %"), _("Net"), _("VAT"),
        _("With VAT"), _("Currency"),
    ]  # fmt: skip
    return [Sheet(_("Credit notes"), heads, _note_rows(query))]


def _note_rows(query: Select[CreditNote]) -> Iterator[list[Any]]:
    for one in each(query):
        for rate in rate_sums(one.lines):
            yield [
                one.number, one.issued_on, one.company.name, one.company.tax_code, one.invoice.number, one.reason,
                rate.percent, rate.net, rate.vat, rate.net + rate.vat, one.currency,
            ]  # fmt: skip


CREDIT_NOTES = register_list(
    ListSpec(
        "credit_notes", _l("Credit notes"), "credit_notes.index", VIEW_INVOICES, ("since", "until", "q", "sort"),
        query=lambda fair, args: notes_matching(fair.id, wanted_notes(args)),
        keys=lambda args: order_by(args.get("sort", "-id"), NOTE_SORTS, CreditNote.id),
        reference=CreditNote.number, name_of=lambda row: row.company.name, sheets=_note_sheets,
        record=("credit_notes.show", "note_number"), panel=True,
    )
)  # fmt: skip
