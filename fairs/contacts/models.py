"""Imported lists and their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.contacts.states import IMPORT_TRANSITIONS, ROW_TRANSITIONS, ImportKind, ImportState, RowState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Company, Person


class ContactImport(HasState, Record):
    """A list that was handed in at a fair. ``layout`` says where its heads stand and which column is what.

    ``source_kind`` and ``source_name`` say who gave it; of a support list the name is the office. The file is kept encrypted,
    and only until its rows are imported.
    """

    __tablename__ = "contact_imports"
    __table_args__ = (
        Index("ix_contact_imports_fair_state", "fair_id", "state", "id"),
        Index("ix_contact_imports_file", "fair_id", "sha256"),
        Index("ix_contact_imports_state", "state", "touched_at"),
    )
    TRANSITIONS = IMPORT_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[ImportKind] = mapped_column(StateType(ImportKind))
    state: Mapped[ImportState] = mapped_column(StateType(ImportState))
    source_kind: Mapped[str] = mapped_column(String(32), default="")
    source_name: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_name: Mapped[str] = mapped_column(String(200), default="")
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)  # when a worker last went on with it
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[str] = mapped_column(String(200), default="")

    file: Mapped[StoredFile | None] = relationship()


class ContactRow(HasState, Record):
    """A row of a list: what it says (``data``), what is wrong or worth knowing, whom it may be, what was made of it.

    ``found`` has the candidates: ``{"people": [[id, [why, …]], …], "companies": […]}``. ``person_choice`` and
    ``company_choice`` are a person's decision: "" none yet, "new", or the key of a candidate. ``filled`` is what was empty in
    the directory and came from this row. ``cells`` are the row's own cells, kept where something is wrong in it.
    """

    __tablename__ = "contact_rows"
    __table_args__ = (
        Index("ix_contact_rows_state", "import_id", "state", "row"),
        Index("ix_contact_rows_company", "import_id", "company_key"),
        Index("ix_contact_rows_made", "import_id", "made_company"),
    )
    TRANSITIONS = ROW_TRANSITIONS

    import_id: Mapped[int] = mapped_column(ForeignKey("contact_imports.id"))
    row: Mapped[int]  # its number in the file
    state: Mapped[RowState] = mapped_column(StateType(RowState))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)
    hints: Mapped[list[Any]] = mapped_column(JSON, default=list)
    cells: Mapped[list[Any]] = mapped_column(JSON, default=list)
    found: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    filled: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    company_key: Mapped[str] = mapped_column(String(310), default="")
    person_choice: Mapped[str] = mapped_column(String(20), default="")
    company_choice: Mapped[str] = mapped_column(String(20), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    invitee_id: Mapped[int | None] = mapped_column(ForeignKey("invitees.id"), index=True)
    made_person: Mapped[bool] = mapped_column(default=False)
    made_company: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(400), default="")  # why it stays after an undo, as undo.py keeps it

    person: Mapped[Person | None] = relationship()
    company: Mapped[Company | None] = relationship()
