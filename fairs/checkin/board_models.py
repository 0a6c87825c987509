"""Screens in the hall that show the live board without anybody signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.db import Record, UTCDateTime


class BoardScreen(Record):
    """A big screen; its link is an ``AccessLink`` and ends with the fair, or when staff close it."""

    __tablename__ = "board_screens"
    __table_args__ = (Index("ix_board_screens_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(60))  # where it stands
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
