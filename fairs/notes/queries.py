"""Reading notes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.directory.models import Company, Person
from fairs.notes.models import Note


def note_by_id(note_id: int) -> Note:
    """The note with company, person and author; raises NotFound."""
    found = db.session.scalar(
        select(Note)
        .options(joinedload(Note.company), joinedload(Note.person), joinedload(Note.author))
        .where(Note.id == note_id)
    )
    if found is None:
        raise NotFound
    return found


def notes_about(subject: Company | Person) -> Select[Note]:
    """The notes about a person, or about a company and everybody who works there."""
    if isinstance(subject, Person):
        return select(Note).where(Note.person_id == subject.id)
    staff = select(Person.id).where(Person.company_id == subject.id)
    return select(Note).where(or_(Note.company_id == subject.id, Note.person_id.in_(staff)))


def open_follow_ups_about(subject: Company | Person, limit: int = 20) -> Sequence[Note]:
    """Whom to call back at this company or person, the earliest day first."""
    return db.session.scalars(
        notes_about(subject)
        .options(joinedload(Note.person), joinedload(Note.author))
        .where(Note.follow_up_on.is_not(None), Note.done_at.is_(None))
        .order_by(Note.follow_up_on, Note.id)
        .limit(limit)
    ).all()


def open_follow_ups(*, author_id: int | None = None, fair_id: int | None = None, limit: int = 100) -> Sequence[Note]:
    """Calls to make, the earliest day first: of one author, for one fair, or both; with company, person and author.

    A note that names no fair belongs to its author's work at every fair, so it is left out only by ``author_id``.
    """
    query = (
        select(Note)
        .options(joinedload(Note.company), joinedload(Note.person), joinedload(Note.author), joinedload(Note.fair))
        .where(Note.follow_up_on.is_not(None), Note.done_at.is_(None))
    )
    if author_id is not None:
        query = query.where(Note.author_id == author_id)
    if fair_id is not None:
        query = query.where(or_(Note.fair_id == fair_id, Note.fair_id.is_(None)))
    return db.session.scalars(query.order_by(Note.follow_up_on, Note.id).limit(limit)).all()
