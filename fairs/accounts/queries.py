"""Who may do what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.accounts.models import ApiToken, RoleGrant, User
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Permission, Role


def active_grants(user_id: int) -> Sequence[RoleGrant]:
    """All roles the user holds now, in one query."""
    return db.session.scalars(
        select(RoleGrant)
        .options(joinedload(RoleGrant.lent_by))
        .where(RoleGrant.user_id == user_id, or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now()))
        .order_by(RoleGrant.id)
    ).all()


def matching_grant(grants: Iterable[RoleGrant], permission: Permission, fair_id: int | None) -> RoleGrant | None:
    """The grant by which ``permission`` is had for the fair: a role of one's own before a lent one.

    Without a fair (a page of the whole system) any fair's role opens pages that list by fair.
    """
    fitting = [
        grant
        for grant in grants
        if grant.role in permission.roles and (grant.fair_id is None or fair_id is None or grant.fair_id == fair_id)
    ]
    return min(fitting, key=lambda grant: (grant.lent_by_id is not None, grant.id), default=None)


def reads_masked(grants: Iterable[RoleGrant], fair_id: int | None) -> bool:
    """Whether what is personal is masked for a reader with these roles: who audits, and has no other role there.

    On pages of the whole system, whoever is nothing but an auditor.
    """
    here = {grant.role for grant in grants if fair_id is None or grant.fair_id in {None, fair_id}}
    return here == {Role.AUDITOR}


def may(user: User | None, permission: Permission, fair_id: int | None = None) -> bool:
    """Whether the user has ``permission`` by a role for the fair."""
    return user is not None and matching_grant(active_grants(user.id), permission, fair_id) is not None


def actor_for(user: User, grant: RoleGrant | None = None) -> Actor:
    """The actor of a user, acting in the lender's place when the grant is lent."""
    name = user.name or user.email
    if grant is not None and grant.lent_by is not None:
        return Actor(user.id, name, grant.lent_by.id, grant.lent_by.name or grant.lent_by.email)
    return Actor(user.id, name)


def user_by_email(email: str) -> User | None:
    """The user with this address, whatever its case."""
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def user_by_token(token: str) -> tuple[User, ApiToken] | None:
    """The active user of a bearer token, or None."""
    row = db.session.scalar(
        select(ApiToken).options(joinedload(ApiToken.user)).where(ApiToken.token_hash == hash_token(token))
    )
    if row is None or row.revoked_at is not None or not row.user.active:
        return None
    return row.user, row


def hash_token(token: str) -> str:
    """What is kept of a bearer token. It is long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def holders(role: Role, fair_id: int | None) -> Sequence[User]:
    """Active users with a role for the fair (or for the whole system), lent ones included."""
    return db.session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.active.is_(True),
            RoleGrant.role == role,
            or_(RoleGrant.fair_id.is_(None), RoleGrant.fair_id == fair_id),
            or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now()),
        )
        .order_by(User.id)
    ).all()


def team(fair_id: int) -> Sequence[RoleGrant]:
    """All roles held for a fair now, lent ones included, with their users."""
    return db.session.scalars(
        select(RoleGrant)
        .options(joinedload(RoleGrant.user), joinedload(RoleGrant.lent_by))
        .where(RoleGrant.fair_id == fair_id, or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now()))
        .order_by(RoleGrant.role, RoleGrant.id)
    ).all()


def lent_by(user_id: int) -> Sequence[RoleGrant]:
    """The roles that a user has lent and that have not ended."""
    return db.session.scalars(
        select(RoleGrant)
        .options(joinedload(RoleGrant.user))
        .where(RoleGrant.lent_by_id == user_id, RoleGrant.ends_at > now())
        .order_by(RoleGrant.ends_at)
    ).all()


def tokens_of(user_id: int) -> Sequence[ApiToken]:
    """A user's API tokens that are not revoked."""
    return db.session.scalars(
        select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None)).order_by(ApiToken.id)
    ).all()


def users_matching(text: str) -> Select[User]:
    """Users whose address or name holds ``text``."""
    query = select(User).options(selectinload(User.grants))
    if text:
        query = query.where(User.email.icontains(text, autoescape=True) | User.name.icontains(text, autoescape=True))
    return query
