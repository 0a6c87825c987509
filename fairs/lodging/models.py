"""Hotels, their room blocks by night, the stays of guests in them, and the rooming lists that a hotel was sent."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.text import fold
from fairs.importers.models import Importer
from fairs.lodging.states import HOLDING, TRANSITIONS, StayIssue, StayState


class Hotel(Record):
    """A hotel that a fair works with. ``locale`` is the language of its rooming lists."""

    __tablename__ = "hotels"
    __table_args__ = (UniqueConstraint("fair_id", "name"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), default="")
    address_vi: Mapped[str] = mapped_column(String(300), default="")
    address_en: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    check_in_from: Mapped[time] = mapped_column(default=time(14, 0))
    check_out_until: Mapped[time] = mapped_column(default=time(12, 0))
    list_due_on: Mapped[date | None]  # the hotel wants the rooming list until then
    locale: Mapped[str] = mapped_column(String(5), default="vi")

    @validates("name")
    def _fold(self, _key: str, value: str) -> str:
        self.folded = fold(value)[:200]
        return value


class RoomBlock(Record):
    """Rooms of one type that a hotel keeps for the fair, each with ``beds`` for as many guests.

    Until ``release_on`` nights that nobody took go back without cost; of what is kept after it ``attrition_percent`` may stay
    unused without penalty. The price is for a room and a night, in minor units of ``currency``.
    """

    __tablename__ = "room_blocks"
    __table_args__ = (
        UniqueConstraint("hotel_id", "room_type"),
        Index("ix_room_blocks_fair_release", "fair_id", "release_on", "remind_on"),
        CheckConstraint("beds > 0", name="beds"),
        CheckConstraint("price_minor >= 0", name="price"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    hotel_id: Mapped[int] = mapped_column(ForeignKey("hotels.id"))
    room_type: Mapped[str] = mapped_column(String(60))
    beds: Mapped[int] = mapped_column(default=2)
    smoking: Mapped[bool] = mapped_column(default=False)  # rooms in which one may smoke
    accessible: Mapped[bool] = mapped_column(default=False)  # rooms for wheelchairs
    contract_number: Mapped[str] = mapped_column(String(60), default="")
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    vat_included: Mapped[bool] = mapped_column(default=True)
    breakfast_included: Mapped[bool] = mapped_column(default=True)
    release_on: Mapped[date | None]
    remind_on: Mapped[date | None]  # from then on the inbox speaks of free rooms
    attrition_percent: Mapped[int] = mapped_column(default=0)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    hotel: Mapped[Hotel] = relationship()

    @property
    def price(self) -> Money:
        """What a room costs for a night, where the night has no price of its own."""
        return Money(self.price_minor, self.currency)

    @property
    def name(self) -> str:
        """Hotel and room type."""
        return f"{self.hotel.name} – {self.room_type}"


class RoomNight(Record):
    """One night of a block: ``quantity`` rooms, of which ``taken`` are given to guests; ``given_back`` went back to the hotel.

    ``taken`` is written only with the row locked (``lodging.holding``); the check is the last guard against a night sold twice.
    """

    __tablename__ = "room_nights"
    __table_args__ = (
        UniqueConstraint("block_id", "night"),
        CheckConstraint("taken >= 0 AND taken <= quantity", name="taken"),
    )

    block_id: Mapped[int] = mapped_column(ForeignKey("room_blocks.id"))
    night: Mapped[date]
    quantity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    given_back: Mapped[int] = mapped_column(default=0)
    price_minor: Mapped[int | None] = mapped_column(BigInteger)

    block: Mapped[RoomBlock] = relationship()

    @property
    def free(self) -> int:
        """Rooms that nobody has."""
        return self.quantity - self.taken


class Room(Record):
    """A room that one stay has, or several share: it counts once for each night on which any of them is there."""

    __tablename__ = "rooms"

    block_id: Mapped[int] = mapped_column(ForeignKey("room_blocks.id"), index=True)


class Stay(HasState, Record):
    """The nights of one guest: from ``arrives_on`` up to ``leaves_on``, which is the day of leaving (half-open).

    Nights outside the funded window of the guest's support are paid by the guest. ``released_from``: nights from this day on
    are free again (no-show, left early). ``shares_with``: the stay whose guest this one wishes to share a room with; both have
    to name each other. ``room_id`` says whose room it really is.
    """

    __tablename__ = "stays"
    __table_args__ = (
        Index("ix_stays_fair_state", "fair_id", "state", "arrives_on"),
        Index("ix_stays_fair_issue", "fair_id", "issue", "state"),
        Index("ix_stays_hotel", "hotel_id", "state", "arrives_on"),
        Index("ix_stays_block", "block_id", "state", "arrives_on"),
        Index("ix_stays_importer", "importer_id", "state"),
        CheckConstraint("leaves_on > arrives_on", name="nights"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"))
    hotel_id: Mapped[int | None] = mapped_column(ForeignKey("hotels.id"))
    block_id: Mapped[int | None] = mapped_column(ForeignKey("room_blocks.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"), index=True)
    state: Mapped[StayState] = mapped_column(StateType(StayState), default=StayState.WANTED)
    arrives_on: Mapped[date]
    leaves_on: Mapped[date]
    released_from: Mapped[date | None]
    arrived_on: Mapped[date | None]  # the day on which they really checked in
    shares_with_id: Mapped[int | None] = mapped_column(ForeignKey("stays.id"), index=True)
    smoking: Mapped[bool] = mapped_column(default=False)
    accessible: Mapped[bool] = mapped_column(default=False)
    diet: Mapped[str] = mapped_column(String(200), default="")
    wishes: Mapped[str] = mapped_column(String(400), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the guest agreed to hotel, nights and payer
    confirmation: Mapped[str] = mapped_column(String(40), default="")  # the hotel's own number
    issue: Mapped[StayIssue] = mapped_column(StateType(StayIssue), default=StayIssue.NONE)
    needs_from: Mapped[date | None]  # the nights that the guest would need, where they could not be given
    needs_until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(400), default="")  # why it was cancelled, or the guest did not come
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # who pays for a no-show is agreed with the hotel
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    importer: Mapped[Importer] = relationship()
    hotel: Mapped[Hotel | None] = relationship()
    block: Mapped[RoomBlock | None] = relationship()
    shares_with: Mapped[Stay | None] = relationship(remote_side="Stay.id")

    @property
    def nights(self) -> int:
        """How many nights."""
        return (self.leaves_on - self.arrives_on).days

    @property
    def folded(self) -> str:
        """For lists in the order of guests' names."""
        return self.importer.person.folded

    @property
    def room_type(self) -> str:
        """The type of the room; empty without one."""
        return self.block.room_type if self.block is not None else ""

    @property
    def holds_until(self) -> date:
        """The day up to which the stay takes its room's nights (half-open); the day of arrival when it takes none."""
        if self.state not in HOLDING:
            return self.arrives_on
        return self.leaves_on if self.released_from is None else self.released_from

    @property
    def held_nights(self) -> list[date]:
        """The nights that the stay takes."""
        return [self.arrives_on + timedelta(days=n) for n in range((self.holds_until - self.arrives_on).days)]

    def clear_issue(self) -> None:
        """Nobody has to look at these nights any more."""
        self.issue, self.needs_from, self.needs_until = StayIssue.NONE, None, None


class Placing(Record):
    """Guests placed at once: for each stay the room it got, so that it can be taken back while nothing else has happened."""

    __tablename__ = "placings"
    __table_args__ = (Index("ix_placings_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250))
    items: Mapped[list[Any]] = mapped_column(JSON)  # [stay, room] pairs
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoomingList(Record):
    """A rooming list as a hotel was sent it: version ``number`` with all rows and what differs from the one before. Never changed."""

    __tablename__ = "rooming_lists"
    __table_args__ = (UniqueConstraint("hotel_id", "number"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    hotel_id: Mapped[int] = mapped_column(ForeignKey("hotels.id"))
    number: Mapped[int]
    rows: Mapped[list[Any]] = mapped_column(JSON)
    changes: Mapped[list[Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    sent_to: Mapped[str] = mapped_column(String(255), default="")  # empty: on paper
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250))

    hotel: Mapped[Hotel] = relationship()
