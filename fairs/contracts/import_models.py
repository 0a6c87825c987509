"""A spreadsheet of contracts that was handed in: what was found in it, and what became of each contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, UTCDateTime
from fairs.core.storage import StoredFile


class ContractImport(Record):
    """``stage``: checking, ready (a person decides), running, done, or refused (all or nothing, and something was wrong).

    ``findings`` has for each contract of the file, in its order: row, number, parties, value, ``outcome`` (new, known, wrong,
    logged), the reference of what was logged or is known, and the problems with sheet, row, column and words in both languages.
    """

    __tablename__ = "contract_imports"
    __table_args__ = (Index("ix_contract_imports_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    stage: Mapped[str] = mapped_column(String(10), default="checking")
    whole: Mapped[bool] = mapped_column(default=False)  # all or nothing
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    beside: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # problems of no contract
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(120), default="")
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_name: Mapped[str] = mapped_column(String(120), default="")
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)

    file: Mapped[StoredFile] = relationship()

    @property
    def is_busy(self) -> bool:
        """Whether the worker is at it."""
        return self.stage in {"checking", "running"}

    def count(self, outcome: str) -> int:
        """How many contracts came to this."""
        return sum(1 for one in self.findings if one["outcome"] == outcome)
