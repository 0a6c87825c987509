"""Support that other offices have granted, as their lists tell: read by the check for duplicates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from fairs.core.db import Record
from fairs.core.masking import Personal
from fairs.core.money import Money
from fairs.core.text import fold, one_line
from fairs.directory.names import company_key


class ExternalSupport(Record):
    """One line of another office's list. Days are whole days; unknown ones may be any.

    A passport's number is kept as its keyed digest only (``fairs.identity.service.passport_digest``). ``import_id`` is the
    import that brought it (a number here: imports lie above), ``row`` its row in the file.
    """

    __tablename__ = "external_supports"
    __table_args__ = (
        Index("ix_external_supports_fair", "fair_id", "id"),
        Index("ix_external_supports_import", "import_id", "row"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))  # at which it was handed in; it counts at all fairs
    import_id: Mapped[int] = mapped_column(BigInteger)
    row: Mapped[int]
    office: Mapped[str] = mapped_column(String(200))
    person_name: Mapped[str] = mapped_column(Personal("name", 200), default="")
    person_key: Mapped[str] = mapped_column(String(200), default="", index=True)
    company_name: Mapped[str] = mapped_column(String(250), default="")
    company_key: Mapped[str] = mapped_column(String(300), default="", index=True)
    country: Mapped[str] = mapped_column(String(2), default="")
    tax_code: Mapped[str] = mapped_column(String(20), default="", index=True)
    passport_digest: Mapped[str] = mapped_column(String(64), default="", index=True)
    ticket_number: Mapped[str] = mapped_column(String(60), default="", index=True)
    receipt_sha256: Mapped[str] = mapped_column(String(64), default="", index=True)
    purpose: Mapped[str] = mapped_column(String(400), default="")  # what was supported, in the office's words
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    decision_number: Mapped[str] = mapped_column(String(60), default="")

    @validates("person_name", "company_name")
    def _keys(self, key: str, value: str) -> str:
        value = one_line(value)
        if key == "person_name":
            self.person_key = fold(value)[:200]
        else:
            self.company_key = company_key(value) if value else ""
        return value

    @property
    def name(self) -> str:
        """Who was supported."""
        return " · ".join(part for part in (self.person_name, self.company_name) if part)

    @property
    def amount(self) -> Money | None:
        """What was granted; None where the list does not say."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)
