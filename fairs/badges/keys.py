"""The keys that sign a fair's badges: a new one for what is to come, and one that is withdrawn because others may have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select

from fairs.audit.service import record
from fairs.badges.events import KeyWithdrawn
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.service import check_printable, replace_badge, signing_key
from fairs.badges.states import BadgeState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.events import publish
from fairs.core.text import one_line


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """A key with the number of valid badges that it signed, and of all."""

    key: BadgeKey
    valid: int
    total: int

    @property
    def mark(self) -> str:
        """By which people tell keys apart: the beginning of the public half."""
        return self.key.public_key.hex()[:8]

    @property
    def is_in_use(self) -> bool:
        """Whether it signs what is issued now."""
        return self.key.retired_at is None


def keys_of(fair_id: int) -> list[KeyFigures]:
    """The fair's keys, the newest first; two statements."""
    counts = {
        key_id: (int(valid), int(total))
        for key_id, valid, total in db.session.execute(
            select(Badge.key_id, func.sum(case((Badge.state == BadgeState.ACTIVE, 1), else_=0)), func.count())
            .where(Badge.fair_id == fair_id)
            .group_by(Badge.key_id)
        )
    }
    keys = db.session.scalars(select(BadgeKey).where(BadgeKey.fair_id == fair_id).order_by(BadgeKey.id.desc()))
    return [KeyFigures(key, *counts.get(key.id, (0, 0))) for key in keys]


def key_of(fair_id: int, key_id: int) -> BadgeKey:
    """The fair's key; raises NotFound."""
    key = db.session.get(BadgeKey, key_id) if key_id < 2**63 else None
    if key is None or key.fair_id != fair_id:
        raise NotFound
    return key


def _said(reason: str) -> str:
    said = one_line(reason)[:200]
    if not said:
        raise InvalidInput(_l("Please fill this in."), field="reason")
    return said


def rotate_key(fair: Fair, reason: str, *, by: Actor) -> BadgeKey:
    """Sign with a new key from now on; what the old one signed stays good. Raises InvalidInput without a reason."""
    said = _said(reason)
    with transaction():
        old = signing_key(fair)
        old.retired_at, old.reason = now(), said
        db.session.flush()
        new = signing_key(fair)
        record("badges.rotate_key", new, by=by, before={"key": old.id}, after={"reason": said})
        return new


def withdraw_key(key: BadgeKey, reason: str, *, by: Actor) -> BadgeKey:
    """Take a key out of use because somebody else may have it; gives back the one that signs now.

    From now on its signature alone opens no gate. Badges that are on our list are still known until they are reissued: nobody makes
    their codes without having seen them. Raises InvalidInput without a reason, Conflict when it was withdrawn before.
    """
    said = _said(reason)
    with transaction():
        fair = db.session.get_one(Fair, key.fair_id, with_for_update=True, populate_existing=True)
        row = db.session.get_one(BadgeKey, key.id, with_for_update=True, populate_existing=True)
        if row.withdrawn_at is not None:
            raise Conflict(_l("This key was withdrawn before."))
        row.withdrawn_at, row.reason = now(), said
        row.retired_at = row.retired_at or row.withdrawn_at
        db.session.flush()
        new = signing_key(fair)
        record("badges.withdraw_key", row, by=by, after={"reason": said, "new": new.id})
        publish(KeyWithdrawn(row.id, new.id, said, by))
        return new


def check_reissue(badge: Badge) -> None:
    """Raise Conflict for a badge that needs no new code: it is revoked, or its key is in use."""
    check_printable(badge)
    if badge.key.retired_at is None:
        raise Conflict(_l("This badge is signed by the key in use."))


def reissue(badges: Sequence[Badge], *, by: Actor) -> list[Badge]:
    """New codes by the key in use for badges of an earlier one."""
    return [replace_badge(badge, str(_l("The key of the badges was changed")), by=by) for badge in badges]
