"""Who did what to what: rows that are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.db import Record


class AuditEntry(Record):
    """One act. ``for_id`` is set when the role was lent. ``before`` and ``after`` hold the changed values."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_subject", "subject_type", "subject_id"), Index("ix_audit_fair", "fair_id", "id"))

    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_label: Mapped[str] = mapped_column(String(250))
    action: Mapped[str] = mapped_column(String(80))
    subject_type: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int]
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    @property
    def at(self) -> datetime:
        """When it was done."""
        return self.created_at


def _refuse(_mapper: Any, _connection: Any, _entry: AuditEntry) -> None:
    raise RuntimeError("audit entries are never changed")


event.listen(AuditEntry, "before_update", _refuse)
event.listen(AuditEntry, "before_delete", _refuse)
