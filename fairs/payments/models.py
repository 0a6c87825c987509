"""Invoices, credit notes, payments, credits, refunds, and the ledger of them all. Amounts are minor units.

An invoice is never edited: a credit note takes off what is no longer owed. A payment is money that came in; its receipts
say for which invoices it stands, and what stands for none is a credit of the company. A refund pays a credit back. Each of
the four that changes what a company owes writes one entry of the ledger, so that for every company and fair
``invoices - credit notes = payments - refunds + open balance``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.text import fold
from fairs.directory.models import Company
from fairs.payments.states import (
    CREDIT_TRANSITIONS,
    PAYMENT_TRANSITIONS,
    REFUND_TRANSITIONS,
    TRANSITIONS,
    CreditState,
    EntryKind,
    InvoiceState,
    PaymentState,
    RefundState,
)
from fairs.payments.transfer_models import HasAccount, TransferList


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
    credited_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    received_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str] = mapped_column(String(400), default="")

    company: Mapped[Company] = relationship()
    lines: Mapped[list[InvoiceLine]] = relationship(order_by="InvoiceLine.position")
    credit_notes: Mapped[list[CreditNote]] = relationship(order_by="CreditNote.id", back_populates="invoice")
    instalments: Mapped[list[Instalment]] = relationship(order_by="Instalment.due_on, Instalment.id")
    receipts: Mapped[list[Receipt]] = relationship(order_by="Receipt.id", back_populates="invoice")
    credits: Mapped[list[Credit]] = relationship(order_by="Credit.id", back_populates="invoice")

    @property
    def total(self) -> Money:
        """All lines with VAT."""
        return Money(self.total_minor, self.currency)

    @property
    def owed(self) -> Money:
        """The total less the credit notes."""
        return Money(self.total_minor - self.credited_minor, self.currency)

    @property
    def received(self) -> Money:
        """Sum of the receipts: what stands here of the money that came."""
        return Money(self.received_minor, self.currency)

    @property
    def open_amount(self) -> Money:
        """What is still owed; never negative."""
        return Money(max(0, self.total_minor - self.credited_minor - self.received_minor), self.currency)


class DocumentLine:
    """What the lines of invoices and credit notes are: text in both languages, net amount, VAT percent and amount."""

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


class InvoiceLine(DocumentLine, Record):
    """One line of an invoice."""

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)


class Instalment(Record):
    """Deposit or balance: how much is due by when, with a document of its own (``number``, ``issued_on``).

    ``amount_minor`` is what the document says and never changes; credit notes take off ``credited_minor``, the last first.
    """

    __tablename__ = "instalments"
    __table_args__ = (UniqueConstraint("invoice_id", "kind"),)

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    kind: Mapped[str] = mapped_column(String(10))  # deposit | balance
    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-PR26-00001
    issued_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    credited_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))

    @property
    def amount(self) -> Money:
        """The part of the total."""
        return Money(self.amount_minor, self.currency)

    @property
    def owed(self) -> Money:
        """The part less what credit notes took off it."""
        return Money(self.amount_minor - self.credited_minor, self.currency)


class CreditNote(Record):
    """What an invoice is less by: a document of its own, never changed, with a line for each line that it lowers."""

    __tablename__ = "credit_notes"
    __table_args__ = (Index("ix_credit_notes_fair", "fair_id", "issued_on", "id"),)

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-CN26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    issued_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(400))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    company: Mapped[Company] = relationship()
    invoice: Mapped[Invoice] = relationship(back_populates="credit_notes")
    lines: Mapped[list[CreditNoteLine]] = relationship(order_by="CreditNoteLine.position")

    @property
    def total(self) -> Money:
        """All lines with VAT: what is no longer owed."""
        return Money(self.total_minor, self.currency)


class CreditNoteLine(DocumentLine, Record):
    """One line of a credit note; amounts as in the invoice's line that it takes off, so a support waiver stays negative."""

    __tablename__ = "credit_note_lines"

    credit_note_id: Mapped[int] = mapped_column(ForeignKey("credit_notes.id"), index=True)


class Payment(HasState, Record):
    """Money of one company for one fair, from the attempt to the bank's word.

    ``number`` is that of the receipt and given when the money is confirmed. ``external_reference`` is the bank line's id, the
    provider's id of the intent, or none for cash. ``invoice_id`` is the one it was begun for, while it is not yet received.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("fair_id", "method", "external_reference"),
        Index("ix_payments_fair_state", "fair_id", "state", "id"),
        Index("ix_payments_fair_day", "fair_id", "received_on", "id"),
    )
    TRANSITIONS = PAYMENT_TRANSITIONS

    number: Mapped[str | None] = mapped_column(String(30), unique=True)  # GS26-R26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    state: Mapped[PaymentState] = mapped_column(StateType(PaymentState))
    method: Mapped[str] = mapped_column(String(20))  # transfer | cash | card
    external_reference: Mapped[str | None] = mapped_column(String(100))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    payer: Mapped[str] = mapped_column(Personal("name", 200), default="")  # as the bank or the receipt names who paid
    received_on: Mapped[date | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_because: Mapped[str] = mapped_column(String(400), default="")  # why it failed or was called off
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(400), default="")

    company: Mapped[Company] = relationship()
    invoice: Mapped[Invoice | None] = relationship()
    receipts: Mapped[list[Receipt]] = relationship(order_by="Receipt.id", back_populates="payment")
    credits: Mapped[list[Credit]] = relationship(order_by="Credit.id", back_populates="payment")

    @property
    def amount(self) -> Money:
        """What came in, or is to come."""
        return Money(self.amount_minor, self.currency)

    @property
    def other_payer(self) -> str:
        """Who paid, where that is somebody else than the company."""
        return self.payer if fold(self.payer) != fold(self.company.name) else ""

    @property
    def refunded(self) -> Money:
        """What went back of it."""
        return Money(self.refunded_minor, self.currency)


class Receipt(Record):
    """What stands on an invoice of money that is here: never changed, only added.

    It comes from a payment, or by ``credit`` from money that was here already; below zero it takes money off the invoice, to
    a credit of the company.
    """

    __tablename__ = "receipts"

    number: Mapped[str] = mapped_column(String(30), unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("credits.id"), index=True)
    received_on: Mapped[date]
    method: Mapped[str] = mapped_column(String(20))  # transfer | cash | card | credit
    external_reference: Mapped[str | None] = mapped_column(String(100))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(400), default="")

    invoice: Mapped[Invoice] = relationship(back_populates="receipts")
    payment: Mapped[Payment | None] = relationship(back_populates="receipts")

    @property
    def amount(self) -> Money:
        """What stands on the invoice."""
        return Money(self.amount_minor, self.currency)


class Credit(HasState, Record):
    """Money of a company that stands for no invoice: overpaid, paid for an invoice that is cancelled or lowered.

    ``given_minor`` is what it began with, ``amount_minor`` what is left of it, ``reserved_minor`` what refunds under way will
    take. Settled when nothing is left.
    """

    __tablename__ = "credits"
    __table_args__ = (Index("ix_credits_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = CREDIT_TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-CR26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)  # where it came from
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    given_minor: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reserved_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(400))
    state: Mapped[CreditState] = mapped_column(StateType(CreditState), default=CreditState.OPEN)
    settled_on: Mapped[date | None]
    settled_by: Mapped[str] = mapped_column(
        String(100), default=""
    )  # the invoice or the refund that took the last of it

    company: Mapped[Company] = relationship()
    invoice: Mapped[Invoice | None] = relationship(back_populates="credits")
    payment: Mapped[Payment | None] = relationship(back_populates="credits")
    refunds: Mapped[list[Refund]] = relationship(order_by="Refund.id", back_populates="credit")

    @property
    def amount(self) -> Money:
        """What is left of it."""
        return Money(self.amount_minor, self.currency)

    @property
    def given(self) -> Money:
        """What it began with."""
        return Money(self.given_minor, self.currency)

    @property
    def free(self) -> Money:
        """What can still be used or asked back: what is left less the refunds under way."""
        return Money(self.amount_minor - self.reserved_minor, self.currency)


class Refund(HasState, HasAccount, Record):
    """Money on its way back to a company, out of one credit. Who approves is not who asked.

    ``account`` is where a transfer goes; empty for a card or cash.
    ``idempotency_key`` names this refund to the provider, so that a repeated request pays once.
    """

    __tablename__ = "refunds"
    __table_args__ = (Index("ix_refunds_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = REFUND_TRANSITIONS

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-RF26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    credit_id: Mapped[int] = mapped_column(ForeignKey("credits.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    state: Mapped[RefundState] = mapped_column(StateType(RefundState), default=RefundState.REQUESTED)
    method: Mapped[str] = mapped_column(String(20))  # transfer | cash | card
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(400))
    idempotency_key: Mapped[str] = mapped_column(String(60), unique=True)
    external_reference: Mapped[str | None] = mapped_column(String(100))  # the bank's or the provider's
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    requested_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expected_on: Mapped[date | None]  # the bank's or the provider's word should be here by then
    transfer_list_id: Mapped[int | None] = mapped_column(ForeignKey("transfer_lists.id"), index=True)
    done_on: Mapped[date | None]
    ended_because: Mapped[str] = mapped_column(String(400), default="")

    company: Mapped[Company] = relationship()
    credit: Mapped[Credit] = relationship(back_populates="refunds")
    payment: Mapped[Payment | None] = relationship()
    transfer_list: Mapped[TransferList | None] = relationship(back_populates="refunds")

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)


class LedgerEntry(Record):
    """A movement of what a company owes a fair. Only ever added; above zero it owes more."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("kind", "document_id"),
        Index("ix_ledger_fair_day", "fair_id", "booked_on", "id"),
        Index("ix_ledger_company", "company_id", "fair_id", "id"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[EntryKind] = mapped_column(StateType(EntryKind))
    document_id: Mapped[int] = mapped_column(BigInteger)
    document_number: Mapped[str] = mapped_column(String(30))
    booked_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    company: Mapped[Company] = relationship()

    @property
    def amount(self) -> Money:
        """The movement, with its sign."""
        return Money(self.amount_minor, self.currency)


def _refuse(_mapper: Any, _connection: Any, _row: object) -> None:
    raise RuntimeError("what is booked is never changed")


for _model in (LedgerEntry, Receipt, CreditNote, CreditNoteLine, InvoiceLine):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
