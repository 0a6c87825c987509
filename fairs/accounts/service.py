"""Creating users, giving and lending roles, making API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.accounts.errors import EmailTaken, NotYoursToLend
from fairs.accounts.models import ApiToken, RoleGrant, User
from fairs.accounts.queries import hash_token, lent_by, user_by_email
from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Role


def normal_email(email: str, *, field: str = "email") -> str:
    """The address in normal form; raises InvalidInput when it cannot be one. No look-up on the network."""
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInput(_l("This is not an e-mail address."), field=field) from error


def create_user(
    email: str,
    name: str,
    *,
    by: Actor,
    password_hash: str | None = None,
    confirmed: bool = False,
    locale: str | None = None,
) -> User:
    """A new user; raises EmailTaken and InvalidInput. The password is hashed by the caller (accounts.security)."""
    address = normal_email(email)
    with transaction():
        if user_by_email(address) is not None:
            raise EmailTaken(field="email")
        user = User(
            email=address,
            name=name,
            password=password_hash,
            fs_uniquifier=secrets.token_hex(32),
            confirmed_at=now() if confirmed else None,
            locale=locale,
            active=True,
        )
        db.session.add(user)
        try:
            db.session.flush()
        except IntegrityError as error:  # somebody was faster, in the moment since we looked
            raise EmailTaken(field="email") from error
        record("accounts.create_user", user, by=by, after={"email": address})
        return user


def grant_role(user: User, role: Role, *, fair_id: int | None, by: Actor, ends_at: datetime | None = None) -> RoleGrant:
    """Give a role for a fair, or a system-wide one without a fair; raises InvalidInput when the two do not fit.

    An auditor is no member of the department: the role always has an end, which must lie in the future.
    """
    if role.is_system_wide is not (fair_id is None):
        raise InvalidInput(_l("This role is held for one fair; admin and leadership for all."), field="role")
    if role is Role.AUDITOR and ends_at is None:
        raise InvalidInput(_l("An auditor's access always has a last day. Enter it."), field="until")
    if ends_at is not None and ends_at <= now():
        raise InvalidInput(_l("The end must lie in the future."), field="until")
    with transaction():
        known = db.session.scalar(
            select(RoleGrant).where(
                RoleGrant.user_id == user.id,
                RoleGrant.role == role,
                RoleGrant.fair_id.is_(None) if fair_id is None else RoleGrant.fair_id == fair_id,
                RoleGrant.lent_by_id.is_(None),
                RoleGrant.ends_at.is_(None) | (RoleGrant.ends_at > now()),
            )
        )
        if known is not None:
            return known
        grant = RoleGrant(user_id=user.id, role=role, fair_id=fair_id, ends_at=ends_at)
        db.session.add(grant)
        db.session.flush()
        after = {"user": user.id, "role": role} | ({} if ends_at is None else {"until": ends_at})
        record("accounts.grant_role", grant, by=by, fair_id=fair_id, after=after)
        return grant


def lend_role(grant: RoleGrant, to: User, *, until: datetime, by: Actor, note: str = "") -> RoleGrant:
    """Lend one's own role until a date; raises NotYoursToLend and InvalidInput.

    A lent role is never lent on, and its acts name both people.
    """
    if grant.user_id != by.user_id or grant.lent_by_id is not None or not grant.is_active:
        raise NotYoursToLend
    if until <= now():
        raise InvalidInput(_l("The end must lie in the future."), field="until")
    if grant.ends_at is not None and until > grant.ends_at:
        raise InvalidInput(_l("You do not hold this role that long yourself."), field="until")
    if to.id == grant.user_id:
        raise InvalidInput(_l("A role is lent to somebody else."), field="email")
    if not to.active:
        raise InvalidInput(_l("This account is closed."), field="email")
    with transaction():
        lent = RoleGrant(
            user_id=to.id, role=grant.role, fair_id=grant.fair_id, lent_by_id=grant.user_id, ends_at=until, note=note
        )
        db.session.add(lent)
        db.session.flush()
        after = {"to": to.id, "role": grant.role, "until": until}
        record("accounts.lend_role", lent, by=by, fair_id=grant.fair_id, after=after)
        return lent


def end_grant(grant: RoleGrant, *, by: Actor) -> None:
    """Take a role back now; it stays in the history. What was lent from it ends as well."""
    with transaction():
        held = db.session.get_one(RoleGrant, grant.id, with_for_update=True, populate_existing=True)
        if held.is_active:
            _end([held, *_lent_from(held)], by=by)


def _lent_from(held: RoleGrant) -> Sequence[RoleGrant]:
    """The grants that live from this one: nobody keeps what the lender no longer has."""
    if held.lent_by_id is not None:
        return []
    return db.session.scalars(
        select(RoleGrant).where(
            RoleGrant.lent_by_id == held.user_id,
            RoleGrant.role == held.role,
            RoleGrant.fair_id.is_(None) if held.fair_id is None else RoleGrant.fair_id == held.fair_id,
            RoleGrant.ends_at > now(),
        )
    ).all()


def _end(grants: Iterable[RoleGrant], *, by: Actor) -> None:
    for grant in grants:
        grant.ends_at = now()
        after = {"user": grant.user_id, "role": grant.role}
        record("accounts.end_grant", grant, by=by, fair_id=grant.fair_id, after=after)


def create_token(user: User, name: str, *, by: Actor) -> str:
    """A new bearer token; this is the only time it is seen."""
    token = f"fairs_{secrets.token_urlsafe(32)}"
    with transaction():
        row = ApiToken(user_id=user.id, name=name, token_hash=hash_token(token))
        db.session.add(row)
        db.session.flush()
        record("accounts.create_token", row, by=by, after={"user": user.id})
    return token


def revoke_token(token: ApiToken, *, by: Actor) -> None:
    """End a bearer token now."""
    with transaction():
        row = db.session.get_one(ApiToken, token.id, with_for_update=True, populate_existing=True)
        if row.revoked_at is None:
            row.revoked_at = now()
            record("accounts.revoke_token", row, by=by)


def invite(email: str, name: str, *, by: Actor) -> tuple[User, bool]:
    """The user with this address, or a new one who sets a password by the link in the mail; (user, is new)."""
    known = user_by_email(normal_email(email))
    if known is not None:
        return known, False
    # An invitation is proof enough of the address: the link in the mail confirms it.
    return create_user(email, name or email.partition("@")[0], by=by, confirmed=True), True


def set_active(user: User, active: bool, *, by: Actor) -> None:
    """Let a user sign in or not; raises InvalidInput for oneself, so that nobody locks themselves out.

    Closing ends every session at once, and what the person has lent; their own roles wait for them.
    """
    if by.user_id == user.id:
        raise InvalidInput(_l("You cannot close your own account."))
    with transaction():
        row = db.session.get_one(User, user.id, with_for_update=True, populate_existing=True)
        row.active = active
        if not active:
            row.fs_uniquifier = secrets.token_hex(32)
            _end(lent_by(row.id), by=by)
        record("accounts.set_active", row, by=by, after={"active": active})


def reset_second_factor(user: User, *, by: Actor) -> None:
    """Let somebody who has lost telephone and recovery codes sign in by password alone; ends their sessions.

    Raises InvalidInput for oneself: that goes by one's own account page, with the password.
    """
    if by.user_id == user.id:
        raise InvalidInput(_l("Use your own account page for this."))
    with transaction():
        row = db.session.get_one(User, user.id, with_for_update=True, populate_existing=True)
        row.tf_primary_method = row.tf_totp_secret = row.tf_last_counter = row.mf_recovery_codes = None
        row.fs_uniquifier = secrets.token_hex(32)
        record("accounts.reset_second_factor", row, by=by)


def change_profile(user: User, *, name: str, locale: str, by: Actor) -> None:
    """Change one's own name and language."""
    with transaction():
        row = db.session.get_one(User, user.id, with_for_update=True, populate_existing=True)
        row.name, row.locale = name, locale
        record("accounts.change_profile", row, by=by)
