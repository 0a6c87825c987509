"""Forms of money received."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import ValidationError

from fairs.core.forms import REQUIRED, DayField, Form, MoneyField, Text
from fairs.payments.models import Invoice
from fairs.payments.service import METHODS, ReceiptDraft

METHOD_LABELS = {"transfer": _l("Bank transfer"), "cash": _l("Cash"), "credit": _l("From a credit"), "card": _l("Card")}
_CHOICES = [(method, METHOD_LABELS[method]) for method in METHODS]


class MethodField(RadioField):
    """How the money came; anything that is not in the list is refused in our own words."""

    def pre_validate(self, form: Any) -> None:
        """Only what was offered."""
        if self.data not in METHODS:
            raise ValidationError(_l("Please choose one."))


class ReceiptForm(Form):
    """Money received for one invoice."""

    amount = MoneyField(_l("Amount received"), most=10**12, required=True)
    received_on = DayField(_l("Day on the bank statement"), required=True)
    method = MethodField(_l("How it came"), [REQUIRED], choices=_CHOICES, default="transfer", validate_choice=False)
    external_reference = Text(_l("Reference of the bank"), length=100)
    note = Text(_l("Note"), length=400)
    seen = HiddenField()
    confirm_over = BooleanField(_l("Yes, this much came in: record it, the rest is settled later."))

    def to_draft(self, invoice: Invoice) -> ReceiptDraft:
        """What to record; raises InvalidInput when the currency has no such small units."""
        cash = self.method.data == "cash"
        assert self.received_on.data is not None  # noqa: S101  required
        return ReceiptDraft(
            amount=self.amount.money(invoice.currency),
            received_on=self.received_on.data,
            method=self.method.data,
            external_reference=None if cash else self.external_reference.data or None,
            note=self.note.data or "",
            seen_minor=self.seen_minor,
        )

    @property
    def seen_minor(self) -> int | None:
        """What the clerk saw as received when the form was opened."""
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
