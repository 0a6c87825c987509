"""Closing a fair: figures that are to be kept, and works that could not be made."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.closing.models import ClosingWork, FairSnapshot
from fairs.closing.permissions import CLOSE_FAIR
from fairs.closing.states import WorkState
from fairs.core.i18n import format_date
from fairs.workplace.inbox import Kind, Why

KEEP_WITHIN = 2
"""Days after the last one by which the figures are kept: what is corrected later must not change what was reported."""

_KEPT = exists().where(FairSnapshot.fair_id == Fair.id)

KINDS = (
    Kind(
        key="figures",
        states=(FairState.CLOSED,),
        model=Fair,
        where=(Fair.state == FairState.CLOSED, ~_KEPT),
        permission=CLOSE_FAIR,
        counts_from=Fair.ends_on,
        days=KEEP_WITHIN,
        icon="camera",
        reason=_l("Figures to keep"),
        title=lambda n: ngettext(
            "The figures of %(num)s closed fair are not kept yet",
            "The figures of %(num)s closed fairs are not kept yet",
            n,
        ),
        who=lambda fair: fair.name,
        what=lambda fair: f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}",
        button=_l("Keep the figures"),
        page=lambda _fair: ("closing.index", {}),
        list_page=("closing.index", {}),
        at=lambda fair: fair.state is FairState.CLOSED,
    ),
    Kind(
        key="closing-work",
        states=(WorkState.FAILED,),
        model=ClosingWork,
        where=(ClosingWork.state == WorkState.FAILED,),
        permission=CLOSE_FAIR,
        counts_from=ClosingWork.touched_at,
        days=1,
        icon="archive",
        reason=_l("Could not be made"),
        title=lambda n: ngettext(
            "%(num)s work of the closing could not be made", "%(num)s works of the closing could not be made", n
        ),
        who=lambda work: str(_l("Archive") if work.kind == "archive" else _l("Figures that were kept")),
        what=lambda work: format_date(work.touched_at),
        button=_l("Try again"),
        page=lambda _work: ("closing.index", {}),
        list_page=("closing.index", {}),
    ),
)

NOBODY = {
    WorkState: {WorkState.WAITING: Why.AUTOMATIC, WorkState.RUNNING: Why.AUTOMATIC, WorkState.DONE: Why.FINAL},
}
