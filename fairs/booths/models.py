"""Bookings of booths."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.booths.states import LIVE, TRANSITIONS, BookingState
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth

_LIVE_SQL = text("state IN ('held', 'reserved', 'confirmed')")


class BoothBooking(HasState, Record):
    """One exhibitor's claim on one booth. The partial unique index is the last guard against selling it twice.

    ``price_minor`` is the full net price, ``support_minor`` the part waived by ``decision_number``.
    """

    __tablename__ = "booth_bookings"
    __table_args__ = (
        Index("uq_booth_bookings_live", "booth_id", unique=True, sqlite_where=_LIVE_SQL, postgresql_where=_LIVE_SQL),
        Index("ix_booth_bookings_fair", "fair_id", "state", "id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"), index=True)
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-B-0001
    state: Mapped[BookingState] = mapped_column(StateType(BookingState))
    hold_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deposit_due_on: Mapped[date | None]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    support_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    fascia_name: Mapped[str] = mapped_column(String(120), default="")
    terms_accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_reason: Mapped[str] = mapped_column(String(200), default="")

    booth: Mapped[Booth] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()

    @property
    def price(self) -> Money:
        """Full net price."""
        return Money(self.price_minor, self.currency)

    @property
    def support(self) -> Money:
        """Net part waived."""
        return Money(self.support_minor, self.currency)

    @property
    def is_overdue_hold(self) -> bool:
        """Whether it is a hold whose minutes have run out: as good as free, though no sweeper has said so yet."""
        return self.state is BookingState.HELD and self.hold_until is not None and self.hold_until <= now()

    @property
    def code(self) -> str:
        """The booth's code; lists page by it."""
        return self.booth.code

    @property
    def folded(self) -> str:
        """The company's names for sorting; lists page by it."""
        return self.exhibitor.company.folded

    @property
    def is_live(self) -> bool:
        """Whether it keeps others off the booth now."""
        return self.state in LIVE and not self.is_overdue_hold
