"""Reading audit entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.core.db import Record, db


def history(subject: Record, limit: int = 100) -> Sequence[AuditEntry]:
    """The acts upon one thing, newest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_type == type(subject).__name__, AuditEntry.subject_id == subject.id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()
