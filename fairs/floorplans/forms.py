"""Forms of halls, layouts and zones. Lengths are typed in metres."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired
from wtforms import BooleanField, FieldList, FormField, SelectField, SelectMultipleField
from wtforms import Form as PlainForm
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from fairs.core.errors import InvalidInput
from fairs.core.forms import DecimalNumber, Form, LongText, Text, UploadField, WholeNumber
from fairs.core.money import parse_decimal
from fairs.floorplans.generator import Layout
from fairs.floorplans.models import Hall
from fairs.floorplans.service import HallDraft

WALL = 50  # thickness of a drawn door in centimetres


def metres(value: Decimal | None) -> int:
    """Centimetres from what was typed in metres."""
    return int((value or Decimal(0)) * 100)


class DoorForm(PlainForm):
    """A door in one of the four walls."""

    wall = SelectField(_l("Wall"), default="", choices=[("", "–"), ("top", _l("top")), ("bottom", _l("bottom")), ("left", _l("left")),
                                            ("right", _l("right"))])  # fmt: skip
    start = DecimalNumber(_l("From the corner (m)"), least=0, most=500)
    width = DecimalNumber(_l("Width (m)"), least=0, most=100)
    label = Text(_l("Name of the door"), length=60)


class HallForm(Form):
    """Name and size of a hall; doors and columns of a new one."""

    code = Text(_l("Code"), length=3, required=True)
    name_vi = Text(_l("Name in Vietnamese"), length=120, required=True)
    name_en = Text(_l("Name in English"), length=120, required=True)
    width = DecimalNumber(_l("Length, left to right (m)"), least=5, most=500, required=True)
    depth = DecimalNumber(_l("Width, top to bottom (m)"), least=5, most=500, required=True)
    least_aisle = DecimalNumber(_l("Least width of an aisle (m)"), least=0, most=10, required=True, default=Decimal(2))
    doors = FieldList(FormField(DoorForm, label=_l("Door")), _l("Doors"), min_entries=4, max_entries=8)
    columns = LongText(_l("Columns"), length=2000)

    def fill(self, hall: Hall) -> None:
        """Show a stored hall."""
        self.code.data, self.name_vi.data, self.name_en.data = hall.code, hall.name_vi, hall.name_en
        self.width.data, self.depth.data = Decimal(hall.width_cm) / 100, Decimal(hall.depth_cm) / 100
        self.least_aisle.data = Decimal(hall.aisle_cm) / 100

    def draft(self) -> HallDraft:
        """The hall as typed; raises InvalidInput naming doors or columns."""
        width, depth = metres(self.width.data), metres(self.depth.data)
        return HallDraft(
            code=(self.code.data or "").upper(),
            name_vi=self.name_vi.data or "",
            name_en=self.name_en.data or "",
            width_cm=width,
            depth_cm=depth,
            doors=[_door(entry.form, width, depth) for entry in self.doors if entry.form.wall.data],
            columns=_columns(self.columns.data or ""),
            aisle_cm=metres(self.least_aisle.data),
        )


def _door(form: Any, width: int, depth: int) -> dict[str, Any]:
    start, size, wall = metres(form.start.data), metres(form.width.data), form.wall.data
    if size <= 0:
        raise InvalidInput(_l("Give each door a width in metres."), field="doors")
    if wall in {"left", "right"}:
        place = {"x": 0 if wall == "left" else width - WALL, "y": start, "w": WALL, "h": size}
    else:
        place = {"x": start, "y": 0 if wall == "top" else depth - WALL, "w": size, "h": WALL}
    return {**place, "label": form.label.data or ""}


def _columns(text: str) -> list[dict[str, Any]]:
    """One column a line: distance from the left, from the top, width, depth, in metres."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        try:
            numbers = [int(parse_decimal(word) * 100) for word in words]
        except InvalidInput:
            numbers = []
        if len(numbers) != 4 or min(numbers) < 0 or min(numbers[2:]) == 0 or max(numbers) > 50_000:
            message = _l("Write four numbers a line, in metres: from the left, from the top, width, depth.")
            raise InvalidInput(message, field="columns")
        found.append(dict(zip("xywh", numbers, strict=True)))
    return found


class LayoutForm(Form):
    """How the generator lays out a hall."""

    booth_w = DecimalNumber(_l("Booth width (m)"), least=1, most=30, required=True, default=Decimal(3))
    booth_d = DecimalNumber(_l("Booth depth (m)"), least=1, most=30, required=True, default=Decimal(3))
    aisle = DecimalNumber(_l("Aisles (m)"), least=0, most=20, required=True, default=Decimal(3))
    margin = DecimalNumber(_l("Along the walls (m)"), least=0, most=20, required=True, default=Decimal(3))
    door_clear = DecimalNumber(_l("Clear around doors (m)"), least=0, most=20, required=True, default=Decimal(3))
    run = WholeNumber(_l("Booths in a row before a cross aisle"), least=1, most=100, required=True, default=10)
    most = WholeNumber(_l("At most this many booths"), least=1, most=2000, required=True, default=500)
    back_to_back = BooleanField(_l("Two rows back to back"), default=True)
    zones = SelectMultipleField(
        _l("Zones, in this order"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    replace_all = BooleanField(_l("In place of the booths that stand there"), default=True)
    kind = SelectField(_l("Kind of booth"))
    corner_kind = SelectField(_l("Kind of booth at corners"))

    def layout(self, prefix: str) -> Layout:
        """The generator's settings; halls are numbered by their own code."""
        return Layout(
            booth_w=metres(self.booth_w.data), booth_d=metres(self.booth_d.data), aisle=metres(self.aisle.data),
            margin=metres(self.margin.data), door_clear=metres(self.door_clear.data), run=int(self.run.data or 1),
            most=int(self.most.data or 1), back_to_back=bool(self.back_to_back.data), prefix=prefix,
            zones=tuple((code, 1) for code in self.zones.data or ()),
        )  # fmt: skip


class ZoneForm(Form):
    """A product zone."""

    code = Text(_l("Code"), length=10, required=True)
    name_vi = Text(_l("Name in Vietnamese"), length=120, required=True)
    name_en = Text(_l("Name in English"), length=120, required=True)
    tint = SelectField(_l("Tint"), coerce=int, choices=[(n, str(n)) for n in range(1, 9)], default=1)
    groups = SelectMultipleField(
        _l("Product groups"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )


def choices_of(things: Sequence[Any]) -> list[tuple[str, str]]:
    """Choices by code and name."""
    return [(thing.code, thing.name) for thing in things]


class BackdropForm(Form):
    """A picture to lay under the plan."""

    file = UploadField(_l("Picture or PDF"), [FileRequired(_l("Choose a file first."))])


class PublishForm(Form):
    """Publishing: which draft was looked at, and whether its warnings are accepted."""

    revision = WholeNumber("", least=0, most=10**9, required=True, widget=HiddenInput())
    accept = BooleanField(_l("I have looked at the warnings and publish all the same"))


class SheetForm(Form):
    """A sheet of booths."""

    file = UploadField(_l("Spreadsheet (XLSX, ODS or CSV)"), [FileRequired(_l("Choose a file first."))])
    replaces = BooleanField(_l("Booths of these halls that are not in the sheet leave the draft"))
