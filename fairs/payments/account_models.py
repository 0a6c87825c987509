"""Banks with their numbers, and the accounts to which payers transfer."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record


class Bank(Record):
    """A bank by its six-digit number (BIN) in VietQR codes. A list that an administrator keeps: published lists have errors."""

    __tablename__ = "banks"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    bin: Mapped[str] = mapped_column(String(6), unique=True)


class BankAccount(Record):
    """An account of the organiser: for one fair, or for all fairs without their own (``fair_id`` None), in one currency.

    ``iban``, ``swift`` and ``address`` are what payers abroad ask for. An account that ended is shown to nobody who pays; its
    statements can still be read.
    """

    __tablename__ = "bank_accounts"
    __table_args__ = (Index("ix_bank_accounts_fair", "fair_id", "currency", "is_active"),)

    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("banks.id"))
    number: Mapped[str] = mapped_column(String(19))
    holder: Mapped[str] = mapped_column(String(70))
    currency: Mapped[str] = mapped_column(String(3))
    swift: Mapped[str] = mapped_column(String(11), default="")
    iban: Mapped[str] = mapped_column(String(34), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(default=True)

    bank: Mapped[Bank] = relationship()
