"""A company's participation in one fair: its application and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.directory.models import Company
from fairs.exhibitors.states import TRANSITIONS, ExhibitorState
from fairs.floorplans.models import Booth, Zone


class Exhibitor(HasState, Record):
    """One company at one fair. ``track``: paying, or supported (zero or reduced price by a decision)."""

    __tablename__ = "exhibitors"
    __table_args__ = (
        UniqueConstraint("fair_id", "company_id"),
        Index("ix_exhibitors_fair_state", "fair_id", "state", "id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-E-0001
    state: Mapped[ExhibitorState] = mapped_column(StateType(ExhibitorState), default=ExhibitorState.DRAFT)
    track: Mapped[str] = mapped_column(String(10), default="paying")  # paying | supported
    group_codes: Mapped[str] = mapped_column(String(120), default="")
    products: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(255), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    wishes: Mapped[str] = mapped_column(Text, default="")  # in words; ``booth_wishes`` are the places, in order
    booth_count: Mapped[int] = mapped_column(default=1)  # adjacent booths
    wished_type_id: Mapped[int | None] = mapped_column(ForeignKey("booth_types.id"))
    wished_open_sides: Mapped[int] = mapped_column(default=1)  # at least
    contact_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    locale: Mapped[str] = mapped_column(String(5), default="vi")  # language of letters to the contact
    source: Mapped[str] = mapped_column(String(20), default="web")  # web | paper | phone | commune
    decision_number: Mapped[str] = mapped_column(String(60), default="")  # number of the decision on support
    decision_on: Mapped[date | None]
    support_percent: Mapped[int] = mapped_column(default=100)  # of the price, waived for a supported exhibitor
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decide_by: Mapped[date | None]  # the day by which the organiser promised an answer
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decision_note: Mapped[str] = mapped_column(Text, default="")

    fair: Mapped[Fair] = relationship()
    company: Mapped[Company] = relationship()
    booth_wishes: Mapped[list[BoothWish]] = relationship(order_by="BoothWish.position", cascade="all, delete-orphan")

    @property
    def groups(self) -> list[str]:
        """Codes of the product groups shown at this fair."""
        return [code for code in self.group_codes.split("|") if code]

    @property
    def answer_by(self) -> date | None:
        """The day by which the organiser answers: as promised, else by the fair's rule from the day it was handed in."""
        if self.decide_by is not None or self.submitted_at is None:
            return self.decide_by
        return local_day(self.submitted_at, self.fair.time_zone) + timedelta(days=self.fair.importer_reply_days)

    @property
    def folded(self) -> str:
        """The company's names without accents: lists are sorted and paged by it."""
        return self.company.folded

    @property
    def is_supported(self) -> bool:
        """Whether the fair price is waived in whole or part."""
        return self.track == "supported"


class BoothWish(Record):
    """A place that an exhibitor wishes for: a zone, or one booth. ``position`` 1 is the first wish."""

    __tablename__ = "booth_wishes"
    __table_args__ = (
        UniqueConstraint("exhibitor_id", "position"),
        CheckConstraint("(zone_id IS NULL) <> (booth_id IS NULL)", name="one_place"),
    )

    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    position: Mapped[int]
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    booth_id: Mapped[int | None] = mapped_column(ForeignKey("booths.id"), index=True)

    zone: Mapped[Zone | None] = relationship()
    booth: Mapped[Booth | None] = relationship()
