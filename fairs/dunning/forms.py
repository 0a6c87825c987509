"""Forms of reminders: the schedule, what came of a call, a proposal to release."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import ValidationError

from fairs.core.forms import REQUIRED, DayField, Form, LongText, Text, WholeNumber
from fairs.dunning.schedule import Schedule
from fairs.dunning.service import CallDraft
from fairs.dunning.states import CALL_OUTCOMES, Outcome


class ScheduleForm(Form):
    """Days of each step; an empty box leaves the step out."""

    notice = WholeNumber(_l("Friendly notice: days before the due day"), least=1, most=60)
    reminder = WholeNumber(_l("Reminder: days after it"), least=1, most=180)
    warning = WholeNumber(_l("Warning: days after it"), least=1, most=180)
    call = WholeNumber(_l("Call: days after it"), least=1, most=180)
    release = WholeNumber(_l("Proposal to release the booth: days after it"), least=1, most=180)
    auto_release = BooleanField(_l("Release booths automatically, without a person’s word"))

    def to_schedule(self) -> Schedule:
        """The schedule as entered."""
        return Schedule(
            self.notice.data, self.reminder.data, self.warning.data, self.call.data, self.release.data,
            bool(self.auto_release.data),
        )  # fmt: skip


class OutcomeField(RadioField):
    """What came of a call; anything else is refused in our own words."""

    def pre_validate(self, form: Any) -> None:
        """Only what was offered."""
        if self.data not in CALL_OUTCOMES:
            raise ValidationError(_l("Please choose one."))


class CallForm(Form):
    """What came of a call."""

    outcome = OutcomeField(
        _l("What came of the call"), [REQUIRED], choices=[(str(one), one.label) for one in CALL_OUTCOMES],
        validate_choice=False,
    )  # fmt: skip
    until = DayField(_l("Promised until, or to be tried again on"))
    note = Text(_l("Note"), length=300)

    def to_draft(self) -> CallDraft:
        """What to record."""
        return CallDraft(Outcome(self.outcome.data), self.note.data or "", self.until.data)


class ReleaseForm(Form):
    """Releasing a booth, with the reason that the exhibitor reads."""

    reason = LongText(_l("Reason: the exhibitor reads it"), length=200, required=True)


class DeferForm(Form):
    """Not yet."""

    until = DayField(_l("Ask again after"), required=True)
    defer_reason = LongText(_l("Why not yet?"), length=300, required=True)
