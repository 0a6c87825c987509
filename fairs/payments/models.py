"""Invoices with lines and instalments, and the receipts recorded against them. Amounts are minor units."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, StateType
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.directory.models import Company
from fairs.payments.states import CREDIT_TRANSITIONS, TRANSITIONS, CreditState, InvoiceState


class Invoice(HasState, Record):
    """What a company owes for one thing (``subject_type``/``subject_id``, e.g. a booth booking).

    ``total_minor`` includes VAT. A support waiver is a negative line, so that the full price stays visible.
    """

    __tablename__ = "invoices"
    __table_args__ = (Index("ix_invoices_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)
    payment_reference: Mapped[str] = mapped_column(String(25), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[InvoiceState] = mapped_column(StateType(InvoiceState))
    issued_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    received_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str] = mapped_column(String(400), default="")

    company: Mapped[Company] = relationship()
    lines: Mapped[list[InvoiceLine]] = relationship(order_by="InvoiceLine.position")
    instalments: Mapped[list[Instalment]] = relationship(order_by="Instalment.due_on, Instalment.id")
    receipts: Mapped[list[Receipt]] = relationship(order_by="Receipt.id", back_populates="invoice")
    credits: Mapped[list[Credit]] = relationship(order_by="Credit.id", back_populates="invoice")

    @property
    def total(self) -> Money:
        """All lines with VAT."""
        return Money(self.total_minor, self.currency)

    @property
    def received(self) -> Money:
        """Sum of the receipts."""
        return Money(self.received_minor, self.currency)

    @property
    def open_amount(self) -> Money:
        """What is still owed; never negative."""
        return Money(max(0, self.total_minor - self.received_minor), self.currency)


class InvoiceLine(Record):
    """One line: text in both languages, net amount, VAT percent and amount."""

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))  # booth | surcharge | discount | support | service
    text_vi: Mapped[str] = mapped_column(String(300))
    text_en: Mapped[str] = mapped_column(String(300))
    net_minor: Mapped[int] = mapped_column(BigInteger)
    vat_percent: Mapped[int]
    vat_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))

    @property
    def net(self) -> Money:
        """Amount without VAT."""
        return Money(self.net_minor, self.currency)

    @property
    def vat(self) -> Money:
        """VAT of the line."""
        return Money(self.vat_minor, self.currency)

    @property
    def gross(self) -> Money:
        """Amount with VAT."""
        return self.net + self.vat


class Instalment(Record):
    """Deposit or balance: how much is due by when."""

    __tablename__ = "instalments"
    __table_args__ = (UniqueConstraint("invoice_id", "kind"),)

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    kind: Mapped[str] = mapped_column(String(10))  # deposit | balance
    due_on: Mapped[date] = mapped_column(index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))

    @property
    def amount(self) -> Money:
        """The part of the total."""
        return Money(self.amount_minor, self.currency)


class Receipt(Record):
    """Money received, as recorded by finance: never changed, only added."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("fair_id", "method", "external_reference"),)

    number: Mapped[str] = mapped_column(String(30), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    received_on: Mapped[date]
    method: Mapped[str] = mapped_column(String(20))  # transfer | cash | credit
    external_reference: Mapped[str | None] = mapped_column(
        String(100)
    )  # the bank's line; None for cash; the credit's number
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(400), default="")

    invoice: Mapped[Invoice] = relationship(back_populates="receipts")

    @property
    def amount(self) -> Money:
        """What came in."""
        return Money(self.amount_minor, self.currency)


class Credit(HasState, Record):
    """Money received for an invoice that was cancelled: owed back to the company until it is settled.

    ``amount_minor`` is what is owed or was paid back; what went to another invoice (a receipt by ``credit``) is off it.
    """

    __tablename__ = "credits"
    __table_args__ = (Index("ix_credits_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = CREDIT_TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-CR-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(400))
    state: Mapped[CreditState] = mapped_column(StateType(CreditState), default=CreditState.OPEN)
    settled_on: Mapped[date | None]
    settled_by: Mapped[str] = mapped_column(String(100), default="")  # the bank's reference, or the voucher's number

    company: Mapped[Company] = relationship()
    invoice: Mapped[Invoice] = relationship(back_populates="credits")

    @property
    def amount(self) -> Money:
        """What is owed back."""
        return Money(self.amount_minor, self.currency)
