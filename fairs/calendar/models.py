"""A fair: its days, place, money and rules."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.states import TRANSITIONS, FairState
from fairs.core.clock import today
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.states import HasState
from fairs.core.storage import StoredFile


class Fair(HasState, Record):
    """One edition of a fair. Days are whole days in ``time_zone``; ``code`` begins all references (``GS26-…``)."""

    __tablename__ = "fairs"
    TRANSITIONS = TRANSITIONS

    slug: Mapped[str] = mapped_column(String(60), unique=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    kind: Mapped[str] = mapped_column(String(10), default="trade")  # trade: names at the gate; public: counters too
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    summary_vi: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[FairState] = mapped_column(StateType(FairState), default=FairState.DRAFT)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    opens_at: Mapped[time] = mapped_column(default=time(9, 0))
    closes_at: Mapped[time] = mapped_column(default=time(18, 0))
    build_up_days: Mapped[int] = mapped_column(default=2)  # days before the opening on which booths are built
    dismantling_days: Mapped[int] = mapped_column(default=1)  # days after the last one on which they are taken down
    venue_vi: Mapped[str] = mapped_column(String(250), default="")
    venue_en: Mapped[str] = mapped_column(String(250), default="")
    city: Mapped[str] = mapped_column(String(100), default="Hà Nội")
    travel_vi: Mapped[str] = mapped_column(Text, default="")  # how to get there
    travel_en: Mapped[str] = mapped_column(Text, default="")
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Ho_Chi_Minh")
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    booking_closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    plan_item: Mapped[str] = mapped_column(String(10), default="")  # number in the year's plan that it fulfils: "4a"
    is_rehearsal: Mapped[bool] = mapped_column(default=False)
    rehearsal_day: Mapped[date | None]

    auto_accept: Mapped[bool] = mapped_column(default=False)
    requires_appraisal: Mapped[bool] = mapped_column(default=False)  # no application is decided on before it
    hold_minutes: Mapped[int] = mapped_column(default=20)
    deposit_percent: Mapped[int] = mapped_column(default=50)
    deposit_days: Mapped[int] = mapped_column(default=7)
    balance_due_on: Mapped[date | None]
    vat_percent: Mapped[int | None]  # of this fair; none: by the table of rates, on the day of the invoice
    importer_reply_days: Mapped[int] = mapped_column(default=5)
    importer_decider: Mapped[str] = mapped_column(String(200), default="")
    # By category of badge, where the organiser decided otherwise than the table: {counts, reason, by}. Here and not in a
    # table of its own, since gates know the fair already and must not ask again.
    counting: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)
    terms_vi: Mapped[str] = mapped_column(Text, default="")
    terms_en: Mapped[str] = mapped_column(Text, default="")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)

    @property
    def venue(self) -> str:
        """The place in the reader's language."""
        return localized(self, "venue")

    @property
    def days(self) -> list[date]:
        """Each day of the fair."""
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    @property
    def days_of_build_up(self) -> list[date]:
        """Each day before the opening on which booths are built."""
        return [self.starts_on - timedelta(days=n) for n in range(self.build_up_days, 0, -1)]

    @property
    def days_of_dismantling(self) -> list[date]:
        """Each day after the last one on which booths are taken down."""
        return [self.ends_on + timedelta(days=n + 1) for n in range(self.dismantling_days)]

    @property
    def today(self) -> date:
        """The day it is where the fair takes place."""
        return today(self.time_zone)

    @property
    def day_number(self) -> int | None:
        """1 on the first day; None before and after."""
        return self.days.index(self.today) + 1 if self.today in self.days else None

    @property
    def days_to_opening(self) -> int:
        """Days left until it opens; negative after."""
        return (self.starts_on - self.today).days

    @property
    def is_public(self) -> bool:
        """Whether outsiders may know of it."""
        return self.state is not FairState.DRAFT

    @property
    def accepts_booking(self) -> bool:
        """Whether exhibitors can apply and book now."""
        return self.state in {FairState.BOOKING_OPEN, FairState.RUNNING}

    @property
    def is_over(self) -> bool:
        """Whether nothing is booked, registered or decided any more: closed, reported or cancelled."""
        return self.state in {FairState.CLOSED, FairState.REPORTED, FairState.CANCELLED}

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.state is FairState.CANCELLED

    def at(self, day: date, hour: time) -> datetime:
        """The moment ``hour`` o'clock of ``day`` at the fair."""
        return datetime.combine(day, hour, ZoneInfo(self.time_zone))


class FairRescheduling(Record):
    """A fair moved to other days: the days before and after, why, and by whom. Never changed, only added."""

    __tablename__ = "fair_reschedulings"
    __table_args__ = (Index("ix_fair_reschedulings_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    old_starts_on: Mapped[date]
    old_ends_on: Mapped[date]
    new_starts_on: Mapped[date]
    new_ends_on: Mapped[date]
    old_venue: Mapped[str] = mapped_column(String(250), default="")
    new_venue: Mapped[str] = mapped_column(String(250), default="")
    reason: Mapped[str] = mapped_column(String(400))
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    notices: Mapped[int] = mapped_column(default=0)  # how many were told
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")


class FairCancellation(Record):
    """That a fair does not take place: why, and by whom. One for each fair at most."""

    __tablename__ = "fair_cancellations"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(400))
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    notices: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")


class Milestone(Record):
    """A step of a fair that no other record proves, done on paper: when, under which number, with a scan where there is one.

    ``key`` names its rule in the timeline of the workplace. Taking it back removes the row; the history keeps what it said.
    """

    __tablename__ = "milestones"
    __table_args__ = (UniqueConstraint("fair_id", "key"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    key: Mapped[str] = mapped_column(String(40))
    done_on: Mapped[date]
    number: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    file: Mapped[StoredFile | None] = relationship()
