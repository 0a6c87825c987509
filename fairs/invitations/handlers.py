"""What registrations, failed mails and moved fairs mean for invitees; the card of the importer's own page."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select, update

from fairs.audit.service import record
from fairs.calendar.effects import moved_day
from fairs.calendar.events import FairRescheduled
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.core.links import extend_links
from fairs.directory.models import Person
from fairs.importers.events import ImporterRegistered
from fairs.importers.journey import Card, register_card
from fairs.importers.models import Importer
from fairs.invitations.mails import link_ends
from fairs.invitations.models import InvitationMail, Invitee
from fairs.invitations.queries import campaigns_of
from fairs.invitations.rows import kept_fair
from fairs.invitations.service import mark_unreachable
from fairs.invitations.states import InviteeState
from fairs.messages.events import MessageFailed


@subscribe(ImporterRegistered)
def note_registration(event: ImporterRegistered) -> None:
    """Whoever was invited and registers, by whatever way, is known as a registered invitee, the importer by who invited."""
    importer = event.importer
    kept_fair(importer.fair_id)
    mine = [Invitee.person_id == importer.person_id]
    if importer.person.email:
        mine.append(Person.email == importer.person.email)
    rows = db.session.scalars(
        select(Invitee)
        .join(Person, Person.id == Invitee.person_id)
        .where(Invitee.fair_id == importer.fair_id, or_(*mine), Invitee.state != InviteeState.REGISTERED)
        .order_by(Invitee.id)
        .with_for_update(key_share=True, of=Invitee)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.move_to(InviteeState.REGISTERED)
        row.importer_id, row.replied_at = importer.id, row.replied_at or now()
        importer.invited_by = importer.invited_by or row.source.name
        record("invitations.registered", row, by=event.by, after={"importer": importer.reference})
    db.session.flush()


@subscribe(MessageFailed)
def note_failure(event: MessageFailed) -> None:
    """A mail that the reader's server refused for good: the invitee cannot be reached."""
    message = event.message
    found = db.session.scalar(
        select(Invitee)
        .join(InvitationMail, InvitationMail.invitee_id == Invitee.id)
        .where(InvitationMail.message_id == message.id)
    )
    if found is not None and found.person.email == message.recipient:
        mark_unreachable(found, message.last_error, by=SYSTEM)


@subscribe(FairRescheduled)
def move_days(event: FairRescheduled) -> None:
    """Days for answers move with the fair, and links end by the new days; none ends earlier than it said."""
    fair, move = event.fair, event.move
    for campaign in campaigns_of(fair.id):
        if campaign.reply_by is not None and campaign.reply_by >= fair.today:
            day = moved_day(fair, move, campaign.reply_by)
            event.found.set(
                "applications", _l("Answers to invitations until"), campaign.name, campaign, "reply_by", day
            )
    rows = db.session.execute(
        select(Invitee.reply_by, func.count())
        .where(Invitee.fair_id == fair.id, Invitee.token_hash.is_not(None))
        .group_by(Invitee.reply_by)
        .order_by(Invitee.reply_by.desc())  # the later first: none is moved twice
    ).all()
    for reply_by, number in rows:
        if reply_by is not None and reply_by < fair.today:
            continue
        moved = moved_day(fair, move, reply_by) if reply_by is not None else None
        old = link_ends(fair, reply_by)
        new = link_ends(fair, moved) if moved is not None else fair.at(move.starts_on, fair.opens_at)
        if new > old:
            event.found.add(
                "pages", "AccessLink.invitees", _l("Links of invitations work until"), str(number), old, new,
                act=partial(_extend, fair.id, reply_by, moved, new),
            )  # fmt: skip


def _extend(fair_id: int, reply_by: date | None, moved: date | None, until: datetime) -> None:
    """Let the links of those with this last day live until then; the day itself moves, too."""
    theirs = (Invitee.fair_id == fair_id, Invitee.token_hash.is_not(None), Invitee.reply_by == reply_by)
    extend_links(Invitee, select(Invitee.id).where(*theirs), until)
    db.session.execute(
        update(Invitee)
        .where(*theirs)
        .values(reply_by=moved, token_expires_at=until)
        .execution_options(synchronize_session=False)
    )


def invitation_card(importer: Importer, _token: str) -> Card | None:
    """Who invited, and thanks."""
    if not importer.invited_by:
        return None
    return Card(
        key="invitation", title=_("Invitation"), icon="mail-opened", tone="done", state=_("Accepted"),
        text=_("You come at the invitation of %(who)s. Thank you for accepting it.", who=importer.invited_by),
    )  # fmt: skip


register_card("invitation", 10, invitation_card)
