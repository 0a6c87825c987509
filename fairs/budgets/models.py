"""A fair's budget in versions, its lines with what is used of them, vouchers, sponsorships, closings. Amounts are minor units.

A ``FairLine`` is one line of a fair over all versions of its budget, found by its code; it carries what is planned by the
approved version, permitted beyond it, committed and spent. The sum of the last two never exceeds that of the first two:
kept by the row's lock, and by the database. What a version says is in its ``BudgetItem`` rows.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.accounts.models import User
from fairs.budgets.states import (
    BUDGET_TRANSITIONS,
    COMMITMENT_TRANSITIONS,
    OVERRUN_TRANSITIONS,
    SPONSOR_TRANSITIONS,
    VOUCHER_TRANSITIONS,
    BudgetState,
    Category,
    CommitmentState,
    MoneySource,
    OverrunState,
    SponsorState,
    VoucherState,
)
from fairs.core.db import ExactDecimal, Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Company
from fairs.payments.models import Invoice
from fairs.programme.models import BudgetLine


def _money(column: str, doc: str) -> Any:
    """A property that gives a column of minor units as Money in the row's currency."""
    return property(lambda self: Money(getattr(self, column), self.currency), doc=doc)


class FairBudget(HasState, Record):
    """One version of a fair's budget, with its decision once it is approved."""

    __tablename__ = "fair_budgets"
    __table_args__ = (
        UniqueConstraint("fair_id", "version"),
        Index("ix_fair_budgets_fair_state", "fair_id", "state", "id"),
    )
    TRANSITIONS = BUDGET_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    version: Mapped[int]
    state: Mapped[BudgetState] = mapped_column(StateType(BudgetState), default=BudgetState.DRAFT)
    reason: Mapped[str] = mapped_column(String(400), default="")  # of an adjustment
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # or who changed it last
    submitted_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision_number: Mapped[str] = mapped_column(String(60), default="")
    decision_on: Mapped[date | None]
    returned_because: Mapped[str] = mapped_column(String(400), default="")

    items: Mapped[list[BudgetItem]] = relationship(
        order_by="BudgetItem.position, BudgetItem.id", back_populates="budget", cascade="all, delete-orphan"
    )
    made_by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def total(self) -> Money:
        """The sum of its items."""
        return Money(sum(item.amount_minor for item in self.items), self.currency)


class BudgetItem(Record):
    """What one version says of a line. ``amount_minor`` is quantity × unit price where both are given."""

    __tablename__ = "fair_budget_items"
    __table_args__ = (UniqueConstraint("budget_id", "code"), CheckConstraint("amount_minor >= 0", name="not_negative"))

    budget_id: Mapped[int] = mapped_column(ForeignKey("fair_budgets.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    name_vi: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250), default="")
    category: Mapped[Category] = mapped_column(StateType(Category))
    source: Mapped[MoneySource] = mapped_column(StateType(MoneySource))
    plan_line_id: Mapped[int | None] = mapped_column(ForeignKey("budget_lines.id"), index=True)
    unit: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[Decimal | None] = mapped_column(ExactDecimal(2))
    unit_price_minor: Mapped[int | None] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    note: Mapped[str] = mapped_column(String(400), default="")

    budget: Mapped[FairBudget] = relationship(back_populates="items")
    plan_line: Mapped[BudgetLine | None] = relationship()

    amount = _money("amount_minor", "What is planned.")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)

    @property
    def unit_price(self) -> Money | None:
        """The price of one unit."""
        return None if self.unit_price_minor is None else Money(self.unit_price_minor, self.currency)


class FairLine(Record):
    """A line of a fair by its code, as the approved version plans it, and what is used of it."""

    __tablename__ = "fair_lines"
    __table_args__ = (
        UniqueConstraint("fair_id", "code"),
        CheckConstraint("committed_minor + spent_minor <= planned_minor + overrun_minor", name="within_plan"),
        CheckConstraint("committed_minor >= 0 AND overrun_minor >= 0 AND planned_minor >= 0", name="not_negative"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    code: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=0)
    name_vi: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250), default="")
    category: Mapped[Category] = mapped_column(StateType(Category))
    source: Mapped[MoneySource] = mapped_column(StateType(MoneySource))
    planned_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    overrun_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # permitted beyond the plan
    committed_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    spent_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="VND")

    planned = _money("planned_minor", "What the approved version plans.")
    overrun = _money("overrun_minor", "What is permitted beyond the plan.")
    committed = _money("committed_minor", "Promised by commitments and by vouchers that are not paid.")
    spent = _money("spent_minor", "Paid.")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)

    @property
    def label(self) -> str:
        """Code and name, as people choose it from a list."""
        return f"{self.code} · {self.name}"

    @property
    def left(self) -> Money:
        """What can still be committed, permitted overruns included."""
        used = self.committed_minor + self.spent_minor
        return Money(self.planned_minor + self.overrun_minor - used, self.currency)

    @property
    def over(self) -> Money:
        """By how much it is used beyond the plan; never negative."""
        return Money(max(0, self.committed_minor + self.spent_minor - self.planned_minor), self.currency)


class Overrun(HasState, Record):
    """A wish to use more of a line than is planned: asked for with a reason, permitted by a second person."""

    __tablename__ = "budget_overruns"
    __table_args__ = (Index("ix_budget_overruns_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = OVERRUN_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("fair_lines.id"), index=True)
    state: Mapped[OverrunState] = mapped_column(StateType(OverrunState), default=OverrunState.REQUESTED)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(400))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    line: Mapped[FairLine] = relationship()
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    amount = _money("amount_minor", "What is asked for beyond the plan.")


class Commitment(HasState, Record):
    """A contract or an order: its amount is promised on a line until vouchers settle it or it is released.

    ``taken_minor`` is what vouchers that are submitted, approved or paid take of it.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        Index("ix_commitments_fair_state", "fair_id", "state", "id"),
        CheckConstraint("taken_minor >= 0 AND taken_minor <= amount_minor", name="within_amount"),
    )
    TRANSITIONS = COMMITMENT_TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-CM26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("fair_lines.id"), index=True)
    state: Mapped[CommitmentState] = mapped_column(StateType(CommitmentState), default=CommitmentState.OPEN)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    payee: Mapped[str] = mapped_column(String(250))
    subject: Mapped[str] = mapped_column(String(300))
    external_number: Mapped[str] = mapped_column(String(80), default="")  # of the contract or order
    signed_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    taken_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    released_because: Mapped[str] = mapped_column(String(400), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    line: Mapped[FairLine] = relationship()
    amount = _money("amount_minor", "What was agreed.")
    taken = _money("taken_minor", "What vouchers take of it.")

    @property
    def left(self) -> Money:
        """What no voucher has taken yet."""
        return Money(self.amount_minor - self.taken_minor, self.currency)


class Voucher(HasState, Record):
    """An order to pay (phiếu chi): to whom, for what, on which lines. A counter-voucher has amounts below zero.

    ``written_on`` is the voucher's date, ``paid_on`` the day the money went; ``paid_at`` when that was written down.
    """

    __tablename__ = "spending_vouchers"
    __table_args__ = (
        Index("ix_spending_vouchers_fair_state", "fair_id", "state", "id"),
        Index("ix_spending_vouchers_paid", "fair_id", "paid_on", "id"),
        Index("ix_spending_vouchers_external", "external_number"),
    )
    TRANSITIONS = VOUCHER_TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-PV26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    state: Mapped[VoucherState] = mapped_column(StateType(VoucherState), default=VoucherState.DRAFT)
    written_on: Mapped[date]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    payee: Mapped[str] = mapped_column(String(250))
    tax_code: Mapped[str] = mapped_column(String(20), default="")
    purpose: Mapped[str] = mapped_column(String(400))
    method: Mapped[str] = mapped_column(String(20))  # transfer | cash
    external_number: Mapped[str] = mapped_column(String(80), default="")  # of the payee's invoice
    external_on: Mapped[date | None]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    vat_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # contained in the total
    currency: Mapped[str] = mapped_column(String(3))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    counter_of_id: Mapped[int | None] = mapped_column(ForeignKey("spending_vouchers.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # or who changed it last
    submitted_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paid_on: Mapped[date | None]
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    bank_reference: Mapped[str] = mapped_column(String(100), default="")
    ended_because: Mapped[str] = mapped_column(String(400), default="")

    company: Mapped[Company | None] = relationship()
    scan: Mapped[StoredFile | None] = relationship()
    lines: Mapped[list[VoucherLine]] = relationship(
        order_by="VoucherLine.id", back_populates="voucher", cascade="all, delete-orphan"
    )
    counter_of: Mapped[Voucher | None] = relationship(remote_side="Voucher.id")
    made_by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    total = _money("total_minor", "All lines, with VAT.")
    vat = _money("vat_minor", "The VAT contained in it.")


class VoucherLine(Record):
    """What a voucher takes of one line of the budget, with VAT; of a commitment where one was made for it."""

    __tablename__ = "voucher_lines"

    voucher_id: Mapped[int] = mapped_column(ForeignKey("spending_vouchers.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("fair_lines.id"), index=True)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))

    voucher: Mapped[Voucher] = relationship(back_populates="lines")
    line: Mapped[FairLine] = relationship()
    commitment: Mapped[Commitment | None] = relationship()
    amount = _money("amount_minor", "What it takes of the line.")


class Sponsorship(HasState, Record):
    """What a company promises a fair, in money (without VAT) or in kind (its value, which is never counted as money)."""

    __tablename__ = "sponsorships"
    __table_args__ = (Index("ix_sponsorships_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = SPONSOR_TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-SP26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    state: Mapped[SponsorState] = mapped_column(StateType(SponsorState), default=SponsorState.PROMISED)
    package: Mapped[str] = mapped_column(String(120))
    in_kind: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(String(400), default="")  # what is given in kind
    benefits: Mapped[str] = mapped_column(Text, default="")  # what the sponsor gets for it
    promised_minor: Mapped[int] = mapped_column(BigInteger)
    vat_percent: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3))
    agreement_number: Mapped[str] = mapped_column(String(80), default="")
    agreed_on: Mapped[date | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    received_on: Mapped[date | None]
    ended_because: Mapped[str] = mapped_column(String(400), default="")

    company: Mapped[Company] = relationship()
    scan: Mapped[StoredFile | None] = relationship()
    instalments: Mapped[list[SponsorInstalment]] = relationship(
        order_by="SponsorInstalment.due_on, SponsorInstalment.id", cascade="all, delete-orphan"
    )
    promised = _money("promised_minor", "What was promised, without VAT; in kind: its value.")


class SponsorInstalment(Record):
    """A part of a sponsor's money, without VAT: expected by a day, then asked for by an invoice of its own."""

    __tablename__ = "sponsor_instalments"

    sponsorship_id: Mapped[int] = mapped_column(ForeignKey("sponsorships.id"), index=True)
    due_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)

    invoice: Mapped[Invoice | None] = relationship()
    amount = _money("amount_minor", "What is expected, without VAT.")
