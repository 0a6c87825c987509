"""The print queue: what did not come out, what nobody knows about, and stations that went silent."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, String, cast, exists, or_, type_coerce
from sqlalchemy.orm import joinedload

from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.states import BlankState, JobState, StationState
from fairs.workplace.inbox import NOW, Kind, Why

_WITH_BADGE = (joinedload(PrintJob.badge).joinedload(Badge.person), joinedload(PrintJob.station))


def _takes(allowed: Any, value: Any) -> ColumnElement[bool]:
    """As PrintStation.takes: an empty list allows all. The lists hold words of ours, so their JSON text can be searched."""
    written = cast(allowed, String)
    return or_(written == "[]", written.contains('"' + type_coerce(value, String) + '"'))


_SOMETHING_WAITS = exists().where(
    PrintJob.fair_id == PrintStation.fair_id,
    PrintJob.state == JobState.QUEUED,
    or_(PrintJob.wanted_id.is_(None), PrintJob.wanted_id == PrintStation.id),
    _takes(PrintStation.categories, PrintJob.category),
    _takes(PrintStation.sizes, PrintJob.size),
)


def _failure(job: PrintJob) -> str:
    why = str(job.failed_because.label) if job.failed_because else ""
    return " · ".join(part for part in (job.badge.reference, why, job.failed_note) if part)


KINDS = (
    Kind(
        key="print-failed",
        states=(JobState.FAILED,),
        model=PrintJob,
        where=(PrintJob.state == JobState.FAILED,),
        permission=PRINT_BADGES,
        counts_from=PrintJob.ended_at,
        days=0,
        icon="alert-triangle",
        reason=_l("Badge that did not print"),
        title=lambda n: ngettext("%(num)s badge was not printed", "%(num)s badges were not printed", n),
        who=lambda job: job.badge.person.display_name,
        what=_failure,
        button=_l("Decide"),
        page=lambda job: ("printing.index", {"state": "failed"}),
        list_page=("printing.index", {"state": "failed"}),
        load=_WITH_BADGE,
    ),
    Kind(
        key="print-unsure",
        states=(JobState.LEASED,),
        model=PrintJob,
        where=(PrintJob.state == JobState.LEASED, PrintJob.lease_until <= NOW),
        permission=PRINT_BADGES,
        counts_from=PrintJob.lease_until,
        days=0,
        icon="help-circle",
        reason=_l("Did it come out?"),
        title=lambda n: ngettext(
            "%(num)s badge: its station went silent", "%(num)s badges: their stations went silent", n
        ),
        who=lambda job: job.badge.person.display_name,
        what=lambda job: f"{job.badge.reference} · {job.station.name if job.station else ''}",
        button=_l("Look"),
        page=lambda job: ("printing.index", {"state": "unsure"}),
        list_page=("printing.index", {"state": "unsure"}),
        load=_WITH_BADGE,
    ),
    Kind(
        key="print-station",
        states=(StationState.OPEN,),
        model=PrintStation,
        where=(PrintStation.state == StationState.OPEN, PrintStation.present_until <= NOW, _SOMETHING_WAITS),
        permission=PRINT_BADGES,
        counts_from=PrintStation.present_until,
        days=0,
        icon="printer-off",
        reason=_l("Print station silent"),
        title=lambda n: ngettext(
            "%(num)s print station is silent while badges wait",
            "%(num)s print stations are silent while badges wait",
            n,
        ),
        who=lambda station: station.name,
        what=lambda station: station.place or _("Print station"),
        button=_l("Look after it"),
        page=lambda station: ("printing.stations", {}),
        list_page=("printing.stations", {}),
    ),
)

NOBODY = {
    JobState: {
        JobState.QUEUED: Why.AUTOMATIC,  # a station takes it; one that is silent is awaited above
        JobState.PRINTED: Why.FINAL,
        JobState.CANCELLED: Why.FINAL,
    },
    StationState: {StationState.CLOSED: Why.FINAL},
    BlankState: {
        BlankState.UNUSED: Why.AUTOMATIC,  # lies at the desk until somebody needs one
        BlankState.BOUND: Why.FINAL,
        BlankState.VOID: Why.FINAL,
    },
}
