"""Those who are to be invited to a fair, and where they come from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.crypto import keyed_digest
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.states import HasState
from fairs.directory.models import Company, Person
from fairs.importers.models import Importer
from fairs.invitations.states import CAMPAIGN_TRANSITIONS, TRANSITIONS, CampaignState, InviteeState, SourceKind
from fairs.messages.models import OutboxMessage

MOST_A_MINUTE = 6_000
"""Mails in a minute that may be asked for: what a mail server that is rented for it takes; the standard is far less."""


class Source(Record):
    """Who brings importers to a fair. With a link (``core.links``) somebody outside nominates, ``quota`` at most.

    ``token_hash`` is of the newest link: sending it again makes the earlier ones open nothing.
    """

    __tablename__ = "invitation_sources"
    __table_args__ = (UniqueConstraint("fair_id", "kind", "name"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[SourceKind] = mapped_column(StateType(SourceKind))
    name: Mapped[str] = mapped_column(String(200))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)  # of an exhibitor
    contact_name: Mapped[str] = mapped_column(Personal("name", 200), default="")
    email: Mapped[str] = mapped_column(Personal("email", 255), default="")
    locale: Mapped[str] = mapped_column(String(5), default="en")
    quota: Mapped[int | None]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    fair: Mapped[Fair] = relationship()
    company: Mapped[Company | None] = relationship()


class Invitee(HasState, Record):
    """One person who is to be invited to one fair. ``token_hash`` is of the link in the newest mail: a resend rotates it.

    All its links are kept (``core.links``), so that an earlier one can say that there is a newer mail. ``import_id`` is the
    import of contacts that brought it (a number here: imports lie above). ``problem`` says why mail does not arrive.
    """

    __tablename__ = "invitees"
    __table_args__ = (
        UniqueConstraint("fair_id", "person_id"),
        Index("ix_invitees_fair_state", "fair_id", "state", "id"),
        Index("ix_invitees_fair_country", "fair_id", "country", "id"),
        Index("ix_invitees_import", "import_id"),
        Index("ix_invitees_nominated", "fair_id", "is_nominated", "state"),
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
    is_nominated: Mapped[bool] = mapped_column(default=False)  # by somebody else than us
    is_delegate: Mapped[bool] = mapped_column(default=False)  # brought along by a colleague, who comes too
    invited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the first mail
    mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the newest one
    reply_by: Mapped[date | None]
    problem: Mapped[str] = mapped_column(String(300), default="")
    problem_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decline_kind: Mapped[str] = mapped_column(String(20), default="")  # a DeclineReason
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

    @property
    def person_folded(self) -> str:
        """For lists in the order of people's names."""
        return self.person.folded

    @property
    def company_folded(self) -> str:
        """For lists in the order of companies."""
        return self.company.folded


class Nomination(Record):
    """That a source named somebody, and why; two may name the same person, each within its own quota."""

    __tablename__ = "nominations"
    __table_args__ = (UniqueConstraint("source_id", "invitee_id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("invitation_sources.id"))
    invitee_id: Mapped[int] = mapped_column(ForeignKey("invitees.id"), index=True)
    why: Mapped[str] = mapped_column(String(400), default="")

    source: Mapped[Source] = relationship()
    invitee: Mapped[Invitee] = relationship()


class Campaign(HasState, Record):
    """Invitations (or reminders) to a part of the list, sent portion by portion.

    ``segment`` holds the filter (``segments.Segment``), ``texts`` subject and body by language. ``portion_at`` is when the
    last portion was taken, ``worked_on`` the day of it: a running campaign whose day has passed is stuck.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_fair_state", "fair_id", "state", "id"),
        Index("ix_campaigns_state", "state"),
    )
    TRANSITIONS = CAMPAIGN_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[CampaignState] = mapped_column(StateType(CampaignState), default=CampaignState.DRAFT)
    segment: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    per_minute: Mapped[int] = mapped_column(default=60)
    reply_by: Mapped[date | None]
    problem: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    portion_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    worked_on: Mapped[date | None]

    fair: Mapped[Fair] = relationship()


class InvitationMail(Record):
    """A mail to an invitee: waiting in a campaign, written into the outbox, or left out with the reason.

    The pair of campaign and invitee is unique, so that nobody is written to twice; outside campaigns (sent singly) there
    is no campaign.
    """

    __tablename__ = "invitation_mails"
    __table_args__ = (
        UniqueConstraint("campaign_id", "invitee_id"),
        Index("ix_invitation_mails_waiting", "campaign_id", "message_id", "id"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    invitee_id: Mapped[int] = mapped_column(ForeignKey("invitees.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_messages.id"), unique=True)
    locale: Mapped[str] = mapped_column(String(5), default="")
    left_out: Mapped[str] = mapped_column(String(40), default="")  # a key of ``mails.LEFT_OUT``
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    campaign: Mapped[Campaign | None] = relationship()
    invitee: Mapped[Invitee] = relationship()
    message: Mapped[OutboxMessage | None] = relationship()


def digest_of_email(context: Any) -> str:
    """The digest of the address that a new row has."""
    return keyed_digest(context.get_current_parameters()["email"])


class MailStop(Record):
    """An address whose owner does not want to be invited any more, to any fair.

    The digest (``core.crypto.keyed_digest``) knows the address again after the person was erased and comes back by another list.
    """

    __tablename__ = "mail_stops"

    email: Mapped[str] = mapped_column(Personal("email", 255), unique=True)
    email_digest: Mapped[str] = mapped_column(String(64), default=digest_of_email, index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")


class InvitationTerms(Record):
    """How a fair invites. One row for each fair that has changed something; ``queries.terms_of`` gives the rest."""

    __tablename__ = "invitation_terms"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    per_minute: Mapped[int] = mapped_column(default=60)
    delegates_most: Mapped[int] = mapped_column(default=3)
    exhibitor_quota: Mapped[int] = mapped_column(default=5)
    exhibitors_at_once: Mapped[bool] = mapped_column(default=False)
