"""Hotels and the stays of guests in them."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, StateType
from fairs.core.states import HasState
from fairs.importers.models import Importer
from fairs.lodging.states import TRANSITIONS, StayState


class Hotel(Record):
    """A hotel that a fair works with."""

    __tablename__ = "hotels"
    __table_args__ = (UniqueConstraint("fair_id", "name"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(200))
    address_vi: Mapped[str] = mapped_column(String(300), default="")
    address_en: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    check_in_from: Mapped[time] = mapped_column(default=time(14, 0))
    check_out_until: Mapped[time] = mapped_column(default=time(12, 0))


class Stay(HasState, Record):
    """The nights of one guest: from ``arrives_on`` up to ``leaves_on``, which is the day of leaving (half-open).

    Nights outside the funded window of the guest's support are paid by the guest.
    """

    __tablename__ = "stays"
    __table_args__ = (
        Index("ix_stays_fair_state", "fair_id", "state", "arrives_on"),
        Index("ix_stays_hotel", "hotel_id", "state", "arrives_on"),
        Index("ix_stays_importer", "importer_id", "state"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"))
    hotel_id: Mapped[int] = mapped_column(ForeignKey("hotels.id"))
    room_type: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[StayState] = mapped_column(StateType(StayState), default=StayState.BOOKED)
    arrives_on: Mapped[date]
    leaves_on: Mapped[date]
    shares_with_id: Mapped[int | None] = mapped_column(ForeignKey("stays.id"), index=True)
    smoking: Mapped[bool] = mapped_column(default=False)
    accessible: Mapped[bool] = mapped_column(default=False)
    wishes: Mapped[str] = mapped_column(String(400), default="")

    importer: Mapped[Importer] = relationship()
    hotel: Mapped[Hotel] = relationship()
    shares_with: Mapped[Stay | None] = relationship(remote_side="Stay.id")

    @property
    def nights(self) -> int:
        """How many nights."""
        return (self.leaves_on - self.arrives_on).days
