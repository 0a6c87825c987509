"""What registrations, failed mails and moved fairs mean for invitees; the card of the importer's own page."""

from __future__ import annotations

from datetime import time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from fairs.audit.service import record
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
def move_links(event: FairRescheduled) -> None:
    """Links without a last day for answers end with the new opening, if that is later."""
    fair, move = event.fair, event.move
    open_ones = select(Invitee.id).where(
        Invitee.fair_id == fair.id, Invitee.token_hash.is_not(None), Invitee.reply_by.is_(None)
    )
    number = db.session.scalar(select(func.count()).select_from(open_ones.subquery())) or 0
    old, new = link_ends(fair, None), fair.at(move.starts_on, time(9))
    if number and new > old:
        event.found.add(
            "pages", "AccessLink.invitees", _l("Links of invitations work until"), str(number), old, new,
            act=lambda: extend_links(Invitee, open_ones, new),
        )  # fmt: skip


def invitation_card(importer: Importer, _token: str) -> Card | None:
    """Who invited, and thanks."""
    if not importer.invited_by:
        return None
    return Card(
        key="invitation", title=_("Invitation"), icon="mail-opened", tone="done", state=_("Accepted"),
        text=_("You come at the invitation of %(who)s. Thank you for accepting it.", who=importer.invited_by),
    )  # fmt: skip


register_card("invitation", 10, invitation_card)
