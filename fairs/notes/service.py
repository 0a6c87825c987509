"""Writing, correcting and deleting notes; the history keeps that it was done, never the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import local_day, now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import clean
from fairs.directory.models import Company, Person
from fairs.notes.errors import NotYours, TooLate
from fairs.notes.models import Note
from fairs.notes.states import Direction, NoteKind

ZONE = "Asia/Ho_Chi_Minh"
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note as typed; ``happened_at`` is now when it is not given."""

    kind: NoteKind
    text: str
    direction: Direction | None = None
    happened_at: datetime | None = None
    follow_up_on: date | None = None
    fair_id: int | None = None


def _check(draft: NoteDraft) -> dict[str, object]:
    text = clean(draft.text)
    if not text:
        raise InvalidInput(_l("Please fill this in."), field="text")
    if len(text) > LONGEST:
        raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST), field="text")
    if draft.kind is NoteKind.CALL and draft.direction is None:
        raise InvalidInput(_l("Please say who called."), field="direction")
    happened_at = draft.happened_at or now()
    if happened_at > now() + timedelta(minutes=5):
        raise InvalidInput(_l("This has not happened yet."), field="happened_on")
    if draft.follow_up_on is not None and draft.follow_up_on < local_day(now(), ZONE):
        raise InvalidInput(_l("This day has passed."), field="follow_up_on")
    return {
        "kind": draft.kind, "text": text, "direction": draft.direction if draft.kind is NoteKind.CALL else None,
        "happened_at": happened_at, "follow_up_on": draft.follow_up_on, "fair_id": draft.fair_id,
    }  # fmt: skip


def add_note(subject: Company | Person, draft: NoteDraft, *, by: Actor) -> Note:
    """Keep a note about a company or person; raises InvalidInput with the field."""
    values = _check(draft)
    if by.user_id is None:
        raise NotYours
    with transaction():
        note = Note(**values, author_id=by.user_id, written_as=by.label[:250])
        if isinstance(subject, Company):
            note.company_id = subject.id
        else:
            note.person_id = subject.id
        db.session.add(note)
        db.session.flush()
        record("notes.add", note, by=by, after=_kept(note))
        return note


def correct_note(note: Note, draft: NoteDraft, *, by: Actor) -> Note:
    """Change one's own note within a day; raises NotYours, TooLate, InvalidInput with the field."""
    with transaction():
        row = _own(note, by)
        if not row.can_be_corrected:
            raise TooLate
        # A day to call back that was right when it was written stays right.
        kept = draft.follow_up_on if draft.follow_up_on == row.follow_up_on else None
        values = _check(draft if kept is None else _without_day(draft))
        if kept is not None:
            values["follow_up_on"] = kept
        changed = [key for key, value in values.items() if getattr(row, key) != value]
        if "follow_up_on" in changed:
            row.done_at, row.done_by_id = None, None
        for key in changed:
            setattr(row, key, values[key])
        if changed:
            record("notes.correct", row, by=by, after={"changed": changed})
        return row


def _without_day(draft: NoteDraft) -> NoteDraft:
    return NoteDraft(draft.kind, draft.text, draft.direction, draft.happened_at, None, draft.fair_id)


def delete_note(note: Note, *, by: Actor, for_others: bool = False) -> None:
    """Take a note away: its author, or with ``for_others`` an organiser. Raises NotYours."""
    with transaction():
        row = _locked(note) if for_others else _own(note, by)
        record("notes.delete", row, by=by, before={**_kept(row), "author": row.author_id})
        db.session.delete(row)


def finish_follow_up(note: Note, *, by: Actor) -> Note:
    """Somebody has called back; doing it twice changes nothing."""
    with transaction():
        row = _locked(note)
        if row.is_open:
            row.done_at, row.done_by_id = now(), by.user_id
            record("notes.follow_up_done", row, by=by)
        return row


def _locked(note: Note) -> Note:
    return db.session.get_one(Note, note.id, with_for_update=True, populate_existing=True)


def _own(note: Note, by: Actor) -> Note:
    row = _locked(note)
    if row.author_id != by.user_id:
        raise NotYours
    return row


def _kept(note: Note) -> dict[str, object]:
    # No text: what is deleted from a note about a person must be gone.
    return {"kind": note.kind, "company": note.company_id, "person": note.person_id, "follow_up_on": note.follow_up_on}
