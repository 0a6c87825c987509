"""Reading invitees, their mails, sources and campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, exists, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.calendar.models import Fair
from fairs.core.crypto import keyed_digest
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.invitations.models import (
    Campaign,
    InvitationMail,
    InvitationTerms,
    Invitee,
    MailStop,
    Nomination,
    Source,
)
from fairs.invitations.segments import from_source, in_group, in_the_past
from fairs.invitations.states import CampaignState, InviteeState, SourceKind
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState

#: Sources outside, which nominate by a link of their own.
LINKED = (SourceKind.EMBASSY, SourceKind.TRADE_OFFICE, SourceKind.PARTNER)


@dataclass(frozen=True, slots=True)
class InviteeFilter:
    """What a list is narrowed to; empty means all. ``source`` is a number, a kind or ``nominated``."""

    text: str = ""
    state: str = ""
    country: str = ""
    group: str = ""
    source: str = ""
    past: str = ""
    imported: str = ""  # the number of an import


def invitees_matching(fair: Fair, wanted: InviteeFilter) -> Select[Invitee]:
    """The fair's invitees that fit, with person, company and source."""
    query = (
        select(Invitee)
        .join(Invitee.person)
        .join(Invitee.company)
        .join(Invitee.source)
        .options(contains_eager(Invitee.person), contains_eager(Invitee.company), contains_eager(Invitee.source))
        .where(Invitee.fair_id == fair.id)
    )
    if wanted.text:
        folded = fold(wanted.text)
        query = query.where(
            or_(
                Company.folded.contains(folded, autoescape=True),
                Person.folded.contains(folded, autoescape=True),
                Person.email.startswith(wanted.text.strip().lower(), autoescape=True),
            )
        )
    if wanted.state:
        query = query.where(Invitee.state == wanted.state if wanted.state in set(InviteeState) else false())
    if wanted.country:
        query = query.where(Invitee.country == wanted.country.upper())
    if wanted.group:
        query = query.where(in_group(wanted.group))
    if wanted.source:
        query = query.where(from_source(wanted.source))
    if wanted.past:
        query = query.where(in_the_past(fair, wanted.past))
    if wanted.imported:
        number = wanted.imported
        is_number = number.isascii() and number.isdigit() and len(number) < 19
        query = query.where(Invitee.import_id == int(number) if is_number else false())
    return query


_SORTS: Mapping[str, Any] = {
    "new": ((Invitee.id, True),),
    "company": ((Company.folded.label("company_folded"), False), (Invitee.id, False)),
    "name": ((Person.folded.label("person_folded"), False), (Invitee.id, False)),
    "mailed": ((Invitee.mailed_at, False), (Invitee.id, False)),
}


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend: name, company or mailed, with a minus for the other way."""
    descending = sort.startswith("-")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["new"])
    return [(column, backwards != descending) for column, backwards in keys]


def invitee_of(fair_id: int, invitee_id: int) -> Invitee:
    """An invitee of the fair; raises NotFound."""
    row = db.session.get(Invitee, invitee_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound
    return row


def invitee_with(fair_id: int, *, person_id: int | None = None, email: str = "") -> Invitee | None:
    """Who of the fair's invitees is this person, or has this address; the one invited longest ago."""
    which = [Invitee.person_id == person_id] if person_id is not None else []
    if email:
        which.append(Person.email == email)
    query = select(Invitee).join(Person, Person.id == Invitee.person_id).where(Invitee.fair_id == fair_id, or_(*which))
    return db.session.scalars(query.order_by(Invitee.id).limit(1)).first()


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many of the list were invited and what became of them."""

    on_list: int
    invited: int
    accepted: int  # want to come, registered or not yet
    registered: int
    states: Mapping[InviteeState, int]


def funnel_of(fair_id: int) -> Funnel:
    """The figures on top of the list, in one statement."""
    mailed = func.sum(case((Invitee.invited_at.is_not(None), 1), else_=0))
    rows = db.session.execute(
        select(Invitee.state, func.count(), mailed).where(Invitee.fair_id == fair_id).group_by(Invitee.state)
    ).all()
    states = dict.fromkeys(InviteeState, 0) | {state: number for state, number, _mailed in rows}
    registered = states[InviteeState.REGISTERED]
    return Funnel(
        sum(states.values()), sum(int(sent or 0) for _state, _number, sent in rows),
        states[InviteeState.ACCEPTED] + registered, registered, states,
    )  # fmt: skip


def countries_of(fair_id: int) -> Sequence[str]:
    """ISO 3166 codes of the countries on the list."""
    return db.session.scalars(select(Invitee.country).where(Invitee.fair_id == fair_id).distinct()).all()


def mails_of(invitee: Invitee) -> Sequence[InvitationMail]:
    """What was written to an invitee, the newest first, with campaign and message."""
    return db.session.scalars(
        select(InvitationMail)
        .where(InvitationMail.invitee_id == invitee.id, InvitationMail.taken_at.is_not(None))
        .options(joinedload(InvitationMail.campaign), joinedload(InvitationMail.message))
        .order_by(InvitationMail.id.desc())
    ).all()


def colleagues_of(invitee: Invitee) -> Sequence[Invitee]:
    """Whom an invitee sent in their place or brought along."""
    return db.session.scalars(
        select(Invitee)
        .where(Invitee.delegated_from_id == invitee.id)
        .options(joinedload(Invitee.person))
        .order_by(Invitee.id)
    ).all()


def terms_of(fair_id: int) -> InvitationTerms:
    """How the fair invites; a row of the defaults, not kept, where nothing was changed."""
    found = db.session.scalar(select(InvitationTerms).where(InvitationTerms.fair_id == fair_id))
    return found or InvitationTerms(
        fair_id=fair_id, per_minute=60, delegates_most=3, exhibitor_quota=5, exhibitors_at_once=False
    )


def is_stopped(person: Person) -> bool:
    """Whether the person, or whoever has the same address, does not want to be invited any more."""
    return person.id in stopped_people([person.id])


def stopped_people(person_ids: Sequence[int]) -> set[int]:
    """Which of these people, or of those with the same address, do not want to be invited any more. Two statements."""
    emails = db.session.execute(select(Person.id, Person.email).where(Person.id.in_(person_ids)))
    digests = {person_id: keyed_digest(email) for person_id, email in emails if email}
    stops = select(MailStop.person_id, MailStop.email_digest)
    either = or_(MailStop.person_id.in_(person_ids), MailStop.email_digest.in_(digests.values()))
    people: set[int] = set()
    addresses: set[str] = set()
    for person_id, digest in db.session.execute(stops.where(either)):
        people.add(person_id)
        addresses.add(digest)
    return {one for one in person_ids if one in people or digests.get(one) in addresses}


# --- sources ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with how many it brought and what became of them."""

    source: Source
    named: int
    invited: int
    registered: int


def sources_of(fair_id: int) -> Sequence[SourceRow]:
    """All sources of the fair with their figures, in two statements."""
    counted = {
        source_id: (number, invited or 0, registered or 0)
        for source_id, number, invited, registered in db.session.execute(
            select(
                Invitee.source_id, func.count(), func.sum(case((Invitee.invited_at.is_not(None), 1), else_=0)),
                func.sum(case((Invitee.state == InviteeState.REGISTERED, 1), else_=0)),
            ).where(Invitee.fair_id == fair_id).group_by(Invitee.source_id)
        )
    }  # fmt: skip
    rows = db.session.scalars(select(Source).where(Source.fair_id == fair_id).order_by(Source.kind, Source.name)).all()
    return [SourceRow(row, *(int(number) for number in counted.get(row.id, (0, 0, 0)))) for row in rows]


def source_choices(fair_id: int) -> list[tuple[str, str]]:
    """(number, name) of the fair's sources."""
    rows = db.session.execute(select(Source.id, Source.name).where(Source.fair_id == fair_id).order_by(Source.name))
    return [(str(source_id), name) for source_id, name in rows]


def source_by_id(fair_id: int, source_id: int) -> Source:
    """A source of the fair; raises NotFound."""
    row = db.session.get(Source, source_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound
    return row


def exhibitor_source(fair_id: int, company_id: int) -> Source | None:
    """The source of an exhibitor's buyers; None while nobody was named."""
    mine = select(Source).where(
        Source.fair_id == fair_id, Source.kind == SourceKind.EXHIBITOR, Source.company_id == company_id
    )
    return db.session.scalar(mine)


def nominations_of(source_id: int) -> Sequence[Nomination]:
    """Whom a source named, the newest first."""
    return db.session.scalars(
        select(Nomination)
        .where(Nomination.source_id == source_id)
        .options(
            joinedload(Nomination.invitee).joinedload(Invitee.person),
            joinedload(Nomination.invitee).joinedload(Invitee.company),
        )
        .order_by(Nomination.id.desc())
    ).all()


def named_by(source_id: int) -> int:
    """How many a source has named."""
    return db.session.scalar(select(func.count()).where(Nomination.source_id == source_id)) or 0


# --- campaigns --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has come."""

    total: int = 0
    written: int = 0
    left_out: int = 0
    delivered: int = 0
    failed: int = 0

    @property
    def waiting(self) -> int:
        """Those whose turn is still to come."""
        return self.total - self.written - self.left_out


def progress_of(campaign_ids: Sequence[int]) -> dict[int, Progress]:
    """How far these campaigns have come, in one statement."""
    taken = case((InvitationMail.message_id.is_not(None), 1), else_=0)
    left = case((InvitationMail.left_out != "", 1), else_=0)
    sent = case((OutboxMessage.state.in_((MessageState.SENT, MessageState.KEPT)), 1), else_=0)
    failed = case((OutboxMessage.state == MessageState.FAILED, 1), else_=0)
    rows = db.session.execute(
        select(
            InvitationMail.campaign_id, func.count(), func.sum(taken), func.sum(left), func.sum(sent), func.sum(failed)
        )
        .outerjoin(OutboxMessage, OutboxMessage.id == InvitationMail.message_id)
        .where(InvitationMail.campaign_id.in_(campaign_ids))
        .group_by(InvitationMail.campaign_id)
    ).all()
    found = {row[0]: Progress(*(int(number or 0) for number in row[1:])) for row in rows}
    return {one: found.get(one, Progress()) for one in campaign_ids}


def campaigns_of(fair_id: int) -> Sequence[Campaign]:
    """The fair's campaigns, the newest first."""
    return db.session.scalars(select(Campaign).where(Campaign.fair_id == fair_id).order_by(Campaign.id.desc())).all()


def last_day_for_answers(fair: Fair) -> date | None:
    """The last day until which a campaign that went out asks for answers; None when none names a day."""
    went_out = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.DONE)
    return db.session.scalar(
        select(func.max(Campaign.reply_by)).where(Campaign.fair_id == fair.id, Campaign.state.in_(went_out))
    )


def invitations_of(fair_id: int) -> tuple[bool, datetime | None]:
    """Whether anybody is on the fair's list, and when its first campaign began to go out; one statement."""
    began = select(func.min(Campaign.started_at)).where(Campaign.fair_id == fair_id).scalar_subquery()
    row = db.session.execute(select(exists().where(Invitee.fair_id == fair_id), began)).one()
    return bool(row[0]), row[1]


def campaign_of(fair_id: int, campaign_id: int) -> Campaign:
    """A campaign of the fair; raises NotFound."""
    row = db.session.get(Campaign, campaign_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound
    return row


def answers_of(campaign_id: int) -> dict[InviteeState, int]:
    """Where those to whom a campaign wrote stand now."""
    rows = db.session.execute(
        select(Invitee.state, func.count())
        .join(InvitationMail, InvitationMail.invitee_id == Invitee.id)
        .where(InvitationMail.campaign_id == campaign_id, InvitationMail.message_id.is_not(None))
        .group_by(Invitee.state)
    ).all()
    return dict(rows)
