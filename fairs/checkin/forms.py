"""Forms of gates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from fairs.checkin.service import GateDraft
from fairs.core.forms import Form, Text

DIRECTIONS = [("in", _l("In only")), ("out", _l("Out only")), ("both", _l("In and out, chosen on the screen"))]


class GateForm(Form):
    """Names and direction of a gate."""

    name_vi = Text(_l("Name in Vietnamese"), length=120, required=True)
    name_en = Text(_l("Name in English"), length=120)
    direction = RadioField(_l("Direction"), choices=DIRECTIONS, default="in")

    def to_draft(self) -> GateDraft:
        """What was typed."""
        return GateDraft(self.name_vi.data, self.name_en.data, self.direction.data)


class NewGateForm(GateForm):
    """The same with the code, which stands in addresses and never changes."""

    code = Text(
        _l("Short code"),
        length=20,
        required=True,
        description=_l("Part of the address of the screen, such as main or b2. It never changes."),
    )


class TypedCodeForm(Form):
    """A code typed, or read by a hand scanner, where the page's script does not run."""

    code = Text(_l("Code"), length=1000, required=True)
