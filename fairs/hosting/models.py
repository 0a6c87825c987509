"""The support of one importer at one fair, what the fair supports by, and who moved up from the reserve list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.directory.models import Company, Person
from fairs.documents.models import Selection
from fairs.funding.models import SupportRule
from fairs.hosting.regions import Region
from fairs.hosting.states import GRANTED, TRANSITIONS, HostingState, SupportTier
from fairs.importers.models import Importer
from fairs.programme.models import BudgetLine

_ONE_SQL = text("NOT is_second AND state IN ('proposed', 'approved', 'granted', 'confirmed', 'settled')")


class Hosting(HasState, Record):
    """Support of an importer. Nights are funded from ``funded_from`` up to ``funded_to``, which is the day of leaving.

    ``travel_cap_minor`` is the most that is refunded of the journey (the cap of the region when it was approved),
    ``night_cap_minor`` the most that a night may cost; both in ``currency``. ``reply_by``: the guest confirms until then.

    ``terms`` is a copy of the settings that were used: caps, nights and the decision that sets them. A second support of one
    company stands apart (``is_second``, with ``second_reason``), so that the index keeps all others to one. ``rank`` is the place
    on the reserve list.
    """

    __tablename__ = "hostings"
    __table_args__ = (
        Index("ix_hostings_fair_state", "fair_id", "state", "id"),
        Index("ix_hostings_fair_company", "fair_id", "company_id"),
        Index("ix_hostings_fair_score", "fair_id", "score", "id"),
        Index(
            "uq_hostings_one_support",
            "fair_id",
            "company_id",
            unique=True,
            sqlite_where=_ONE_SQL,
            postgresql_where=_ONE_SQL,
        ),
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
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    past_visits: Mapped[int] = mapped_column(default=0)  # at earlier fairs, of the person
    past_deals: Mapped[int] = mapped_column(default=0)  # of the company, verified
    is_second: Mapped[bool] = mapped_column(default=False)
    second_reason: Mapped[str] = mapped_column(String(400), default="")
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

    @property
    def company_folded(self) -> str:
        """For lists in the order of companies."""
        return self.company.folded

    @property
    def person_folded(self) -> str:
        """For lists in the order of people's names."""
        return self.person.folded

    @property
    def region_label(self) -> Any:
        """The region in words."""
        return Region(self.region).label if self.region in set(Region) else ""

    @property
    def travel_amount(self) -> Money:
        """What is promised for the journey."""
        return self.travel_cap if self.tier.pays_travel else Money(0, self.currency)

    @property
    def lodging_amount(self) -> Money:
        """What is promised for nights."""
        return Money(self.night_cap_minor * self.funded_nights, self.currency)

    @property
    def amount(self) -> Money:
        """Both together."""
        return self.travel_amount + self.lodging_amount


class HostingSettings(Record):
    """How a fair supports importers. The row is also the lock under which its places and money are given out.

    ``weights`` by criterion; ``travel_caps`` (minor units of ``currency``) by region; ``groups`` are the product groups that the
    fair is about, ``countries`` the markets it wants most (codes, separated by ``|``).
    """

    __tablename__ = "hosting_settings"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    weights: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    travel_caps: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    night_cap_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    nights: Mapped[int] = mapped_column(default=4)
    days_before: Mapped[int] = mapped_column(default=1)  # the first funded night is so many days before the opening
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    travel_rule_id: Mapped[int | None] = mapped_column(ForeignKey("support_rules.id"))
    lodging_rule_id: Mapped[int | None] = mapped_column(ForeignKey("support_rules.id"))
    travel_line_id: Mapped[int | None] = mapped_column(ForeignKey("budget_lines.id"))
    lodging_line_id: Mapped[int | None] = mapped_column(ForeignKey("budget_lines.id"))
    groups: Mapped[str] = mapped_column(String(200), default="")
    countries: Mapped[str] = mapped_column(String(400), default="")
    apply_by: Mapped[date | None]
    decide_by: Mapped[date | None]
    reply_days: Mapped[int] = mapped_column(default=14)
    auto_promote: Mapped[bool] = mapped_column(default=False)

    travel_rule: Mapped[SupportRule | None] = relationship(foreign_keys=[travel_rule_id])
    lodging_rule: Mapped[SupportRule | None] = relationship(foreign_keys=[lodging_rule_id])
    travel_line: Mapped[BudgetLine | None] = relationship(foreign_keys=[travel_line_id])
    lodging_line: Mapped[BudgetLine | None] = relationship(foreign_keys=[lodging_line_id])

    def cap_of(self, region: str) -> int:
        """The most for the journey from a region, in minor units."""
        return int(self.travel_caps.get(region) or 0)


class ReserveMove(Record):
    """Somebody moved up from the reserve list: whose place became free, and whether a person or the system did it."""

    __tablename__ = "reserve_moves"
    __table_args__ = (Index("ix_reserve_moves_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    hosting_id: Mapped[int] = mapped_column(ForeignKey("hostings.id"), index=True)
    freed_id: Mapped[int | None] = mapped_column(ForeignKey("hostings.id"))
    rank: Mapped[int | None]
    is_automatic: Mapped[bool]
    outcome: Mapped[str] = mapped_column(String(10))  # moved | skipped
    reason: Mapped[str] = mapped_column(String(400), default="")
    by_name: Mapped[str] = mapped_column(String(250), default="")

    hosting: Mapped[Hosting] = relationship(foreign_keys=[hosting_id])
    freed: Mapped[Hosting | None] = relationship(foreign_keys=[freed_id])
