"""Forms of runs and calls."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from fairs.calendar.models import Fair
from fairs.core.forms import DayField, Form, HourField, LongText, Text, WholeNumber
from fairs.hospitality.models import TransferRun
from fairs.hospitality.runs import RunDraft
from fairs.hospitality.states import RunKind


class RunForm(Form):
    """A drive of one vehicle."""

    kind = SelectField(_l("Kind"), choices=[(str(one), one.label) for one in RunKind])
    airport = Text(_l("Airport"), length=3)
    day = DayField(_l("Day"), required=True)
    leaves_at = HourField(_l("Leaves at"), required=True)
    capacity = WholeNumber(_l("Places for guests"), required=True)
    from_place = Text(_l("Leaves from"), length=150)
    to_place = Text(_l("Goes to"), length=150)
    meeting_point = Text(_l("Meeting point"), length=200)
    vehicle = Text(_l("Vehicle"), length=80)
    plate = Text(_l("Number plate"), length=20)
    driver_name = Text(_l("Driver"), length=120)
    driver_phone = Text(_l("Driver's telephone"), length=30)
    coordinator_phone = Text(_l("Coordinator's telephone"), length=30)
    note = Text(_l("Note for the driver"), length=400)

    def show(self, run: TransferRun, fair: Fair) -> None:
        """Fill in a run that is there."""
        local = run.leaves_at.astimezone(ZoneInfo(fair.time_zone))
        self.kind.data, self.day.data, self.leaves_at.data = str(run.kind), local.date(), local.time()
        for name in _RUN_TEXTS:
            self[name].data = getattr(run, name)
        self.capacity.data = run.capacity

    def draft(self, fair: Fair) -> RunDraft:
        """What was typed."""
        day: date = self.day.data
        texts = {name: self[name].data or "" for name in _RUN_TEXTS}
        return RunDraft(RunKind(self.kind.data), fair.at(day, self.leaves_at.data), self.capacity.data, **texts)


_RUN_TEXTS = ("airport", "from_place", "to_place", "meeting_point", "vehicle", "plate", "driver_name", "driver_phone",
              "coordinator_phone", "note")  # fmt: skip


class PlaceForm(Form):
    """Who gets a place in a run."""

    guest = Text(_l("Give a place to"), length=20, required=True)


class CallForm(Form):
    """A call with the guest, written down on their screen."""

    kind = SelectField(_l("Kind"), default="call")
    text = LongText(_l("What was said"), length=4000, required=True)
    follow_up_on = DayField(_l("Call back on"))
