"""Forms of credits used, refunds asked for and decided, and accounts given."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import ValidationError

from fairs.core.forms import REQUIRED, DayField, Form, LongText, MoneyField, Text
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.models import Credit
from fairs.payments.refunds import REFUND_METHODS, RefundDraft
from fairs.payments.transfers import AccountDraft


class _ChosenField(RadioField):
    """Anything that was not offered is refused in our own words."""

    def pre_validate(self, form: Any) -> None:
        """Only what was offered."""
        if self.data not in {value for value, _label in self.choices or ()}:
            raise ValidationError(_l("Please choose one."))


class AccountForm(Form):
    """A bank account."""

    holder = Text(_l("Account holder"), length=120)
    number = Text(_l("Account number"), length=40)
    bank = Text(_l("Bank and branch"), length=120)
    bin = Text(_l("BIN of the bank"), length=6)

    def to_account(self) -> AccountDraft:
        """What was typed."""
        return AccountDraft(self.holder.data or "", self.number.data or "", self.bank.data or "", self.bin.data or "")


class RefundForm(AccountForm):
    """Money of a credit that is to go back."""

    amount = MoneyField(_l("Amount to pay back"), most=10**12, required=True)
    method = _ChosenField(_l("How it goes back"), [REQUIRED], default="transfer", validate_choice=False)
    own_account = BooleanField(_l("To the account that the company gave"))
    reason = LongText(_l("Reason"), length=400, required=True)
    seen = HiddenField()

    def offer(self, credit: Credit, *, has_account: bool) -> None:
        """The ways that are open: by card only what came by card; the company's own account only when it gave one."""
        by_card = credit.payment is not None and credit.payment.method == "card"
        self.method.choices = [(way, METHOD_LABELS[way]) for way in REFUND_METHODS if way != "card" or by_card]
        if not has_account:
            del self.own_account

    @property
    def seen_minor(self) -> int | None:
        """What was free of the credit when the form was opened."""
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def to_draft(self, credit: Credit, given: dict[str, str]) -> RefundDraft:
        """What to ask for; ``given`` is the company's own account. Raises InvalidInput."""
        account: dict[str, str] = {}
        if self.method.data == "transfer":
            own = "own_account" in self and self.own_account.data
            account = given if own else self.to_account().as_account()
        return RefundDraft(self.amount.money(credit.currency), self.method.data, self.reason.data or "", account)


class UseForm(Form):
    """An open invoice that a credit pays."""

    invoice = SelectField(_l("Invoice"), validate_choice=False)


class WhyForm(Form):
    """Why a refund is refused, or did not arrive."""

    because = LongText(_l("Reason"), length=400, required=True)


class DoneForm(Form):
    """That money has gone."""

    reference = Text(_l("Bank reference or voucher number"), required=True, length=100)
    done_on = DayField(_l("Paid back on"), required=True)
