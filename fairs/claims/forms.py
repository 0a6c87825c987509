"""Forms of guests and staff around a claim."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField

from fairs.claims.proofs import AccountDraft, SurveyDraft
from fairs.claims.states import PAPERS, Proof
from fairs.core.errors import DomainError
from fairs.core.forms import REQUIRED, DayField, Form, LongText, MoneyField, Text, UploadField, WholeNumber
from fairs.core.money import EXPONENTS, Money


class Choice(SelectField):
    """Anything that was not offered is refused in our own words."""

    def __init__(self, label: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(label, [REQUIRED], choices=choices, **kwargs)


def _currency(default: str = "USD") -> Choice:
    return Choice(_l("Currency"), [(code, code) for code in EXPONENTS], default=default)


class FileForm(Form):
    """A paper."""

    kind = Choice(_l("Which paper"), lambda: [(str(one), one.label) for one in PAPERS])
    file = UploadField(_l("File"))
    reason = LongText(_l("Why it may be used here"), length=2000)


class TicketForm(Form):
    """A ticket that was paid."""

    number = Text(_l("Number of the e-ticket"), length=60, required=True)
    text = Text(_l("Route"), length=200)
    amount = MoneyField(_l("What you paid"), required=True)
    currency = _currency()
    paid_on = DayField(_l("Day of the receipt"), required=True)
    reason = LongText(_l("Why it may be used here"), length=2000)

    def money(self) -> Money:
        """The amount; raises InvalidInput for too many decimals."""
        return self.amount.money(self.currency.data)


class NightsForm(Form):
    """Nights of a folio at one price."""

    first = DayField(_l("First night"), required=True)
    until = DayField(_l("Day of leaving"), required=True)
    amount = MoneyField(_l("Price of one night"), required=True)
    currency = _currency("VND")
    paid_on = DayField(_l("Day of the folio"), required=True)
    number = Text(_l("Number of the folio"), length=60)

    def money(self) -> Money:
        """The price of a night; raises InvalidInput for too many decimals."""
        return self.amount.money(self.currency.data)


class SurveyForm(Form):
    """What the guest answers after the fair."""

    satisfaction = RadioField(
        _l("How content are you with the fair?"), [REQUIRED],
        choices=[("5", _l("5 – very")), ("4", "4"), ("3", "3"), ("2", "2"), ("1", _l("1 – not at all"))],
    )  # fmt: skip
    placed = MoneyField(_l("Orders placed at the fair"), default=0)
    expected = MoneyField(_l("Orders that you expect within a year"), default=0)
    currency = _currency()
    missing = LongText(_l("What was missing?"), length=4000)
    come_again = BooleanField(_l("I would come again"))

    def to_draft(self) -> SurveyDraft:
        """What was answered; raises InvalidInput for amounts with too many decimals."""
        code = self.currency.data
        try:
            placed, expected = self.placed.money(code), self.expected.money(code)
        except DomainError as error:
            error.field = "placed"
            raise
        return SurveyDraft(
            int(self.satisfaction.data), placed, expected, self.missing.data or "", bool(self.come_again.data)
        )


class MeetingForm(Form):
    """A meeting that was held."""

    held_on = DayField(_l("Day"), required=True)
    with_whom = Text(_l("With whom"), length=200, required=True)
    about = Text(_l("About what"), length=200)


class AccountForm(Form):
    """Where the money shall go."""

    holder = Text(_l("Account holder, in Latin letters"), length=140, required=True)
    holder_address = Text(_l("Address of the holder"), length=140)
    number = Text(_l("IBAN or account number"), length=50, required=True)
    bic = Text(_l("BIC (SWIFT code)"), length=15, required=True)
    bank = Text(_l("Bank"), length=140, required=True)
    bank_address = Text(_l("City and country of the bank"), length=140)

    def to_draft(self) -> AccountDraft:
        """What was typed."""
        return AccountDraft(**{name: getattr(self, name).data or "" for name in AccountDraft.__dataclass_fields__})


class SubmitForm(Form):
    """Handing in."""

    nothing = BooleanField(_l("I have paid nothing that is refunded"))


class ReasonForm(Form):
    """A reason."""

    reason = LongText(_l("Reason"), length=2000, required=True)


class NoteForm(Form):
    """What somebody looked at."""

    note = LongText(_l("What you looked at"), length=2000, required=True)


class ExtendForm(Form):
    """Another last day."""

    until = DayField(_l("New last day"), required=True)
    reason = Text(_l("Reason"), length=400, required=True)


class WaiverForm(Form):
    """A proof that shall not be asked for."""

    item = Choice(_l("Proof"), lambda: [(str(one), one.label) for one in Proof])
    reason = LongText(_l("Reason"), length=400, required=True)


class ChargeForm(Form):
    """What a guest owes."""

    amount = MoneyField(_l("Amount"), required=True)
    reason = LongText(_l("Reason, as the guest reads it"), length=2000, required=True)


class DoneForm(Form):
    """Money that went or came, by the bank's word."""

    reference = Text(_l("Number of the bank"), length=100, required=True)
    done_on = DayField(_l("Day"), required=True)


class BecauseForm(Form):
    """Why a transfer came back."""

    because = LongText(_l("What the bank says"), length=400, required=True)


class RulesForm(Form):
    """What a fair asks of its supported guests."""

    check_in_days = WholeNumber(_l("Days with a check-in"), least=0, most=30, required=True)
    meetings = WholeNumber(_l("Meetings held"), least=0, most=60, required=True)
    days_to_claim = WholeNumber(_l("Days after the fair to hand in"), least=1, most=365, required=True)
    remind_before = WholeNumber(_l("Remind so many days before"), least=0, most=90, required=True)
    review_days = WholeNumber(_l("Days for our review, as told to the guest"), least=1, most=90, required=True)
