"""Selections, their subjects, the register of numbers, and the texts of the papers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Company, Person
from fairs.documents.states import EDITABLE, TRANSITIONS, SelectionState

_OPEN_SQL = text("is_open")


class Selection(HasState, Record):
    """Subjects that one decision is about, with the papers made of them. ``kind`` names a registered SelectionKind.

    ``terms`` is what the kind's feature needs (plain JSON). ``correction``: ``amends`` or ``revokes`` the decision
    ``amends_id``. Fairs lie above: the fair is a number here.
    """

    __tablename__ = "selections"
    __table_args__ = (
        Index("ix_selections_fair_state", "fair_id", "state", "id"),
        Index("ix_selections_fair_kind", "fair_id", "kind", "id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str] = mapped_column(String(30))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-D-0001
    title: Mapped[str] = mapped_column(String(300))
    folded: Mapped[str] = mapped_column(String(400), default="")  # title and numbers, for the search
    state: Mapped[SelectionState] = mapped_column(StateType(SelectionState), default=SelectionState.DRAFT)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    due_on: Mapped[date | None]  # the day by which the decision is needed
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("selections.id"), index=True)
    correction: Mapped[str] = mapped_column(String(10), default="")
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submission_number: Mapped[str] = mapped_column(String(60), default="")
    submitted_on: Mapped[date | None]
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was returned or cancelled
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    decided_on: Mapped[date | None]
    signer: Mapped[str] = mapped_column(String(200), default="")
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when the signature was entered
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # who entered it
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    submission_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    decision_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    annex_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    template_versions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    items: Mapped[list[SelectionItem]] = relationship(back_populates="selection", order_by="SelectionItem.position")
    amends: Mapped[Selection | None] = relationship(remote_side="Selection.id")
    scan: Mapped[StoredFile | None] = relationship(foreign_keys=[scan_id])
    submission_file: Mapped[StoredFile | None] = relationship(foreign_keys=[submission_file_id])
    decision_file: Mapped[StoredFile | None] = relationship(foreign_keys=[decision_file_id])
    annex_file: Mapped[StoredFile | None] = relationship(foreign_keys=[annex_file_id])

    @property
    def is_editable(self) -> bool:
        """Whether subjects can be added and taken out."""
        return self.state in EDITABLE


class SelectionItem(Record):
    """One subject: what it is (``subject_type``, ``subject_id``), whom it concerns, and its row in the annex.

    ``is_open`` while the selection is: a subject stands in one open selection of a kind at most.
    """

    __tablename__ = "selection_items"
    __table_args__ = (
        Index(
            "uq_selection_items_open", "kind", "subject_type", "subject_id", unique=True, sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        Index("ix_selection_items_subject", "subject_type", "subject_id"),
        Index("ix_selection_items_selection", "selection_id", "position"),
    )  # fmt: skip

    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"))
    kind: Mapped[str] = mapped_column(String(30))
    is_open: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]
    subject_type: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # the columns of the annex, by their keys

    selection: Mapped[Selection] = relationship(back_populates="items")
    company: Mapped[Company | None] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def amount(self) -> Money | None:
        """What is granted, where the decision is about money."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)


class RegisteredNumber(Record):
    """A number given to a paper: unique for its part (submission, decision) and year. ``serial`` is the running number."""

    __tablename__ = "registered_numbers"
    __table_args__ = (
        UniqueConstraint("part", "year", "key"),
        Index("ix_registered_numbers_serial", "part", "year", "serial"),
    )

    part: Mapped[str] = mapped_column(String(12))  # submission | decision
    year: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))  # without case, blanks, accents and leading zeros
    serial: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(String(60))
    day: Mapped[date]
    selection_id: Mapped[int] = mapped_column(ForeignKey("selections.id"), index=True)

    selection: Mapped[Selection] = relationship()


class DocumentTemplate(Record):
    """A version of the texts of a kind's paper at a fair. Never changed: an edit is a further version, the newest counts.

    Version 0 is the standard text that comes with the program.
    """

    __tablename__ = "document_templates"
    __table_args__ = (UniqueConstraint("fair_id", "kind", "part", "locale", "version"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str] = mapped_column(String(30))
    part: Mapped[str] = mapped_column(String(12))
    locale: Mapped[str] = mapped_column(String(5))
    version: Mapped[int]
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")
