"""Issuing a credit note by hand: what it would do, and telling the company of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.messages.service import Notice, send
from fairs.payments.documents import PartLine, RateSum, rate_sums
from fairs.payments.errors import WrongAmount
from fairs.payments.invoicing import LineDraft, issue_credit_note
from fairs.payments.models import CreditNote, Invoice


@dataclass(frozen=True, slots=True)
class NotePreview:
    """The lines of the note and what is owed, received and given back after it."""

    lines: list[PartLine]
    rates: list[RateSum]
    total: Money
    owed: Money
    credit: Money


def preview_of(invoice: Invoice, drafts: Sequence[LineDraft]) -> NotePreview:
    """What the note does; raises WrongAmount where it would be refused."""
    lines = [
        PartLine(
            n, one.kind, one.text_vi, one.text_en, one.net, one.vat_percent, Money(one.vat_minor, invoice.currency)
        )
        for n, one in enumerate(drafts, 1)
    ]
    total = Money(sum(line.gross.amount_minor for line in lines), invoice.currency)
    if not 0 < total.amount_minor <= invoice.owed.amount_minor:
        raise WrongAmount(_l("A credit note is above zero and not above what is still owed on the invoice."))
    owed = invoice.owed - total
    over = max(0, invoice.received_minor - owed.amount_minor)
    return NotePreview(lines, rate_sums(lines), total, owed, Money(over, invoice.currency))


def issue_by_hand(invoice: Invoice, drafts: Sequence[LineDraft], *, reason: str, by: Actor) -> CreditNote:
    """Issue the note and write to the company, with the note attached. Raises as issue_credit_note."""
    with transaction():
        before = {credit.id for credit in invoice.credits}
        note = issue_credit_note(invoice, drafts, reason=reason, by=by)
        row, company = db.session.get_one(Invoice, invoice.id), invoice.company
        fair = db.session.get_one(Fair, row.fair_id)
        db.session.refresh(row, ["credits"])
        made = sum(credit.given_minor for credit in row.credits if credit.id not in before)
        locale = "vi" if company.is_domestic else "en"
        context = {
            "fair_name": fair.name_vi if locale == "vi" else fair.name_en or fair.name_vi, "number": note.number,
            "invoice": row.number, "total": format_money(note.total, locale), "reason": note.reason,
            "owed": format_money(row.owed, locale), "page": f"/my/invoices/{row.number}",
            "credit": format_money(Money(made, row.currency), locale) if made else "",
        }  # fmt: skip
        send(
            Notice(
                "payments/credit_note", company.name, company.email or None, locale, context, row.fair_id,
                [("credit_note", [note.number, locale])],
            )
        )  # fmt: skip
        return note
