"""What booths sell at a public fair, as their exhibitors declare it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.db import Record
from fairs.core.money import Money


class SalesReturn(Record):
    """What a booth sold on a day at a retail fair, as its exhibitor declared: nobody has audited it.

    A day without a row was not declared; nobody fills it in.
    """

    __tablename__ = "sales_returns"
    __table_args__ = (UniqueConstraint("booth_id", "day"), Index("ix_sales_returns_fair_day", "fair_id", "day"))

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    day: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(10), default="web")  # web | paper | phone

    @property
    def amount(self) -> Money:
        """What was sold."""
        return Money(self.amount_minor, self.currency)
