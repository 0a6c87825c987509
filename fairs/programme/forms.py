"""Forms of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from fairs.core.forms import REQUIRED, DayField, DecimalNumber, Form, LongText, MoneyField, Text, UploadField
from fairs.programme.budget import LineDraft
from fairs.programme.models import PlanItem
from fairs.programme.service import FigureDraft
from fairs.programme.states import BY_HAND, BudgetSource, FigureLabel


class FigureForm(Form):
    """A figure by hand."""

    value = DecimalNumber(_l("Figure"), most=10**14, required=True)
    label = SelectField(_l("Label"), [REQUIRED])
    as_of = DayField(_l("As of"), required=True)
    evidence = LongText(_l("Evidence"), length=400, required=True)
    file = UploadField(_l("Document"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label.choices = [(label.value, label.label) for label in FigureLabel if label in BY_HAND]

    def to_draft(self) -> FigureDraft:
        """The figure to enter."""
        return FigureDraft(
            value=self.value.data if self.value.data is not None else Decimal(0),
            label=FigureLabel(self.label.data), as_of=self.as_of.data, evidence=self.evidence.data, file=self.file.upload(),
        )  # fmt: skip


class OwnerForm(Form):
    """Who answers for an item."""

    owner = Text(_l("Who answers for it"), length=200)


class LineForm(Form):
    """A budget line."""

    item = SelectField(_l("Item of the plan"), [REQUIRED])
    source = SelectField(_l("Source"), [REQUIRED])
    name = Text(_l("Name, where a source has several lines"), length=120)
    ceiling = MoneyField(_l("Ceiling"), most=10**14, required=True)

    def __init__(self, *args: Any, items: Sequence[PlanItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item.choices = [(str(one.id), f"{one.number} {one.name}"[:120]) for one in items]
        self.source.choices = [(one.value, one.label) for one in BudgetSource]

    def draft(self, currency: str) -> LineDraft:
        """The line as typed; raises InvalidInput for decimals that the currency does not have."""
        return LineDraft(BudgetSource(self.source.data), self.ceiling.money(currency), self.name.data or "")
