"""Forms of the cash desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired, ValidationError

from fairs.cashdesk.models import CashTill
from fairs.cashdesk.queries import NOTES
from fairs.cashdesk.service import Count
from fairs.cashdesk.states import CashKind
from fairs.core.forms import Form, LongText, MoneyField, Text, WholeNumber
from fairs.core.i18n import format_number
from fairs.core.money import Money


class OpenForm(Form):
    """The float that a shift begins with."""

    opening = MoneyField(_l("Opening float"), most=10**10, required=True)


class TokenForm(Form):
    """A form that counts once, however often it is sent."""

    token = HiddenField(default=lambda: uuid4().hex)

    @property
    def mark(self) -> str:
        """The form's own name; a new one where a program left it out."""
        return str(self.token.data or uuid4().hex)[:40]


class TakeForm(TokenForm):
    """Cash for an invoice."""

    amount = MoneyField(_l("Amount to take"), most=10**12, required=True)
    tendered = MoneyField(_l("Given by the payer"), most=10**12)
    person = Text(_l("Paid by"), length=200)
    seen = HiddenField()

    @property
    def seen_minor(self) -> int | None:
        """What the cashier saw as received when the form was opened."""
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


class KindField(RadioField):
    """In or out; anything else is refused in our own words."""

    def pre_validate(self, form: Any) -> None:
        """Only what was offered."""
        if self.data not in {CashKind.PAID_IN, CashKind.PAID_OUT}:
            raise ValidationError(_l("Please choose one."))


class PettyForm(TokenForm):
    """A small amount in or out."""

    kind = KindField(
        _l("In or out"), [InputRequired()], validate_choice=False, default=str(CashKind.PAID_OUT),
        choices=[(str(kind), kind.label) for kind in (CashKind.PAID_OUT, CashKind.PAID_IN)],
    )  # fmt: skip
    amount = MoneyField(_l("Amount"), most=10**10, required=True)
    person = Text(_l("Paid to or by"), length=200, required=True)
    text = Text(_l("What for"), length=300, required=True)


class PayOutForm(TokenForm):
    """A refund that is paid out."""

    person = Text(_l("Paid to"), length=200, required=True)


class ReasonForm(Form):
    """Why a voucher is wrong."""

    reason = LongText(_l("What is wrong?"), length=300, required=True)


class SettingsForm(Form):
    """The fair's rule of the cash desk."""

    agree_above = MoneyField(_l("A supervisor must agree to a difference above"), most=10**10, required=True)


def count_form(tills: Sequence[CashTill]) -> Form:
    """The form to count these currencies: notes of dong, the sum of others, and a reason for each."""
    fields: dict[str, Any] = {}
    for till in tills:
        if till.currency == "VND":
            for note in NOTES:
                fields[f"n{note}_VND"] = WholeNumber(format_number(note), least=0, most=100_000)
        else:
            label = _("Counted in %(currency)s", currency=till.currency)
            fields[f"total_{till.currency}"] = MoneyField(label, most=10**10, required=True)
        reason = _("Why it differs (%(currency)s)", currency=till.currency)
        fields[f"reason_{till.currency}"] = Text(reason, length=400)
    made: Form = type("CountForm", (Form,), fields)()
    return made


def counts_of(form: Any, tills: Sequence[CashTill]) -> dict[str, Count]:
    """What was counted, by currency; raises InvalidInput for units that a currency does not have."""
    found = {}
    for till in tills:
        reason = form[f"reason_{till.currency}"].data or ""
        if till.currency == "VND":
            found["VND"] = Count({note: form[f"n{note}_VND"].data or 0 for note in NOTES}, reason=reason)
        else:
            found[till.currency] = Count(total=form[f"total_{till.currency}"].money(till.currency), reason=reason)
    return found


def take_over_form(tills: Sequence[CashTill]) -> Form:
    """The form of the second signature: what the receiver counted, and that it was received."""
    fields: dict[str, Any] = {
        f"received_{till.currency}": MoneyField(
            _("Received in %(currency)s", currency=till.currency), most=10**12, required=True
        )
        for till in tills
    }
    fields["agreed"] = BooleanField(
        _("I have counted this money together with the cashier and have it now."),
        [InputRequired(_("Please confirm that you have received the money."))],
    )
    made: Form = type("TakeOverForm", (Form,), fields)()
    return made


def received_of(form: Any, tills: Sequence[CashTill]) -> dict[str, Money]:
    """What the receiver counted, by currency."""
    return {till.currency: form[f"received_{till.currency}"].money(till.currency) for till in tills}
