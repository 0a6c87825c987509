"""The form of a note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from fairs.calendar.models import Fair
from fairs.core.clock import local_day, now
from fairs.core.forms import DayField, Form, LongText
from fairs.notes.models import Note
from fairs.notes.service import LONGEST, ZONE, NoteDraft
from fairs.notes.states import Direction, NoteKind


class NoteForm(Form):
    """A note, call or meeting."""

    kind = SelectField(_l("Kind"), choices=[(str(kind), kind.label) for kind in NoteKind], default=str(NoteKind.CALL))
    direction = SelectField(
        _l("Who called"), choices=[("", "—"), *((str(one), one.label) for one in Direction)], default=str(Direction.OUT)
    )
    happened_on = DayField(_l("On"))
    text = LongText(_l("What was said"), length=LONGEST, required=True)
    fair_id = SelectField(_l("About the fair"), coerce=int, default=0)
    follow_up_on = DayField(_l("Call back on"))

    def offer(self, fairs: Sequence[Fair]) -> None:
        """Let one of these fairs be chosen."""
        self.fair_id.choices = [(0, "—"), *((fair.id, fair.name) for fair in fairs)]

    def show(self, note: Note) -> None:
        """Fill in a note that is there."""
        self.kind.data, self.direction.data = str(note.kind), str(note.direction or "")
        self.text.data, self.follow_up_on.data = note.text, note.follow_up_on
        self.happened_on.data, self.fair_id.data = local_day(note.happened_at, ZONE), note.fair_id or 0

    def draft(self, note: Note | None = None) -> NoteDraft:
        """What was typed. Today means now; another day means its noon; the day of ``note`` keeps its hour."""
        direction = self.direction.data
        return NoteDraft(
            NoteKind(self.kind.data), self.text.data or "", Direction(direction) if direction else None,
            _moment(self.happened_on.data, note), self.follow_up_on.data, self.fair_id.data or None,
        )  # fmt: skip


def _moment(day: date | None, note: Note | None) -> datetime | None:
    if note is not None and day in (None, local_day(note.happened_at, ZONE)):
        return note.happened_at
    if day is None or day == local_day(now(), ZONE):
        return None
    return datetime.combine(day, time(12), ZoneInfo(ZONE))
