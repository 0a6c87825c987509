"""Forms of gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import ValidationError

from fairs.checkin.counting import MOST_PEOPLE, CountInput
from fairs.checkin.models import AccessZone, Gate
from fairs.checkin.service import GateDraft
from fairs.checkin.setup import MOST_PEOPLE as MOST_INSIDE
from fairs.checkin.setup import ZoneDraft
from fairs.checkin.states import CountSource
from fairs.core.forms import DayField, Form, Text, WholeNumber

KINDS = [("paper", _l("A tally from paper: added to the hour")), ("correction", _l("A correction, with its reason"))]
UNKNOWN_SIGNED = [
    ("admit", _l("Let in: it was printed a moment ago, or the list is old")),
    ("refuse", _l("Refuse: only badges that are on the list")),
]
DIRECTIONS = [("in", _l("In only")), ("out", _l("Out only")), ("both", _l("In and out, chosen on the screen"))]


class GateForm(Form):
    """Names and direction of a gate."""

    name_vi = Text(_l("Name in Vietnamese"), length=120, required=True)
    name_en = Text(_l("Name in English"), length=120)
    direction = RadioField(_l("Direction"), choices=DIRECTIONS, default="in")
    zone = SelectField(_l("Leads into"), choices=[], validate_choice=False, default="")
    unknown_signed = RadioField(
        _l("A true badge that is not on the list yet"), choices=UNKNOWN_SIGNED, default="admit", validate_choice=False
    )
    count_method = Text(_l("How people without badges are counted"), length=300)

    def offer(self, zones: Sequence[AccessZone], gate: Gate | None = None) -> None:
        """The halls to choose from, and where the gate leads now."""
        self._zones = {zone.code: zone for zone in zones}
        self.zone.choices = [("", _("the fair as such")), *((zone.code, zone.name) for zone in zones)]
        if not self.zone.raw_data:  # not sent
            self.zone.data = gate.zone.code if gate is not None and gate.zone is not None else ""

    def validate_zone(self, field: Any) -> None:
        """A hall of the fair, or none."""
        if field.data and field.data not in self._zones:
            raise ValidationError(_l("Please choose from the list."))

    def validate_unknown_signed(self, field: Any) -> None:
        """One of both; a form that does not ask leaves it."""
        if field.data not in {value for value, _label in UNKNOWN_SIGNED}:
            raise ValidationError(_l("Please choose from the list."))

    def to_draft(self) -> GateDraft:
        """What was typed."""
        return GateDraft(
            self.name_vi.data, self.name_en.data, self.direction.data, self.count_method.data or "",
            self._zones.get(self.zone.data), self.unknown_signed.data,
        )  # fmt: skip


class NewGateForm(GateForm):
    """The same with the code, which stands in addresses and never changes."""

    code = Text(
        _l("Short code"),
        length=20,
        required=True,
        description=_l("Part of the address of the screen, such as main or b2. It never changes."),
    )


class ZoneForm(Form):
    """Names and capacity of a hall or area."""

    name_vi = Text(_l("Name in Vietnamese"), length=120, required=True)
    name_en = Text(_l("Name in English"), length=120)
    capacity = WholeNumber(_l("People at once, at most"), least=1, most=MOST_INSIDE)
    warn_at = WholeNumber(_l("Warn from (percent)"), least=1, most=100, required=True, default=80)
    is_inner = BooleanField(_l("It is entered from inside the fair: who leaves it is still at the fair"))

    def to_draft(self) -> ZoneDraft:
        """What was typed."""
        return ZoneDraft(
            self.name_vi.data, self.name_en.data, self.capacity.data, self.warn_at.data, bool(self.is_inner.data)
        )


class NewZoneForm(ZoneForm):
    """The same with the code, which never changes."""

    code = Text(_l("Short code"), length=20, required=True, description=_l("Such as a or hall-2. It never changes."))


class TallyForm(Form):
    """People counted on paper, or a correction of what was counted."""

    entry_id = HiddenField()
    gate = RadioField(_l("Gate"), choices=[], validate_choice=False)
    day = DayField(_l("Day"), required=True)
    hour = WholeNumber(_l("Hour"), least=0, most=23, required=True)
    kind = RadioField(_l("What it is"), choices=KINDS, default="paper")
    change = WholeNumber(_l("People"), least=-MOST_PEOPLE, most=MOST_PEOPLE, required=True)
    note = Text(_l("Note"), length=300)

    def validate_gate(self, field: Any) -> None:
        """A gate of the fair."""
        if field.data not in {code for code, _name in field.choices}:
            raise ValidationError(_l("Please choose from the list."))

    def validate_kind(self, field: Any) -> None:
        """One of both."""
        if field.data not in {value for value, _label in KINDS}:
            raise ValidationError(_l("Please choose from the list."))

    def entry(self) -> CountInput:
        """What was typed."""
        return CountInput(
            id=(self.entry_id.data or "")[:41], day=self.day.data, hour=self.hour.data, change=self.change.data,
            source=CountSource(self.kind.data), note=self.note.data or "",
        )  # fmt: skip


class TypedCodeForm(Form):
    """A code typed, or read by a hand scanner, where the page's script does not run."""

    code = Text(_l("Code"), length=1000, required=True)


class ScreenForm(Form):
    """A big screen that shows the live board."""

    name = Text(_l("Where the screen stands"), length=60, required=True)
