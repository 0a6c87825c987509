"""What only a person can settle: noted with the scans that show it, once, however often those are handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, bindparam, select, text

from fairs.badges.models import Badge
from fairs.checkin.models import Scan
from fairs.checkin.states import ConflictKind, ConflictState
from fairs.core.clock import now
from fairs.core.db import UTCDateTime, db

_NOTE = text(
    "INSERT INTO scan_conflicts"
    " (fair_id, entry_id, kind, state, scan_id, other_scan_id, badge_id, device_id, detail, outcome, created_at)"
    " VALUES (:fair, :entry, :kind, :state, :scan, :other, :badge, :device, :detail, '', :at)"
    " ON CONFLICT (fair_id, entry_id) DO NOTHING"
).bindparams(bindparam("detail", type_=JSON), bindparam("at", type_=UTCDateTime))


@dataclass(slots=True)
class Found:
    """Something to settle. ``scan`` and ``other`` are ids of devices; ``near`` names the other scan by its wearer's day and time,
    ``code`` is the digest of an unknown code: of many scans of one code the first is noted."""

    kind: ConflictKind
    scan: str = ""
    badge_id: int | None = None
    device_id: int | None = None
    other: str = ""
    near: tuple[tuple[date, int], datetime] | None = None
    code: str = ""
    entry: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def entry_id(self) -> str:
        """What it is about: the same thing has the same id."""
        if self.entry:
            return f"{self.kind}:{self.entry}"[:80]
        return f"code:{self.code}" if self.code else f"{self.kind}:{self.scan}"


def note_conflicts(fair_id: int, found: Sequence[Found]) -> None:
    """Keep what has to be settled; what is known already stays as it is. Inside transaction(), after the scans are kept."""
    connection, moment = db.session.connection(), now()
    wanted = {name for one in found for name in (one.scan, one.other) if name}
    keys: dict[str, int] = {}
    if wanted:
        query = select(Scan.scan_id, Scan.id).where(Scan.fair_id == fair_id, Scan.scan_id.in_(wanted))
        keys = {name: key for name, key in connection.execute(query)}  # noqa: C416
    rows = [
        {
            "fair": fair_id, "entry": one.entry_id, "kind": str(one.kind), "state": str(ConflictState.OPEN),
            "scan": keys.get(one.scan), "other": keys.get(one.other) or _near(fair_id, one, keys.get(one.scan)),
            "badge": one.badge_id, "device": one.device_id, "detail": one.detail, "at": moment,
        }
        for one in sorted(found, key=lambda each: each.entry_id)
    ]  # fmt: skip
    connection.execute(_NOTE, rows)


def _near(fair_id: int, one: Found, own_key: int | None) -> int | None:
    if one.near is None:
        return None
    (day, person), moment = one.near
    query = (
        select(Scan.id)
        .join(Badge, Badge.id == Scan.badge_id)
        .where(
            Scan.fair_id == fair_id, Scan.day == day, Badge.person_id == person, Scan.scanned_at == moment,
            Scan.id != (own_key or 0),
        )
        .order_by(Scan.id.desc())
    )  # fmt: skip
    return db.session.scalars(query).first()
