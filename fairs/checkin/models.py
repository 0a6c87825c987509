"""Zones, gates, the devices at them, scans (append-only) and visits (one per person and day)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.checkin.states import (
    CONFLICT_TRANSITIONS,
    DEVICE_TRANSITIONS,
    ActKind,
    ConflictKind,
    ConflictState,
    CountSource,
    DeviceState,
    Verdict,
)
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.states import HasState


class AccessZone(Record):
    """A hall or area with a known capacity, which gates lead into. ``warn_at`` is a share of the capacity in percent."""

    __tablename__ = "access_zones"
    __table_args__ = (UniqueConstraint("fair_id", "code"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    code: Mapped[str] = mapped_column(String(20))
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    capacity: Mapped[int | None]  # people at once; None when nobody has set it
    warn_at: Mapped[int] = mapped_column(default=80)
    is_paused: Mapped[bool] = mapped_column(default=False)  # a supervisor stopped entry, whatever the count says

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class Gate(Record):
    """A place where badges are scanned. ``rules`` are judged by ``rules.py``, first match decides; empty means the standard ones."""

    __tablename__ = "gates"
    __table_args__ = (UniqueConstraint("fair_id", "code"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    code: Mapped[str] = mapped_column(String(20))
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    direction: Mapped[str] = mapped_column(String(5), default="in")  # in | out | both
    is_open: Mapped[bool] = mapped_column(default=True)
    count_method: Mapped[str] = mapped_column(String(300), default="")  # how people without badges are counted here
    zone_id: Mapped[int | None] = mapped_column(
        ForeignKey("access_zones.id")
    )  # where who enters is then; None: the fair as such
    unknown_signed: Mapped[str] = mapped_column(
        String(6), default="admit"
    )  # a truly signed badge not heard of yet: admit | refuse
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    zone: Mapped[AccessZone | None] = relationship()

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class CountEntry(Record):
    """People counted at a gate without names: a few presses, a paper tally, a turnstile's reading, or a correction.

    Never changed: a mistake is followed by a correction with a negative or positive ``change``. The sum by gate, day and
    hour stands in ``visitors.PublicCount``. ``entry_id`` is made by the device, so that a repeated upload is known.
    """

    __tablename__ = "count_entries"
    __table_args__ = (
        UniqueConstraint("fair_id", "entry_id"),
        Index("ix_count_entries_fair_day", "fair_id", "day", "id"),
    )

    entry_id: Mapped[str] = mapped_column(String(40))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gates.id"), index=True)
    day: Mapped[date]
    hour: Mapped[int]
    change: Mapped[int]
    source: Mapped[CountSource] = mapped_column(StateType(CountSource))
    note: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    gate: Mapped[Gate] = relationship()


class GateDevice(HasState, Record):
    """A telephone or scanner that was enrolled by a QR code: what it may scan where and when, and how it does.

    ``token_digest`` is of the token that it sends with each call; ``enrol_digest`` of the code that it is enrolled with, once.
    """

    __tablename__ = "gate_devices"
    __table_args__ = (
        UniqueConstraint("token_digest"),
        UniqueConstraint("enrol_digest"),
        Index("ix_gate_devices_fair", "fair_id", "state", "id"),
    )
    TRANSITIONS = DEVICE_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(60))
    state: Mapped[DeviceState] = mapped_column(StateType(DeviceState), default=DeviceState.INVITED)
    gate_codes: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: all gates
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    token_digest: Mapped[str | None] = mapped_column(String(64))
    enrol_digest: Mapped[str | None] = mapped_column(String(64))
    enrol_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    enrolled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    backlog: Mapped[int] = mapped_column(default=0)  # events that it said it still keeps
    clock_offset_ms: Mapped[int | None]  # its clock minus ours
    facts: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # what it said of itself: browser, storage, battery
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SupervisorPin(Record):
    """Whose PIN unlocks the supervisor's acts at the gates of a fair, online and offline (PBKDF2, salted)."""

    __tablename__ = "supervisor_pins"
    __table_args__ = (UniqueConstraint("fair_id", "user_id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    verifier: Mapped[bytes] = mapped_column(LargeBinary(32))
    rounds: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_active: Mapped[bool] = mapped_column(default=True)


class Scan(Record):
    """One code at one gate, never changed. ``scan_id`` is made by the device, so that a repeated upload is known.

    ``code_digest`` is a hash of what was read: an unknown code is kept, but nothing that opens a gate is.
    A rehearsal's scans are kept apart by ``is_rehearsal`` and never counted.
    """

    __tablename__ = "scans"
    __table_args__ = (
        UniqueConstraint("fair_id", "scan_id"),
        Index("ix_scans_fair_time", "fair_id", "scanned_at"),
        Index("ix_scans_badge_day", "badge_id", "day", "id"),
    )

    scan_id: Mapped[str] = mapped_column(String(40))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gates.id"), index=True)
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    code_digest: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(60), default="")
    seq: Mapped[int] = mapped_column(default=0)
    method: Mapped[str] = mapped_column(String(10), default="camera")  # camera | scanner | typed | api
    direction: Mapped[str] = mapped_column(String(5))
    day: Mapped[date]
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    verdict: Mapped[Verdict] = mapped_column(StateType(Verdict))
    counted: Mapped[bool] = mapped_column(default=False)  # whether this scan made a visit that counts
    is_rehearsal: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("gate_devices.id"))
    device_time: Mapped[datetime | None] = mapped_column(
        UTCDateTime
    )  # by the device's own clock; scanned_at is corrected
    device_verdict: Mapped[str | None] = mapped_column(String(20))  # what the guard was shown without a network
    sealed_code: Mapped[bytes | None] = mapped_column(
        LargeBinary
    )  # encrypted, of unknown codes only: judged again when known

    badge: Mapped[Badge | None] = relationship()
    gate: Mapped[Gate] = relationship()


class ScanAct(Record):
    """What a person did to a scan or at a gate: undone, admitted in spite of the verdict, a blank bound … Append-only.

    ``act_id`` is made by the device, in one series with scan ids. ``supervisor_id`` is whose PIN unlocked it.
    """

    __tablename__ = "scan_acts"
    __table_args__ = (
        UniqueConstraint("fair_id", "act_id"),
        Index("ix_scan_acts_scan", "scan_id"),
        Index("ix_scan_acts_fair_time", "fair_id", "acted_at"),
    )

    act_id: Mapped[str] = mapped_column(String(40))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gates.id"))
    kind: Mapped[ActKind] = mapped_column(StateType(ActKind))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"))
    of_scan_id: Mapped[str] = mapped_column(
        String(40), default=""
    )  # as the device named it; may arrive before the scan
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("gate_devices.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    acted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    device_time: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(30), default="done")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ScanConflict(HasState, Record):
    """Something at the gates that only a person can settle: one badge at two gates, admitted though revoked meanwhile …"""

    __tablename__ = "scan_conflicts"
    __table_args__ = (
        UniqueConstraint("kind", "scan_id"),
        Index("ix_scan_conflicts_fair_state", "fair_id", "state", "id"),
    )
    TRANSITIONS = CONFLICT_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[ConflictKind] = mapped_column(StateType(ConflictKind))
    state: Mapped[ConflictState] = mapped_column(StateType(ConflictState), default=ConflictState.OPEN)
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"))
    other_scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"))
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("gate_devices.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    outcome: Mapped[str] = mapped_column(String(300), default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    scan: Mapped[Scan | None] = relationship(foreign_keys=[scan_id])
    other_scan: Mapped[Scan | None] = relationship(foreign_keys=[other_scan_id])
    badge: Mapped[Badge | None] = relationship()


class Visit(Record):
    """A person at a fair on a day: counted once, however often they come and go (UFI definition of a visit)."""

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("fair_id", "day", "person_id"),
        Index("ix_visits_fair_category", "fair_id", "category", "day"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    day: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    badge_id: Mapped[int] = mapped_column(ForeignKey("badges.id"))
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    counts: Mapped[bool]  # whether the category counts as a visitor
    country: Mapped[str] = mapped_column(String(2), default="")
    first_in_at: Mapped[datetime] = mapped_column(UTCDateTime)
    inside_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the latest leaving: scans may arrive out of order


class VisitTally(Record):
    """Visits of a fair by day, hour of the first entry (fair's clock), category and country: kept with each scan, so that
    figures need no count over visits. ``people`` are those who came for the first time at this fair."""

    __tablename__ = "visit_tallies"
    __table_args__ = (UniqueConstraint("fair_id", "day", "hour", "category", "country"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    day: Mapped[date]
    hour: Mapped[int]
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    country: Mapped[str] = mapped_column(String(2), default="")
    counts: Mapped[bool]
    visits: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)


class GateTally(Record):
    """What passed a gate on a day: scans that let in or out, refusals, and the latest."""

    __tablename__ = "gate_tallies"
    __table_args__ = (UniqueConstraint("gate_id", "day"), Index("ix_gate_tallies_fair_day", "fair_id", "day"))

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gates.id"))
    day: Mapped[date]
    passed_in: Mapped[int] = mapped_column(default=0)
    passed_out: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ZoneTally(Record):
    """Who is in a zone now, by the scans of a day. ``zone_id`` is None for the fair as a whole; ``unsure`` are people whose
    leaving or entering is in doubt (out without in, in without out, late uploads)."""

    __tablename__ = "zone_tallies"
    __table_args__ = (
        UniqueConstraint("fair_id", "zone_id", "day"),
        Index("uq_zone_tallies_fair", "fair_id", "day", unique=True, sqlite_where=text("zone_id IS NULL"),
              postgresql_where=text("zone_id IS NULL")),
    )  # fmt: skip

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("access_zones.id"))
    day: Mapped[date]
    inside: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
