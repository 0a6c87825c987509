"""The form of a booth's day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from fairs.core.errors import DomainError, InvalidInput
from fairs.core.forms import Form, MoneyField, Text
from fairs.core.money import Money
from fairs.directory.forms import RadioChoice
from fairs.sales.models import SalesReturn
from fairs.sales.queries import CURRENCY
from fairs.sales.service import PARTS, DayDraft

SOURCE_CHOICES = [("paper", _l("Paper form")), ("phone", _l("Telephone call"))]


class DayForm(Form):
    """Cash, card and orders of a day; subclasses add the product groups, and where staff type it, the source."""

    cash = MoneyField(_l("Cash"), least=0)
    card = MoneyField(_l("Card and transfer"), least=0)
    orders = MoneyField(_l("Orders taken, delivered later"), least=0)
    reason = Text(_l("Why the figure changes"), length=200)
    sure = BooleanField(_l("The amount is right"))
    day = HiddenField()
    seen = HiddenField()

    @property
    def group_fields(self) -> list[Any]:
        """The boxes of the product groups."""
        return [one for name, one in self._fields.items() if name.startswith("group_")]

    def draft(self, *, nothing: bool) -> DayDraft:
        """What was typed; with ``nothing`` the booth sold nothing. Raises InvalidInput at the field."""
        if nothing:
            return DayDraft()
        if all(self[name].data is None for name in PARTS):
            raise InvalidInput(_l("Write what was sold; when nothing was sold, press that button."), field="cash")
        groups = {one.name.removeprefix("group_"): one for one in self.group_fields if one.data is not None}
        cash, card, orders = (_money(self[name]) for name in PARTS)
        return DayDraft(cash, card, orders, {code: _money(one) for code, one in groups.items()})

    @property
    def revision(self) -> int | None:
        """The revision that the person was shown."""
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _money(box: Any) -> Money:
    try:
        return Money.from_decimal(box.data, CURRENCY) if box.data else Money(0, CURRENCY)
    except DomainError as error:
        error.field = box.name
        raise


def day_form(
    groups: Iterable[tuple[str, str]], known: SalesReturn | None, *, is_staff: bool, source: str = "paper"
) -> DayForm:
    """The form with a box for each of the product groups; what was declared stands in it."""
    fields: dict[str, Any] = {f"group_{code}": MoneyField(name, least=0) for code, name in groups}
    if is_staff:
        fields["source"] = RadioChoice(_l("How did it reach us?"), choices=SOURCE_CHOICES, default=source)
        fields["note"] = Text(_l("Note"), length=200)
    data: dict[str, Any] = {"seen": str(known.revision) if known else "0"}
    if known is not None:
        data |= {name: money.decimal for name, money in (known.parts or {}).items()}
        data |= {f"group_{code}": Money(int(minor), CURRENCY).decimal for code, minor in known.groups.items()}
    made: DayForm = type("BoothDayForm", (DayForm,), fields)(data=data)
    return made
