"""Rates of VAT by day, and what the licensed provider of e-invoices was given and gave back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.accounts.models import User
from fairs.core.db import Record


class VatRate(Record):
    """A percent of VAT that was entered: of a kind of line from a day on, until the next one of its kind, so that no gap and
    no overlap can arise. What the law said until the program was made comes with it (``core/domain/vat-rates.csv``).

    ``kind`` is all, booth or service; where a kind has a rate of its own it goes before the one for all.
    """

    __tablename__ = "vat_rates"
    __table_args__ = (UniqueConstraint("kind", "valid_from"),)

    kind: Mapped[str] = mapped_column(String(10))
    percent: Mapped[int]
    valid_from: Mapped[date]
    basis: Mapped[str] = mapped_column(String(300))  # the law, decree or resolution
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class EInvoiceExport(Record):
    """What was handed to the provider at one time: the documents of a fair in a period."""

    __tablename__ = "einvoice_exports"
    __table_args__ = (Index("ix_einvoice_exports_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    since: Mapped[date]
    until: Mapped[date]
    is_repeat: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    by: Mapped[User | None] = relationship()
    items: Mapped[list[EInvoiceItem]] = relationship(order_by="EInvoiceItem.id")


class EInvoiceItem(Record):
    """One document of an export, by its number (``GS26-PR26-00001``)."""

    __tablename__ = "einvoice_items"
    __table_args__ = (UniqueConstraint("export_id", "number"), Index("ix_einvoice_items_number", "number"))

    export_id: Mapped[int] = mapped_column(ForeignKey("einvoice_exports.id"))
    number: Mapped[str] = mapped_column(String(30))


class EInvoice(Record):
    """The legal e-invoice that the provider issued for a document of ours: its form, series, number and day."""

    __tablename__ = "einvoices"
    __table_args__ = (UniqueConstraint("series", "einvoice_number"),)

    number: Mapped[str] = mapped_column(String(30), unique=True)  # of our document
    series: Mapped[str] = mapped_column(String(7))  # form and series: 1C26TAA
    einvoice_number: Mapped[int]
    issued_on: Mapped[date]
    authority_code: Mapped[str] = mapped_column(String(34), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def label(self) -> str:
        """Series and number as printed on it: ``1C26TAA 00000012``."""
        return f"{self.series} {self.einvoice_number:08d}"
