"""Links of mails and slips: a long random address part opens one record's own page, without an account.

Only the hash of a token is kept, so a mail that is sent again carries a new link; the earlier ones stay valid, for
they may be on somebody's phone.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, Select, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.clock import now
from fairs.core.db import Record, UTCDateTime, db, in_transaction
from fairs.core.errors import DomainError, NotFound
from fairs.core.tokens import digest, new_token

R = TypeVar("R", bound=Record)


class LinkExpired(DomainError):
    """The link was ours once, but its time is over."""

    code = "link_expired"
    status = 410
    message = _l("This link is no longer valid. Register again with the same e-mail address and you get a new one.")


class AccessLink(Record):
    """A token's hash and the record that it opens."""

    __tablename__ = "access_links"
    __table_args__ = (Index("ix_access_links_subject", "subject_type", "subject_id"),)

    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


def new_link(subject: Record, *, expires_at: datetime) -> str:
    """A new token for the record's own page, valid until ``expires_at``; inside transaction(). Never seen again."""
    if not in_transaction():
        raise RuntimeError("new_link() needs transaction()")
    token = new_token()
    db.session.add(
        AccessLink(
            subject_type=type(subject).__name__, subject_id=subject.id, token_hash=digest(token), expires_at=expires_at
        )
    )
    return token


def linked(token: str, kind: type[R]) -> R:
    """The record of ``kind`` that the token opens; raises NotFound and LinkExpired."""
    link = db.session.scalar(select(AccessLink).where(AccessLink.token_hash == digest(token)))
    record = db.session.get(kind, link.subject_id) if link and link.subject_type == kind.__name__ else None
    if link is None or record is None:
        raise NotFound
    if link.expires_at <= now():
        raise LinkExpired
    return record


def extend_links(kind: type[Record], subject_ids: Select[int], until: datetime) -> None:
    """Let the links of these records live until ``until`` at least; inside transaction()."""
    db.session.execute(
        update(AccessLink)
        .where(
            AccessLink.subject_type == kind.__name__, AccessLink.subject_id.in_(subject_ids), AccessLink.expires_at < until
        )
        .values(expires_at=until)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def close_links(subject: Record) -> None:
    """Make every link of the record open nothing any more; inside transaction()."""
    db.session.execute(
        delete(AccessLink).where(AccessLink.subject_type == type(subject).__name__, AccessLink.subject_id == subject.id)
    )
