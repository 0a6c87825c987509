"""The list of invoices: its address, its order, its spreadsheet with the receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from fairs.calendar.models import Fair
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.models import Invoice
from fairs.payments.permissions import VIEW_INVOICES
from fairs.payments.queries import InvoiceFilter, coverage, invoices_matching, order_of
from fairs.payments.states import InvoiceState


def wanted_of(args: Args) -> InvoiceFilter:
    """The filter that an address asks for."""
    state = args.get("state", "")
    known = InvoiceState(state) if state in set(InvoiceState) else None
    return InvoiceFilter(known, args.get("due") == "overdue", args.get("q", "")[:200])


def _sheets(fair: Fair, query: Select[Invoice]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Payment reference"), _("Company"), _("Tax code"), _("Country"), _("Issued on"), _("State"),
        _("Total"), _("Received"), _("Still open"), _("Currency"), _("Deposit due"), _("Balance due"), _("Overdue"),
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
            invoice.company.country, invoice.issued_on, str(invoice.state.label), invoice.total, invoice.received,
            invoice.open_amount, invoice.currency, due.get("deposit"), due.get("balance"), _("overdue") if late else "",
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
        "invoices", _l("Invoices"), "payments.index", VIEW_INVOICES, ("state", "q", "due", "sort"),
        query=lambda fair, args: invoices_matching(fair.id, wanted_of(args), fair.today),
        keys=lambda args: order_of(args.get("sort", "-number")),
        reference=Invoice.number, name_of=lambda row: row.company.name, sheets=_sheets,
        record=("payments.invoice", "number"), panel=True,
    )
)  # fmt: skip
