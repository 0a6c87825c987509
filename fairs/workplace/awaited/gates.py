"""Gates: what they noted for the supervisor."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from fairs.badges.models import Badge
from fairs.checkin.models import Scan, ScanConflict
from fairs.checkin.permissions import MANAGE_GATES
from fairs.checkin.states import ConflictState, DeviceState
from fairs.workplace.inbox import Kind, Why, always

KINDS = (
    Kind(
        key="scan-conflict",
        states=(ConflictState.OPEN,),
        model=ScanConflict,
        where=(ScanConflict.state == ConflictState.OPEN,),
        permission=MANAGE_GATES,
        counts_from=ScanConflict.created_at,
        days=1,
        icon="gavel",
        reason=_l("Conflict at the gates"),
        title=lambda n: ngettext(
            "%(num)s conflict at the gates is to be settled", "%(num)s conflicts at the gates are to be settled", n
        ),
        who=lambda row: row.badge.person.display_name if row.badge else _("No badge"),
        what=lambda row: f"{row.kind.label} · {row.scan.gate.name}" if row.scan else str(row.kind.label),
        button=_l("Settle"),
        page=lambda row: ("conflicts.show", {"conflict_id": row.id}),
        list_page=("conflicts.index", {}),
        at=always,
        load=(
            joinedload(ScanConflict.badge).joinedload(Badge.person),
            joinedload(ScanConflict.scan).joinedload(Scan.gate),
        ),
    ),
)

NOBODY = {
    ConflictState: {ConflictState.SETTLED: Why.FINAL},
    DeviceState: {
        DeviceState.INVITED: Why.AUTOMATIC,  # the device itself enrols, or its code runs out
        DeviceState.ACTIVE: Why.AUTOMATIC,
        DeviceState.REVOKED: Why.FINAL,
    },
}
