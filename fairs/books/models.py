"""What the check of the books found, run by run."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record
from fairs.core.money import Money
from fairs.directory.models import Company


class BooksCheck(Record):
    """One run over all fairs: when (``created_at``), how many accounts of a company at a fair it compared."""

    __tablename__ = "books_checks"

    fairs: Mapped[int]
    accounts: Mapped[int]
    difference_count: Mapped[int] = mapped_column(default=0)

    differences: Mapped[list[BooksDifference]] = relationship(order_by="BooksDifference.id", back_populates="check")

    @property
    def is_clean(self) -> bool:
        """Whether all three ways agreed everywhere."""
        return not self.difference_count


class BooksDifference(Record):
    """An account on which the three ways did not agree, or whose rows do not add up. Amounts are minor units.

    ``documents_minor`` is invoices - credit notes - payments + refunds, ``ledger_minor`` the sum of the ledger,
    ``open_minor`` what the rows say is open. ``numbers`` names documents whose own sums are wrong.
    """

    __tablename__ = "books_differences"
    __table_args__ = (Index("ix_books_differences_fair", "fair_id", "check_id"),)

    check_id: Mapped[int] = mapped_column(ForeignKey("books_checks.id"), index=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    currency: Mapped[str] = mapped_column(String(3))
    documents_minor: Mapped[int] = mapped_column(BigInteger)
    ledger_minor: Mapped[int] = mapped_column(BigInteger)
    open_minor: Mapped[int] = mapped_column(BigInteger)
    numbers: Mapped[list[str]] = mapped_column(JSON)

    check: Mapped[BooksCheck] = relationship(back_populates="differences")
    company: Mapped[Company] = relationship()

    @property
    def documents(self) -> Money:
        """The balance by the documents."""
        return Money(self.documents_minor, self.currency)

    @property
    def ledger(self) -> Money:
        """The balance by the ledger."""
        return Money(self.ledger_minor, self.currency)

    @property
    def open(self) -> Money:
        """The balance by what is open."""
        return Money(self.open_minor, self.currency)
