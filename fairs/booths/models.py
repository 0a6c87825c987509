"""Bookings of booths, what exhibitors ask about them, and withdrawals."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.booths.states import LIVE, REQUEST_TRANSITIONS, TRANSITIONS, BookingState, RequestState
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth

OFFERED_BY = ("offer", "waitlist", "allocation")
_LIVE_SQL = text("state IN ('held', 'reserved', 'confirmed')")


class BoothBooking(HasState, Record):
    """One exhibitor's claim on one booth. The partial unique index is the last guard against selling it twice.

    ``price_minor`` is the full net price, ``support_minor`` the part waived by ``decision_number``. Booths booked
    together share ``bundle_id``, the key of the first booking, and its invoice; they are held, reserved, confirmed and
    ended together. An offer is a hold that the organiser, the waiting list or the allocation made (``origin``).
    """

    __tablename__ = "booth_bookings"
    __table_args__ = (
        Index("uq_booth_bookings_live", "booth_id", unique=True, sqlite_where=_LIVE_SQL, postgresql_where=_LIVE_SQL),
        Index("ix_booth_bookings_fair", "fair_id", "state", "id"),
        Index("ix_booth_bookings_fascia", "fair_id", "fascia_check"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"), index=True)
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("booth_bookings.id", ondelete="SET NULL"), index=True)
    origin: Mapped[str] = mapped_column(String(12), default="self")  # self | staff | offer | waitlist | allocation
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-B-0001
    state: Mapped[BookingState] = mapped_column(StateType(BookingState))
    hold_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deposit_due_on: Mapped[date | None]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    support_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    fascia_name: Mapped[str] = mapped_column(String(120), default="")
    fascia_check: Mapped[bool] = mapped_column(default=False)  # the name is not the exhibitor's: somebody has to agree
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
    def lead_id(self) -> int:
        """The key of the booking that stands for all booths booked together: its own when there is one."""
        return self.bundle_id or self.id

    @property
    def is_offer(self) -> bool:
        """Whether it is held because somebody else offered it: the exhibitor accepts by reserving."""
        return self.state is BookingState.HELD and self.origin in OFFERED_BY

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


class BookingRequest(HasState, Record):
    """What an exhibitor asks of the organiser about a booking: more time, or to pass it on to another exhibitor."""

    __tablename__ = "booking_requests"
    __table_args__ = (Index("ix_booking_requests_fair", "fair_id", "state", "id"),)
    TRANSITIONS = REQUEST_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booth_bookings.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # extension | transfer | swap
    state: Mapped[RequestState] = mapped_column(StateType(RequestState), default=RequestState.OPEN)
    reason: Mapped[str] = mapped_column(String(400))
    until: Mapped[date | None]  # extension: the day asked for
    other_exhibitor_id: Mapped[int | None] = mapped_column(ForeignKey("exhibitors.id"), index=True)  # transfer, swap
    other_booking_id: Mapped[int | None] = mapped_column(
        ForeignKey("booth_bookings.id", ondelete="SET NULL"), index=True
    )  # swap
    agreed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # swap: when the other exhibitor agreed
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[str] = mapped_column(String(400), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    booking: Mapped[BoothBooking] = relationship(foreign_keys=[booking_id])
    other_exhibitor: Mapped[Exhibitor | None] = relationship(foreign_keys=[other_exhibitor_id])
    other_booking: Mapped[BoothBooking | None] = relationship(foreign_keys=[other_booking_id])


class BoothWithdrawal(Record):
    """An exhibitor's withdrawal from its booths, in writing, and what the fair's terms gave back. Never changed."""

    __tablename__ = "booth_withdrawals"
    __table_args__ = (Index("ix_booth_withdrawals_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booth_bookings.id"), unique=True)
    text: Mapped[str] = mapped_column(String(1000))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    days_before: Mapped[int]  # the opening
    refund_percent: Mapped[int]
    received_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    refund_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    file: Mapped[StoredFile | None] = relationship()

    @property
    def refund(self) -> Money:
        """What is owed back."""
        return Money(self.refund_minor, self.currency)
