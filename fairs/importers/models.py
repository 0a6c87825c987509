"""A foreign importer's registration to a fair: one person of one company; the programme and the contacts of a fair's guests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.models import Badge
from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.states import HasState
from fairs.directory.models import Company, Person
from fairs.importers.states import TRANSITIONS, ImporterState, Way


class Importer(HasState, Record):
    """A registration. Links of its mails (``core.links``) open the importer's own page.

    ``answers`` holds, until the e-mail is confirmed, what may only then become part of the directory: a stranger
    who types somebody's address changes nothing of theirs.
    """

    __tablename__ = "importers"
    __table_args__ = (
        UniqueConstraint("fair_id", "person_id"),
        Index("ix_importers_fair_state", "fair_id", "state", "id"),
        Index("ix_importers_invited_by", "fair_id", "invited_by"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-I-0001
    state: Mapped[ImporterState] = mapped_column(StateType(ImporterState))
    buyer_kind: Mapped[str] = mapped_column(String(20), default="importer")
    group_codes: Mapped[str] = mapped_column(String(120), default="")
    annual_volume: Mapped[str] = mapped_column(String(20), default="")
    looking_for: Mapped[str] = mapped_column(Text, default="")
    locale: Mapped[str] = mapped_column(String(5), default="en")
    source: Mapped[str] = mapped_column(String(20), default="web")
    invited_by: Mapped[str] = mapped_column(String(200), default="")  # who brought this buyer, by name
    past_customers: Mapped[str] = mapped_column(Text, default="")  # references: whom they buy from, what they import
    stays_from: Mapped[date | None]  # the days on which they mean to be at the fair
    stays_to: Mapped[date | None]
    meeting_wishes: Mapped[str] = mapped_column(Text, default="")
    support_wanted: Mapped[str] = mapped_column(
        String(10), default=""
    )  # a SupportTier of hosting; empty: none asked for
    home_airport: Mapped[str] = mapped_column(String(3), default="")  # IATA
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decide_by: Mapped[date | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decision_note: Mapped[str] = mapped_column(Text, default="")
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))

    fair: Mapped[Fair] = relationship()
    company: Mapped[Company] = relationship()
    person: Mapped[Person] = relationship()
    badge: Mapped[Badge | None] = relationship()

    @property
    def company_folded(self) -> str:
        """For lists in the order of companies."""
        return self.company.folded

    @property
    def person_folded(self) -> str:
        """For lists in the order of people's names."""
        return self.person.folded

    @property
    def way(self) -> Way:
        """How it reached us: an invited person who used the public form was invited all the same."""
        if self.invited_by:
            return Way.INVITATION
        return Way(self.source) if self.source in set(Way) else Way.DESK

    @property
    def groups(self) -> list[str]:
        """Codes of the product groups looked for."""
        return [code for code in self.group_codes.split("|") if code]


class ProgrammeEntry(Record):
    """Something that happens for the guests of a fair beside its opening hours: the opening ceremony, a seminar, a village tour.

    One that is called off stays, so that calendars which have it learn of it; ``changed_at`` numbers its versions.
    """

    __tablename__ = "programme_entries"
    __table_args__ = (Index("ix_programme_entries_fair", "fair_id", "starts_at", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    title_vi: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    title_ja: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(250), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return localized(self, "title")


class GuestContact(Record):
    """Whom the guests of a fair call: the coordinator, the hours of the line, embassies by country.

    ``embassies`` has a line for each: ``JP: Embassy of Japan, +84 24 3846 3000``; a guest sees that of their own country.
    """

    __tablename__ = "guest_contacts"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    hours: Mapped[str] = mapped_column(String(120), default="")
    embassies: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    def embassy_of(self, country: str) -> str:
        """The line of a country, without its code; empty where there is none."""
        lines = (line.partition(":") for line in self.embassies.splitlines())
        return next((text.strip() for code, _colon, text in lines if code.strip().upper() == country), "")
