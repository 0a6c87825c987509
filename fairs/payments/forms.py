"""Forms of money received."""

from __future__ import annotations

import hashlib
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import BooleanField, HiddenField

from fairs.core.errors import InvalidInput
from fairs.core.forms import DayField, Form, LongText, MoneyField, Text, UploadField, WholeNumber
from fairs.core.i18n import localized
from fairs.core.money import Money
from fairs.directory.forms import Choice
from fairs.payments.invoicing import LineDraft, left_of
from fairs.payments.models import Invoice
from fairs.payments.service import ReceiptDraft
from fairs.payments.vat import KINDS as VAT_KINDS
from fairs.payments.vat import MOST as MOST_VAT

METHOD_LABELS = {"transfer": _l("Bank transfer"), "cash": _l("Cash"), "card": _l("Card"), "credit": _l("From a credit")}


class ReceiptForm(Form):
    """A transfer received for one invoice; cash is taken at the cash desk, in a shift."""

    amount = MoneyField(_l("Amount received"), most=10**12, required=True)
    received_on = DayField(_l("Day on the bank statement"), required=True)
    external_reference = Text(_l("Reference of the bank"), length=100)
    note = Text(_l("Note"), length=400)
    seen = HiddenField()
    confirm_over = BooleanField(_l("Yes, this much came in: record it, the rest is settled later."))

    def to_draft(self, invoice: Invoice) -> ReceiptDraft:
        """What to record; raises InvalidInput when the currency has no such small units."""
        assert self.received_on.data is not None  # noqa: S101  required
        return ReceiptDraft(
            amount=self.amount.money(invoice.currency),
            received_on=self.received_on.data,
            method="transfer",
            external_reference=self.external_reference.data or None,
            note=self.note.data or "",
            seen_minor=self.seen_minor,
        )

    @property
    def seen_minor(self) -> int | None:
        """What the clerk saw as received when the form was opened."""
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def credit_note_form(invoice: Invoice) -> type[Form]:
    """A form with an amount for each line, net, by which it is lowered, and the reason.

    ``mark`` is what the person saw the preview of: when anything is different, the new one is shown first.
    """
    fields: dict[str, Any] = {}
    for line, net, _vat in left_of(invoice):
        fields[f"line{line.id}"] = MoneyField(localized(line, "text"), most=abs(net.decimal))
    reason = LongText(_l("Reason"), length=400, required=True)
    return type("CreditNoteForm", (Form,), {**fields, "reason": reason, "mark": HiddenField()})


def notes_lines(form: Any, invoice: Invoice) -> list[LineDraft]:
    """The lines of the note as typed; the whole rest of a line takes the rest of its VAT along.

    Raises InvalidInput when no line is lowered, or for smaller units than the currency has.
    """
    drafts = []
    for line, net, vat in left_of(invoice):
        field = form[f"line{line.id}"]
        if not field.data:
            continue
        amount = field.money(invoice.currency)
        whole = amount.amount_minor == abs(net.amount_minor)
        if net.amount_minor < 0:
            amount = Money(-amount.amount_minor, amount.currency)
        drafts.append(
            LineDraft(line.kind, line.text_vi, line.text_en, amount, line.vat_percent, vat if whole else None)
        )
    if not drafts:
        raise InvalidInput(_l("Say by how much which line is lowered."))
    return drafts


def mark_of(form: Any, invoice: Invoice) -> str:
    """What the preview spoke of: the amounts, the reason, and how the invoice stood."""
    typed = [str(field.data or 0) for name, field in form._fields.items() if name.startswith("line")]
    text = "|".join([*typed, form.reason.data or "", str(invoice.credited_minor), str(invoice.received_minor)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class VatRateForm(Form):
    """A rate of VAT from a day on."""

    kind = Choice(_l("For"), choices=lambda: list(VAT_KINDS.items()), required=True, default="all")
    percent = WholeNumber(_l("VAT (percent)"), least=0, most=MOST_VAT, required=True)
    valid_from = DayField(_l("From"), required=True)
    basis = Text(_l("Legal basis"), length=300, required=True)


class AnswerForm(Form):
    """The sheet with the provider's numbers."""

    file = UploadField(_l("Sheet of the provider (XLSX or CSV)"), [FileRequired(_l("Please choose a file."))])
