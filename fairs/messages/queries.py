"""Reading the outbox."""

from __future__ import annotations

from sqlalchemy import select

from fairs.core.web import Page, paginate
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState


def page_of_messages(
    search: str = "", cursor: str | None = None, *, state: MessageState | None = None, fair_id: int | None = None
) -> Page[OutboxMessage]:
    """Newest first; ``search`` is a part of the recipient's address or name."""
    query = select(OutboxMessage)
    if search:
        query = query.where(
            OutboxMessage.recipient.icontains(search, autoescape=True)
            | OutboxMessage.recipient_name.icontains(search, autoescape=True)
        )
    if state is not None:
        query = query.where(OutboxMessage.state == state)
    if fair_id is not None:
        query = query.where(OutboxMessage.fair_id == fair_id)
    return paginate(query, (OutboxMessage.id, True), limit=30, cursor=cursor)
