"""The gates of the demonstration: a hall and a seminar area with capacities, a staff entrance, rules with hours, two devices.

The main entrance asks for the day only, so that whoever tries it in the evening is let in.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select, update

from fairs.accounts.models import User
from fairs.badges.models import Badge
from fairs.badges.service import code_of, revoke_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.checkin.devices import (
    DeviceDraft,
    DeviceReport,
    add_device,
    enrol_device,
    new_enrolment,
    note_report,
    set_pin,
)
from fairs.checkin.facts import fair_info
from fairs.checkin.ingest import take_events
from fairs.checkin.models import AccessZone, Gate, GateDevice, Visit
from fairs.checkin.queries import open_conflicts
from fairs.checkin.reading import Clock, read_events
from fairs.checkin.recounting import recount_tallies
from fairs.checkin.rulebook import row, staff_rows, standard_rows
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.demo.people import PASSWORD

_SEMINAR = ["importer", "hosted", "vip", "speaker", "press", "trade"]
#: So many of those who are at the fair sit in the seminar area: every third.
_SHARE = 3
#: Unlocks the supervisor's acts on devices of the demonstration.
PIN = "270915"


def load_gates(fair: Fair) -> None:
    """Halls, a door to the seminars and a staff entrance beside the two entrances there are; who is inside is in one of them."""
    hall = AccessZone(fair_id=fair.id, code="a", name_vi="Nhà triển lãm A", name_en="Hall A", capacity=2500)
    seminars = AccessZone(
        fair_id=fair.id, code="hoi-thao", name_vi="Khu hội thảo và giao thương", name_en="Seminars and meetings",
        capacity=_capacity(fair), is_inner=True,
    )  # fmt: skip
    db.session.add_all([hall, seminars])
    db.session.flush()
    for gate in db.session.scalars(select(Gate).where(Gate.fair_id == fair.id).order_by(Gate.code)):
        gate.zone_id = hall.id
        if gate.code == "g2":
            gate.rules = standard_rows(fair)
    db.session.add_all([
        Gate(fair_id=fair.id, code="g3", name_vi="Cửa khu hội thảo", name_en="Door to the seminars", direction="both",
             zone_id=seminars.id, rules=[row(["organiser", "service"]), row(_SEMINAR, "fair")]),
        Gate(fair_id=fair.id, code="nv", name_vi="Cổng nhân viên", name_en="Staff entrance", direction="both",
             zone_id=hall.id, unknown_signed="refuse", rules=staff_rows()),
    ])  # fmt: skip
    db.session.execute(
        update(Visit).where(Visit.fair_id == fair.id).values(zone_id=hall.id, passed_at=Visit.first_in_at)
    )
    inside = Visit.fair_id == fair.id, Visit.day == fair.today, Visit.inside_since.is_not(None), Visit.counts.is_(True)
    db.session.execute(update(Visit).where(*inside, Visit.badge_id % _SHARE == 0).values(zone_id=seminars.id))
    db.session.flush()
    recount_tallies(fair)


def load_devices(fair: Fair, users: dict[str, User]) -> int:
    """A device that works, one that keeps scans and is not heard of, and what both left to settle; gives back how many conflicts.

    All of it goes the way that devices go.
    """
    person = users["gate"]
    chief = Actor(person.id, person.name)
    set_pin(fair, person, PIN, PASSWORD, by=chief)
    main = _device(fair, "Máy cổng chính", "g1", chief, {"browser": "Chrome 141, Android 15", "persisted": True})
    side = _device(fair, "Máy cổng phụ", "g2", chief, {"browser": "Chrome 141, Android 13", "persisted": True})
    came = select(Visit.person_id).where(Visit.fair_id == fair.id, Visit.day == fair.today)
    twice, lost, wrong = db.session.scalars(
        select(Badge)
        .where(
            Badge.fair_id == fair.id, Badge.category == BadgeCategory.TRADE, Badge.state == BadgeState.ACTIVE,
            Badge.person_id.not_in(came),
        )
        .order_by(Badge.id)
        .limit(3)
    ).all()  # fmt: skip
    revoke_badge(lost, "Khách báo mất thẻ", by=chief, at=_at(fair, 4))
    _send(fair, side, [
        _scan(fair, "b1", "g2", code_of(lost), 8, verdict="welcome"), _scan(fair, "b2", "g2", code_of(twice), 12, verdict="welcome"),
    ])  # fmt: skip
    _send(fair, main, [
        _scan(fair, "a1", "g1", code_of(twice), 13, verdict="welcome"),
        _scan(fair, "a2", "g1", "8936012345678", 15, verdict="unknown"),
        _scan(fair, "a3", "g1", code_of(wrong), 16, verdict="welcome"),
        {"id": "demo-a4", "kind": "undo", "of": "demo-a3", "reason": "Quét nhầm thẻ", "acted_at": _at(fair, 21).isoformat()},
    ])  # fmt: skip
    note_report(main.id, DeviceReport(0, 400, {**main.facts, "gate": "g1", "badges": 900}))
    with transaction():
        side.backlog, side.clock_offset_ms, side.last_seen_at = 14, -1200, _at(fair, 12)
    return sum(open_conflicts(fair.id).values())


def _at(fair: Fair, minute: int) -> datetime:
    """So many minutes after nine today."""
    return fair.at(fair.today, time(9, minute))


def _device(fair: Fair, name: str, gate: str, by: Actor, facts: dict[str, Any]) -> GateDevice:
    device = add_device(fair, DeviceDraft(name, [gate], fair.starts_on, fair.ends_on), by=by)
    return enrol_device(new_enrolment(device, by=by), facts)[0]


def _scan(fair: Fair, mark: str, gate: str, code: str, minute: int, *, verdict: str) -> dict[str, Any]:
    return {
        "id": f"demo-{mark}", "code": code, "gate": gate, "direction": "in", "scanned_at": _at(fair, minute).isoformat(),
        "verdict": verdict,
    }  # fmt: skip


def _send(fair: Fair, device: GateDevice, raws: list[Any]) -> None:
    events = read_events(raws, fair_info(fair), Clock(now()), device=None)
    take_events(fair, events, by=Actor(None, device.name), device_id=device.id)


def _capacity(fair: Fair) -> int:
    """As many seats that the seminar area begins to fill up with those who sit there."""
    there = db.session.scalar(
        select(func.count()).select_from(Visit).where(
            Visit.fair_id == fair.id, Visit.day == fair.today, Visit.inside_since.is_not(None), Visit.counts.is_(True),
            Visit.badge_id % _SHARE == 0,
        )
    )  # fmt: skip
    return max(5, int(there or 0) * 100 // 84)
