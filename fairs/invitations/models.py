"""Those who are to be invited to a fair, and where they come from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.directory.models import Company, Person
from fairs.importers.models import Importer
from fairs.invitations.states import TRANSITIONS, InviteeState, SourceKind


class Source(Record):
    """Who brings importers to a fair. With a token it is a link by which somebody outside nominates, ``quota`` at most."""

    __tablename__ = "invitation_sources"
    __table_args__ = (UniqueConstraint("fair_id", "kind", "name"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[SourceKind] = mapped_column(StateType(SourceKind))
    name: Mapped[str] = mapped_column(String(200))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)  # of an exhibitor
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    locale: Mapped[str] = mapped_column(String(5), default="en")
    quota: Mapped[int | None]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Invitee(HasState, Record):
    """One person who is to be invited to one fair. ``token_hash`` is of the link in the newest mail: a resend rotates it.

    ``import_id`` is the import of contacts that brought it (a number here: imports lie above).
    """

    __tablename__ = "invitees"
    __table_args__ = (
        UniqueConstraint("fair_id", "person_id"),
        Index("ix_invitees_fair_state", "fair_id", "state", "id"),
        Index("ix_invitees_fair_country", "fair_id", "country", "id"),
        Index("ix_invitees_import", "import_id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("invitation_sources.id"), index=True)
    state: Mapped[InviteeState] = mapped_column(StateType(InviteeState), default=InviteeState.NEW)
    country: Mapped[str] = mapped_column(String(2))  # of the company, copied for the filter
    group_codes: Mapped[str] = mapped_column(String(120), default="")
    locale: Mapped[str] = mapped_column(String(5), default="en")
    note: Mapped[str] = mapped_column(Text, default="")
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    delegated_from_id: Mapped[int | None] = mapped_column(ForeignKey("invitees.id"), index=True)
    importer_id: Mapped[int | None] = mapped_column(ForeignKey("importers.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    invited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decline_reason: Mapped[str] = mapped_column(String(400), default="")

    fair: Mapped[Fair] = relationship()
    person: Mapped[Person] = relationship()
    company: Mapped[Company] = relationship()
    source: Mapped[Source] = relationship()
    importer: Mapped[Importer | None] = relationship()
    delegated_from: Mapped[Invitee | None] = relationship(remote_side="Invitee.id")

    @property
    def groups(self) -> list[str]:
        """Codes of the product groups that this buyer looks for."""
        return [code for code in self.group_codes.split("|") if code]
