"""Gates, scans (append-only) and visits (one per person and day)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.checkin.states import CountSource, Verdict
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized


class Gate(Record):
    """A place where badges are scanned."""

    __tablename__ = "gates"
    __table_args__ = (UniqueConstraint("fair_id", "code"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    code: Mapped[str] = mapped_column(String(20))
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    direction: Mapped[str] = mapped_column(String(5), default="in")  # in | out | both
    is_open: Mapped[bool] = mapped_column(default=True)
    count_method: Mapped[str] = mapped_column(String(300), default="")  # how people without badges are counted here

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class CountEntry(Record):
    """People counted at a gate without names: a few presses, a paper tally, a turnstile's reading, or a correction.

    Never changed: a mistake is followed by a correction with a negative or positive ``change``. The sum by gate, day and
    hour stands in ``visitors.PublicCount``. ``entry_id`` is made by the device, so that a repeated upload is known.
    """

    __tablename__ = "count_entries"
    __table_args__ = (
        UniqueConstraint("fair_id", "entry_id"),
        Index("ix_count_entries_fair_day", "fair_id", "day", "id"),
    )

    entry_id: Mapped[str] = mapped_column(String(40))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gates.id"), index=True)
    day: Mapped[date]
    hour: Mapped[int]
    change: Mapped[int]
    source: Mapped[CountSource] = mapped_column(StateType(CountSource))
    note: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    gate: Mapped[Gate] = relationship()


class Scan(Record):
    """One code at one gate, never changed. ``scan_id`` is made by the device, so that a repeated upload is known.

    ``code_digest`` is a hash of what was read: an unknown code is kept, but nothing that opens a gate is.
    A rehearsal's scans are kept apart by ``is_rehearsal`` and never counted.
    """

    __tablename__ = "scans"
    __table_args__ = (
        UniqueConstraint("fair_id", "scan_id"),
        Index("ix_scans_fair_time", "fair_id", "scanned_at"),
        Index("ix_scans_badge_day", "badge_id", "day", "id"),
    )

    scan_id: Mapped[str] = mapped_column(String(40))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gates.id"), index=True)
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    code_digest: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(60), default="")
    seq: Mapped[int] = mapped_column(default=0)
    method: Mapped[str] = mapped_column(String(10), default="camera")  # camera | scanner | typed | api
    direction: Mapped[str] = mapped_column(String(5))
    day: Mapped[date]
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    verdict: Mapped[Verdict] = mapped_column(StateType(Verdict))
    counted: Mapped[bool] = mapped_column(default=False)  # whether this scan made a visit that counts
    is_rehearsal: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    badge: Mapped[Badge | None] = relationship()
    gate: Mapped[Gate] = relationship()


class Visit(Record):
    """A person at a fair on a day: counted once, however often they come and go (UFI definition of a visit)."""

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("fair_id", "day", "person_id"),
        Index("ix_visits_fair_category", "fair_id", "category", "day"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    day: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    badge_id: Mapped[int] = mapped_column(ForeignKey("badges.id"))
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    counts: Mapped[bool]  # whether the category counts as a visitor
    country: Mapped[str] = mapped_column(String(2), default="")
    first_in_at: Mapped[datetime] = mapped_column(UTCDateTime)
    inside_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the latest leaving: scans may arrive out of order
