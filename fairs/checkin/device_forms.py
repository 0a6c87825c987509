"""Forms of devices and of the supervisor's PIN."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectMultipleField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.checkin.devices import DeviceDraft
from fairs.core.forms import REQUIRED, DayField, Form, Text


class DeviceForm(Form):
    """Name and scope of a device."""

    name = Text(
        _l("Name of the device"),
        length=60,
        required=True,
        description=_l("As it stands on its back, such as Gate A 2."),
    )
    gate_codes = SelectMultipleField(
        _l("Gates"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False,
        description=_l("None chosen means all gates."),
    )  # fmt: skip
    valid_from = DayField(_l("From day"), required=True)
    valid_to = DayField(_l("Until day"), required=True)

    def to_draft(self) -> DeviceDraft:
        """What was typed."""
        return DeviceDraft(self.name.data, self.gate_codes.data or [], self.valid_from.data, self.valid_to.data)


class PinForm(Form):
    """A new PIN, typed twice, under one's password."""

    pin = PasswordField(_l("PIN of six digits"), [REQUIRED, Length(max=20)])
    again = PasswordField(_l("The same PIN once more"), [REQUIRED, Length(max=20)])
    password = PasswordField(_l("Your password"), [REQUIRED, Length(max=200)])

    def validate_again(self, field: Any) -> None:
        """Both are the same."""
        if field.data != self.pin.data:
            raise ValidationError(_l("The two PINs differ."))
