"""Attempts to pay by card, refunds to cards, and the messages of the card company. No card data and no personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.cards.states import TRANSITIONS, EventState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.payments.models import Invoice, Payment, Refund


class CardAttempt(Record):
    """One page of the card company for one payment; the payment has the state.

    ``token`` names it to the card company, as idempotency key and in what comes back. ``is_open``: money may still come by
    it; an invoice has one such at most. ``is_called_off``: it is to be ended there, for the invoice was cancelled or another
    amount is to be paid. ``next_check_at``: when the card company is asked about it unless it speaks before; None: never more.
    """

    __tablename__ = "card_attempts"
    __table_args__ = (
        Index("ix_card_attempts_fair", "fair_id", "id"),
        Index("ix_card_attempts_due", "next_check_at"),
        Index(
            "uq_card_attempts_open",
            "invoice_id",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
    )

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), unique=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    session_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    intent_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    url: Mapped[str] = mapped_column(String(2000), default="")
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_open: Mapped[bool] = mapped_column(default=True)
    is_called_off: Mapped[bool] = mapped_column(default=False)
    is_paid: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    next_check_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(String(300), default="")

    payment: Mapped[Payment] = relationship()
    invoice: Mapped[Invoice] = relationship()


class CardRefund(Record):
    """The order to give money back to a card, from the approval of the refund to the card company's last word.

    ``next_try_at`` None: nothing more is to be done.
    """

    __tablename__ = "card_refunds"
    __table_args__ = (Index("ix_card_refunds_fair", "fair_id", "id"), Index("ix_card_refunds_due", "next_try_at"))

    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    external_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(String(300), default="")

    refund: Mapped[Refund] = relationship()


class WebhookEvent(HasState, Record):
    """A signed message of the card company: which thing it speaks of, not what it says, for that is asked again.

    ``fair_id`` is known as soon as the thing is found to be one of ours.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_webhook_events_fair_state", "fair_id", "state", "id"),
        Index("ix_webhook_events_due", "next_try_at"),
    )
    TRANSITIONS = TRANSITIONS

    provider: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(100))
    object_id: Mapped[str] = mapped_column(String(100))
    state: Mapped[EventState] = mapped_column(StateType(EventState))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)  # of a dispute, or of a refund that we did not make
    currency: Mapped[str] = mapped_column(String(3), default="")
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(String(400), default="")  # what a person wrote when it was dealt with
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    payment: Mapped[Payment | None] = relationship()

    @property
    def amount(self) -> Money | None:
        """What it is about, where a person has to know."""
        return Money(self.amount_minor, self.currency) if self.amount_minor is not None else None
