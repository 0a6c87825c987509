"""Visitors registered by name: trade visitors, press, guests. Public visitors are counted without names."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
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
