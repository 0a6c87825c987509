"""The list of gate devices: its address, its order, its spreadsheet, and taking many out of use at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.checkin.devices import DeviceFilter, devices_matching, is_silent, revoke_device
from fairs.checkin.models import GateDevice
from fairs.checkin.permissions import MANAGE_GATES
from fairs.checkin.queries import gates_of
from fairs.checkin.states import DeviceState
from fairs.core.actor import Actor
from fairs.core.lists import Args, BulkAction, Key, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean

_LAST: tuple[Key, ...] = ((GateDevice.name, False), (GateDevice.id, False))
_ORDERS: dict[str, tuple[Key, ...]] = {
    # Devices in use first, revoked ones last: the states' names happen to stand in this order.
    "": ((GateDevice.state, False), *_LAST),
    "name": _LAST,
    "-name": ((GateDevice.name, True), (GateDevice.id, True)),
    "seen": ((GateDevice.last_seen_at, False), (GateDevice.id, False)),
    "-seen": ((GateDevice.last_seen_at, True), (GateDevice.id, True)),
    "backlog": ((GateDevice.backlog, False), (GateDevice.id, False)),
    "-backlog": ((GateDevice.backlog, True), (GateDevice.id, True)),
}


def wanted_of(args: Args) -> DeviceFilter:
    """The filter that an address asks for."""
    state = args.get("state", "")
    return DeviceFilter(
        text=clean(args.get("q", ""))[:60],
        state=state if state in {*DeviceState, "silent"} else "",
        gate=clean(args.get("gate", ""))[:20],
    )


def _sheets(fair: Any, query: Select[GateDevice]) -> Sequence[Sheet]:
    names = {gate.code: gate.name for gate in gates_of(fair.id)}
    heads = [
        _("Device"), _("State"), _("Gates"), _("From"), _("To"), _("Last seen"), _("Waiting"), _("Clock (seconds)"), _("Storage"),
        _("Browser"),
    ]  # fmt: skip
    rows = (
        [
            row.name, _("Silent") if is_silent(row) else str(row.state.label),
            ", ".join(names.get(code, code) for code in row.gate_codes) or _("All gates"), row.valid_from, row.valid_to,
            row.last_seen_at, row.backlog, round(row.clock_offset_ms / 1000) if row.clock_offset_ms is not None else None,
            (_("kept") if row.facts.get("persisted") else _("may be cleared")) if row.facts else "", row.facts.get("browser", ""),
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Devices"), heads, rows)]


def _check_revoke(row: GateDevice, _values: Mapping[str, Any]) -> None:
    row.require_move(DeviceState.REVOKED)


def _revoke(row: GateDevice, _values: Mapping[str, Any], by: Actor) -> None:
    revoke_device(row, by=by)


DEVICES = register_list(
    ListSpec(
        "gate_devices", _l("Devices at the gates"), "gate_devices.index", MANAGE_GATES, ("q", "state", "gate", "sort"),
        query=lambda fair, args: devices_matching(fair.id, wanted_of(args)),
        keys=lambda args: _ORDERS.get(args.get("sort", ""), _ORDERS[""]), reference=GateDevice.id,
        name_of=lambda row: row.name, sheets=_sheets, record=("gate_devices.show", "device_id"),
        actions=(BulkAction("revoke", _l("Revoke"), "ban", MANAGE_GATES, _check_revoke, _revoke, tone="danger"),),
    )
)  # fmt: skip
