"""Badges and the keys that sign their codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.states import TRANSITIONS, BadgeCategory, BadgeState
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.directory.models import Company, Person


class BadgeKey(Record):
    """An Ed25519 key of a fair. The private half is encrypted with a key from the settings.

    ``retired_at``: signs nothing new, but what it signed stays good. ``withdrawn_at``: somebody else may have it, so its
    signature alone opens nothing any more.
    """

    __tablename__ = "badge_keys"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    private_key: Mapped[bytes] = mapped_column(LargeBinary(400))
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="")  # why it was retired or withdrawn


class Badge(HasState, Record):
    """A person's badge at a fair. ``serial`` is all that the QR code says of it, with the signature over it."""

    __tablename__ = "badges"
    __table_args__ = (
        UniqueConstraint("serial"),
        UniqueConstraint("short_code"),
        UniqueConstraint("fingerprint"),
        Index("ix_badges_fair_id_id", "fair_id", "id"),
        Index("ix_badges_fair_category", "fair_id", "category", "id"),
        Index("ix_badges_fair_changed", "fair_id", "changed_at"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-P-00001
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    state: Mapped[BadgeState] = mapped_column(StateType(BadgeState), default=BadgeState.ACTIVE)
    serial: Mapped[bytes] = mapped_column(LargeBinary(12))
    short_code: Mapped[str] = mapped_column(String(24))
    fingerprint: Mapped[str] = mapped_column(String(32))  # finds the badge after a Vietnamese keyboard mangled its code
    typed_digest: Mapped[bytes] = mapped_column(
        LargeBinary(8), default=b""
    )  # slow salted digest of short_code, for devices
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=now)  # by what a gate must know
    key_id: Mapped[int] = mapped_column(ForeignKey("badge_keys.id"), index=True)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoke_reason: Mapped[str] = mapped_column(String(200), default="")
    printed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
    company: Mapped[Company | None] = relationship()
    key: Mapped[BadgeKey] = relationship()
