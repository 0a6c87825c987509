"""Devices of the gates that were named and are not enrolled yet."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fairs.checkin.models import GateDevice
from fairs.checkin.permissions import MANAGE_GATES
from fairs.checkin.states import DeviceState
from fairs.core.i18n import format_date
from fairs.workplace.inbox import Kind, Why

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
)

NOBODY = {DeviceState: {DeviceState.ACTIVE: Why.AUTOMATIC, DeviceState.REVOKED: Why.FINAL}}
