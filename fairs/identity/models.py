"""Passports: number, birth date and scan encrypted by field, and who read them when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, UTCDateTime
from fairs.core.storage import StoredFile
from fairs.directory.models import Person


class TravelDocument(Record):
    """A person's passport. The name in it is ``Person.passport_name``.

    Number and birth date are sealed by ``core.crypto``; ``number_digest`` (``core.crypto.keyed_digest``) tells whether two are
    the same without opening either. The bytes of ``scan`` are sealed too. From ``purge_on`` on the sealed parts are removed.
    """

    __tablename__ = "travel_documents"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_digest: Mapped[str] = mapped_column(String(64), default="", index=True)
    birth_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    nationality: Mapped[str] = mapped_column(String(2), default="")
    sex: Mapped[str] = mapped_column(String(1), default="")  # M, F, X as in the passport; empty: not known
    expires_on: Mapped[date | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    scan_type: Mapped[str] = mapped_column(String(80), default="")  # what the scan is once it is opened
    scan_sha256: Mapped[str] = mapped_column(String(64), default="", index=True)  # of the scan as handed in
    purge_on: Mapped[date | None] = mapped_column(index=True)
    purged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
    scan: Mapped[StoredFile | None] = relationship()

    @property
    def has_number(self) -> bool:
        """Whether a number is kept."""
        return self.number_sealed is not None


class DocumentReading(Record):
    """Somebody read a sealed part of an identity document: who, which part, what for. Never changed, only added."""

    __tablename__ = "document_readings"
    __table_args__ = (Index("ix_document_readings_document", "document_id", "id"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("travel_documents.id"))
    part: Mapped[str] = mapped_column(String(20))  # number | scan
    purpose: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250))
