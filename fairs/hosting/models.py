"""The support of one importer at one fair."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.directory.models import Company, Person
from fairs.documents.models import Selection
from fairs.hosting.states import GRANTED, TRANSITIONS, HostingState, SupportTier
from fairs.importers.models import Importer


class Hosting(HasState, Record):
    """Support of an importer. Nights are funded from ``funded_from`` up to ``funded_to``, which is the day of leaving.

    ``travel_cap_minor`` is the most that is refunded of the journey (the cap of the region when it was approved),
    ``night_cap_minor`` the most that a night may cost; both in ``currency``. ``reply_by``: the guest confirms until then.
    """

    __tablename__ = "hostings"
    __table_args__ = (
        Index("ix_hostings_fair_state", "fair_id", "state", "id"),
        Index("ix_hostings_fair_company", "fair_id", "company_id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"), unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-H-0001
    state: Mapped[HostingState] = mapped_column(StateType(HostingState), default=HostingState.APPLIED)
    tier: Mapped[SupportTier] = mapped_column(StateType(SupportTier))
    region: Mapped[str] = mapped_column(String(20), default="")
    score: Mapped[int] = mapped_column(default=0)
    score_parts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rank: Mapped[int | None]
    funded_from: Mapped[date | None]
    funded_to: Mapped[date | None]
    travel_cap_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    night_cap_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    selection_id: Mapped[int | None] = mapped_column(ForeignKey("selections.id"), index=True)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    granted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reply_by: Mapped[date | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(400), default="")  # why it was refused, withdrawn, put back

    fair: Mapped[Fair] = relationship()
    importer: Mapped[Importer] = relationship()
    company: Mapped[Company] = relationship()
    person: Mapped[Person] = relationship()
    selection: Mapped[Selection | None] = relationship()

    @property
    def is_granted(self) -> bool:
        """Whether the signed decision stands."""
        return self.state in GRANTED

    @property
    def travel_cap(self) -> Money:
        """The most that is refunded of the journey."""
        return Money(self.travel_cap_minor, self.currency)

    @property
    def night_cap(self) -> Money:
        """The most that a funded night may cost."""
        return Money(self.night_cap_minor, self.currency)

    @property
    def funded_nights(self) -> int:
        """How many nights are funded."""
        if not self.tier.pays_hotel or self.funded_from is None or self.funded_to is None:
            return 0
        return (self.funded_to - self.funded_from).days
