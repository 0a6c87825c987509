"""Users, the roles they hold, and their API tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_security import AsaList, UserMixin
from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.clock import now
from fairs.core.db import BigKey, Record, StateType, UTCDateTime
from fairs.core.permissions import Role


class Codes(AsaList):
    """Recovery codes in one text. Flask-Security's type, which does not say that statements with it may be cached."""

    cache_ok = True


class User(UserMixin, Record):
    """A person who signs in. The field names of the second block are Flask-Security's."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str | None] = mapped_column(String(5))

    email: Mapped[str] = mapped_column(String(255), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(Codes()))

    grants: Mapped[list[RoleGrant]] = relationship(back_populates="user", foreign_keys="RoleGrant.user_id")

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]
        """Flask-Security's own roles are not used; see RoleGrant."""
        return []


class RoleGrant(Record):
    """A role of a user: for one fair, or (fair_id empty) for the whole system.

    A lent role names its lender and ends; acts then show "A for B".
    """

    __tablename__ = "role_grants"
    __table_args__ = (Index("ix_role_grants_user", "user_id", "fair_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[Role] = mapped_column(StateType(Role))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"), index=True)
    lent_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    user: Mapped[User] = relationship(foreign_keys=[user_id], back_populates="grants")
    lent_by: Mapped[User | None] = relationship(foreign_keys=[lent_by_id])

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.ends_at is None or self.ends_at > now()

    @property
    def last_moment(self) -> datetime | None:
        """The last moment at which it is held: a role until the end of a day is shown with that day."""
        return None if self.ends_at is None else self.ends_at - timedelta(seconds=1)


class ApiToken(Record):
    """A bearer token of the REST API; only its hash is kept."""

    __tablename__ = "api_tokens"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()
