"""Colleagues of a company: an owner invites by e-mail, the link in the mail lets the colleague join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.accounts.models import User
from fairs.accounts.queries import user_by_email
from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.tokens import digest, new_token
from fairs.directory.errors import InvitationOver, LastOwner, OwnersOnly
from fairs.directory.models import Company, Invitation, Membership
from fairs.directory.service import join_company
from fairs.messages.service import Notice, send

VALID_FOR = timedelta(days=14)
MOST_OPEN = 20


def membership_of(user_id: int | None, company_id: int) -> Membership | None:
    """The user's membership in the company, or None."""
    return db.session.scalar(
        select(Membership).where(Membership.user_id == user_id, Membership.company_id == company_id)
    )


def team(company: Company) -> Sequence[tuple[Membership, User]]:
    """Members with their accounts, oldest first."""
    rows = db.session.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.company_id == company.id)
        .order_by(Membership.id)
    )
    return [(membership, user) for membership, user in rows]


def open_invitations(company: Company) -> Sequence[Invitation]:
    """Invitations that can still be accepted, newest first."""
    return db.session.scalars(
        select(Invitation)
        .where(Invitation.company_id == company.id, Invitation.ended_at.is_(None), Invitation.expires_at > now())
        .order_by(Invitation.id.desc())
    ).all()


def invitations_for(email: str) -> Sequence[Invitation]:
    """Open invitations sent to this (confirmed) address."""
    return db.session.scalars(
        select(Invitation)
        .where(Invitation.email == email.lower(), Invitation.ended_at.is_(None), Invitation.expires_at > now())
        .order_by(Invitation.id)
    ).all()


def invite_colleague(company: Company, email: str, *, by: Actor, locale: str = "vi") -> str:
    """Invite an address to join the company; the mail's link is valid for 14 days. Gives back the link's token.

    Raises OwnersOnly, and InvalidInput for an address that cannot be one or that is a member already.
    """
    address = normal_email(email)
    token = new_token()
    with transaction():
        _require_owner(company, by)
        known = user_by_email(address)
        if known is not None and membership_of(known.id, company.id) is not None:
            raise InvalidInput(_l("This person is a member of the company already."), field="email")
        if len(open_invitations(company)) >= MOST_OPEN:
            raise InvalidInput(_l("Too many open invitations. Take some back first."), field="email")
        for earlier in open_invitations(company):
            if earlier.email == address:
                earlier.ended_at = now()
        invitation = Invitation(
            company_id=company.id, email=address, token_hash=digest(token), invited_by_id=by.user_id,
            expires_at=now() + VALID_FOR,
        )  # fmt: skip
        db.session.add(invitation)
        db.session.flush()
        record("directory.invite_colleague", company, by=by, after={"invitation": invitation.id})
        reader = known.locale if known is not None and known.locale else locale
        name = known.name if known is not None else ""
        facts = {"company": company.name, "inviter": by.name, "token": token, "expires_on": invitation.expires_at}
        send(Notice("directory/invitation", name, address, reader, facts))
    return token


def invitation_by_token(token: str) -> Invitation:
    """The open invitation of a mail's link; raises InvitationOver for an unknown, used or expired one."""
    found = db.session.scalar(select(Invitation).where(Invitation.token_hash == digest(token)))
    if found is None or not found.is_open:
        raise InvitationOver
    return found


def accept_invitation(invitation: Invitation, *, by: Actor) -> Company:
    """Join the company, once; raises InvitationOver when somebody was faster or it has expired."""
    if by.user_id is None:
        raise InvitationOver
    with transaction():
        row = db.session.get_one(Invitation, invitation.id, with_for_update=True, populate_existing=True)
        if not row.is_open:
            raise InvitationOver
        company = db.session.get_one(Company, row.company_id)
        join_company(by.user_id, company, by=by, is_owner=False)
        row.ended_at, row.accepted_by_id = now(), by.user_id
        record("directory.accept_invitation", company, by=by, after={"invitation": row.id})
    return company


def take_back_invitation(company: Company, invitation_id: int, *, by: Actor) -> None:
    """End an open invitation; raises OwnersOnly and NotFound."""
    with transaction():
        _require_owner(company, by)
        row = db.session.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)
        if row is None or row.company_id != company.id:
            raise NotFound
        if row.is_open:
            row.ended_at = now()
            record("directory.take_back_invitation", company, by=by, after={"invitation": row.id})


def remove_member(company: Company, membership_id: int, *, by: Actor) -> None:
    """Take a person out of the company; raises OwnersOnly, NotFound and LastOwner. Everybody may leave by themselves."""
    with transaction():
        row = db.session.get(Membership, membership_id, with_for_update=True, populate_existing=True)
        if row is None or row.company_id != company.id:
            raise NotFound
        if row.user_id != by.user_id:
            _require_owner(company, by)
        owners = db.session.scalar(
            select(func.count()).where(Membership.company_id == company.id, Membership.is_owner.is_(True))
        )
        if row.is_owner and (owners or 0) <= 1:
            raise LastOwner
        record("directory.remove_member", company, by=by, before={"user": row.user_id})
        db.session.delete(row)


def _require_owner(company: Company, by: Actor) -> None:
    membership = membership_of(by.user_id, company.id)
    if membership is None or not membership.is_owner:
        raise OwnersOnly
