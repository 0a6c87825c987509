"""Forms of printing: stations, reprints, blanks, codes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.badges.layouts import SIZES
from fairs.badges.reprints import ReprintReason
from fairs.badges.states import BadgeCategory
from fairs.core.forms import Form, Text, WholeNumber
from fairs.directory.forms import Choice
from fairs.printing.blanks import MOST_BLANKS, BatchDraft
from fairs.printing.models import PrintStation
from fairs.printing.stations import StationDraft


class Several(SelectMultipleField):
    """Boxes to tick; none means all."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        if not set(self.data or ()) <= {str(value) for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("Please choose from the list."))


def category_choices() -> list[tuple[str, str]]:
    """Every category of badges."""
    return [(category.value, str(category.label)) for category in BadgeCategory]


class StationForm(Form):
    """A print station."""

    name = Text(_l("Name of the station"), length=60, required=True)
    place = Text(_l("Place of the station"), length=120)
    categories = Several(_l("Categories it prints"), choices=category_choices, description=_l("None ticked: all."))
    sizes = Several(
        _l("Formats it prints"),
        choices=lambda: [(key, str(size.label)) for key, size in SIZES.items()],
        description=_l("None ticked: all."),
    )
    asks = BooleanField(
        _l("Somebody says after each badge whether it came out"), default=True,
        description=_l("Without it the page reports each badge as printed as soon as it was sent to the printer: for kiosk printing."),
    )  # fmt: skip

    def fill(self, station: PrintStation) -> None:
        """The station as it is."""
        self.name.data, self.place.data, self.asks.data = station.name, station.place, station.asks
        self.categories.data, self.sizes.data = list(station.categories), list(station.sizes)

    def draft(self) -> StationDraft:
        """What was typed."""
        return StationDraft(
            self.name.data or "", self.place.data or "", tuple(self.categories.data or ()),
            tuple(self.sizes.data or ()), bool(self.asks.data),
        )  # fmt: skip


class AgainForm(Form):
    """Why a badge is printed once more."""

    reason = Choice(
        _l("Why again"), choices=lambda: [("", "—"), *((one.value, str(one.label)) for one in ReprintReason)]
    )
    note = Text(_l("What else is to be said"), length=200)


class BatchForm(Form):
    """A batch of blanks."""

    category = Choice(_l("Category"), choices=category_choices, required=True, default=BadgeCategory.TRADE.value)
    quantity = WholeNumber(_l("How many"), least=1, most=MOST_BLANKS, required=True)
    first_number = WholeNumber(
        _l("From number"), least=1, most=999_999, description=_l("Empty: after the highest number there is.")
    )
    note = Text(_l("What for"), length=200)

    def draft(self) -> BatchDraft:
        """What was typed."""
        return BatchDraft(
            BadgeCategory(self.category.data), self.quantity.data or 0, self.first_number.data, self.note.data or ""
        )


class VoidForm(Form):
    """Blanks to be taken out of use."""

    first = WholeNumber(_l("From number"), least=1, most=999_999, required=True)
    last = WholeNumber(_l("To number"), least=1, most=999_999, required=True)
    reason = Text(_l("Reason"), length=200, required=True)


class CodeForm(Form):
    """A scanned or typed code; the first one is kept until the second came."""

    code = Text(_l("Code"), length=1000, required=True)
    first = Text(length=1000)


class FindForm(Form):
    """Whose badge it is."""

    q = Text(_l("Name, company, number of the badge or code"), length=1000, required=True)
