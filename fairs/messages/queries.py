"""Reading the outbox."""

from __future__ import annotations

from sqlalchemy import select

from fairs.core.web import Page, paginate
from fairs.messages.models import OutboxMessage


def page_of_messages(search: str = "", cursor: str | None = None) -> Page[OutboxMessage]:
    """Newest first; ``search`` is a part of the recipient's address."""
    query = select(OutboxMessage)
    if search:
        query = query.where(OutboxMessage.recipient.ilike(f"%{search}%"))
    return paginate(query, (OutboxMessage.id, True), limit=30, cursor=cursor)
