"""A year's plan as a tree of items with targets, and the figures that people enter for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import ExactDecimal, Record, StateType
from fairs.core.i18n import localized
from fairs.core.money import Money
from fairs.core.storage import StoredFile
from fairs.programme.states import BudgetSource, FigureLabel, TargetKind


class Programme(Record):
    """The plan of one year with the decision that approved it."""

    __tablename__ = "programmes"

    year: Mapped[int] = mapped_column(Integer, unique=True)
    name_vi: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250))
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    decision_on: Mapped[date | None]

    items: Mapped[list[PlanItem]] = relationship(back_populates="programme", order_by="PlanItem.position")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class PlanItem(Record):
    """A node of the plan. ``number`` is the plan's own ("2", "4a"); ``code`` is unique where it has several parts."""

    __tablename__ = "plan_items"
    __table_args__ = (UniqueConstraint("programme_id", "code"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("plan_items.id"), index=True)
    number: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    scope: Mapped[str] = mapped_column(String(12), default="in_system")  # in_system | context
    name_vi: Mapped[str] = mapped_column(String(400))
    name_en: Mapped[str] = mapped_column(String(400))
    owner: Mapped[str] = mapped_column(String(200), default="")  # who answers for it

    programme: Mapped[Programme] = relationship(back_populates="items")
    parent: Mapped[PlanItem | None] = relationship(remote_side="PlanItem.id")
    targets: Mapped[list[Target]] = relationship(back_populates="item", order_by="Target.position")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class Target(Record):
    """What an item is to reach. Amounts are in ``unit``; money in major units of the currency that is the unit.

    ``growth_percent`` is on the year before, ``base`` the figure of that year which it implies.
    """

    __tablename__ = "plan_targets"
    __table_args__ = (UniqueConstraint("item_id", "metric"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("plan_items.id"))
    position: Mapped[int]
    metric: Mapped[str] = mapped_column(String(40), default="")  # empty when the plan quantifies nothing
    metric_vi: Mapped[str] = mapped_column(String(120), default="")
    metric_en: Mapped[str] = mapped_column(String(120), default="")
    minimum: Mapped[Decimal | None] = mapped_column(ExactDecimal(2))
    maximum: Mapped[Decimal | None] = mapped_column(ExactDecimal(2))
    unit: Mapped[str] = mapped_column(String(60), default="")  # as in the plan's table
    unit_vi: Mapped[str] = mapped_column(String(60), default="")
    unit_en: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[TargetKind] = mapped_column(StateType(TargetKind))
    growth_percent: Mapped[Decimal | None] = mapped_column(ExactDecimal(2))
    base: Mapped[Decimal | None] = mapped_column(ExactDecimal(2))
    counting_rule_vi: Mapped[str] = mapped_column(Text, default="")
    counting_rule_en: Mapped[str] = mapped_column(Text, default="")
    evidence_vi: Mapped[str] = mapped_column(Text, default="")
    evidence_en: Mapped[str] = mapped_column(Text, default="")
    ambiguity_vi: Mapped[str] = mapped_column(Text, default="")
    ambiguity_en: Mapped[str] = mapped_column(Text, default="")

    item: Mapped[PlanItem] = relationship(back_populates="targets")

    @property
    def metric_name(self) -> str:
        """What is measured, in the reader's language."""
        return localized(self, "metric")

    @property
    def unit_name(self) -> str:
        """The unit in the reader's language."""
        return localized(self, "unit")

    @property
    def counting_rule(self) -> str:
        """How the figure is counted."""
        return localized(self, "counting_rule")

    @property
    def evidence(self) -> str:
        """What has to be kept as evidence."""
        return localized(self, "evidence")

    @property
    def ambiguity(self) -> str:
        """What the plan leaves open."""
        return localized(self, "ambiguity")

    @property
    def is_money(self) -> bool:
        """Whether the unit is a currency."""
        return self.unit in {"USD", "VND"}

    @property
    def is_quantified(self) -> bool:
        """Whether the plan gives a number."""
        return self.kind is not TargetKind.UNQUANTIFIED


class FigureEntry(Record):
    """A figure entered by hand, never changed: a correction is a further entry, the newest one counts.

    ``as_of`` is the day that the figure speaks of, ``value`` in the target's unit.
    """

    __tablename__ = "figure_entries"
    __table_args__ = (Index("ix_figure_entries_target", "target_id", "as_of", "id"),)

    target_id: Mapped[int] = mapped_column(ForeignKey("plan_targets.id"))
    value: Mapped[Decimal] = mapped_column(ExactDecimal(2))
    label: Mapped[FigureLabel] = mapped_column(StateType(FigureLabel))
    as_of: Mapped[date]
    evidence: Mapped[str] = mapped_column(String(400), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    entered_by: Mapped[str] = mapped_column(String(250), default="")

    target: Mapped[Target] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class BudgetLine(Record):
    """Money of one source for one item of the plan, in minor units of ``currency``.

    What is committed and spent together never exceeds the ceiling: kept by the row's lock, and by the database.
    """

    __tablename__ = "budget_lines"
    __table_args__ = (
        UniqueConstraint("item_id", "source", "name"),
        CheckConstraint("committed_minor + spent_minor <= ceiling_minor", name="within_ceiling"),
        CheckConstraint("committed_minor >= 0 AND spent_minor >= 0", name="not_negative"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("plan_items.id"), index=True)
    source: Mapped[BudgetSource] = mapped_column(StateType(BudgetSource))
    name: Mapped[str] = mapped_column(
        String(120), default=""
    )  # which of several lines of a source: a decision, a chapter
    ceiling_minor: Mapped[int] = mapped_column(BigInteger)
    committed_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    spent_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="VND")

    item: Mapped[PlanItem] = relationship()

    @property
    def ceiling(self) -> Money:
        """What may be committed and spent in all."""
        return Money(self.ceiling_minor, self.currency)

    @property
    def committed(self) -> Money:
        """What is promised by decisions and not spent yet."""
        return Money(self.committed_minor, self.currency)

    @property
    def spent(self) -> Money:
        """What was settled."""
        return Money(self.spent_minor, self.currency)

    @property
    def left(self) -> Money:
        """What can still be committed."""
        return self.ceiling - self.committed - self.spent

    @property
    def label(self) -> str:
        """Item, source and name, as people choose it from a list."""
        parts = [f"{self.item.programme.year} · {self.item.number} {self.item.name}", str(self.source.label), self.name]
        return " · ".join(part for part in parts if part)
