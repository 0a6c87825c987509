"""Cases at a fair: complaints, incidents, lost property and violations, with everything that was done about them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.accounts.models import User
from fairs.badges.models import Badge
from fairs.calendar.models import Fair
from fairs.cases.states import (
    CASE_TRANSITIONS,
    VIOLATION_TRANSITIONS,
    Breach,
    CaseKind,
    CaseState,
    Severity,
    Side,
    ViolationState,
)
from fairs.checkin.models import Gate
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth


class Case(HasState, Record):
    """Something at the fair that somebody has to see to. ``place`` and ``concerned`` are as typed, where they name no record."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("fair_id", "token"),
        Index("ix_cases_fair_state", "fair_id", "state", "due_at", "id"),
        Index("ix_cases_exhibitor", "exhibitor_id"),
    )
    TRANSITIONS = CASE_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-N-0001
    token: Mapped[str] = mapped_column(String(40))  # of the form or program: sent twice it is one case
    kind: Mapped[CaseKind] = mapped_column(StateType(CaseKind))
    severity: Mapped[Severity] = mapped_column(StateType(Severity), default=Severity.NORMAL)
    state: Mapped[CaseState] = mapped_column(StateType(CaseState), default=CaseState.OPEN)
    side: Mapped[Side | None] = mapped_column(StateType(Side))  # of lost property only
    title: Mapped[str] = mapped_column(String(120))  # the beginning of the text
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(String(400))  # title and reporter, for searching
    booth_id: Mapped[int | None] = mapped_column(ForeignKey("booths.id"))
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gates.id"))
    place: Mapped[str] = mapped_column(String(120), default="")
    exhibitor_id: Mapped[int | None] = mapped_column(ForeignKey("exhibitors.id"))
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    concerned: Mapped[str] = mapped_column(String(200), default="")
    reporter: Mapped[str] = mapped_column(String(120), default="")  # who told us; empty: the staff member saw it
    contact: Mapped[str] = mapped_column(Personal("text", 120), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(Text, default="")
    solved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    match_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # what was found for what is looked for
    handed_to: Mapped[str] = mapped_column(String(200), default="")
    handed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))

    fair: Mapped[Fair] = relationship()
    booth: Mapped[Booth | None] = relationship()
    gate: Mapped[Gate | None] = relationship()
    exhibitor: Mapped[Exhibitor | None] = relationship()
    badge: Mapped[Badge | None] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    match: Mapped[Case | None] = relationship(remote_side="Case.id", foreign_keys=[match_id])
    signature: Mapped[StoredFile | None] = relationship(foreign_keys=[signature_id])
    entries: Mapped[list[CaseEntry]] = relationship(order_by="CaseEntry.id", back_populates="case")
    violation: Mapped[Violation | None] = relationship(back_populates="case", uselist=False)

    @property
    def is_late(self) -> bool:
        """Whether somebody should have seen to it by now."""
        return self.state in {CaseState.OPEN, CaseState.REOPENED, CaseState.IN_WORK} and self.due_at < now()

    @property
    def where(self) -> str:
        """The place in words; empty when nobody said."""
        if self.booth is not None:
            return self.booth.code
        return self.gate.name if self.gate is not None else self.place

    @property
    def whom(self) -> str:
        """Who is concerned in words; empty when nobody said."""
        if self.exhibitor is not None:
            return self.exhibitor.company.name
        return self.badge.person.display_name if self.badge is not None else self.concerned


class CaseEntry(Record):
    """One act about a case, never changed: reported, taken, told, solved … with its photos."""

    __tablename__ = "case_entries"
    __table_args__ = (UniqueConstraint("case_id", "token"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    token: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(20))  # a key of service.ACTS
    text: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250))

    case: Mapped[Case] = relationship(back_populates="entries")
    photos: Mapped[list[CasePhoto]] = relationship(order_by="CasePhoto.id")


class CasePhoto(Record):
    """A photo, made anew from what was handed in."""

    __tablename__ = "case_photos"

    entry_id: Mapped[int] = mapped_column(ForeignKey("case_entries.id"), index=True)
    large_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    thumb_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    thumb_width: Mapped[int]
    thumb_height: Mapped[int]

    large: Mapped[StoredFile] = relationship(foreign_keys=[large_id])
    thumb: Mapped[StoredFile] = relationship(foreign_keys=[thumb_id])


class Violation(HasState, Record):
    """What an exhibitor is said to have done, what they say to it, and who decided. One for each case of this kind."""

    __tablename__ = "violations"
    __table_args__ = (
        Index("ix_violations_exhibitor_state", "exhibitor_id", "state"),
        Index("ix_violations_fair_state", "fair_id", "state", "id"),
    )
    TRANSITIONS = VIOLATION_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    breach: Mapped[Breach] = mapped_column(StateType(Breach))
    state: Mapped[ViolationState] = mapped_column(StateType(ViolationState), default=ViolationState.SUSPECTED)
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer_by: Mapped[date | None] = mapped_column(Date)
    statement: Mapped[str] = mapped_column(Text, default="")
    stated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    stated_by: Mapped[str] = mapped_column(String(250), default="")  # who spoke for the exhibitor
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # staff who wrote a spoken statement down
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    case: Mapped[Case] = relationship(back_populates="violation")
    exhibitor: Mapped[Exhibitor] = relationship()
