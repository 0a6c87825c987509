"""What booths sell at a public fair, as their exhibitors declare it: the declarations, what they said before, reminders."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.clock import now
from fairs.core.db import Record, UTCDateTime
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth

#: A day can be declared in time until this hour of the next one, where the fair is.
IN_TIME_UNTIL = time(12, 0)


def in_time_until(day: date, time_zone: str) -> datetime:
    """The moment after which a declaration of ``day`` is late."""
    return datetime.combine(day + timedelta(days=1), IN_TIME_UNTIL, ZoneInfo(time_zone))


class SalesReturn(Record):
    """What a booth sold on a day at a retail fair, as its exhibitor declared: nobody has audited it.

    A day without a row was not declared; nobody fills it in. ``amount_minor`` is what was sold: cash, card and orders taken for
    later delivery, together. The three are None in declarations of old, which are shown as not split. ``groups`` is the same amount
    by product group where the exhibitor gave it, else empty. ``declared_at`` is when the day was first declared, ``confirmed_minor``
    the unusual amount that the exhibitor said is right.
    """

    __tablename__ = "sales_returns"
    __table_args__ = (UniqueConstraint("booth_id", "day"), Index("ix_sales_returns_fair_day", "fair_id", "day"))

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    day: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    cash_minor: Mapped[int | None] = mapped_column(BigInteger)
    card_minor: Mapped[int | None] = mapped_column(BigInteger)
    orders_minor: Mapped[int | None] = mapped_column(BigInteger)
    groups: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(10), default="web")  # web | paper | phone
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    revision: Mapped[int] = mapped_column(default=1)
    confirmed_minor: Mapped[int | None] = mapped_column(BigInteger)

    booth: Mapped[Booth] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()

    @property
    def amount(self) -> Money:
        """What was sold."""
        return Money(self.amount_minor, self.currency)

    @property
    def parts(self) -> dict[str, Money] | None:
        """Cash, card and orders; None where the declaration is not split."""
        if self.cash_minor is None or self.card_minor is None or self.orders_minor is None:
            return None
        values = {"cash": self.cash_minor, "card": self.card_minor, "orders": self.orders_minor}
        return {name: Money(minor, self.currency) for name, minor in values.items()}

    def is_late(self, time_zone: str) -> bool:
        """Whether it came after noon of the next day."""
        return self.declared_at > in_time_until(self.day, time_zone)

    def content(self) -> dict[str, Any]:
        """What the declaration says, as plain JSON."""
        return {
            "amount": self.amount_minor, "cash": self.cash_minor, "card": self.card_minor, "orders": self.orders_minor,
            "groups": dict(self.groups), "source": self.source, "note": self.note, "currency": self.currency,
        }  # fmt: skip


class SalesRevision(Record):
    """A declaration as it was before it was corrected or taken back. Never changed, and kept when the declaration goes."""

    __tablename__ = "sales_return_revisions"
    __table_args__ = (
        UniqueConstraint("booth_id", "day", "number"), Index("ix_sales_return_revisions_fair_day", "fair_id", "day"),
    )  # fmt: skip

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"))
    day: Mapped[date]
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # SalesReturn.content()
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    new_minor: Mapped[int | None] = mapped_column(BigInteger)  # what replaced it; None: taken back
    reason: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_label: Mapped[str] = mapped_column(String(250), default="")

    @property
    def old(self) -> Money:
        """What stood there."""
        return Money(int(self.content["amount"]), str(self.content["currency"]))

    @property
    def new(self) -> Money | None:
        """What replaced it."""
        return None if self.new_minor is None else Money(self.new_minor, str(self.content["currency"]))


class SalesReminder(Record):
    """That an exhibitor was asked for a booth's day: ``stage`` evening or morning. The constraint lets nobody ask twice."""

    __tablename__ = "sales_reminders"
    __table_args__ = (
        UniqueConstraint("booth_id", "day", "stage"), Index("ix_sales_reminders_fair_day", "fair_id", "day"),
    )  # fmt: skip

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    day: Mapped[date]
    stage: Mapped[str] = mapped_column(String(10))
