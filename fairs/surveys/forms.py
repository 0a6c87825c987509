"""The form of the exit survey."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField

from fairs.core.errors import DomainError
from fairs.core.forms import DayField, Form, LongText, MoneyField, Text, WholeNumber
from fairs.core.money import EXPONENTS, Money
from fairs.directory.forms import RadioChoice
from fairs.surveys.models import ExitSurvey
from fairs.surveys.service import SurveyDraft

MARKS = [
    ("5", _l("5 – very good")), ("4", _l("4 – good")), ("3", _l("3 – fair")), ("2", _l("2 – weak")), ("1", _l("1 – poor")),
]  # fmt: skip
AGAIN_CHOICES = [("yes", _l("Yes")), ("maybe", _l("Perhaps")), ("no", _l("No"))]
SOURCE_CHOICES = [("paper", _l("Paper form")), ("phone", _l("Telephone call"))]
_FIRST = ("USD", "VND", "EUR", "JPY")
CURRENCIES = [(code, code) for code in (*_FIRST, *(code for code in EXPONENTS if code not in _FIRST))]


class SurveyForm(Form):
    """Satisfaction, orders signed, orders expected."""

    overall = RadioChoice(_l("The fair as a whole"), choices=MARKS)
    visitors_quality = RadioChoice(_l("Quality of the visitors"), choices=MARKS, required=False)
    organisation = RadioChoice(_l("Organisation of the fair"), choices=MARKS, required=False)
    signed_count = WholeNumber(_l("Orders signed at the fair"), most=10_000)
    signed = MoneyField(_l("Value of the signed orders"))
    signed_currency = SelectField(_l("Currency of the signed orders"), choices=CURRENCIES, default="USD")
    expected = MoneyField(_l("Value of orders that you expect within 12 months"))
    expected_currency = SelectField(_l("Currency of the expected orders"), choices=CURRENCIES, default="USD")
    leads = WholeNumber(_l("Visitors whose address you took"), most=100_000)
    comes_again = RadioChoice(_l("Will you come again?"), choices=AGAIN_CHOICES, required=False)
    remark = LongText(_l("What should we do better?"), length=1000)
    reason = Text(_l("Why the answer changes"), length=200)
    seen = HiddenField()

    def draft(self) -> SurveyDraft:
        """What was typed; raises InvalidInput at the field."""
        return SurveyDraft(
            overall=_mark(self.overall.data) or 0, visitors_quality=_mark(self.visitors_quality.data),
            organisation=_mark(self.organisation.data), signed_count=self.signed_count.data or 0,
            signed=_money(self.signed, self.signed_currency.data), expected=_money(self.expected, self.expected_currency.data),
            leads=self.leads.data, comes_again=self.comes_again.data or "", remark=self.remark.data or "",
        )  # fmt: skip

    @property
    def revision(self) -> int | None:
        """The revision that the person was shown."""
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


class StaffSurveyForm(SurveyForm):
    """The same, typed by staff."""

    source = RadioChoice(_l("How did it reach us?"), choices=SOURCE_CHOICES, default="paper")


class DaysForm(Form):
    """When the survey opens and closes."""

    opens_on = DayField(_l("Opens on"))
    closes_on = DayField(_l("Closes on"))


def _mark(text: Any) -> int | None:
    return int(text) if text else None


def _money(box: Any, currency: str) -> Money:
    try:
        return Money.from_decimal(box.data, currency) if box.data else Money(0, currency)
    except DomainError as error:
        error.field = box.name
        raise


def survey_form(known: ExitSurvey | None, *, is_staff: bool) -> SurveyForm:
    """The form; what was answered stands in it."""
    data: dict[str, Any] = {"seen": "0"}
    if known is not None:
        marks = {name: str(getattr(known, name) or "") for name in ("overall", "visitors_quality", "organisation")}
        data = {**known.content(), **marks, "signed": known.signed.decimal, "expected": known.expected.decimal}
        data["seen"] = str(known.revision)
        if known.source not in ("paper", "phone"):
            data.pop("source")
    kind = StaffSurveyForm if is_staff else SurveyForm
    return kind(data=data)
