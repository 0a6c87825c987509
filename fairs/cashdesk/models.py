"""Cash at the desk: shifts, what went in and out, and the count at the end. Amounts are minor units.

What went in and out is never edited: a mistake is put right by a counter-entry.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.cashdesk.states import SHIFT_TRANSITIONS, CashKind, ShiftState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.directory.models import Company
from fairs.payments.models import Payment, Refund

_OPEN_SQL = text("state = 'open'")


class CashShift(HasState, Record):
    """A cashier's shift at a fair. The cashier signs by counting, the receiver by taking over from an account of their own."""

    __tablename__ = "cash_shifts"
    __table_args__ = (
        Index(
            "uq_cash_shifts_open",
            "fair_id",
            "cashier_id",
            unique=True,
            sqlite_where=_OPEN_SQL,
            postgresql_where=_OPEN_SQL,
        ),
        Index("ix_cash_shifts_fair", "fair_id", "state", "id"),
    )
    TRANSITIONS = SHIFT_TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-CS26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    state: Mapped[ShiftState] = mapped_column(StateType(ShiftState), default=ShiftState.OPEN)
    cashier_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    cashier_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cashier_name: Mapped[str] = mapped_column(String(250))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_on: Mapped[date]
    counted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    counted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # a supervisor where the cashier is away
    counted_by_name: Mapped[str] = mapped_column(String(250), default="")
    needs_agreement: Mapped[bool] = mapped_column(default=False)  # the difference is above the fair's amount
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agreed_by_name: Mapped[str] = mapped_column(String(250), default="")
    agreed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handover_number: Mapped[str | None] = mapped_column(String(30), unique=True)  # GS26-HO26-00001
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    receiver_name: Mapped[str] = mapped_column(String(250), default="")
    handed_over_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    tills: Mapped[list[CashTill]] = relationship(order_by="CashTill.id", back_populates="shift")
    entries: Mapped[list[CashEntry]] = relationship(order_by="CashEntry.id", back_populates="shift")

    @property
    def waits_for_agreement(self) -> bool:
        """Whether a supervisor has to agree to the difference before the money is handed over."""
        return self.state is ShiftState.COUNTED and self.needs_agreement and self.agreed_at is None


class CashTill(Record):
    """The money of one currency in a shift: what it began with, what was counted at the end and how it differs.

    ``counted`` keeps the number of notes by their value (VND); of other currencies only the sum is counted.
    """

    __tablename__ = "cash_tills"
    __table_args__ = (UniqueConstraint("shift_id", "currency"),)

    shift_id: Mapped[int] = mapped_column(ForeignKey("cash_shifts.id"))
    currency: Mapped[str] = mapped_column(String(3))
    float_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    moved_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # sum of the entries
    counted_minor: Mapped[int | None] = mapped_column(BigInteger)
    notes: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(400), default="")

    shift: Mapped[CashShift] = relationship(back_populates="tills")

    @property
    def opening(self) -> Money:
        """The float that it began with."""
        return Money(self.float_minor, self.currency)

    @property
    def expected(self) -> Money:
        """The float with all that went in and out."""
        return Money(self.float_minor + self.moved_minor, self.currency)

    @property
    def counted(self) -> Money | None:
        """What was counted; None before."""
        return None if self.counted_minor is None else Money(self.counted_minor, self.currency)

    @property
    def difference(self) -> Money:
        """Counted less expected: below zero money is missing."""
        counted = self.expected.amount_minor if self.counted_minor is None else self.counted_minor
        return Money(counted - self.expected.amount_minor, self.currency)


class CashEntry(Record):
    """Cash that went in (above zero) or out, with its numbered voucher. ``token`` names the form it came by: sent once.

    ``corrects_id`` is the entry that this one takes back.
    """

    __tablename__ = "cash_entries"
    __table_args__ = (
        UniqueConstraint("shift_id", "token"),
        Index("ix_cash_entries_fair", "fair_id", "booked_on", "id"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("cash_shifts.id"))
    kind: Mapped[CashKind] = mapped_column(StateType(CashKind))
    number: Mapped[str] = mapped_column(String(30), unique=True)  # of the voucher; a receipt's is that of its payment
    token: Mapped[str] = mapped_column(String(40))
    booked_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    tendered_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    person: Mapped[str] = mapped_column(Personal("name", 200), default="")  # who paid, or was paid
    text: Mapped[str] = mapped_column(String(400), default="")  # what for
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), unique=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("cash_entries.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250))

    shift: Mapped[CashShift] = relationship(back_populates="entries")
    company: Mapped[Company | None] = relationship()
    payment: Mapped[Payment | None] = relationship()
    refund: Mapped[Refund | None] = relationship()
    corrects: Mapped[CashEntry | None] = relationship(remote_side="CashEntry.id")

    @property
    def amount(self) -> Money:
        """With its sign."""
        return Money(self.amount_minor, self.currency)

    @property
    def size(self) -> Money:
        """As it stands on the voucher."""
        return Money(abs(self.amount_minor), self.currency)

    @property
    def tendered(self) -> Money | None:
        """What the payer gave, where it was written down."""
        return Money(self.tendered_minor, self.currency) if self.tendered_minor else None

    @property
    def change(self) -> Money | None:
        """What the payer got back."""
        return Money(self.tendered_minor - self.amount_minor, self.currency) if self.tendered_minor else None


class CashSettings(Record):
    """A fair's rule of the cash desk: above which difference (in the fair's currency) a supervisor must agree."""

    __tablename__ = "cash_settings"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    agree_above_minor: Mapped[int] = mapped_column(BigInteger)


def _refuse(_mapper: Any, _connection: Any, _row: object) -> None:
    raise RuntimeError("what went in or out of a till is never changed")


for _what in ("before_update", "before_delete"):
    event.listen(CashEntry, _what, _refuse)
