"""What became of a contract 3, 6 and 12 months after its signature, as each of its parties says."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.contracts.models import Contract
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.directory.models import Company
from fairs.followups.states import TRANSITIONS, FollowUpState


class FollowUp(HasState, Record):
    """One question to one party of a contract, and its answer.

    Amounts are in the contract's currency and count from the signature until the answer: they are never added up over the
    months. ``repeat_usd_minor`` (US cents) is fixed with the answer: by the contract's frozen rate in its own currency, else by
    the rate of the day. ``looked_at`` says when a clerk has seen the answer.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("contract_id", "month", "side"),
        Index("ix_follow_ups_fair_state", "fair_id", "state", "due_on"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    month: Mapped[int]  # 3, 6 or 12
    side: Mapped[str] = mapped_column(String(10))  # exporter | importer
    due_on: Mapped[date]
    state: Mapped[FollowUpState] = mapped_column(StateType(FollowUpState), default=FollowUpState.PLANNED)
    left_out: Mapped[str] = mapped_column(String(10), default="")  # a key of states.LEFT_OUT
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminders: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_name: Mapped[str] = mapped_column(Personal("name", 120), default="")
    way: Mapped[str] = mapped_column(String(10), default="")  # a key of states.WAYS
    outcome: Mapped[str] = mapped_column(String(12), default="")  # a key of states.OUTCOMES
    shipped_minor: Mapped[int | None] = mapped_column(BigInteger)
    paid_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="")
    reason_codes: Mapped[str] = mapped_column(String(120), default="")
    remark: Mapped[str] = mapped_column(String(400), default="")
    repeat_count: Mapped[int | None]
    repeat_minor: Mapped[int | None] = mapped_column(BigInteger)
    repeat_currency: Mapped[str] = mapped_column(String(3), default="")
    repeat_usd_minor: Mapped[int | None] = mapped_column(BigInteger)
    next_order_on: Mapped[date | None]
    looked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    contract: Mapped[Contract] = relationship()

    @property
    def party(self) -> Company:
        """The company that is asked."""
        return self.contract.exporter if self.side == "exporter" else self.contract.importer

    @property
    def reasons(self) -> list[str]:
        """Keys of ``states.REASONS``."""
        return [code for code in self.reason_codes.split("|") if code]

    @property
    def shipped(self) -> Money | None:
        """What was shipped since the signature; None when it was not said."""
        return None if self.shipped_minor is None else Money(self.shipped_minor, self.currency)

    @property
    def paid(self) -> Money | None:
        """What was paid since the signature; None when it was not said."""
        return None if self.paid_minor is None else Money(self.paid_minor, self.currency)

    @property
    def repeat(self) -> Money | None:
        """The value of repeat orders; None when it was not said."""
        return None if self.repeat_minor is None else Money(self.repeat_minor, self.repeat_currency)


class FollowUpDecision(Record):
    """Which values count where the parties say different things: a clerk's decision with its reason.

    ``shipped_minor`` and ``paid_minor`` are in the contract's currency. Without a decision the lower values count.
    """

    __tablename__ = "follow_up_decisions"
    __table_args__ = (UniqueConstraint("contract_id", "month"),)

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    month: Mapped[int]
    shipped_minor: Mapped[int] = mapped_column(BigInteger)
    paid_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(400))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def shipped(self) -> Money:
        """What counts as shipped."""
        return Money(self.shipped_minor, self.currency)

    @property
    def paid(self) -> Money:
        """What counts as paid."""
        return Money(self.paid_minor, self.currency)
