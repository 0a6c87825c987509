"""Writing invitations into the outbox: a new link in each, which makes the earlier ones say that there is a newer mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.links import new_link
from fairs.core.tokens import digest
from fairs.importers.service import accepts_registrations
from fairs.invitations.errors import InvitationsClosed, NotInvitable
from fairs.invitations.models import Campaign, InvitationMail, Invitee
from fairs.invitations.queries import is_stopped, terms_of
from fairs.invitations.rows import locked_invitee
from fairs.invitations.states import InviteeState
from fairs.invitations.texts import INVITATION, LINK, Filled, Texts, filled, name_of
from fairs.messages.models import OutboxMessage
from fairs.messages.render import render_notice
from fairs.messages.service import Notice, send, write
from fairs.messages.states import MessageState

S = InviteeState
KIND = "invitations/invitation"
INVITABLE = frozenset({S.NEW, S.INVITED, S.ACCEPTED, S.DECLINED, S.UNREACHABLE})
LEFT_OUT = {
    "answered": _l("has answered meanwhile"), "no_email": _l("has no e-mail address"), "stopped": _l("does not want mail"),
    "same_address": _l("has the address of somebody who was written to already"),
}  # fmt: skip


def link_ends(fair: Fair, reply_by: date | None) -> datetime:
    """When a link ends: after the last day for an answer, else when the fair opens."""
    if reply_by is not None:
        return fair.at(reply_by, time(23, 59, 59))
    return fair.at(fair.starts_on, fair.opens_at)


def new_token(invitee: Invitee, reply_by: date | None) -> str:
    """A new link of the invitee; the earlier ones are not valid any more. Inside transaction()."""
    ends = link_ends(invitee.fair, reply_by)
    token = new_link(invitee, expires_at=ends)
    invitee.token_hash, invitee.token_expires_at, invitee.reply_by = digest(token), ends, reply_by
    return token


def rendered(text: Filled, token: str) -> tuple[str, str]:
    """Subject and body of an invitation as it goes out, with the link and how to stop further ones."""
    return render_notice(KIND, text.locale, {"text": text, "token": token, "mark": LINK})


def write_invitation(
    invitee: Invitee, texts: Texts, reply_by: date | None, mail: InvitationMail, *, notice: str = ""
) -> OutboxMessage:
    """Put an invitation into the outbox and note it; the invitee is locked. Inside transaction(), flushed by the caller.

    ``notice`` is the template of a letter that takes the place of the texts (a colleague who was named).
    """
    token = new_token(invitee, reply_by)
    invitee.mailed_at = now()
    invitee.invited_at = invitee.invited_at or invitee.mailed_at
    invitee.problem = ""
    if invitee.state in {S.NEW, S.DECLINED, S.UNREACHABLE}:
        invitee.move_to(S.INVITED)
    if notice:
        locale = invitee.locale if invitee.locale in INVITATION else "en"
        sender = invitee.delegated_from.person.display_name if invitee.delegated_from else ""
        message = send(
            Notice(
                template=notice, name=invitee.person.display_name, email=invitee.person.email, locale=locale,
                fair_id=invitee.fair_id,
                context={"token": token, "sender": sender, "fair_name": name_of(invitee.fair, locale),
                         "fair": invitee.fair, "company": invitee.company.name, "reply_by": reply_by},
            )
        )  # fmt: skip
    else:
        text = filled(texts, invitee, reply_by)
        locale = text.locale
        subject, body = rendered(text, token)
        message = write(
            recipient=invitee.person.email, name=invitee.person.display_name, locale=locale, subject=subject, body=body,
            kind=KIND, fair_id=invitee.fair_id,
        )  # fmt: skip
    mail.message, mail.locale, mail.taken_at = message, locale, invitee.mailed_at
    return message


def require_invitable(invitee: Invitee) -> None:
    """Raise NotInvitable with the reason, or InvitationsClosed, when this one cannot be written to now."""
    if not accepts_registrations(invitee.fair):
        raise InvitationsClosed
    if invitee.state not in INVITABLE:
        raise NotInvitable(_l("Whoever is registered, sends a colleague or does not want mail is not invited again."))
    if not invitee.person.email:
        raise NotInvitable(_l("There is no e-mail address. Add one first."))


def invite(invitee: Invitee, *, by: Actor, notice: str = "") -> OutboxMessage:
    """Invite one person, or once more: with the text of the last campaign that wrote to them, else the standard one.

    When many are invited one by one, their mails leave at the fair's pace. Raises NotInvitable and InvitationsClosed.
    """
    with transaction():
        row = locked_invitee(invitee.id)
        require_invitable(row)
        if is_stopped(row.person):
            raise NotInvitable(_l("This person asked not to be written to."))
        last = db.session.scalar(
            select(Campaign)
            .join(InvitationMail, InvitationMail.campaign_id == Campaign.id)
            .where(InvitationMail.invitee_id == row.id, InvitationMail.message_id.is_not(None))
            .order_by(InvitationMail.id.desc())
            .limit(1)
        )
        reply_by = row.reply_by if row.reply_by and row.reply_by >= row.fair.today else None
        slot = _next_slot(row.fair)
        mail = InvitationMail(fair_id=row.fair_id, invitee_id=row.id)
        db.session.add(mail)
        message = write_invitation(row, last.texts if last is not None else INVITATION, reply_by, mail, notice=notice)
        message.next_try_at = slot
        db.session.flush()
        record("invitations.invite", row, by=by, after={"message": message.id})
        return message


def _next_slot(fair: Fair) -> datetime:
    """When the next single invitation of the fair may leave."""
    latest = db.session.scalar(
        select(func.max(OutboxMessage.next_try_at)).where(
            OutboxMessage.state == MessageState.QUEUED, OutboxMessage.fair_id == fair.id, OutboxMessage.kind == KIND,
            OutboxMessage.tries == 0,
        )
    )  # fmt: skip
    moment = now()
    if latest is None or latest <= moment - timedelta(minutes=1):
        return moment
    return max(moment, latest + timedelta(seconds=60 / terms_of(fair.id).per_minute))


def waiting_mails(campaign_id: int, limit: int) -> Sequence[InvitationMail]:
    """The next ones of a campaign whose turn it is, locked. Inside transaction()."""
    return db.session.scalars(
        select(InvitationMail)
        .where(
            InvitationMail.campaign_id == campaign_id,
            InvitationMail.message_id.is_(None),
            InvitationMail.left_out == "",
        )
        .order_by(InvitationMail.id)
        .limit(limit)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
