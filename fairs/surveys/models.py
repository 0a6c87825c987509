"""The exit survey: what an exhibitor says of a fair at its end, what it said before, when it opens, who was asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.clock import now
from fairs.core.db import Record, UTCDateTime
from fairs.core.i18n import format_number
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor


class SurveySetting(Record):
    """When a fair's survey opens and closes; without a row it opens on the last day and closes two weeks later."""

    __tablename__ = "survey_settings"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]


class ExitSurvey(Record):
    """One exhibitor's answer. Scores go from 1 (poor) to 5 (very good).

    Orders signed at the fair and orders expected within twelve months, each with its own currency; ``usd_signed`` and
    ``usd_expected`` (US cents) by the rate of ``rate_on``, None while a rate is missing. Together they are the estimated figure
    (ước đạt), shown beside verified contracts and never added to them.
    """

    __tablename__ = "exit_surveys"
    __table_args__ = (Index("ix_exit_surveys_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), unique=True)
    overall: Mapped[int]
    visitors_quality: Mapped[int | None]
    organisation: Mapped[int | None]
    signed_count: Mapped[int] = mapped_column(default=0)
    signed_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    signed_currency: Mapped[str] = mapped_column(String(3), default="USD")
    expected_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    expected_currency: Mapped[str] = mapped_column(String(3), default="USD")
    usd_signed: Mapped[int | None] = mapped_column(BigInteger)
    usd_expected: Mapped[int | None] = mapped_column(BigInteger)
    rate_on: Mapped[date | None]
    leads: Mapped[int | None]  # visitors whose address was taken
    comes_again: Mapped[str] = mapped_column(String(10), default="")  # yes | maybe | no
    remark: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(10), default="web")  # web | link | paper | phone
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    revision: Mapped[int] = mapped_column(default=1)

    exhibitor: Mapped[Exhibitor] = relationship()

    @property
    def signed(self) -> Money:
        """Value of the orders signed at the fair."""
        return Money(self.signed_minor, self.signed_currency)

    @property
    def expected(self) -> Money:
        """Value of the orders expected within twelve months."""
        return Money(self.expected_minor, self.expected_currency)

    @property
    def estimated_usd(self) -> Money | None:
        """Signed and expected together; None while a rate is missing."""
        if self.usd_signed is None or self.usd_expected is None:
            return None
        return Money(self.usd_signed + self.usd_expected, "USD")

    def content(self) -> dict[str, Any]:
        """What the answer says, as plain JSON."""
        names = (
            "overall", "visitors_quality", "organisation", "signed_count", "signed_minor", "signed_currency", "expected_minor",
            "expected_currency", "leads", "comes_again", "remark", "source",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


class SurveyRevision(Record):
    """An answer as it was before it was corrected. Never changed."""

    __tablename__ = "exit_survey_revisions"
    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("exit_surveys.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_label: Mapped[str] = mapped_column(String(250), default="")

    @property
    def old_signed(self) -> str:
        """Value of the signed orders as it stood, without the currency."""
        return format_number(Money(self.content["signed_minor"], self.content["signed_currency"]).decimal)

    @property
    def old_expected(self) -> str:
        """Value of the expected orders as it stood, without the currency."""
        return format_number(Money(self.content["expected_minor"], self.content["expected_currency"]).decimal)


class SurveyReminder(Record):
    """That an exhibitor was asked to answer: ``stage`` open, again or last. The constraint lets nobody be asked twice."""

    __tablename__ = "survey_reminders"
    __table_args__ = (UniqueConstraint("exhibitor_id", "stage"), Index("ix_survey_reminders_fair", "fair_id", "id"))

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    stage: Mapped[str] = mapped_column(String(10))
