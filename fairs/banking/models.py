"""Bank statements with their lines, the columns of each bank, and the rules of matching. Amounts are minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.banking.states import LINE_TRANSITIONS, STATEMENT_TRANSITIONS, LineKind, LineState, StatementState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.money import EXPONENTS, Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.payments.account_models import BankAccount
from fairs.payments.models import Payment, Refund


def as_kept(reason: Any) -> str:
    """A reason of ours as it is kept: in English, to be shown in whichever language the reader has."""
    with force_locale("en"):
        return str(reason)[:400]


class Statement(HasState, Record):
    """A file of a bank account, handed in at a fair. ``account_id`` is None for the account of the settings.

    ``account_key`` (the bank's number and the account's) is what a line's ``uid`` is unique in: the same account may be
    read at several fairs. ``layout`` says which column is what.
    """

    __tablename__ = "bank_statements"
    __table_args__ = (Index("ix_bank_statements_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = STATEMENT_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_accounts.id"))
    account_key: Mapped[str] = mapped_column(String(30))
    bank_name: Mapped[str] = mapped_column(String(100))
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[StatementState] = mapped_column(StateType(StatementState))
    file_name: Mapped[str] = mapped_column(String(200))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    new_lines: Mapped[int] = mapped_column(default=0)
    known_lines: Mapped[int] = mapped_column(default=0)  # read before, so they changed nothing
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_name: Mapped[str] = mapped_column(String(200), default="")
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)  # when a worker last went on with it

    account: Mapped[BankAccount | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class BankLine(HasState, Record):
    """One line of an account: above zero money came in. ``fair_id`` is the fair at whose desk it is.

    ``uid`` is the bank's number of the line with its amount, or a digest of all that the line says. ``found`` is what
    matching found (invoices with reasons, a refund), ``parts`` what a person proposes for it.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        UniqueConstraint("account_key", "uid"),
        Index("ix_bank_lines_fair_state", "fair_id", "state", "kind", "id"),
        Index("ix_bank_lines_fair_day", "fair_id", "booked_on", "id"),
        Index("ix_bank_lines_fair_amount", "fair_id", "amount_minor", "id"),
        Index("ix_bank_lines_statement", "statement_id", "state", "id"),
        Index("ix_bank_lines_account_day", "account_key", "booked_on"),
    )
    TRANSITIONS = LINE_TRANSITIONS

    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statements.id"))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    account_key: Mapped[str] = mapped_column(String(30))
    uid: Mapped[str] = mapped_column(String(100))
    row: Mapped[int]  # its line in the file
    booked_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    text: Mapped[str] = mapped_column(String(1000))
    payer: Mapped[str] = mapped_column(Personal("name", 200), default="")
    bank_number: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[LineState] = mapped_column(StateType(LineState))
    kind: Mapped[LineKind] = mapped_column(StateType(LineKind))
    found: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    parts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(400), default="")  # why it waits or was set aside, in words
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), index=True)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_name: Mapped[str] = mapped_column(String(200), default="")

    @property
    def why(self) -> str:
        """The reason in the reader's language; what a person wrote stays as it is."""
        return str(gettext(self.reason)) if self.reason else ""

    statement: Mapped[Statement] = relationship()
    payment: Mapped[Payment | None] = relationship()
    refund: Mapped[Refund | None] = relationship()

    @property
    def amount(self) -> Money:
        """The movement, with its sign."""
        return Money(self.amount_minor, self.currency)


class StatementLayout(Record):
    """Which column of a bank's files is what, by the heads that stood there last."""

    __tablename__ = "statement_layouts"

    bank_id: Mapped[int] = mapped_column(ForeignKey("banks.id"), unique=True)
    heads: Mapped[dict[str, Any]] = mapped_column(JSON)


class MatchRules(Record):
    """How a fair matches bank lines of a currency."""

    __tablename__ = "bank_match_rules"
    __table_args__ = (UniqueConstraint("fair_id", "currency"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    currency: Mapped[str] = mapped_column(String(3))
    four_eyes_minor: Mapped[int] = mapped_column(BigInteger)  # a match by hand above it waits for a second person
    charges_minor: Mapped[int] = mapped_column(BigInteger)  # so much may be missing as bank charges
    auto_short: Mapped[bool] = mapped_column(default=True)
    auto_over: Mapped[bool] = mapped_column(default=True)
    payer_waits: Mapped[bool] = mapped_column(default=True)

    @classmethod
    def usual(cls, fair_id: int, currency: str) -> MatchRules:
        """What holds where nothing was set: a second person above 100 million dong or 4,000 units, 30 units of charges."""
        unit = 10 ** EXPONENTS[currency]
        dong = currency == "VND"
        return cls(
            fair_id=fair_id, currency=currency, four_eyes_minor=100_000_000 if dong else 4_000 * unit,
            charges_minor=0 if dong else 30 * unit, auto_short=True, auto_over=True, payer_waits=True,
        )  # fmt: skip
