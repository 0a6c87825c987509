"""Which device makes a call: the bearer tokens of devices, for the hook that enforces permissions."""

from __future__ import annotations

from flask import g

from fairs.accounts.security import Pass, register_passes
from fairs.checkin.devices import PREFIX, DeviceHolder, holder_of
from fairs.checkin.errors import DeviceRevoked
from fairs.checkin.permissions import SCAN
from fairs.core.actor import Actor
from fairs.core.kept import kept
from fairs.core.tokens import digest

_known = kept("gate_devices")


def _find(token: str) -> Pass | None:
    found: Pass | None = _known.get(digest(token), lambda: _read(token))
    return found


def _read(token: str) -> Pass | None:
    holder = holder_of(token)
    if holder is None:
        return None
    return Pass(f"device:{holder.id}", holder.fair_id, frozenset({SCAN}), Actor(None, holder.name), holder)


register_passes(PREFIX, _find)


def calling_device() -> DeviceHolder | None:
    """The device that makes this call, revoked or not; None when a person or a program does."""
    found: Pass | None = g.get("bearer_pass")
    return found.holder if found is not None else None


def working_device() -> DeviceHolder | None:
    """As calling_device, for all but handing in scans; raises DeviceRevoked (401) for one that was revoked."""
    device = calling_device()
    if device is not None and device.is_revoked:
        raise DeviceRevoked
    return device
