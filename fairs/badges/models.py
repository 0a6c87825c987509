"""Badges, the keys that sign their codes, and what badges look like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.states import TRANSITIONS, BadgeCategory, BadgeState, LayoutState
from fairs.core.clock import now
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
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
        Index("ix_badges_fair_numbers", "fair_id", "reference", "short_code"),
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
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))  # a JPEG, three by four

    person: Mapped[Person] = relationship()
    company: Mapped[Company | None] = relationship()
    key: Mapped[BadgeKey] = relationship()
    photo: Mapped[StoredFile | None] = relationship()


_DEFAULT_SQL = text("is_default AND archived_at IS NULL")
_DRAFT_SQL = text("published_at IS NULL")


class BadgeLayout(Record):
    """A layout of a fair's badges: for some categories, or (``is_default``) for all that no other layout names."""

    __tablename__ = "badge_layouts"
    __table_args__ = (
        Index("ix_badge_layouts_fair", "fair_id", "id"),
        Index(
            "uq_badge_layouts_default", "fair_id", unique=True, sqlite_where=_DEFAULT_SQL, postgresql_where=_DEFAULT_SQL
        ),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(120))
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_default: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    versions: Mapped[list[BadgeLayoutVersion]] = relationship(
        back_populates="layout", order_by="BadgeLayoutVersion.number", cascade="all, delete-orphan"
    )
    pictures: Mapped[list[BadgeLayoutPicture]] = relationship(
        back_populates="layout", order_by="BadgeLayoutPicture.id", cascade="all, delete-orphan"
    )

    @property
    def newest(self) -> BadgeLayoutVersion:
        """The version that is edited: the draft, or where there is none the one in use."""
        return self.versions[-1]

    @property
    def published(self) -> BadgeLayoutVersion | None:
        """The version in use, None before the first publication."""
        return next((one for one in reversed(self.versions) if one.published_at is not None), None)


class BadgeLayoutVersion(Record):
    """A version of a layout (``layouts.Layout`` as JSON). Only a draft changes; ``revision`` counts its savings."""

    __tablename__ = "badge_layout_versions"
    __table_args__ = (
        UniqueConstraint("layout_id", "number"),
        Index("uq_badge_layout_drafts", "layout_id", unique=True, sqlite_where=_DRAFT_SQL, postgresql_where=_DRAFT_SQL),
    )

    layout_id: Mapped[int] = mapped_column(ForeignKey("badge_layouts.id"))
    number: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    layout: Mapped[BadgeLayout] = relationship(back_populates="versions")

    @property
    def state(self) -> LayoutState:
        """Draft or published."""
        return LayoutState.PUBLISHED if self.published_at else LayoutState.DRAFT

    @property
    def mark(self) -> str:
        """What an editor gives back when it saves (``based_on``): it differs as soon as somebody else has saved."""
        return f"{self.number}.{self.revision}"


class BadgeLayoutPicture(Record):
    """A picture that a layout's logos may name, by the SHA-256 of its content."""

    __tablename__ = "badge_layout_pictures"
    __table_args__ = (UniqueConstraint("layout_id", "digest"),)

    layout_id: Mapped[int] = mapped_column(ForeignKey("badge_layouts.id"))
    digest: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), index=True)

    layout: Mapped[BadgeLayout] = relationship(back_populates="pictures")
    file: Mapped[StoredFile] = relationship()
