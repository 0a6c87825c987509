"""Issuing invoices with their instalments, and the credit notes that lower or end them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.payments import numbers
from fairs.payments.credits import CLOSED, day_of_money, release, settle, tell_covered
from fairs.payments.errors import InvoiceClosed, WrongAmount
from fairs.payments.events import InvoiceCancelled
from fairs.payments.ledger import book
from fairs.payments.models import Credit, CreditNote, CreditNoteLine, Instalment, Invoice, InvoiceLine
from fairs.payments.numbers import document_number, document_numbers, fair_code_of, next_payment_reference
from fairs.payments.states import InvoiceState


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line with its net amount; VAT is added in whole percent, or is ``vat`` where it is the rest of another line's."""

    kind: str
    text_vi: str
    text_en: str
    net: Money
    vat_percent: int
    vat: Money | None = None

    @property
    def vat_minor(self) -> int:
        """VAT in minor units, rounded half up."""
        return (self.net.share(self.vat_percent) if self.vat is None else self.vat).amount_minor


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """An invoice to issue; ``subject`` is the record it is for. The balance falls due no earlier than the deposit."""

    fair_id: int
    fair_code: str
    company_id: int
    subject_type: str
    subject_id: int
    lines: Sequence[LineDraft]
    deposit_percent: int
    deposit_due_on: date
    balance_due_on: date
    issued_on: date


def issue_invoice(draft: InvoiceDraft, *, by: Actor) -> Invoice:
    """Issue an invoice with deposit and balance; when nothing is owed its state is WAIVED and it has no instalments.

    Raises InvalidInput when there is no line, currencies differ or the sum is negative. Numbers have no gaps.
    """
    return issue_invoices([draft], by=by)[0]


def issue_invoices(drafts: Sequence[InvoiceDraft], *, by: Actor) -> list[Invoice]:
    """As issue_invoice for each, in their order, in one transaction: all or none."""
    with transaction():
        invoices = [_made(draft) for draft in drafts]
        db.session.add_all(invoices)
        db.session.flush()
        for invoice in invoices:
            book(invoice, invoice.total_minor, on=invoice.issued_on, by=by)
            record("payments.issue", invoice, by=by, after={"number": invoice.number, "total": invoice.total})
        return invoices


def _made(draft: InvoiceDraft) -> Invoice:
    if not draft.lines:
        raise InvalidInput(_l("An invoice needs a line."))
    currency = draft.lines[0].net.currency
    lines = [
        InvoiceLine(
            position=position, kind=line.kind, text_vi=line.text_vi[:300], text_en=line.text_en[:300],
            net_minor=line.net.amount_minor, vat_percent=line.vat_percent,
            vat_minor=line.vat_minor, currency=line.net.currency,
        )
        for position, line in enumerate(draft.lines, 1)
    ]  # fmt: skip
    if any(line.currency != currency for line in lines):
        raise InvalidInput(_l("All lines of an invoice are in one currency."))
    total = Money(sum(line.net_minor + line.vat_minor for line in lines), currency)
    if total.amount_minor < 0:
        raise InvalidInput(_l("The sum of an invoice cannot be negative."))
    return Invoice(
        number=document_number(draft.fair_code, numbers.INVOICE, draft.issued_on),
        payment_reference=next_payment_reference(draft.fair_code),
        fair_id=draft.fair_id, company_id=draft.company_id, subject_type=draft.subject_type,
        subject_id=draft.subject_id, state=InvoiceState.OPEN if total else InvoiceState.WAIVED,
        issued_on=draft.issued_on, currency=currency, total_minor=total.amount_minor, credited_minor=0,
        received_minor=0, lines=lines, instalments=_instalments(total, draft),
    )  # fmt: skip


def _instalments(total: Money, draft: InvoiceDraft) -> list[Instalment]:
    if not total:
        return []
    deposit = total.share(draft.deposit_percent)
    balance_due_on = max(draft.balance_due_on, draft.deposit_due_on)
    parts = [("deposit", draft.deposit_due_on, deposit), ("balance", balance_due_on, total - deposit)]
    parts = [part for part in parts if part[2]]
    given = document_numbers(draft.fair_code, numbers.PAYMENT_REQUEST, draft.issued_on, len(parts))
    return [
        Instalment(
            kind=kind, number=number, issued_on=draft.issued_on, due_on=due_on, amount_minor=amount.amount_minor,
            credited_minor=0, currency=amount.currency,
        )
        for (kind, due_on, amount), number in zip(parts, given, strict=True)
    ]  # fmt: skip


def issue_credit_note(
    invoice: Invoice, lines: Sequence[LineDraft], *, reason: str, by: Actor, on: date | None = None
) -> CreditNote:
    """Take off an invoice what is no longer owed; nets are what each line is less by, VAT is added as on invoices.

    Instalments are lowered from the last; what was paid beyond what is then owed becomes a credit of the company. Taking
    off everything waives the invoice, what it was for stays: ``cancel_with_credit`` ends it. Raises InvalidInput without a
    line or reason, WrongAmount for another currency or more than is owed, InvoiceClosed for a cancelled or waived one.
    """
    if not lines or not reason.strip():
        raise InvalidInput(_l("Say what the invoice is less by, and why."), field="reason")
    with transaction():
        row = _locked(invoice)
        if row.state in CLOSED:
            raise InvoiceClosed
        note = _credit_note(
            row,
            [
                CreditNoteLine(
                    position=position, kind=line.kind, text_vi=line.text_vi[:300], text_en=line.text_en[:300],
                    net_minor=line.net.amount_minor, vat_percent=line.vat_percent,
                    vat_minor=line.vat_minor, currency=line.net.currency,
                )
                for position, line in enumerate(lines, 1)
            ],
            reason, on or day_of_money(), by,
        )  # fmt: skip
        over = row.received_minor - row.owed.amount_minor
        if over > 0:
            release(row, Money(over, row.currency), reason=reason, by=by)
        settle(row)
        tell_covered(row, by)
        return note


def _credit_note(row: Invoice, lines: list[CreditNoteLine], reason: str, on: date, by: Actor) -> CreditNote:
    total = sum(line.net_minor + line.vat_minor for line in lines)
    if any(line.currency != row.currency for line in lines) or not 0 < total <= row.owed.amount_minor:
        raise WrongAmount(
            _l("A credit note is above zero and not above what is still owed on the invoice."), field="amount"
        )
    note = CreditNote(
        number=document_number(fair_code_of(row.number), numbers.CREDIT_NOTE, on), fair_id=row.fair_id,
        company_id=row.company_id, invoice_id=row.id, issued_on=on, reason=reason.strip()[:400], currency=row.currency,
        total_minor=total, issued_by_id=by.user_id, lines=lines,
    )  # fmt: skip
    db.session.add(note)
    row.credited_minor += total
    left = total
    for part in reversed(row.instalments):
        off = min(left, part.owed.amount_minor)
        part.credited_minor += off
        left -= off
    db.session.flush()
    book(note, total, on=on, by=by)
    record(
        "payments.credit_note", row, by=by, after={"number": note.number, "amount": note.total, "reason": note.reason}
    )
    db.session.refresh(row, ["credit_notes"])
    return note


def cancel_invoice(invoice: Invoice, *, by: Actor, reason: str) -> Invoice:
    """Cancel an invoice on which nothing was received; raises InvalidTransition for a paid one."""
    with transaction():
        row = _locked(invoice)
        if row.received_minor:
            raise InvalidTransition(**{"from": str(row.state), "to": str(InvoiceState.CANCELLED)})
        _cancel(row, by, reason)
        return row


def cancel_with_credit(invoice: Invoice, *, by: Actor, reason: str) -> Credit | None:
    """Cancel an invoice in any state by a credit note; what was received for it is owed back as a credit.

    Raises InvalidTransition for one that is cancelled already.
    """
    with transaction():
        row = _locked(invoice)
        received = row.received
        _cancel(row, by, reason)
        return release(row, received, reason=reason, by=by) if received.amount_minor else None


def _locked(invoice: Invoice) -> Invoice:
    return db.session.get_one(Invoice, invoice.id, with_for_update=MINE, populate_existing=True)


def _cancel(row: Invoice, by: Actor, reason: str) -> None:
    before = row.state
    row.move_to(InvoiceState.CANCELLED)
    row.note = reason[:400]
    lines = [
        CreditNoteLine(
            position=position, kind=line.kind, text_vi=line.text_vi, text_en=line.text_en,
            net_minor=net.amount_minor, vat_percent=line.vat_percent, vat_minor=vat.amount_minor, currency=line.currency,
        )
        for position, (line, net, vat) in enumerate(((line, net, vat) for line, net, vat in left_of(row) if net or vat), 1)
    ]  # fmt: skip
    note = None
    if row.owed:
        note = _credit_note(row, lines, reason or str(before.label), day_of_money(), by)
    after = {"reason": reason, "credit_note": note.number if note else None}
    record("payments.cancel", row, by=by, before={"state": before}, after=after)
    publish(InvoiceCancelled(row.id, by))


def left_of(invoice: Invoice) -> list[tuple[InvoiceLine, Money, Money]]:
    """The lines with what credit notes have left of their net and VAT.

    A line of a note is taken off the invoice's line of its text and rate, else off the first of its rate: so the sums by rate
    are right whatever the note says, which is what VAT is declared by.
    """
    found = [(line, line.net, line.vat) for line in invoice.lines]
    for note in invoice.credit_notes:
        for off in note.lines:
            same = [i for i, (line, *_rest) in enumerate(found) if line.vat_percent == off.vat_percent] or [0]
            named = [
                i
                for i in same
                if found[i][0].text_vi == off.text_vi and abs(found[i][1].amount_minor) >= abs(off.net_minor)
            ]
            at = (named or same)[0]
            line, net, vat = found[at]
            found[at] = (line, net - off.net, vat - off.vat)
    return found
