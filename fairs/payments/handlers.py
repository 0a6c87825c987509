"""What payments offers to messages, and what becomes of invoices when a fair moves or is called off."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.calendar.effects import moved_day
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.errors import NotFound
from fairs.core.events import subscribe
from fairs.messages.render import Attachment, register_renderer
from fairs.payments.documents import credit_note_by_number, instalment_by_number
from fairs.payments.invoicing import cancel_with_credit
from fairs.payments.models import Invoice
from fairs.payments.papers import content_of
from fairs.payments.queries import coverage, invoice_by_number, owed_invoices, standing_invoices
from fairs.payments.states import InvoiceState


def attach_invoice(reference: Any) -> Attachment:
    """The invoice as an attachment; ``reference`` is its number, or ``[number, locale]`` for the reader's language."""
    number, locale = (reference, None) if isinstance(reference, str) else reference
    invoice = invoice_by_number(number)
    if invoice is None:
        raise NotFound
    locale = locale or ("vi" if invoice.company.is_domestic else "en")
    return Attachment(f"{invoice.number}-{locale}.pdf", content_of(invoice, locale), "application/pdf")


def attach_instalment(reference: Any) -> Attachment:
    """The document of a deposit or balance; ``reference`` is its number and the reader's language."""
    number, locale = reference
    found = instalment_by_number(number)
    if found is None:
        raise NotFound
    invoice, part = found
    return Attachment(f"{number}-{locale}.pdf", content_of(invoice, locale, part), "application/pdf")


def attach_credit_note(reference: Any) -> Attachment:
    """The credit note; ``reference`` is its number and the reader's language."""
    number, locale = reference
    note = credit_note_by_number(number)
    if note is None:
        raise NotFound
    return Attachment(f"{number}-{locale}.pdf", content_of(note, locale), "application/pdf")


register_renderer("invoice", attach_invoice)
register_renderer("credit_note", attach_credit_note)
register_renderer("instalment", attach_instalment)


_KINDS = {"deposit": _l("Deposit due"), "balance": _l("Balance due")}


@subscribe(FairRescheduled)
def move_instalments(event: FairRescheduled) -> None:
    """What is still to be paid falls due as much later as the fair opens later; what is paid or overdue stays."""
    for invoice in owed_invoices(event.fair.id):
        for part in coverage(invoice, event.fair.today):
            if part.is_paid:
                continue
            due = part.instalment
            event.found.set(
                "money", _KINDS[due.kind], invoice.number, due, "due_on", moved_day(event.fair, event.move, due.due_on),
                company_id=invoice.company_id,
            )  # fmt: skip


@subscribe(FairCalledOff)
def owe_back(event: FairCalledOff) -> None:
    """Every invoice ends; what was received for it becomes a credit of the company."""

    def cancel(invoice: Invoice) -> None:
        cancel_with_credit(invoice, by=event.by, reason=event.reason)

    for invoice in standing_invoices(event.fair.id):
        event.found.add(
            "money", "Invoice.state", _l("Invoice"), invoice.number, invoice.state.label, InvoiceState.CANCELLED.label,
            act=lambda row=invoice: cancel(row), company_id=invoice.company_id,
        )  # fmt: skip
        if invoice.received_minor:
            event.found.add(
                "money", "Credit.amount", _l("Received, owed back"), invoice.number, None, invoice.received,
                company_id=invoice.company_id,
            )  # fmt: skip
