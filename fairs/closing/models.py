"""Figures kept at closing, what was signed off, archives that were made, samples that were drawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.closing.states import WORK_TRANSITIONS, WorkState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.core.storage import StoredFile


class FairSnapshot(Record):
    """The figures of a fair at one moment, with the records behind them. Never changed, only added.

    ``figures`` has for each ``key``, ``label`` (both languages), ``unit``, ``source``, ``value`` (a decimal as text), ``count``
    and ``digest`` (over the hashes of its records). ``file`` holds the records, one JSON to a line, gzip; ``sha256`` is of all
    together (``snapshots.whole``), so that a change of the row or of the file shows.
    """

    __tablename__ = "fair_snapshots"
    __table_args__ = (Index("ix_fair_snapshots_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str] = mapped_column(String(10))  # closing | report
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
    as_of: Mapped[datetime] = mapped_column(UTCDateTime)
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    records: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    file: Mapped[StoredFile] = relationship()


class ClosingTick(Record):
    """That a person signed off a point of the checklist, with a note. Taking it back removes the row; the history keeps it."""

    __tablename__ = "closing_ticks"
    __table_args__ = (UniqueConstraint("fair_id", "key"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    key: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(400), default="")
    not_applicable: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")


class ClosingWork(HasState, Record):
    """A snapshot or an archive in the making: ``done`` of ``total`` steps, by whom it was asked, and what came of it."""

    __tablename__ = "closing_works"
    __table_args__ = (Index("ix_closing_works_fair", "fair_id", "kind", "id"), Index("ix_closing_works_state", "state"))
    TRANSITIONS = WORK_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str] = mapped_column(String(10))  # snapshot | archive
    state: Mapped[WorkState] = mapped_column(StateType(WorkState), default=WorkState.WAITING)
    asked_for: Mapped[str] = mapped_column(String(20), default="")  # the kind of the snapshot
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("fair_snapshots.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    file: Mapped[StoredFile | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self.state in {WorkState.WAITING, WorkState.RUNNING}


class AuditSample(Record):
    """A sample that was drawn: from which records, by which seed, by whom. Never changed, only added.

    ``population`` and ``picked`` are by kind: how many records there were, and which (their numbers). ``sha256`` is of the list of
    hashes of index and records: two draws with the same seed from the same records have the same.
    """

    __tablename__ = "audit_samples"
    __table_args__ = (Index("ix_audit_samples_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    seed: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(10))  # number | percent
    amount: Mapped[int]
    weighted: Mapped[bool] = mapped_column(default=False)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("fair_snapshots.id"), index=True)
    population: Mapped[dict[str, int]] = mapped_column(JSON)
    picked: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    file: Mapped[StoredFile] = relationship()


def _refuse(_mapper: Any, _connection: Any, row: Record) -> None:
    raise RuntimeError(f"{type(row).__name__} is never changed")


for _model in (FairSnapshot, AuditSample):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
