"""What no other record proves: milestones of a fair that a person records."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record
from fairs.core.storage import StoredFile


class Milestone(Record):
    """A step of a fair that was done on paper: when, under which number, with a scan where there is one.

    ``key`` names its rule in ``timeline``. Taking it back removes the row; the history keeps what it said.
    """

    __tablename__ = "milestones"
    __table_args__ = (UniqueConstraint("fair_id", "key"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    key: Mapped[str] = mapped_column(String(40))
    done_on: Mapped[date]
    number: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    file: Mapped[StoredFile | None] = relationship()
