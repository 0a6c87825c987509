"""Reading audit entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.core.db import Record, db
from fairs.core.web import Page, paginate


def history(subject: Record, limit: int = 100) -> Sequence[AuditEntry]:
    """The acts upon one thing, newest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_type == type(subject).__name__, AuditEntry.subject_id == subject.id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()


def page_of_entries(fair_id: int, *, person: str = "", action: str = "", cursor: str | None = None) -> Page[AuditEntry]:
    """The acts of a fair, newest first, by a part of the person's name and the beginning of the act."""
    query = select(AuditEntry).where(AuditEntry.fair_id == fair_id)
    if person:
        query = query.where(AuditEntry.actor_label.icontains(person, autoescape=True))
    if action:
        query = query.where(AuditEntry.action.startswith(action, autoescape=True))
    return paginate(query, (AuditEntry.id, True), limit=50, cursor=cursor)
