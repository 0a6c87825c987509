"""The outbox: a notice is a row written in the transaction that causes it, delivered after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.messages.states import TRANSITIONS, MessageState


class OutboxMessage(HasState, Record):
    """One notice to one reader, rendered in the reader's language when it was written.

    ``attachments`` is a list of ``[renderer, reference]``: the file is made when the message is delivered.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (Index("ix_outbox_state", "state", "next_try_at"),)
    TRANSITIONS = TRANSITIONS

    channel: Mapped[str] = mapped_column(String(10))
    recipient: Mapped[str] = mapped_column(String(320), index=True)
    recipient_name: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(60))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"))
    attachments: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    state: Mapped[MessageState] = mapped_column(StateType(MessageState))
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
