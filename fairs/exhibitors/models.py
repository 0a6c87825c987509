"""A company's participation in one fair: its application and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.masking import Personal
from fairs.core.states import HasState
from fairs.directory.models import Company, Product
from fairs.exhibitors.states import TRANSITIONS, ExhibitorState
from fairs.floorplans.models import Booth, BoothType, Zone
from fairs.questions.models import AnsweredColumns, AskedColumns


class Exhibitor(HasState, Record):
    """One company at one fair. ``track``: paying, or supported (zero or reduced price by a decision)."""

    __tablename__ = "exhibitors"
    __table_args__ = (
        UniqueConstraint("fair_id", "company_id"),
        Index("ix_exhibitors_fair_state", "fair_id", "state", "id"),
        Index("ix_exhibitors_fair_score", "fair_id", "score", "id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-E-0001
    state: Mapped[ExhibitorState] = mapped_column(StateType(ExhibitorState), default=ExhibitorState.DRAFT)
    track: Mapped[str] = mapped_column(String(10), default="paying")  # paying | supported
    group_codes: Mapped[str] = mapped_column(String(120), default="")
    products: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(Personal("name", 200), default="")
    contact_email: Mapped[str] = mapped_column(Personal("email", 255), default="")
    contact_phone: Mapped[str] = mapped_column(Personal("number", 30), default="")
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
    score: Mapped[int | None]  # 0 to 100, of the appraisal that stands
    recommendation: Mapped[str] = mapped_column(String(10), default="")  # accept | waitlist | refuse, of that appraisal

    fair: Mapped[Fair] = relationship()
    company: Mapped[Company] = relationship()
    wished_type: Mapped[BoothType | None] = relationship()
    booth_wishes: Mapped[list[BoothWish]] = relationship(order_by="BoothWish.position", cascade="all, delete-orphan")
    shown_products: Mapped[list[Product]] = relationship(
        secondary="exhibitor_products", order_by="Product.position, Product.id"
    )
    answers: Mapped[list[Answer]] = relationship(cascade="all, delete-orphan")

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

    @property
    def name(self) -> str:
        """The place in words."""
        return self.booth.code if self.booth is not None else self.zone.name if self.zone is not None else ""


class ShownProduct(Record):
    """A product that an exhibitor shows at its fair. One without any shows all that its company has made public."""

    __tablename__ = "exhibitor_products"
    __table_args__ = (UniqueConstraint("exhibitor_id", "product_id"),)

    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)


class ChecklistItem(Record):
    """A point of a fair's appraisal, in the words of the organiser; ``weight`` is its share of the score."""

    __tablename__ = "appraisal_items"
    __table_args__ = (Index("ix_appraisal_items_fair", "fair_id", "position", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    text_vi: Mapped[str] = mapped_column(String(300))
    text_en: Mapped[str] = mapped_column(String(300), default="")
    weight: Mapped[int] = mapped_column(default=10)
    position: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def text(self) -> str:
        """The point in the reader's language."""
        return localized(self, "text")


class Appraisal(Record):
    """One appraisal (thẩm tra) of an application. A corrected one is a further row; the last one stands.

    ``answers`` keep each point as it was worded and weighted then: ``{key, text_vi, text_en, weight, answer}``.
    """

    __tablename__ = "appraisals"

    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    score: Mapped[int]
    recommendation: Mapped[str] = mapped_column(String(10))  # accept | waitlist | refuse
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(420), default="")

    @property
    def points(self) -> list[tuple[str, int, str]]:
        """Each point in the reader's language, its weight, and what was answered."""
        return [(localized(SimpleNamespace(**one), "text"), one["weight"], one["answer"]) for one in self.answers]


class Question(AskedColumns, Record):
    """A question that a fair asks in its application; ``track`` is paying or supported, empty: asked of everybody."""

    __tablename__ = "application_questions"
    __table_args__ = (Index("ix_application_questions_fair", "fair_id", "position", "id"),)


class Answer(AnsweredColumns, Record):
    """What an application answers to a question."""

    __tablename__ = "application_answers"
    __table_args__ = (UniqueConstraint("exhibitor_id", "question_id"),)

    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("application_questions.id"), index=True)

    question: Mapped[Question] = relationship()


class StandCompany(Record):
    """A further company on the stand of a main exhibitor.

    By the definitions of UFI a ``co`` exhibitor comes with its own staff and its own products and counts as an exhibitor;
    a ``represented`` company is only shown there and does not count.
    """

    __tablename__ = "stand_companies"
    __table_args__ = (UniqueConstraint("exhibitor_id", "company_id"),)

    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # co | represented
    products: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(Personal("name", 200), default="")
    contact_email: Mapped[str] = mapped_column(Personal("email", 255), default="")
    contact_phone: Mapped[str] = mapped_column(Personal("number", 30), default="")

    exhibitor: Mapped[Exhibitor] = relationship()
    company: Mapped[Company] = relationship()


class HouseholdFiling(Record):
    """A sheet with households that a partner (commune, district, association) files for them in one act.

    Until ``filed_at`` it is a preview; what was filed can be taken back as long as nothing was decided.
    """

    __tablename__ = "household_filings"
    __table_args__ = (Index("ix_household_filings_fair", "fair_id", "by_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    organisation: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    filed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    rows: Mapped[list[HouseholdRow]] = relationship(order_by="HouseholdRow.line", cascade="all, delete-orphan")


class HouseholdRow(Record):
    """One household of a sheet: what the row says, which companies of the register it may be, what it became.

    ``choice``: ``new``, ``skip`` or the number of a company.
    """

    __tablename__ = "household_rows"

    filing_id: Mapped[int] = mapped_column(ForeignKey("household_filings.id"), index=True)
    line: Mapped[int]  # in the sheet
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    choice: Mapped[str] = mapped_column(String(20), default="")
    exhibitor_id: Mapped[int | None] = mapped_column(ForeignKey("exhibitors.id"), index=True)

    exhibitor: Mapped[Exhibitor | None] = relationship()
