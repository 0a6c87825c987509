"""Notes, calls and meetings with a company or a person, over the years."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.directory.models import Company, Person
from fairs.notes.states import Direction, NoteKind

CORRECT_FOR = timedelta(days=1)
_OPEN = text("follow_up_on IS NOT NULL AND done_at IS NULL")


class Note(Record):
    """What was said or heard about one company or one person, perhaps because of a fair.

    ``follow_up_on`` is the day to call back; ``done_at`` says that it was done. ``direction`` is for calls only.
    """

    __tablename__ = "notes"
    __table_args__ = (
        CheckConstraint("(company_id IS NULL) <> (person_id IS NULL)", name="one_subject"),
        Index("ix_notes_company", "company_id", "happened_at", "id"),
        Index("ix_notes_person", "person_id", "happened_at", "id"),
        Index("ix_notes_follow_up", "follow_up_on", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"), index=True)
    kind: Mapped[NoteKind] = mapped_column(StateType(NoteKind))
    direction: Mapped[Direction | None] = mapped_column(StateType(Direction))
    text: Mapped[str] = mapped_column(Text)
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    written_as: Mapped[str] = mapped_column(String(250))  # the author as shown, with whose role where it was lent
    follow_up_on: Mapped[date | None]
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    company: Mapped[Company | None] = relationship()
    person: Mapped[Person | None] = relationship()
    fair: Mapped[Fair | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to call back."""
        return self.follow_up_on is not None and self.done_at is None

    @property
    def can_be_corrected(self) -> bool:
        """Whether the day in which its author may change it is not over."""
        return now() - self.created_at <= CORRECT_FOR
