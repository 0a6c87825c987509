"""Forms of rules and grants."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from fairs.core.forms import DayField, Form, LongText, MoneyField, Text, UploadField, WholeNumber
from fairs.funding.models import SupportRule
from fairs.funding.rules import RuleDraft
from fairs.funding.states import Purpose

CERTAINTY = (
    ("found", _l("Found in a source")), ("known", _l("Known, to be confirmed before use")), ("unsure", _l("Unsure")),
)  # fmt: skip


class RuleForm(Form):
    """A rule of support."""

    code = Text(_l("Code"), length=30, required=True)
    purpose = SelectField(_l("What it pays for"))
    programme_vi = Text(_l("Programme (Vietnamese)"), length=120, required=True)
    programme_en = Text(_l("Programme (English)"), length=120)
    legal_basis_vi = Text(_l("Legal basis (Vietnamese)"), length=250, required=True)
    legal_basis_en = Text(_l("Legal basis (English)"), length=250)
    item_vi = LongText(_l("What is supported (Vietnamese)"), length=500, required=True)
    item_en = LongText(_l("What is supported (English)"), length=500)
    rate_percent = WholeNumber(_l("Rate in percent"), least=1, most=100)
    cap_amount = WholeNumber(_l("At most"), least=1, most=10**15)
    cap_unit = Text(_l("Per what"), length=40)
    condition_vi = LongText(_l("Condition (Vietnamese)"), length=2000)
    condition_en = LongText(_l("Condition (English)"), length=2000)
    valid_from = DayField(_l("In force from"))
    valid_to = DayField(_l("In force until"))
    decision_number = Text(_l("Number of the decision"), length=60)
    certainty = SelectField(_l("How sure it is"), choices=CERTAINTY)
    source = Text(_l("Source"), length=250)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose.choices = [(one.value, one.label) for one in Purpose]

    def draft(self, known: SupportRule | None = None) -> RuleDraft:
        """What was typed; the code of a known rule stays."""
        values = {name: getattr(self, name).data for name in RuleDraft.__dataclass_fields__}
        texts = {name: value or "" for name, value in values.items() if isinstance(value, str) or name in _TEXTS}
        code = known.code if known is not None else str(values["code"] or "").upper()
        return RuleDraft(**{**values, **texts, "code": code, "purpose": Purpose(self.purpose.data)})


_TEXTS = frozenset(
    "programme_vi programme_en legal_basis_vi legal_basis_en item_vi item_en cap_unit condition_vi condition_en decision_number source".split()
)


class SettleForm(Form):
    """What it really cost."""

    actual = MoneyField(_l("Actual amount"), required=True)


class ReceiptForm(Form):
    """A receipt or ticket."""

    receipt = UploadField(_l("Receipt for the cost"))
    ticket = Text(_l("Ticket or invoice number"), length=60)
    reason = LongText(_l("Why it is no duplicate"), length=2000)


class EndForm(Form):
    """Why a grant ends."""

    reason = LongText(_l("Reason"), length=400, required=True)


class ClashForm(Form):
    """What the second person found."""

    note = LongText(_l("What you looked at"), length=2000, required=True)
