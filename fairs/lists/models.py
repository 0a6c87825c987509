"""Saved views and acts on many rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.accounts.models import User
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.permissions import Role
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.lists.states import ITEM_TRANSITIONS, RUN_TRANSITIONS, ItemState, RunState


class SavedView(Record):
    """An address of a list under a name. Without a fair it is the owner's at every fair; shared ones belong to one fair."""

    __tablename__ = "saved_views"
    __table_args__ = (Index("ix_saved_views_list", "list_key", "fair_id"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    list_key: Mapped[str] = mapped_column(String(30))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(1000))
    shared_role: Mapped[Role | None] = mapped_column(StateType(Role))

    owner: Mapped[User] = relationship()


class ViewPin(Record):
    """A view whose count a person wants on the start page."""

    __tablename__ = "view_pins"
    __table_args__ = (UniqueConstraint("user_id", "view_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"), index=True)

    view: Mapped[SavedView] = relationship()


class BulkRun(HasState, Record):
    """An act on many rows: who, what, on which rows, and how far it is. ``query`` is the address of the list it came from."""

    __tablename__ = "bulk_runs"
    __table_args__ = (Index("ix_bulk_runs_state", "state", "created_at"), Index("ix_bulk_runs_user", "user_id", "id"))
    TRANSITIONS = RUN_TRANSITIONS

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    list_key: Mapped[str] = mapped_column(String(30))
    action: Mapped[str] = mapped_column(String(30))
    query: Mapped[str] = mapped_column(String(1000))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[RunState] = mapped_column(StateType(RunState))
    locale: Mapped[str] = mapped_column(String(5))
    actor_name: Mapped[str] = mapped_column(String(200))
    for_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_name: Mapped[str | None] = mapped_column(String(200))
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BulkItem(HasState, Record):
    """One row of an act on many: what it is called, what became of it and why; ``kept`` is what undoing needs."""

    __tablename__ = "bulk_run_items"
    __table_args__ = (Index("ix_bulk_run_items_run", "run_id", "state", "id"),)
    TRANSITIONS = ITEM_TRANSITIONS

    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_runs.id", ondelete="CASCADE"))
    reference: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300))
    state: Mapped[ItemState] = mapped_column(StateType(ItemState))
    reason: Mapped[str] = mapped_column(String(300), default="")
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class BulkFile(Record):
    """What an act printed, made by the worker for who did it: one PDF of all, or a ZIP of single ones.

    The bytes of ``file`` are sealed (``core.sealed``) and removed after ``expires_at``. ``done`` of ``total`` are drawn.
    """

    __tablename__ = "bulk_files"
    __table_args__ = (UniqueConstraint("run_id", "kind"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_runs.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))  # pdf | zip
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)  # in bytes, as it is downloaded
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)

    run: Mapped[BulkRun] = relationship()
    file: Mapped[StoredFile | None] = relationship()

    @property
    def is_making(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self.file_id is None and self.failed_at is None
