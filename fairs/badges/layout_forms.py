"""Forms of badge layouts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ColorInput, ListWidget

from fairs.badges.layouts import FIELDS, HOLES, LONGEST_TEXT, ROLL_LENGTHS, SIZES, Element
from fairs.badges.states import BadgeCategory
from fairs.core.forms import DecimalNumber, Form, Text, UploadField, WholeNumber

LEVELS = {"M": _l("M, from 25 mm"), "H": _l("H, from 32 mm")}
#: Where a line begins is right for Arabic.
ALIGNS = {"left": _l("Line start"), "center": _l("Middle"), "right": _l("Line end")}
VALIGNS = {"top": _l("Top"), "middle": _l("Middle"), "bottom": _l("Bottom")}
COLOURS = {
    "ink": _l("Ink"), "muted": _l("Grey"), "category": _l("Colour of the category"), "white": _l("White on colour"),
    "other": _l("Another colour"),
}  # fmt: skip
FILLS = {"": _l("None"), "category": _l("Colour of the category"), "other": _l("Another colour")}


_SHADE = "#1f5f8b"


class Checks(SelectMultipleField):
    """Several of a list, by checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def category_choices() -> list[tuple[str, Any]]:
    """All categories of badges."""
    return [(str(one), one.label) for one in BadgeCategory]


class NewLayoutForm(Form):
    """A new layout: from a standard one, or as a copy of one that there is."""

    name = Text(_l("Name of the layout"), length=120, required=True)
    source = SelectField(_l("Begin with"))


class ImportForm(Form):
    """A layout from a file."""

    file = UploadField(_l("File"))


class NameForm(Form):
    """What a layout is called."""

    name = Text(_l("Name of the layout"), length=120, required=True)


class CopyForm(Form):
    """To which fair a layout is copied, and how the copy is called."""

    fair = SelectField(_l("To the fair"))
    copy_name = Text(_l("Name of the copy"), length=120)


class PageForm(Form):
    """Size, QR level and hole of a layout."""

    size = SelectField(_l("Size"), choices=lambda: [(one.key, one.label) for one in SIZES.values()])
    length = DecimalNumber(_l("Length (mm)"), least=int(ROLL_LENGTHS[0]), most=int(ROLL_LENGTHS[1]))
    qr_level = SelectField(_l("Level of the QR code"), choices=lambda: list(LEVELS.items()))
    hole = SelectField(_l("Hole for the lanyard"), choices=lambda: list(HOLES.items()))


def _millimetres(label: Any, least: Any) -> DecimalNumber:
    return DecimalNumber(label, least=least, most=1000, required=True)


class ElementForm(Form):
    """One element of a side. Which fields count is decided by its kind (``ELEMENT_FIELDS``)."""

    field = SelectField(_l("What it shows"), choices=lambda: list(FIELDS.items()), validate_choice=False)
    text_vi = Text(_l("Text in Vietnamese"), length=LONGEST_TEXT)
    text_en = Text(_l("Text in English"), length=LONGEST_TEXT)
    file = SelectField(_l("Picture"), validate_choice=False)
    x = _millimetres(_l("From the left (mm)"), -1000)
    y = _millimetres(_l("From the top (mm)"), -1000)
    w = _millimetres(_l("Width (mm)"), "0.1")
    h = _millimetres(_l("Height (mm)"), "0.1")
    largest = DecimalNumber(_l("Largest letters (pt)"), least=4, most=150)
    smallest = DecimalNumber(_l("Smallest letters (pt)"), least=4, most=150)
    lines = WholeNumber(_l("Lines at most"), least=1, most=4)
    bold = BooleanField(_l("Bold"))
    align = SelectField(_l("Across"), choices=lambda: list(ALIGNS.items()))
    valign = SelectField(_l("Up and down"), choices=lambda: list(VALIGNS.items()))
    colour = SelectField(_l("Colour"), choices=lambda: list(COLOURS.items()))
    colour_other = Text(_l("Another colour"), length=7, default=_SHADE, widget=ColorInput())
    fill = SelectField(_l("Ground"), choices=lambda: list(FILLS.items()))
    fill_other = Text(_l("Another ground"), length=7, default=_SHADE, widget=ColorInput())
    categories = Checks(_l("Only on badges of"), choices=category_choices)

    def show(self, element: Element) -> None:
        """Fill the form with an element."""
        for name in _SAME:
            value = getattr(element, name)
            self[name].data = Decimal(str(round(value, 2))) if name in _NUMBERS else value
        self.categories.data = list(element.categories)
        for name, value in (("colour", element.colour), ("fill", element.fill or "")):
            own = value.startswith("#")
            self[name].data = "other" if own else value
            self[f"{name}_other"].data = value if own else _SHADE

    def changed(self, element: Element) -> dict[str, Any]:
        """The element's data with what the form says of its kind."""
        found = element.as_json()
        for name in ELEMENT_FIELDS[element.kind]:
            value = self[name].data
            if name in {"colour", "fill"} and value == "other":
                value = self[f"{name}_other"].data
            if name == "fill" and not value:
                value = None
            if value is None and name in {"largest", "smallest", "lines"}:
                continue  # left empty: as it was
            found[name] = float(value) if name in _NUMBERS else value
        return found


_SAME = (
    "field",
    "text_vi",
    "text_en",
    "file",
    "x",
    "y",
    "w",
    "h",
    "largest",
    "smallest",
    "lines",
    "bold",
    "align",
    "valign",
)
_NUMBERS = {"x", "y", "w", "h", "largest", "smallest"}
_PLACE = ("x", "y", "w", "h", "categories")
_LETTERS = ("largest", "smallest", "lines", "bold", "align", "valign", "colour", "fill")
#: What can be set about an element, by its kind.
ELEMENT_FIELDS = {
    "field": ("field", *_PLACE, *_LETTERS),
    "text": ("text_vi", "text_en", *_PLACE, *_LETTERS),
    "qr": _PLACE,
    "logo": ("file", *_PLACE),
    "photo": _PLACE,
    "band": (*_PLACE, "fill"),
    "weave": (*_PLACE, "fill"),
    "rule": (*_PLACE, "colour"),
}


def kinds_with(name: str) -> str:
    """The kinds of elements that have a property, as the page's script wants them."""
    return " ".join(kind for kind, names in ELEMENT_FIELDS.items() if name in names)
