"""The print queue, the stations that work on it, and numbered blanks.

A job keeps its key for life, and the key is its place: whoever was queued first is printed first, also after a station died.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.models import Badge, BadgeKey
from fairs.badges.reprints import ReprintReason
from fairs.badges.states import BadgeCategory
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.printing.states import (
    BLANK_TRANSITIONS,
    JOB_TRANSITIONS,
    STATION_TRANSITIONS,
    BlankState,
    FailReason,
    JobState,
    StationState,
)

_GOING_ON = text("state IN ('queued', 'leased')")


class PrintStation(HasState, Record):
    """A printer with a computer. Empty ``categories`` or ``sizes`` mean all.

    ``asks``: a person says after each sheet whether it came out; else the page reports it printed as soon as it was sent, as
    a browser in kiosk printing does. ``present_until`` is when it counts as gone, some minutes after it was last heard of.
    """

    __tablename__ = "print_stations"
    __table_args__ = (
        UniqueConstraint("fair_id", "folded"),
        UniqueConstraint("token_hash"),
        Index("ix_print_stations_present", "fair_id", "state", "present_until"),
    )
    TRANSITIONS = STATION_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[StationState] = mapped_column(StateType(StationState), default=StationState.CLOSED)
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    sizes: Mapped[list[str]] = mapped_column(JSON, default=list)
    asks: Mapped[bool] = mapped_column(default=True)
    token_hash: Mapped[str | None] = mapped_column(String(64))
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    present_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def takes(self, category: str, size: str) -> bool:
        """Whether it prints badges of this category and size."""
        return (not self.categories or category in self.categories) and (not self.sizes or size in self.sizes)

    @property
    def is_present(self) -> bool:
        """Whether it is open and was heard of a moment ago."""
        return self.state is StationState.OPEN and self.present_until is not None and self.present_until > now()


class PrintJob(HasState, Record):
    """One badge to be printed once. ``lease`` counts how often it was given to a station: a report names the one it speaks of."""

    __tablename__ = "print_jobs"
    __table_args__ = (
        # A badge waits once, however often it was asked for.
        Index("uq_print_jobs_badge", "badge_id", unique=True, sqlite_where=_GOING_ON, postgresql_where=_GOING_ON),
        Index("ix_print_jobs_fair_state", "fair_id", "state", "id"),
        Index("ix_print_jobs_badge", "badge_id", "id"),
        Index("ix_print_jobs_held", "station_id", "state"),
    )
    TRANSITIONS = JOB_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    badge_id: Mapped[int] = mapped_column(ForeignKey("badges.id"))
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    size: Mapped[str] = mapped_column(String(20))
    state: Mapped[JobState] = mapped_column(StateType(JobState), default=JobState.QUEUED)
    wanted_id: Mapped[int | None] = mapped_column(ForeignKey("print_stations.id"), index=True)  # None: the shared queue
    station_id: Mapped[int | None] = mapped_column(ForeignKey("print_stations.id"))  # that has it, or had it last
    lease: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[ReprintReason | None] = mapped_column(StateType(ReprintReason))
    note: Mapped[str] = mapped_column(String(200), default="")
    failed_because: Mapped[FailReason | None] = mapped_column(StateType(FailReason))
    failed_note: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str] = mapped_column(String(250), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    badge: Mapped[Badge] = relationship()
    wanted: Mapped[PrintStation | None] = relationship(foreign_keys=[wanted_id])
    station: Mapped[PrintStation | None] = relationship(foreign_keys=[station_id])

    @property
    def is_unsure(self) -> bool:
        """Whether its station went silent while it had it: nobody knows whether the badge came out."""
        return self.state is JobState.LEASED and self.lease_until is not None and self.lease_until <= now()


class BlankBatch(Record):
    """Badges printed before the fair with a number in place of a name."""

    __tablename__ = "blank_batches"
    __table_args__ = (UniqueConstraint("fair_id", "first_number"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    first_number: Mapped[int]
    quantity: Mapped[int]
    key_id: Mapped[int] = mapped_column(ForeignKey("badge_keys.id"))
    note: Mapped[str] = mapped_column(String(200), default="")

    key: Mapped[BadgeKey] = relationship()

    @property
    def last_number(self) -> int:
        """The highest number of the batch."""
        return self.first_number + self.quantity - 1


class Blank(HasState, Record):
    """One numbered blank. Its code becomes the code of the badge to which it is bound."""

    __tablename__ = "blanks"
    __table_args__ = (
        UniqueConstraint("fair_id", "number"),
        UniqueConstraint("short_code"),
        UniqueConstraint("fingerprint"),
        Index("ix_blanks_batch_state", "batch_id", "state", "number"),
    )
    TRANSITIONS = BLANK_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("blank_batches.id"))
    number: Mapped[int]
    state: Mapped[BlankState] = mapped_column(StateType(BlankState), default=BlankState.UNUSED)
    serial: Mapped[bytes] = mapped_column(LargeBinary(12), unique=True)
    short_code: Mapped[str] = mapped_column(String(24))
    fingerprint: Mapped[str] = mapped_column(String(32))
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"), unique=True)
    bound_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    void_reason: Mapped[str] = mapped_column(String(200), default="")

    batch: Mapped[BlankBatch] = relationship()
    badge: Mapped[Badge | None] = relationship()
