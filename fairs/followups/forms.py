"""Forms of the follow-up: what a party answers, and the clerk's decision."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.core.forms import DayField, Form, LongText, MoneyField, Text, WholeNumber
from fairs.core.money import EXPONENTS
from fairs.directory.forms import Choice, RadioChoice
from fairs.followups.answers import AnswerDraft, draft_of
from fairs.followups.models import FollowUp
from fairs.followups.states import OUTCOMES, REASONS, FollowUpState

CURRENCIES = ("USD", "EUR", "VND", *sorted(set(EXPONENTS) - {"USD", "EUR", "VND"}))


class ReasonsField(SelectMultipleField):
    """Reasons of failure as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, choices=list(REASONS.items()), validate_choice=False, **kwargs)


class PartlyForm(Form):
    """What was shipped and paid until now, and further orders."""

    outcome = RadioChoice(
        _l("How does the deal go?"), choices=[(key, label) for key, label in OUTCOMES.items() if key != "failed"],
        default="partly",
    )  # fmt: skip
    shipped = MoneyField(_l("Shipped until today, in total"), required=True)
    paid = MoneyField(_l("Paid until today, in total"), required=True)
    reasons = ReasonsField(_l("What keeps it back?"))
    remark = LongText(_l("Remark"), length=400)
    repeat_count = WholeNumber(_l("Further orders from the same partner"), most=1000)
    repeat_value = MoneyField(_l("Their value"))
    repeat_currency = Choice(_l("Currency"), choices=[(code, code) for code in CURRENCIES])
    next_order_on = DayField(_l("When do you expect the next order?"))
    name = Text(_l("Your name"), length=120)
    sure = BooleanField(_l("It is right that this is more than the value of the contract"))

    def fill(self, row: FollowUp) -> None:
        """Show the answer that is kept, to correct it."""
        self.repeat_currency.data = row.contract.currency
        if row.state is FollowUpState.ANSWERED:
            known = draft_of(row)
            self.outcome.data = known.outcome if known.outcome != "failed" else "partly"
            self.shipped.data, self.paid.data, self.remark.data = known.shipped, known.paid, known.remark
            self.reasons.data, self.name.data = list(known.reasons), row.answered_name
            self.repeat_count.data, self.repeat_value.data = known.repeat_count, known.repeat_value
            self.repeat_currency.data = known.repeat_currency or row.contract.currency
            self.next_order_on.data = known.next_order_on

    def to_draft(self) -> AnswerDraft:
        """The answer as typed."""
        return AnswerDraft(
            self.outcome.data or "", self.shipped.data, self.paid.data, self.reasons.data or (), self.remark.data or "",
            self.repeat_count.data, self.repeat_value.data, self.repeat_currency.data or "", self.next_order_on.data,
        )  # fmt: skip


class FailedForm(Form):
    """Why a deal was not carried out."""

    reasons = ReasonsField(_l("Why was it not carried out?"))
    remark = LongText(_l("Remark"), length=400)
    name = Text(_l("Your name"), length=120)

    def fill(self, row: FollowUp) -> None:
        """Show the answer that is kept, to correct it."""
        if row.state is FollowUpState.ANSWERED and row.outcome == "failed":
            self.reasons.data, self.remark.data, self.name.data = row.reasons, row.remark, row.answered_name

    def to_draft(self) -> AnswerDraft:
        """The answer as typed."""
        return AnswerDraft("failed", reasons=self.reasons.data or (), remark=self.remark.data or "")


class DecideForm(Form):
    """Which values count where the parties say different things."""

    shipped = MoneyField(_l("Shipped, that counts"))
    paid = MoneyField(_l("Paid, that counts"))
    reason = LongText(_l("Reason"), length=400)
