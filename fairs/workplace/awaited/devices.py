"""Devices of the gates that are not enrolled yet, and those that keep scans and are not heard of."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import or_

from fairs.checkin.models import GateDevice
from fairs.checkin.permissions import MANAGE_GATES
from fairs.checkin.states import DeviceState
from fairs.core.i18n import format_date
from fairs.workplace.inbox import SILENT_SINCE, Kind, Why

KINDS = (
    Kind(
        key="gate-device",
        states=(DeviceState.INVITED,),
        model=GateDevice,
        where=(GateDevice.state == DeviceState.INVITED,),
        permission=MANAGE_GATES,
        counts_from=GateDevice.valid_from,
        days=0,
        icon="device-mobile",
        reason=_l("Enrol a device"),
        title=lambda n: ngettext("%(num)s device is to be enrolled", "%(num)s devices are to be enrolled", n),
        who=lambda device: device.name,
        what=lambda device: format_date(device.valid_from),
        button=_l("Enrol"),
        page=lambda device: ("gate_devices.show", {"device_id": device.id}),
        list_page=("gate_devices.index", {}),
        load=(),
    ),
    Kind(
        key="silent-device",
        states=(DeviceState.ACTIVE,),
        model=GateDevice,
        where=(
            GateDevice.state == DeviceState.ACTIVE,
            GateDevice.backlog > 0,
            or_(GateDevice.last_seen_at.is_(None), GateDevice.last_seen_at < SILENT_SINCE),
        ),
        permission=MANAGE_GATES,
        counts_from=GateDevice.last_seen_at,
        days=0,
        icon="wifi-off",
        reason=_l("Device that keeps scans"),
        title=lambda n: ngettext(
            "%(num)s device keeps scans and is not heard of", "%(num)s devices keep scans and are not heard of", n
        ),
        who=lambda device: device.name,
        what=lambda device: _("%(n)s not sent yet", n=device.backlog),
        button=_l("Find it"),
        page=lambda _device: ("board.index", {"_anchor": "devices"}),
        list_page=("board.index", {"_anchor": "devices"}),
    ),
)

NOBODY = {DeviceState: {DeviceState.REVOKED: Why.FINAL}}
