"""Rules of support in their versions, grants, and suspected duplicates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.directory.models import Company, Person
from fairs.documents.models import Selection
from fairs.funding.external_models import ExternalSupport  # noqa: F401  a table of this feature
from fairs.funding.states import (
    CLASH_TRANSITIONS,
    TRANSITIONS,
    ClashKind,
    ClashState,
    GrantState,
    Purpose,
)
from fairs.programme.models import BudgetLine

_COMPANY_SQL = text("state IN ('proposed', 'committed', 'settled') AND person_id IS NULL")
_PERSON_SQL = text("state IN ('proposed', 'committed', 'settled') AND person_id IS NOT NULL")


class SupportRule(Record):
    """A version of a rule (``domain/support-rules.csv``). One that was used is never changed: a change is a new version.

    ``cap_amount`` is in whole major units of ``cap_unit``: ``VND/enterprise`` is money, ``booths/unit`` a number of booths.
    """

    __tablename__ = "support_rules"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index("ix_support_rules_newest", "is_newest", "code"),
    )

    code: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(default=1)
    is_newest: Mapped[bool] = mapped_column(default=True)
    is_closed: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[Purpose] = mapped_column(StateType(Purpose))
    programme_vi: Mapped[str] = mapped_column(String(120))
    programme_en: Mapped[str] = mapped_column(String(120))
    legal_basis_vi: Mapped[str] = mapped_column(String(250))
    legal_basis_en: Mapped[str] = mapped_column(String(250), default="")
    item_vi: Mapped[str] = mapped_column(String(500))
    item_en: Mapped[str] = mapped_column(String(500))
    rate_percent: Mapped[int | None]
    cap_amount: Mapped[int | None] = mapped_column(BigInteger)
    cap_unit: Mapped[str] = mapped_column(String(40), default="")
    condition_vi: Mapped[str] = mapped_column(Text, default="")
    condition_en: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    certainty: Mapped[str] = mapped_column(String(10), default="known")  # found | known | unsure
    source: Mapped[str] = mapped_column(String(250), default="")
    folded: Mapped[str] = mapped_column(String(1200), default="")  # for the search

    @property
    def item(self) -> str:
        """What is supported, in the reader's language."""
        return localized(self, "item")

    @property
    def programme(self) -> str:
        """The programme, in the reader's language."""
        return localized(self, "programme")

    @property
    def legal_basis(self) -> str:
        """The regulation, in the reader's language."""
        return localized(self, "legal_basis")

    @property
    def condition(self) -> str:
        """On which condition, in the reader's language."""
        return localized(self, "condition")

    @property
    def cap_currency(self) -> str:
        """The currency of the cap; empty when it is a number of things."""
        unit = self.cap_unit.split("/")[0]
        return unit if unit.isupper() else ""

    @property
    def cap(self) -> Money | None:
        """The cap, where it is money."""
        from decimal import Decimal

        if self.cap_amount is None or not self.cap_currency:
            return None
        return Money.from_decimal(Decimal(self.cap_amount), self.cap_currency)

    def is_in_force(self, day: date) -> bool:
        """Whether it can be used for something decided on ``day``."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and not self.is_closed and (self.valid_to is None or day <= self.valid_to)

    def snapshot(self) -> dict[str, Any]:
        """The copy that a grant keeps."""
        names = (
            "code", "version", "programme_vi", "programme_en", "legal_basis_vi", "legal_basis_en", "item_vi", "item_en", "rate_percent",
            "cap_amount", "cap_unit", "condition_vi", "condition_en", "decision_number", "certainty",
        )  # fmt: skip
        days = {name: day.isoformat() if (day := getattr(self, name)) else None for name in ("valid_from", "valid_to")}
        return {name: getattr(self, name) for name in names} | days


class Grant(HasState, Record):
    """Support for one subject by one rule at one fair. ``rule`` is a copy: a later change of the rule recomputes nothing.

    ``full_minor`` is the cost that is supported, ``amount_minor`` what is granted, ``actual_minor`` what it came to. Without
    days of its own it is for the days of the fair. ``tier`` and ``region`` name the ceilings it counts against besides its
    budget line; such a grant is moved by the feature that proposed it only. ``places`` of them it takes. ``passport_digest`` is
    kept after the passport itself is removed: whether public money paid the same person twice must stay answerable.
    """

    __tablename__ = "support_grants"
    __table_args__ = (
        Index(
            "uq_support_grants_company", "fair_id", "company_id", "rule_code", unique=True, sqlite_where=_COMPANY_SQL,
            postgresql_where=_COMPANY_SQL,
        ),
        Index(
            "uq_support_grants_person", "fair_id", "person_id", "rule_code", unique=True, sqlite_where=_PERSON_SQL,
            postgresql_where=_PERSON_SQL,
        ),
        Index("ix_support_grants_fair_state", "fair_id", "state", "id"),
        Index("ix_support_grants_subject", "subject_type", "subject_id"),
    )  # fmt: skip
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-G-0001
    state: Mapped[GrantState] = mapped_column(StateType(GrantState), default=GrantState.PROPOSED)
    rule_id: Mapped[int] = mapped_column(ForeignKey("support_rules.id"), index=True)
    rule_code: Mapped[str] = mapped_column(String(30))
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    purpose: Mapped[Purpose] = mapped_column(StateType(Purpose))
    percent: Mapped[int]
    subject_type: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    folded: Mapped[str] = mapped_column(String(400), default="")
    budget_line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"), index=True)
    selection_id: Mapped[int | None] = mapped_column(ForeignKey("selections.id"), index=True)
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    decision_on: Mapped[date | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    full_minor: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    actual_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    ticket_number: Mapped[str] = mapped_column(String(60), default="", index=True)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    receipt_sha256: Mapped[str] = mapped_column(String(64), default="", index=True)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    committed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_reason: Mapped[str] = mapped_column(String(400), default="")
    tier: Mapped[str] = mapped_column(String(20), default="")
    region: Mapped[str] = mapped_column(String(20), default="")
    places: Mapped[int] = mapped_column(default=0)
    passport_digest: Mapped[str] = mapped_column(String(64), default="", index=True)

    fair: Mapped[Fair] = relationship()
    company: Mapped[Company | None] = relationship()
    person: Mapped[Person | None] = relationship()
    line: Mapped[BudgetLine] = relationship()
    selection: Mapped[Selection | None] = relationship()

    @property
    def is_managed(self) -> bool:
        """Whether it counts against ceilings and is moved by its feature, not by hand."""
        return bool(self.tier)

    @property
    def full(self) -> Money:
        """The whole cost."""
        return Money(self.full_minor, self.currency)

    @property
    def amount(self) -> Money:
        """What is granted."""
        return Money(self.amount_minor, self.currency)

    @property
    def actual(self) -> Money | None:
        """What it came to; None until it is settled."""
        return None if self.actual_minor is None else Money(self.actual_minor, self.currency)

    @property
    def item(self) -> str:
        """What is supported, in the reader's language, as the rule said then."""
        from fairs.core.i18n import current_locale

        return str(self.rule["item_vi" if current_locale() == "vi" else "item_en"] or self.rule["item_vi"])


class SupportClash(HasState, Record):
    """Two grants that may be for the same thing: found by the system, explained by who proposed, decided by a second person.

    The other one is a grant, or a line of another office's list: ``external_id`` with what it said then (the list may go).
    """

    __tablename__ = "support_clashes"
    __table_args__ = (
        UniqueConstraint("grant_id", "other_id", "kind"),
        UniqueConstraint("grant_id", "external_id"),
        CheckConstraint("(other_id IS NULL) <> (external_id IS NULL)", name="one_other"),
        Index("ix_support_clashes_fair_state", "fair_id", "state", "id"),
    )
    TRANSITIONS = CLASH_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    grant_id: Mapped[int] = mapped_column(ForeignKey("support_grants.id"), index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("support_grants.id"), index=True)
    external_id: Mapped[int | None] = mapped_column(BigInteger)
    external_text: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[ClashKind] = mapped_column(StateType(ClashKind))
    state: Mapped[ClashState] = mapped_column(StateType(ClashState), default=ClashState.WAITING)
    reason: Mapped[str] = mapped_column(Text)  # why it is none, says who proposed it
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    grant: Mapped[Grant] = relationship(foreign_keys=[grant_id])
    other: Mapped[Grant | None] = relationship(foreign_keys=[other_id])

    @property
    def other_words(self) -> str:
        """The other support in a few words: its reference, or what the list of another office says."""
        return self.other.reference if self.other is not None else self.external_text


class SupportCeiling(Record):
    """The most places and money of a fair's support in all, of a tier or of a region (``scope``, ``key``); None: no bound.

    Kept by the row's lock (see ``ceilings``), and by the database.
    """

    __tablename__ = "support_ceilings"
    __table_args__ = (
        UniqueConstraint("fair_id", "scope", "key"),
        CheckConstraint("places IS NULL OR places_used <= places", name="within_places"),
        CheckConstraint("money_minor IS NULL OR committed_minor + spent_minor <= money_minor", name="within_money"),
        CheckConstraint("places_used >= 0 AND committed_minor >= 0 AND spent_minor >= 0", name="not_negative"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    scope: Mapped[str] = mapped_column(String(10))  # all | tier | region
    key: Mapped[str] = mapped_column(String(20), default="")
    places: Mapped[int | None]
    places_used: Mapped[int] = mapped_column(default=0)
    money_minor: Mapped[int | None] = mapped_column(BigInteger)
    committed_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    spent_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    decision_number: Mapped[str] = mapped_column(String(60), default="")

    @property
    def places_left(self) -> int | None:
        """How many places can still be promised; None without a bound."""
        return None if self.places is None else self.places - self.places_used

    @property
    def money(self) -> Money | None:
        """The most money; None without a bound."""
        return None if self.money_minor is None else Money(self.money_minor, self.currency)

    @property
    def committed(self) -> Money:
        """What is promised and not spent yet."""
        return Money(self.committed_minor, self.currency)

    @property
    def spent(self) -> Money:
        """What was settled."""
        return Money(self.spent_minor, self.currency)

    @property
    def used(self) -> Money:
        """Promised and spent together."""
        return self.committed + self.spent

    @property
    def left(self) -> Money | None:
        """What can still be promised; None without a bound."""
        return None if self.money is None else self.money - self.used
