"""Forms of closing: what is to be drawn for an audit."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.closing.sampling import KINDS, MOST, Wish
from fairs.core.forms import REQUIRED, Form, WholeNumber


class SampleForm(Form):
    """What is to be drawn; the seed is proposed and can be set."""

    kinds = SelectMultipleField(
        _l("Records"),
        choices=lambda: list(KINDS.items()),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    method = SelectField(_l("How many of each"), choices=[("number", _l("A number")), ("percent", _l("Percent"))])
    amount = WholeNumber(_l("Number or percent"), least=1, most=MOST, required=True)
    weighted = BooleanField(_l("By value: each unit of value has the same chance"))
    seed = WholeNumber(_l("Seed"), least=0, most=2**53 - 1, required=True)
    snapshot = SelectField(_l("Drawn from"), [REQUIRED], coerce=int)

    def to_wish(self) -> Wish:
        """What is asked for."""
        kinds: Any = self.kinds.data or ()
        return Wish(
            tuple(kind for kind in KINDS if kind in kinds), self.method.data, self.amount.data or 0, self.seed.data or 0,
            bool(self.weighted.data),
        )  # fmt: skip
