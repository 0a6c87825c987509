"""Forms of fairs."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, TimeField
from wtforms.validators import InputRequired

from fairs.calendar.effects import Move
from fairs.calendar.service import FairDraft
from fairs.core.forms import DayField, Form, LongText, Text, WholeNumber


class NewFairForm(Form):
    """What a new fair needs."""

    name_vi = Text(_l("Name in Vietnamese"), required=True)
    name_en = Text(_l("Name in English"), required=True)
    kind = SelectField(
        _l("Kind"), choices=[("trade", _l("Trade fair: visitors by name")), ("public", _l("Public fair"))]
    )
    starts_on = DayField(_l("First day"), required=True)
    ends_on = DayField(_l("Last day"), required=True)
    slug = Text(_l("Address part"), length=60, required=True)
    code = Text(_l("Code in references"), length=8, required=True)
    venue_vi = Text(_l("Place in Vietnamese"), length=250)
    venue_en = Text(_l("Place in English"), length=250)

    def to_draft(self) -> FairDraft:
        """The fair to create."""
        return FairDraft(
            slug=self.slug.data, code=self.code.data.upper(), name_vi=self.name_vi.data, name_en=self.name_en.data,
            starts_on=self.starts_on.data, ends_on=self.ends_on.data, kind=self.kind.data,
            venue_vi=self.venue_vi.data or "", venue_en=self.venue_en.data or "",
        )  # fmt: skip


class FairSettingsForm(Form):
    """Names, days, place and rules of a fair."""

    name_vi = Text(_l("Name in Vietnamese"), required=True)
    name_en = Text(_l("Name in English"), required=True)
    summary_vi = LongText(_l("Summary in Vietnamese"), length=1000)
    summary_en = LongText(_l("Summary in English"), length=1000)
    starts_on = DayField(_l("First day"), required=True)
    ends_on = DayField(_l("Last day"), required=True)
    opens_at = TimeField(_l("Opens at"), [InputRequired(_l("Write a time as 09:00."))])
    closes_at = TimeField(_l("Closes at"), [InputRequired(_l("Write a time as 09:00."))])
    build_up_days = WholeNumber(_l("Days of build-up before the opening"), least=1, most=14, required=True)
    dismantling_days = WholeNumber(_l("Days of dismantling after the last one"), least=0, most=14, required=True)
    venue_vi = Text(_l("Place in Vietnamese"), length=250)
    venue_en = Text(_l("Place in English"), length=250)
    city = Text(_l("City"), length=100)
    travel_vi = LongText(_l("How to get there, in Vietnamese"), length=2000)
    travel_en = LongText(_l("How to get there, in English"), length=2000)
    plan_item = Text(_l("Item of the year's plan"), length=10)
    auto_accept = BooleanField(_l("Accept applications automatically"))
    requires_appraisal = BooleanField(_l("Appraise each application before it is decided on"))
    hold_minutes = WholeNumber(_l("A booth is held for (minutes)"), least=5, most=120, required=True)
    deposit_percent = WholeNumber(_l("Deposit (percent)"), least=0, most=100, required=True)
    deposit_days = WholeNumber(_l("Deposit due after (days)"), least=1, most=90, required=True)
    balance_due_on = DayField(_l("Balance due on"))
    vat_percent = WholeNumber(_l("VAT (percent)"), least=0, most=30)
    importer_reply_days = WholeNumber(
        _l("Importers get an answer within (working days)"), least=1, most=60, required=True
    )
    importer_decider = Text(_l("Who decides on importers"))
    terms_vi = LongText(_l("Terms in Vietnamese"), length=20_000)
    terms_en = LongText(_l("Terms in English"), length=20_000)
    is_rehearsal = BooleanField(_l("Rehearsal: nothing that happens at this fair is counted"))

    def changes(self) -> dict[str, Any]:
        """The values by the names of the fair's columns."""
        return {
            name: field.data if field.data is not None or name in ("balance_due_on", "vat_percent") else ""
            for name, field in self._fields.items()
            if name != "csrf_token"
        }


class MoveForm(Form):
    """The days, hours and place that a fair gets; read from the address, so that a preview can be kept and shared."""

    starts_on = DayField(_l("New first day"), required=True)
    ends_on = DayField(_l("New last day"), required=True)
    opens_at = TimeField(_l("Opens at"), [InputRequired(_l("Write a time as 09:00."))])
    closes_at = TimeField(_l("Closes at"), [InputRequired(_l("Write a time as 09:00."))])
    venue_vi = Text(_l("Place in Vietnamese"), length=250)
    venue_en = Text(_l("Place in English"), length=250)

    def move(self) -> Move:
        """The move to preview or to make."""
        return Move(
            self.starts_on.data, self.ends_on.data, self.opens_at.data, self.closes_at.data, self.venue_vi.data or "",
            self.venue_en.data or "",
        )  # fmt: skip


class ReasonForm(Form):
    """Why; ``seen`` is the mark of the preview that the person looked at."""

    reason = LongText(_l("Reason"), length=400, required=True)
    decision_number = Text(_l("Number of the decision"), length=60)
    seen = HiddenField()


class CancelForm(ReasonForm):
    """Calling a fair off is confirmed by typing its code."""

    typed_code = Text(_l("Code of the fair"), length=8, required=True)
