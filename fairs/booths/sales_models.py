"""The waiting list for booths, the fair's terms of sale, and its price rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.booths.models import BoothBooking
from fairs.booths.states import WAITING_TRANSITIONS, WaitingState
from fairs.core.db import Record, StateType
from fairs.core.i18n import localized
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import BoothType, Zone

_LIVE_SQL = text("state IN ('waiting', 'offered')")


class WaitingEntry(HasState, Record):
    """An exhibitor's wish that no free booth meets: served in the order of entry as soon as one does.

    ``booth_count`` adjacent booths with ``open_sides`` at least (all together), in ``zone`` and of ``type`` where named.
    """

    __tablename__ = "booth_waiting"
    __table_args__ = (
        Index("uq_booth_waiting_live", "exhibitor_id", unique=True, sqlite_where=_LIVE_SQL, postgresql_where=_LIVE_SQL),
        Index("ix_booth_waiting_fair", "fair_id", "state", "id"),
    )
    TRANSITIONS = WAITING_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    state: Mapped[WaitingState] = mapped_column(StateType(WaitingState), default=WaitingState.WAITING)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    type_id: Mapped[int | None] = mapped_column(ForeignKey("booth_types.id"))
    booth_count: Mapped[int] = mapped_column(default=1)
    open_sides: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(String(10), default="self")  # self | staff
    booking_id: Mapped[int | None] = mapped_column(
        ForeignKey("booth_bookings.id", ondelete="SET NULL"), index=True
    )  # the offer
    note: Mapped[str] = mapped_column(String(200), default="")

    exhibitor: Mapped[Exhibitor] = relationship()
    zone: Mapped[Zone | None] = relationship()
    type: Mapped[BoothType | None] = relationship()
    booking: Mapped[BoothBooking | None] = relationship()

    @property
    def folded(self) -> str:
        """The company's names for sorting; lists page by it."""
        return self.exhibitor.company.folded


class SalesTerms(Record):
    """A fair's terms of sale. ``refund_scale``: rows of [days before the opening, percent paid back]; empty: none.

    Withdrawal is possible until ``withdrawal_days`` before the opening (Hanoi Giftshow: 50 days, nothing paid back).
    """

    __tablename__ = "sales_terms"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    offer_hours: Mapped[int] = mapped_column(default=48)
    withdrawal_days: Mapped[int] = mapped_column(default=50)
    refund_scale: Mapped[list[Any]] = mapped_column(JSON, default=list)


class PriceRule(Record):
    """A surcharge or rebate on booths that fit all conditions named: a percentage of the base price, or an amount.

    ``open_sides`` is the exact number, ``until`` the last day of booking (early bird), ``track`` paying or supported. An
    ``amount_minor`` is in ``currency`` and for quotes in that currency only. Applied by ``position``; the text stands on
    the invoice.
    """

    __tablename__ = "price_rules"
    __table_args__ = (Index("ix_price_rules_fair", "fair_id", "position"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    position: Mapped[int]
    text_vi: Mapped[str] = mapped_column(String(150))
    text_en: Mapped[str] = mapped_column(String(150))
    type_id: Mapped[int | None] = mapped_column(ForeignKey("booth_types.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    track: Mapped[str] = mapped_column(String(10), default="")
    until: Mapped[date | None]
    open_sides: Mapped[int | None]
    percent: Mapped[int | None]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="")

    type: Mapped[BoothType | None] = relationship()
    zone: Mapped[Zone | None] = relationship()

    @property
    def text(self) -> str:
        """The text of the line in the reader's language."""
        return localized(self, "text")

    @property
    def amount(self) -> Money | None:
        """The amount per booth, where it is no percentage."""
        return Money(self.amount_minor, self.currency) if self.amount_minor is not None else None
