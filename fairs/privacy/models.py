"""Requests about personal data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Person
from fairs.privacy.states import TRANSITIONS, Channel, RequestKind, RequestState


class PrivacyRequest(HasState, Record):
    """What a person asked about their data; ``created_at`` is when, ``due_on`` the last day for the answer.

    ``fair_id`` is the fair whose organiser answers. The bytes of ``file`` (an export) are sealed by ``core.crypto`` and removed
    after ``file_until``. ``result`` says what an erasure did: rows by table, and where the name is still written.
    """

    __tablename__ = "privacy_requests"
    __table_args__ = (
        Index("ix_privacy_requests_fair", "fair_id", "state", "due_on"),
        Index("ix_privacy_requests_person", "person_id", "id"),
        Index("ix_privacy_requests_state", "state", "due_on", "id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[RequestKind] = mapped_column(StateType(RequestKind))
    state: Mapped[RequestState] = mapped_column(StateType(RequestState), default=RequestState.RECEIVED)
    channel: Mapped[Channel] = mapped_column(StateType(Channel))
    text: Mapped[str] = mapped_column(Text, default="")  # what they wrote
    proof: Mapped[str] = mapped_column(String(400), default="")  # how staff know that it is this person
    due_on: Mapped[date]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    file_until: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    fair: Mapped[Fair] = relationship()
    person: Mapped[Person] = relationship()
    file: Mapped[StoredFile | None] = relationship()

    @property
    def has_file(self) -> bool:
        """Whether an export is there to be fetched."""
        return self.file_id is not None and self.file_until is not None and self.file_until > now()
