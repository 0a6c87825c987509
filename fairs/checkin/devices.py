"""Devices at the gates: named and scoped by staff, enrolled by a code that is shown once, known by a token, revoked.

A device is no person: what it does stands in the history under its own name, and a supervisor's act on it under the
supervisor whose PIN unlocked it. What a revoked device still keeps is taken and put aside for the supervisor, never dropped.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_security import verify_password
from sqlalchemy import Select, String, cast, or_, select

from fairs.accounts.models import User
from fairs.accounts.queries import holders, may
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.checkin.errors import EnrolmentOver
from fairs.checkin.models import Gate, GateDevice, SupervisorPin
from fairs.checkin.permissions import MANAGE_GATES
from fairs.checkin.states import DeviceState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Forbidden, InvalidInput
from fairs.core.text import one_line
from fairs.core.tokens import digest, new_token

PREFIX = "gd_"
ENROL_MINUTES = 15
#: How often a device that works is noted as seen.
SEEN_EVERY = timedelta(minutes=1)
#: OWASP's figure for PBKDF2 with SHA-256. The verifier lies on devices: a phone needs half a second for one PIN.
PIN_ROUNDS = 600_000
_MOST_FACTS = 12


@dataclass(frozen=True, slots=True)
class DeviceHolder:
    """What a call of a device may rely on: columns only, for it is kept beyond the session that read them."""

    id: int
    fair_id: int
    name: str
    gate_codes: frozenset[str]
    valid_from: date
    valid_to: date
    is_revoked: bool

    def may_scan_at(self, gate_code: str) -> bool:
        """Whether the gate is in its scope."""
        return not self.gate_codes or gate_code in self.gate_codes

    def may_scan_on(self, day: date) -> bool:
        """Whether the day is in its scope."""
        return self.valid_from <= day <= self.valid_to


def holder_of(token: str) -> DeviceHolder | None:
    """The device of a token; of a revoked one as well, so that what it keeps can still be handed in."""
    row = db.session.scalar(select(GateDevice).where(GateDevice.token_digest == digest(token)))
    if row is None:
        return None
    return DeviceHolder(
        row.id, row.fair_id, row.name, frozenset(row.gate_codes), row.valid_from, row.valid_to,
        row.state is DeviceState.REVOKED,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeviceDraft:
    """A device as staff name it; without ``gate_codes`` it may scan at all gates of the fair."""

    name: str
    gate_codes: Sequence[str]
    valid_from: date
    valid_to: date


def _check(fair_id: int, draft: DeviceDraft) -> list[str]:
    if not one_line(draft.name):
        raise InvalidInput(_l("Give the device a name that stands on its back."), field="name")
    if draft.valid_to < draft.valid_from:
        raise InvalidInput(_l("The last day lies before the first."), field="valid_to")
    known = set(db.session.scalars(select(Gate.code).where(Gate.fair_id == fair_id)))
    if set(draft.gate_codes) - known:
        raise InvalidInput(_l("Please choose from the list."), field="gate_codes")
    return sorted(set(draft.gate_codes))


def add_device(fair: Fair, draft: DeviceDraft, *, by: Actor) -> GateDevice:
    """A device to be enrolled; raises InvalidInput."""
    gates = _check(fair.id, draft)
    with transaction():
        device = GateDevice(
            fair_id=fair.id, name=one_line(draft.name)[:60], gate_codes=gates, valid_from=draft.valid_from,
            valid_to=draft.valid_to, by_id=by.user_id,
        )  # fmt: skip
        db.session.add(device)
        db.session.flush()
        record("checkin.add_device", device, by=by, after={"name": device.name, "gates": gates})
        return device


def change_device(device: GateDevice, draft: DeviceDraft, *, by: Actor) -> GateDevice:
    """Another name or scope; raises InvalidInput. It holds from the device's next call."""
    gates = _check(device.fair_id, draft)
    with transaction():
        row = _locked(device.id)
        before = {"name": row.name, "gates": row.gate_codes, "from": row.valid_from, "to": row.valid_to}
        row.name, row.gate_codes = one_line(draft.name)[:60], gates
        row.valid_from, row.valid_to = draft.valid_from, draft.valid_to
        after = {"name": row.name, "gates": gates, "from": row.valid_from, "to": row.valid_to}
        if after != before:
            record("checkin.change_device", row, by=by, before=before, after=after)
        return row


def _locked(device_id: int) -> GateDevice:
    return db.session.get_one(GateDevice, device_id, with_for_update=True, populate_existing=True)


def new_enrolment(device: GateDevice, *, by: Actor) -> str:
    """A code that enrols this device once within a quarter of an hour; earlier ones open nothing any more.

    For a device in use: its token goes on working until the new code is used. Raises InvalidTransition when it is revoked.
    """
    token = new_token()
    with transaction():
        row = _locked(device.id)
        if row.state is not DeviceState.INVITED:
            row.move_to(DeviceState.INVITED)
        row.enrol_digest, row.enrol_until = digest(token), now() + timedelta(minutes=ENROL_MINUTES)
        record("checkin.invite_device", row, by=by)
    return token


def enrol_device(code: str, facts: dict[str, Any]) -> tuple[GateDevice, str]:
    """The device of an enrolment code and the token that it sends from now on; raises EnrolmentOver.

    The code works once. ``facts`` are what the browser says of itself.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction():
        row = db.session.scalar(select(GateDevice).where(GateDevice.enrol_digest == digest(code)).with_for_update())
        if row is None or row.state is not DeviceState.INVITED or row.enrol_until is None or row.enrol_until < now():
            raise EnrolmentOver
        row.move_to(DeviceState.ACTIVE)
        row.token_digest, row.enrol_digest, row.enrol_until = digest(token), None, None
        row.enrolled_at = row.last_seen_at = now()
        row.backlog, row.clock_offset_ms, row.facts = 0, None, _plain(facts)
        record("checkin.enrol_device", row, by=Actor(None, row.name))
        return row, token


def revoke_device(device: GateDevice, *, by: Actor) -> GateDevice:
    """The device scans nothing any more. What it hands in afterwards is kept for the supervisor and counts nothing."""
    with transaction():
        row = _locked(device.id)
        row.move_to(DeviceState.REVOKED)
        row.revoked_at, row.enrol_digest, row.enrol_until = now(), None, None
        record("checkin.revoke_device", row, by=by)
        return row


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What a device says of itself: events that it still keeps, its clock minus ours, storage and the like."""

    backlog: int
    clock_offset_ms: int | None
    facts: dict[str, Any]


def note_report(device_id: int, report: DeviceReport) -> None:
    """Keep what a device said of itself; at most once a minute unless its backlog came or went."""
    row = db.session.get_one(GateDevice, device_id)
    is_recent = row.last_seen_at is not None and now() - row.last_seen_at < SEEN_EVERY
    if is_recent and bool(row.backlog) is bool(report.backlog):
        return
    with transaction():
        row = _locked(device_id)
        row.last_seen_at, row.backlog, row.clock_offset_ms = now(), report.backlog, report.clock_offset_ms
        row.facts = _plain(report.facts)


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """A few short values: what a device says is shown to people, and must not grow."""
    kinds = (str, int, float, bool)
    return {
        str(key)[:30]: value[:200] if isinstance(value, str) else value
        for key, value in list(facts.items())[:_MOST_FACTS]
        if isinstance(value, kinds)
    }


# --- supervisors ------------------------------------------------------------------------------------------------------


def set_pin(fair: Fair, user: User, pin: str, password: str, *, by: Actor) -> SupervisorPin:
    """The PIN by which this person unlocks the supervisor's acts at the gates, online and offline.

    Raises Forbidden for who may not set up gates, InvalidInput for a wrong password or a PIN that is no six digits or too plain.
    """
    if not may(user, MANAGE_GATES, fair.id):
        raise Forbidden
    if not user.password or not verify_password(password, user.password):
        raise InvalidInput(_l("This password is wrong."), field="password")
    if len(pin) != 6 or not (pin.isascii() and pin.isdigit()):
        raise InvalidInput(_l("A PIN has six digits."), field="pin")
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise InvalidInput(_l("Choose a PIN that nobody tries first."), field="pin")
    salt = secrets.token_bytes(16)
    verifier = hashlib.pbkdf2_hmac("sha256", pin.encode("ascii"), salt, PIN_ROUNDS)
    with transaction():
        row = db.session.scalar(
            select(SupervisorPin)
            .where(SupervisorPin.fair_id == fair.id, SupervisorPin.user_id == user.id)
            .with_for_update()
        )
        if row is None:
            row = SupervisorPin(fair_id=fair.id, user_id=user.id)
            db.session.add(row)
        row.salt, row.verifier, row.rounds, row.changed_at, row.is_active = salt, verifier, PIN_ROUNDS, now(), True
        db.session.flush()
        record("checkin.set_pin", row, by=by)
        return row


def withdraw_pin(fair: Fair, user_id: int, *, by: Actor) -> bool:
    """The person's PIN unlocks nothing any more, once a device has asked again; False when there was none."""
    with transaction():
        row = db.session.scalar(
            select(SupervisorPin)
            .where(
                SupervisorPin.fair_id == fair.id, SupervisorPin.user_id == user_id, SupervisorPin.is_active.is_(True)
            )
            .with_for_update()
        )
        if row is None:
            return False
        row.is_active = False
        record("checkin.withdraw_pin", row, by=by)
        return True


def supervisors(fair_id: int) -> list[tuple[SupervisorPin, User]]:
    """Whose PIN unlocks the supervisor's acts: active PINs of people who may still set up this fair's gates."""
    allowed = {user.id for role in MANAGE_GATES.roles for user in holders(role, fair_id)}
    rows = db.session.execute(
        select(SupervisorPin, User)
        .join(User, User.id == SupervisorPin.user_id)
        .where(SupervisorPin.fair_id == fair_id, SupervisorPin.is_active.is_(True))
        .order_by(User.name, User.id)
    )
    return [(pin, user) for pin, user in rows if user.id in allowed]


def supervisor_of(fair_id: int, user_id: int | None) -> User | None:
    """The supervisor with this key, if their PIN unlocks anything at this fair."""
    if user_id is None:
        return None
    return next((user for _pin, user in supervisors(fair_id) if user.id == user_id), None)


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """What the list is narrowed to; empty means all. ``state`` is a state, or "silent"; ``gate`` the code of a gate that it may scan at."""

    text: str = ""
    state: str = ""
    gate: str = ""


def devices_matching(fair_id: int, wanted: DeviceFilter) -> Select[GateDevice]:
    """The fair's devices that fit the filter."""
    query = select(GateDevice).where(GateDevice.fair_id == fair_id)
    if wanted.text:
        query = query.where(GateDevice.name.icontains(wanted.text, autoescape=True))
    if wanted.state == "silent":
        query = query.where(GateDevice.state == DeviceState.ACTIVE, GateDevice.last_seen_at < now() - SILENT_AFTER)
    elif wanted.state:
        query = query.where(GateDevice.state == wanted.state)
    if wanted.gate:
        # A short list in JSON; without one the device may scan at all gates.
        codes = cast(GateDevice.gate_codes, String)
        query = query.where(or_(codes == "[]", codes.contains(json.dumps(wanted.gate), autoescape=True)))
    return query


def fair_of(device: GateDevice) -> Fair:
    """The fair at whose gates the device works."""
    return db.session.get_one(Fair, device.fair_id)


def device_by_id(fair_id: int, device_id: int) -> GateDevice | None:
    """The fair's device with this key."""
    return db.session.scalar(select(GateDevice).where(GateDevice.fair_id == fair_id, GateDevice.id == device_id))


#: A device that has not been heard of for so long is shown as silent.
SILENT_AFTER = timedelta(minutes=5)


def is_silent(device: GateDevice, moment: datetime | None = None) -> bool:
    """Whether a device in use has not been heard of lately."""
    moment = moment or now()
    return (
        device.state is DeviceState.ACTIVE
        and device.last_seen_at is not None
        and moment - device.last_seen_at > SILENT_AFTER
    )
