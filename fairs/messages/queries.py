"""Reading the outbox."""

from __future__ import annotations

from sqlalchemy import Select, select

from fairs.core.web import Page, paginate
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState


def page_of_messages(
    search: str = "", cursor: str | None = None, *, state: MessageState | None = None, fair_id: int | None = None
) -> Page[OutboxMessage]:
    """Newest first; ``search`` is a part of the recipient's address or name."""
    query = messages_matching(search, state=state, fair_id=fair_id)
    return paginate(query, (OutboxMessage.id, True), limit=30, cursor=cursor)


def messages_matching(
    search: str = "", *, state: MessageState | None = None, fair_id: int | None = None
) -> Select[OutboxMessage]:
    """The messages that fit, as for page_of_messages."""
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
    return query
