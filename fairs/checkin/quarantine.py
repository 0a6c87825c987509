"""Codes that nobody knew when they were scanned: kept sealed, and judged again when they become known."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import InvalidToken
from sqlalchemy import bindparam, select, update

from fairs.badges.queries import ScannedBadge, find_by_codes
from fairs.calendar.models import Fair
from fairs.checkin.days import refold
from fairs.checkin.facts import FairInfo, fair_info
from fairs.checkin.models import Scan, ScanConflict
from fairs.checkin.states import ConflictState
from fairs.checkin.tallies import Changes
from fairs.core.clock import now
from fairs.core.crypto import decrypt, keyed_digest
from fairs.core.db import db, transaction

_AT_ONCE = 500
_KNOWN = (
    update(Scan.__table__)  # type: ignore[arg-type]
    .where(Scan.id == bindparam("key"))
    .values(badge_id=bindparam("badge"), sealed_code=None)
)


def rejudge_unknown(fair: Fair) -> int:
    """Judge again what was unknown: where the code is a badge of this fair by now, the scan is its wearer's, at its own time.

    What the guard was told stays as it was: who was let in has a visit, who was sent away has none. Gives back the number of scans.
    """
    info = fair_info(fair)
    with transaction():
        return rejudge_in(info)


def rejudge_in(info: FairInfo) -> int:
    """As rejudge_unknown. Inside transaction()."""
    count, after = 0, 0
    while True:
        rows = db.session.execute(
            select(Scan.id, Scan.sealed_code, Scan.day)
            .where(Scan.fair_id == info.id, Scan.sealed_code.is_not(None), Scan.id > after)
            .order_by(Scan.id)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return count
        after = rows[-1][0]
        codes = {key: _opened(sealed) for key, sealed, _day in rows if sealed}
        badges = find_by_codes({code for code in codes.values() if code}, lock=True)
        known = [
            (key, day, badges[codes[key]])
            for key, _sealed, day in rows
            if codes.get(key) in badges and badges[codes[key]].fair_id == info.id
        ]
        if known:
            count += len(known)
            db.session.connection().execute(_KNOWN, [{"key": key, "badge": badge.id} for key, _day, badge in known])
            changes = Changes(info.id, info.zone)
            refold(info, {(day, badge.person_id) for _key, day, badge in known}, changes)
            changes.write()
            _settle(info.id, {codes[key]: badge for key, _day, badge in known})


def _opened(sealed: bytes) -> str:
    try:
        return decrypt(sealed).decode()
    except InvalidToken:  # of a key that this installation does not have any more
        return ""


def _settle(fair_id: int, known: dict[str, ScannedBadge]) -> None:
    entries = {f"code:{keyed_digest(code)}": badge for code, badge in known.items()}
    rows: Sequence[ScanConflict] = db.session.scalars(
        select(ScanConflict)
        .where(
            ScanConflict.fair_id == fair_id, ScanConflict.entry_id.in_(entries), ScanConflict.state == ConflictState.OPEN
        )
        .order_by(ScanConflict.id)
        .with_for_update()
    ).all()  # fmt: skip
    for row in rows:
        badge = entries[row.entry_id]
        row.move_to(ConflictState.SETTLED)
        row.badge_id, row.settled_at, row.outcome = badge.id, now(), f"known:{badge.reference}"
    db.session.flush()
