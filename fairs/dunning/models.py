"""By which schedule payments are asked for, and what was done for each instalment. Amounts are minor units."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, StateType
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.dunning.states import STEP_TRANSITIONS, Outcome, StepKind, StepState
from fairs.messages.models import OutboxMessage
from fairs.payments.models import Instalment, Invoice


class DunningTerms(Record):
    """A fair's schedule: days before (``notice_days``) or after the due day; a step without days is left out.

    ``auto_release``: booths whose deposit is overdue are released without a person's word.
    """

    __tablename__ = "dunning_terms"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    notice_days: Mapped[int | None]
    reminder_days: Mapped[int | None]
    warning_days: Mapped[int | None]
    call_days: Mapped[int | None]
    release_days: Mapped[int | None]
    auto_release: Mapped[bool] = mapped_column(default=False)


class DunningStep(HasState, Record):
    """One step for one instalment: there is never a second one of the same kind, so nothing is sent twice.

    ``due_on`` and ``open_minor`` are what was asked for then. ``pause_until``: nothing more is done up to this day, because it
    was promised, deferred, or the call is to be tried again.
    """

    __tablename__ = "dunning_steps"
    __table_args__ = (
        UniqueConstraint("instalment_id", "step"),
        Index("ix_dunning_steps_fair", "fair_id", "state", "step"),
    )
    TRANSITIONS = STEP_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    instalment_id: Mapped[int] = mapped_column(ForeignKey("instalments.id"))
    step: Mapped[StepKind] = mapped_column(StateType(StepKind))
    state: Mapped[StepState] = mapped_column(StateType(StepState))
    due_on: Mapped[date]
    open_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    begun_on: Mapped[date]
    done_on: Mapped[date | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_messages.id"), index=True)
    outcome: Mapped[Outcome | None] = mapped_column(StateType(Outcome))
    note: Mapped[str] = mapped_column(String(400), default="")
    pause_until: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    invoice: Mapped[Invoice] = relationship()
    instalment: Mapped[Instalment] = relationship()
    message: Mapped[OutboxMessage | None] = relationship()

    @property
    def asked(self) -> Money:
        """What was open when the step was taken."""
        return Money(self.open_minor, self.currency)
