"""The text of a fair's agreements, version by version, and the agreements made from it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.agreements.states import BINDING, TRANSITIONS, AgreementState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.exhibitors.models import Exhibitor

_IN_FORCE_SQL = text("state IN ('issued', 'accepted', 'scanned')")
DRAFT = 0


class AgreementTemplate(Record):
    """The text of a fair's agreements. Version 0 is the draft that is edited; published ones (1, 2, …) never change."""

    __tablename__ = "agreement_templates"
    __table_args__ = (UniqueConstraint("fair_id", "version"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    version: Mapped[int]
    body_vi: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    annex_vi: Mapped[str] = mapped_column(Text, default="")
    annex_en: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[str] = mapped_column(String(250), default="")


class Agreement(HasState, Record):
    """One version of the contract with an exhibitor: a PDF that is kept as it was, and how it was accepted.

    ``digest`` is of what it speaks of (parties, booths, prices, due dates, terms, text): when that would be another today,
    a new version is due. ``pdf_sha256`` is of the exact bytes that were read and accepted.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        UniqueConstraint("exhibitor_id", "version"),
        Index("uq_agreements_in_force", "exhibitor_id", unique=True, sqlite_where=_IN_FORCE_SQL, postgresql_where=_IN_FORCE_SQL),
        Index("ix_agreements_fair_state", "fair_id", "state", "id"),
    )  # fmt: skip
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("agreement_templates.id"))
    number: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-A-0001
    version: Mapped[int]  # of this exhibitor, from 1
    state: Mapped[AgreementState] = mapped_column(StateType(AgreementState), default=AgreementState.ISSUED)
    digest: Mapped[str] = mapped_column(String(64))
    booths: Mapped[str] = mapped_column(String(400), default="")
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    pdf_sha256: Mapped[str] = mapped_column(String(64), index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted_by: Mapped[str] = mapped_column(String(250), default="")
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    scan_sha256: Mapped[str] = mapped_column(String(64), default="", index=True)
    signed_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_reason: Mapped[str] = mapped_column(String(400), default="")

    exhibitor: Mapped[Exhibitor] = relationship()
    template: Mapped[AgreementTemplate] = relationship()
    file: Mapped[StoredFile] = relationship(foreign_keys=[file_id])
    scan: Mapped[StoredFile | None] = relationship(foreign_keys=[scan_id])

    @property
    def is_binding(self) -> bool:
        """Whether the exhibitor has agreed to it and it is in force."""
        return self.state in BINDING

    @property
    def folded(self) -> str:
        """The company's names without accents: lists are sorted by it."""
        return self.exhibitor.company.folded
