"""Forms of cases; the first one is filled in while somebody waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, RadioField

from fairs.calendar.models import Fair
from fairs.cases.models import Case
from fairs.cases.service import CaseDraft, Handling, possible_owners
from fairs.cases.states import Breach, CaseKind, Severity, Side
from fairs.core.errors import InvalidInput
from fairs.core.forms import DayField, Form, HourField, LongText, Text
from fairs.core.storage import Upload
from fairs.core.tokens import new_token
from fairs.directory.forms import Choice


def _choices(states: Any) -> list[tuple[str, Any]]:
    return [(one.value, one.label) for one in states]


class _TokenForm(Form):
    """A form that counts once, however often it is sent."""

    token = HiddenField()

    @property
    def key(self) -> str:
        """The form's own mark."""
        return str(self.token.data or "")[:40] or new_token()


class CaseForm(_TokenForm):
    """Four fields and a photo; the rest has a usual value and stands below."""

    kind = RadioField(_l("What is it?"), choices=lambda: _choices(CaseKind), validate_choice=False)
    text = LongText(_l("What happened?"), length=4000, required=True)
    place = Text(_l("Where?"), length=120)
    concerned = Text(_l("Who is concerned?"), length=1000)
    photos = MultipleFileField(_l("Photo"))
    side = RadioField(_l("Lost property"), choices=lambda: _choices(Side), validate_choice=False)
    breach = Choice(_l("Rule that was broken"), choices=lambda: [("", _l("Please choose")), *_choices(Breach)])
    severity = Choice(_l("How bad is it?"), choices=lambda: _choices(Severity), default="normal")
    reporter = Text(_l("Reported by"), length=120)
    contact = Text(_l("Telephone or e-mail of who reported it"), length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.breach.flags.required = True  # wherever it is shown, that is for a violation

    def draft(self) -> CaseDraft:
        """What was typed; raises InvalidInput (kind, side)."""
        if self.kind.data not in set(CaseKind):
            raise InvalidInput(_l("Please choose one."), field="kind")
        if self.side.data and self.side.data not in set(Side):
            raise InvalidInput(_l("Please choose one."), field="side")
        return CaseDraft(
            kind=CaseKind(self.kind.data), text=self.text.data or "", token=self.key, place=self.place.data or "",
            concerned=self.concerned.data or "", severity=Severity(self.severity.data or "normal"),
            side=Side(self.side.data) if self.side.data else None,
            breach=Breach(self.breach.data) if self.breach.data else None, reporter=self.reporter.data or "",
            contact=self.contact.data or "", photos=uploads(self.photos),
        )  # fmt: skip


def uploads(field: Any) -> list[Upload]:
    """The photos that were chosen."""
    chosen = [one for one in field.data or () if isinstance(one, FileStorage) and one.filename]
    return [Upload(str(one.filename), one.read()) for one in chosen]


class TellForm(_TokenForm):
    """A note or photos."""

    text = LongText(_l("Note"), length=4000)
    photos = MultipleFileField(_l("Photos"))


class OutcomeForm(_TokenForm):
    """What came of it."""

    outcome = LongText(_l("What came of it?"), length=4000, required=True)


class WhyForm(_TokenForm):
    """A reason."""

    reason = LongText(_l("Reason"), length=4000, required=True)


class StatementForm(_TokenForm):
    """What an exhibitor says to a suspicion."""

    speaker = Text(_l("Who speaks for the exhibitor"), length=200, required=True)
    statement = LongText(_l("Statement of the exhibitor"), length=4000, required=True)


class HandForm(_TokenForm):
    """Who receives what was found."""

    receiver = Text(_l("Name of who receives it"), length=200, required=True)
    note = Text(_l("Paper shown, or how it was recognised"), length=300)
    signature = HiddenField()


class HandlingForm(_TokenForm):
    """Who sees to it and by when."""

    severity = Choice(_l("How bad is it?"), choices=lambda: _choices(Severity), required=True)
    owner_id = Choice(_l("Owner"), choices=())
    due_day = DayField(_l("Time limit, day"), required=True)
    due_hour = HourField(_l("Time limit, hour"), required=True)

    @classmethod
    def of(cls, case: Case, fair: Fair, **values: Any) -> HandlingForm:
        """The form with the case as it is."""
        local = case.due_at.astimezone(ZoneInfo(fair.time_zone))
        form = cls(
            data={"severity": str(case.severity), "owner_id": str(case.owner_id or ""), "due_day": local.date(), "due_hour": local.time()},
            **values,
        )  # fmt: skip
        owners = [(str(user.id), user.name) for user in possible_owners(case.fair_id)]
        if case.owner is not None and str(case.owner_id) not in dict(owners):
            owners.append((str(case.owner_id), case.owner.name))
        form.owner_id.choices = [("", _l("Nobody yet")), *owners]
        return form

    def handling(self, fair: Fair) -> Handling:
        """What was chosen."""
        due_at: datetime = fair.at(self.due_day.data, self.due_hour.data)
        return Handling(Severity(self.severity.data), int(self.owner_id.data) if self.owner_id.data else None, due_at)
