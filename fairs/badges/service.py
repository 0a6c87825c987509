"""Issuing, replacing and revoking badges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.badges.codes import fingerprint, new_serial, short_code, sign, typed_digest
from fairs.badges.errors import ReprintNeedsReason
from fairs.badges.events import BadgeReplaced, BadgesPrinted
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.reprints import ReprintReason
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.errors import FairCancelled
from fairs.calendar.models import Fair
from fairs.core import crypto
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.events import publish
from fairs.core.sequences import next_references
from fairs.core.text import one_line
from fairs.directory.models import Company, Person


def signing_key(fair: Fair) -> BadgeKey:
    """The fair's key in use, made when the first badge needs it. Inside transaction()."""
    # The fair's row is the lock: two first badges at once must not make two keys.
    db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
    key = db.session.scalars(
        select(BadgeKey).where(BadgeKey.fair_id == fair.id, BadgeKey.retired_at.is_(None)).order_by(BadgeKey.id.desc())
    ).first()
    if key is None:
        private = Ed25519PrivateKey.generate()
        key = BadgeKey(
            fair_id=fair.id,
            public_key=private.public_key().public_bytes_raw(),
            private_key=crypto.encrypt(private.private_bytes_raw()),
        )
        db.session.add(key)
        db.session.flush()
    return key


def private_key(key: BadgeKey) -> Ed25519PrivateKey:
    """The private half, decrypted."""
    return Ed25519PrivateKey.from_private_bytes(crypto.decrypt(key.private_key))


def issue_badge(
    fair: Fair, person: Person, category: BadgeCategory, *, company: Company | None = None, by: Actor
) -> Badge:
    """The person's badge in a category at a fair: the valid one there is, else a new one; raises FairCancelled."""
    return issue_badges(fair, [(person, category, company)], by=by)[0]


def issue_badges(
    fair: Fair, holders: Sequence[tuple[Person, BadgeCategory, Company | None]], *, by: Actor
) -> list[Badge]:
    """As issue_badge for each holder (a person once), in their order, in one transaction."""
    with transaction():
        key = signing_key(fair)
        if fair.is_cancelled:
            raise FairCancelled
        found = db.session.scalars(
            select(Badge)
            .where(
                Badge.fair_id == fair.id,
                Badge.person_id.in_([person.id for person, *_rest in holders]),
                Badge.state == BadgeState.ACTIVE,
            )
            .order_by(Badge.id.desc())
        )
        known = {(badge.person_id, badge.category): badge for badge in found}
        missing = [holder for holder in holders if (holder[0].id, holder[1]) not in known]
        for badge in _new(fair, key, missing, by):
            known[badge.person_id, badge.category] = badge
        return [known[person.id, category] for person, category, _company in holders]


def ready_codes(key: BadgeKey, n: int) -> list[ReadyCode]:
    """New codes signed by a key, for paper that is printed before anybody wears it."""
    private = private_key(key)
    return [_ready(private, key.id) for _ in range(n)]


def _ready(private: Ed25519PrivateKey, key_id: int) -> ReadyCode:
    serial = new_serial(private)
    return ReadyCode(serial, short_code(serial), fingerprint(sign(serial, private)), key_id)


def _new(
    fair: Fair,
    key: BadgeKey,
    holders: Sequence[tuple[Person, BadgeCategory, Company | None]],
    by: Actor,
    codes: Sequence[ReadyCode] = (),
) -> list[Badge]:
    if not holders:
        return []
    made = []
    for reference, (person, category, company), code in zip(
        next_references(fair.code, "P", len(holders)), holders, codes or ready_codes(key, len(holders)), strict=True
    ):
        made.append(
            Badge(
                fair_id=fair.id, person_id=person.id, company_id=company.id if company else None,
                reference=reference, category=category, state=BadgeState.ACTIVE, serial=code.serial,
                short_code=code.short_code, fingerprint=code.fingerprint, typed_digest=typed_digest(code.short_code),
                key_id=code.key_id,
            )
        )  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    for badge in made:
        record("badges.issue", badge, by=by, after={"category": badge.category})
    return made


def code_of(badge: Badge) -> str:
    """The 114 characters of the badge's QR code. Signing is deterministic, so the code itself need not be kept."""
    return sign(badge.serial, private_key(badge.key))


def revoke_badge(badge: Badge, reason: str, *, by: Actor, at: datetime | None = None) -> Badge:
    """Make a badge open nothing from now (or from ``at``) on; raises InvalidTransition when it is revoked already."""
    with transaction():
        row = db.session.get_one(Badge, badge.id, with_for_update=True, populate_existing=True)
        row.move_to(BadgeState.REVOKED)
        row.revoked_at, row.changed_at = at or now(), now()
        row.revoke_reason = reason[:200]
        record("badges.revoke", row, by=by, after={"reason": reason})
        return row


@dataclass(frozen=True, slots=True)
class ReadyCode:
    """A code that was signed and printed before it had a wearer: that of a blank."""

    serial: bytes
    short_code: str
    fingerprint: str
    key_id: int


def replace_badge(
    badge: Badge, reason: str, *, by: Actor, code: ReadyCode | None = None, at: datetime | None = None
) -> Badge:
    """A new badge with a new code (or the one of a blank) for the same person; the old one is revoked and names its successor.

    ``at`` is when it happened, for what a device reports later. Raises InvalidTransition when it is revoked already.
    """
    with transaction():
        # The fair first, as issuing does: the other order could deadlock.
        fair = db.session.get_one(Fair, badge.fair_id)
        key = signing_key(fair)
        old = revoke_badge(badge, reason, by=by, at=at)
        [new] = _new(fair, key, [(old.person, old.category, old.company)], by, [code] if code else [])
        old.replaced_by_id, old.changed_at = new.id, now()
        new.photo_id = old.photo_id
        db.session.flush()
        publish(BadgeReplaced(old.id, new.id, by))
        return new


def name_successor(old: Badge, new: Badge, *, by: Actor) -> None:
    """Note that a revoked badge was replaced by another person's: a colleague took the place. Gates then say so."""
    with transaction():
        row = db.session.get_one(Badge, old.id, with_for_update=True, populate_existing=True)
        if row.state is not BadgeState.REVOKED or row.fair_id != new.fair_id:
            raise Conflict
        row.replaced_by_id, row.changed_at = new.id, now()
        record("badges.hand_over", row, by=by, after={"to": new.reference})


def in_force(badge: Badge) -> Badge:
    """The badge that stands at the end of a chain of replacements: itself where it was never replaced."""
    seen = {badge.id}
    while badge.replaced_by_id is not None and badge.replaced_by_id not in seen:
        badge = db.session.get_one(Badge, badge.replaced_by_id)
        seen.add(badge.id)
    return badge


def check_printable(badge: Badge) -> None:
    """Raise Conflict for a badge that mark_printed leaves out: it is revoked."""
    if badge.state is not BadgeState.ACTIVE:
        raise Conflict(_l("This badge is revoked and opens no gate: there is nothing to print."))


def check_printing(badge: Badge, reason: str = "") -> None:
    """Raise what forbids to print a badge: Conflict (revoked), InvalidInput (``reason``), ReprintNeedsReason when it was printed before."""
    check_printable(badge)
    if reason and reason not in set(ReprintReason):
        raise InvalidInput(field="reason")
    if badge.printed_at is not None and not reason:
        raise ReprintNeedsReason(field="reason")


def mark_printed(badges: Sequence[Badge], *, reason: str = "", note: str = "", by: Actor) -> int:
    """Note that these badges were printed now; gives back how many had not been before. Revoked ones are left out.

    ``reason`` (a ReprintReason) and ``note`` say why those that had been printed before were printed again.
    """
    ids = [badge.id for badge in badges]
    with transaction():
        rows = db.session.scalars(
            select(Badge)
            .where(Badge.id.in_(ids), Badge.state == BadgeState.ACTIVE)
            .order_by(Badge.id)
            .with_for_update()
        ).all()
        first = [row for row in rows if row.printed_at is None]
        again = [row for row in rows if row.printed_at is not None]
        for row in rows:
            row.printed_at = now()
        for row in first:
            record("badges.print", row, by=by)
        for row in again if reason else ():
            record("badges.reprint", row, by=by, after={"reason": reason, "note": one_line(note)[:200]})
        publish(BadgesPrinted(tuple(row.id for row in rows), by))
        return len(first)


def unmark_printed(badge: Badge, kept: Mapping[str, Any], by: Actor) -> None:
    """Take back that a badge was printed; ``kept`` holds the moment it had been printed before, as ISO text, or nothing.

    Raises Conflict when it is another badge by now (it was replaced).
    """
    with transaction():
        row = db.session.get_one(Badge, badge.id, with_for_update=True, populate_existing=True)
        if row.id != kept["badge"]:
            raise Conflict
        row.printed_at = datetime.fromisoformat(kept["printed_at"]) if kept["printed_at"] else None
        record("badges.unprint", row, by=by)
