"""Ceremonies of a fair, the delegations that are invited, their people, and the seats they are given."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.accounts.models import User
from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.ceremonies.states import TRANSITIONS, ReplyState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.masking import Personal
from fairs.core.states import HasState
from fairs.directory.models import Person


class Ceremony(Record):
    """An opening ceremony, a reception, a closing: a moment, a place, and rows of seats counted from the front."""

    __tablename__ = "ceremonies"
    __table_args__ = (
        Index("ix_ceremonies_fair", "fair_id", "starts_at"),
        CheckConstraint('"rows" >= 1 AND seats_per_row >= 1', name="seats"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    place_vi: Mapped[str] = mapped_column(String(250), default="")
    place_en: Mapped[str] = mapped_column(String(250), default="")
    reply_by: Mapped[date]
    rows: Mapped[int]
    seats_per_row: Mapped[int]

    fair: Mapped[Fair] = relationship()

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)

    @property
    def place(self) -> str:
        """The place in the reader's language."""
        return localized(self, "place")


class Delegation(Record):
    """Guests of honour who come together: an embassy, a ministry, a province, an association; one person is one, too.

    ``rank`` is the order of protocol, 1 before all others; two of the same rank stand by their names.
    """

    __tablename__ = "delegations"
    __table_args__ = (
        UniqueConstraint("fair_id", "folded"),
        Index("ix_delegations_fair_rank", "fair_id", "rank", "id"),
        CheckConstraint('"rank" BETWEEN 1 AND 999', name="rank"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    organisation: Mapped[str] = mapped_column(String(250))
    folded: Mapped[str] = mapped_column(String(250))
    country: Mapped[str] = mapped_column(String(2), default="VN")
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory), default=BadgeCategory.VIP)
    rank: Mapped[int] = mapped_column(default=100)
    language: Mapped[str] = mapped_column(String(5), default="vi")
    needs_interpreter: Mapped[bool] = mapped_column(default=False)
    arrives_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    contact_name: Mapped[str] = mapped_column(Personal("name", 200), default="")
    contact_email: Mapped[str] = mapped_column(Personal("email", 255), default="")
    contact_phone: Mapped[str] = mapped_column(Personal("number", 30), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    greeter_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)

    fair: Mapped[Fair] = relationship()
    greeter: Mapped[User | None] = relationship()
    members: Mapped[list[DelegationMember]] = relationship(
        back_populates="delegation", order_by="DelegationMember.position"
    )


class DelegationMember(Record):
    """A person of a delegation; position 1 is its head. ``greeted_at``: a greeter said welcome on the day it says."""

    __tablename__ = "delegation_members"
    __table_args__ = (UniqueConstraint("delegation_id", "person_id"),)

    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    position: Mapped[int]
    greeted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    greeted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the greeter was written to about the arrival

    delegation: Mapped[Delegation] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
    badge: Mapped[Badge | None] = relationship()


class CeremonyInvitation(HasState, Record):
    """That a delegation is invited to a ceremony with a number of places, and what it answered."""

    __tablename__ = "ceremony_invitations"
    __table_args__ = (
        UniqueConstraint("ceremony_id", "delegation_id"),
        Index("ix_ceremony_invitations_fair_state", "fair_id", "state", "reply_by"),
        CheckConstraint("coming >= 0 AND coming <= places", name="coming"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    ceremony_id: Mapped[int] = mapped_column(ForeignKey("ceremonies.id"))
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegations.id"), index=True)
    state: Mapped[ReplyState] = mapped_column(StateType(ReplyState), default=ReplyState.DRAFT)
    places: Mapped[int]
    coming: Mapped[int] = mapped_column(default=0)
    reply_by: Mapped[date]
    invited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(String(400), default="")

    ceremony: Mapped[Ceremony] = relationship()
    delegation: Mapped[Delegation] = relationship()


class CeremonySeat(Record):
    """Who sits where: row 1 is the front, number 1 the leftmost seat as seen from the stage's audience."""

    __tablename__ = "ceremony_seats"
    __table_args__ = (UniqueConstraint("ceremony_id", "row", "number"), UniqueConstraint("ceremony_id", "member_id"))

    ceremony_id: Mapped[int] = mapped_column(ForeignKey("ceremonies.id"))
    row: Mapped[int]
    number: Mapped[int]
    member_id: Mapped[int] = mapped_column(ForeignKey("delegation_members.id"), index=True)

    member: Mapped[DelegationMember] = relationship()
