"""Campaigns: drafted, started, sent portion by portion by the worker, paused and gone on with, cancelled.

When a campaign starts, a row is made for each invitee of its segment in one statement; a portion writes outbox rows and
marks those rows in the same transaction. So whatever stops a worker, nobody is written to twice and nobody is lost.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, literal, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.faults import reach
from fairs.core.text import one_line
from fairs.importers.service import accepts_registrations
from fairs.invitations.errors import CampaignEmpty, InvitationsClosed
from fairs.invitations.mails import rendered, waiting_mails, write_invitation
from fairs.invitations.models import MOST_A_MINUTE, Campaign, InvitationMail, Invitee
from fairs.invitations.queries import stopped_people
from fairs.invitations.rows import kept_fair, locked_campaign
from fairs.invitations.segments import CAMPAIGN_STATES, Segment, in_segment
from fairs.invitations.states import CampaignState, PastAttendance
from fairs.invitations.texts import Texts, checked, filled
from fairs.messages.models import OutboxMessage
from fairs.messages.service import write

log = logging.getLogger(__name__)

C = CampaignState
BATCH = 25
"""Mails of one transaction: gates and desks write in between."""
PORTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign as typed; ``texts`` are subject and body by language."""

    name: str
    segment: Segment
    texts: Texts
    per_minute: int = 60
    reply_by: date | None = None


def save_campaign(fair: Fair, draft: CampaignDraft, *, by: Actor, campaign: Campaign | None = None) -> Campaign:
    """Keep a draft. Raises InvalidInput with the field, InvalidTransition when it has begun already."""
    name = one_line(draft.name)[:120]
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="name")
    if not 1 <= draft.per_minute <= MOST_A_MINUTE:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=1, max=MOST_A_MINUTE), field="per_minute")
    _check_day(fair, draft.reply_by)
    segment = draft.segment
    if segment.past and segment.past not in set(PastAttendance):
        raise InvalidInput(_l("Please choose from the list."), field="past")
    if segment.silent_days is not None and not 1 <= segment.silent_days <= 365:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=1, max=365), field="silent_days")
    if segment.silent_days is None and not set(segment.states) & {state.value for state in CAMPAIGN_STATES}:
        raise InvalidInput(_l("Please choose one."), field="states")
    texts = checked(draft.texts)
    with transaction():
        if campaign is None:
            kept_fair(fair.id)
            row = Campaign(fair_id=fair.id, state=C.DRAFT, by_id=by.user_id)
        else:
            row = locked_campaign(campaign.id)
            row.require_move(C.RUNNING)
            if row.state is not C.DRAFT:
                raise InvalidInput(_l("Only a draft can be changed."))
        row.name, row.segment, row.texts = name, segment.as_json(), texts
        row.per_minute, row.reply_by = draft.per_minute, draft.reply_by
        db.session.add(row)
        db.session.flush()
        record(
            "invitations.campaign", row, by=by, after={"name": name, "segment": row.segment, "languages": list(texts)}
        )
        return row


def _check_day(fair: Fair, reply_by: date | None) -> None:
    if reply_by is not None and not fair.today <= reply_by <= fair.starts_on:
        raise InvalidInput(_l("Choose a day from today to the opening of the fair."), field="reply_by")


def start_campaign(campaign: Campaign, *, by: Actor) -> Campaign:
    """Let it go out: all who fit now are noted, the worker writes to them. Doing it twice changes nothing.

    Raises CampaignEmpty, InvitationsClosed, InvalidInput (the day for answers has passed) and InvalidTransition.
    """
    with transaction():
        row = locked_campaign(campaign.id)
        if row.state is C.RUNNING:
            return row
        if row.state is not C.DRAFT:
            row.require_move(C.DRAFT)  # paused ones go on, others are over
        fair = kept_fair(row.fair_id)
        if not accepts_registrations(fair):
            raise InvitationsClosed
        _check_day(fair, row.reply_by)
        checked(row.texts)
        chosen = in_segment(fair, Segment.of(row.segment)).subquery()
        moment = now()
        db.session.execute(
            insert(InvitationMail).from_select(
                ["created_at", "fair_id", "campaign_id", "invitee_id", "locale", "left_out"],
                select(
                    literal(moment, InvitationMail.created_at.type), chosen.c.fair_id, literal(row.id), chosen.c.id,
                    literal(""), literal(""),
                ).order_by(chosen.c.id),
            )
        )  # fmt: skip
        if db.session.scalar(select(InvitationMail.id).where(InvitationMail.campaign_id == row.id).limit(1)) is None:
            raise CampaignEmpty
        row.move_to(C.RUNNING)
        row.started_at, row.started_by_id, row.worked_on, row.problem = moment, by.user_id, fair.today, ""
        record("invitations.start", row, by=by)
        return row


def pause_campaign(campaign: Campaign, *, by: Actor, problem: str = "") -> Campaign:
    """Write to nobody for now; doing it twice changes nothing. Raises InvalidTransition."""
    with transaction():
        row = locked_campaign(campaign.id)
        if row.state is not C.PAUSED:
            row.move_to(C.PAUSED)
            row.problem = problem[:300]
            record("invitations.pause", row, by=by, after={"reason": row.problem})
        return row


def resume_campaign(campaign: Campaign, *, by: Actor) -> Campaign:
    """Go on where it was paused; doing it twice changes nothing. Raises InvalidTransition and InvitationsClosed."""
    with transaction():
        row = locked_campaign(campaign.id)
        if row.state is C.RUNNING:
            return row
        if row.state is not C.PAUSED:
            row.require_move(C.PAUSED)
        fair = kept_fair(row.fair_id)
        if not accepts_registrations(fair):
            raise InvitationsClosed
        _check_day(fair, row.reply_by)
        row.move_to(C.RUNNING)
        row.problem, row.worked_on = "", fair.today
        record("invitations.resume", row, by=by)
        return row


def cancel_campaign(campaign: Campaign, *, by: Actor) -> Campaign:
    """End it: those who were not written to yet stay as they are. Raises InvalidTransition."""
    with transaction():
        row = locked_campaign(campaign.id)
        if row.state is not C.CANCELLED:
            row.move_to(C.CANCELLED)
            row.finished_at = now()
            record("invitations.cancel", row, by=by)
        return row


def running_campaigns() -> list[int]:
    """Campaigns of all fairs that are going out."""
    return list(db.session.scalars(select(Campaign.id).where(Campaign.state == C.RUNNING).order_by(Campaign.id)))


def send_portion(campaign_id: int) -> int:
    """Write the next portion, at most ``per_minute`` mails and one portion a minute; gives how many were written.

    A second worker finds the portion taken. Something that cannot be written pauses the campaign, with the reason.
    """
    with transaction():
        row = locked_campaign(campaign_id)
        if row.state is not C.RUNNING or (row.portion_at is not None and row.portion_at > now() - PORTION):
            return 0
        fair = kept_fair(row.fair_id)
        if not accepts_registrations(fair):
            pause_campaign(row, by=SYSTEM, problem=_("The fair takes no registrations any more."))
            return 0
        row.portion_at, row.worked_on = now(), fair.today
        allowed = row.per_minute
    written = 0
    try:
        while written < allowed:
            reach("invitations.before_batch")
            some = _write_batch(campaign_id, min(BATCH, allowed - written))
            reach("invitations.after_batch")
            if some is None:
                break
            written += some
    except SQLAlchemyError:
        raise  # the database is away: the next minute goes on
    except Exception as problem:
        log.exception("campaign %s cannot go on", campaign_id)
        pause_campaign(
            db.session.get_one(Campaign, campaign_id), by=SYSTEM, problem=f"{type(problem).__name__}: {problem}"
        )
    return written


def _write_batch(campaign_id: int, limit: int) -> int | None:
    """Write to the next few; None when it is not going out any more, or nobody is left."""
    with transaction():
        campaign = locked_campaign(campaign_id)
        if campaign.state is not C.RUNNING:
            return None
        mails = waiting_mails(campaign_id, limit)
        if not mails:
            campaign.move_to(C.DONE)
            campaign.finished_at = now()
            record("invitations.done", campaign, by=SYSTEM)
            return None
        invitees = {
            row.id: row
            for row in db.session.scalars(
                select(Invitee)
                .where(Invitee.id.in_([mail.invitee_id for mail in mails]))
                .options(joinedload(Invitee.person), joinedload(Invitee.company), joinedload(Invitee.fair))
                .order_by(Invitee.id)
                .with_for_update(key_share=True, of=Invitee)
                .execution_options(populate_existing=True)
            )
        }
        stopped = stopped_people([row.person_id for row in invitees.values()])
        states = Segment.of(campaign.segment).live_states
        written_to = _written_to(campaign_id, [row.person.email for row in invitees.values()])
        written = 0
        for mail in mails:
            invitee = invitees[mail.invitee_id]
            mail.left_out = _why_left_out(invitee, states, stopped)
            if not mail.left_out and invitee.person.email in written_to:
                mail.left_out = "same_address"
            if mail.left_out:
                mail.taken_at = now()
                continue
            write_invitation(invitee, campaign.texts, campaign.reply_by, mail)
            written_to.add(invitee.person.email)
            written += 1
        db.session.flush()
        record("invitations.portion", campaign, by=SYSTEM, after={"written": written, "left_out": len(mails) - written})
        reach("invitations.in_batch")
        return written


def _written_to(campaign_id: int, addresses: list[str]) -> set[str]:
    """Which of these addresses the campaign has written to: two people on the list may share one."""
    return set(
        db.session.scalars(
            select(OutboxMessage.recipient)
            .join(InvitationMail, InvitationMail.message_id == OutboxMessage.id)
            .where(InvitationMail.campaign_id == campaign_id, OutboxMessage.recipient.in_(addresses))
        )
    )


def _why_left_out(invitee: Invitee, states: tuple[object, ...], stopped: set[int]) -> str:
    if invitee.person_id in stopped:
        return "stopped"
    if invitee.state not in states:
        return "answered"
    return "" if invitee.person.email else "no_email"


def send_test(campaign: Campaign, invitee: Invitee, *, email: str, language: str, by: Actor) -> OutboxMessage:
    """The mail that ``invitee`` would get, to the sender's own address; its link opens nothing."""
    with transaction():
        row = locked_campaign(campaign.id)
        text = filled(row.texts, invitee, row.reply_by, language=language)
        subject, body = rendered(text, "test")
        message = write(
            recipient=email, name=by.name, locale=text.locale, subject=_("[Test] %(subject)s", subject=subject), body=body,
            kind="invitations/test", fair_id=row.fair_id,
        )  # fmt: skip
        record("invitations.test", row, by=by)
        return message
