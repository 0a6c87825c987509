"""Visitors registered by name: trade visitors, press, guests. Public visitors are counted without names."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType
from fairs.directory.models import Company, Person


class Visitor(Record):
    """A person registered to visit a fair in a category; registering gives the badge at once."""

    __tablename__ = "visitors"
    __table_args__ = (
        UniqueConstraint("fair_id", "person_id"),
        Index("ix_visitors_fair_id_id", "fair_id", "id"),
        Index("ix_visitors_fair_category", "fair_id", "category", "id"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-V-00001
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    source: Mapped[str] = mapped_column(String(20), default="web")
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))

    fair: Mapped[Fair] = relationship()
    person: Mapped[Person] = relationship()
    company: Mapped[Company | None] = relationship()
    badge: Mapped[Badge | None] = relationship()

    @property
    def person_folded(self) -> str:
        """For lists in the order of people's names."""
        return self.person.folded


class PublicCount(Record):
    """People who came in by a gate within an hour, counted without names; ``method`` says how, and how exact it is.

    ``hour`` is the hour it began, 0 to 23, by the fair's clock. Re-entries are in it: a counter knows no faces.
    """

    __tablename__ = "public_counts"
    __table_args__ = (
        UniqueConstraint("fair_id", "gate_id", "day", "hour"),
        CheckConstraint("entries >= 0", name="entries"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gates.id"), index=True)
    day: Mapped[date]
    hour: Mapped[int]
    entries: Mapped[int]
    method: Mapped[str] = mapped_column(String(300), default="")
