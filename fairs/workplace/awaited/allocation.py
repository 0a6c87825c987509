"""Runs of the allocation: a draft waits for its publication, one that did not come out waits for the organiser as well."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import defer

from fairs.allocation.models import AllocationRun
from fairs.allocation.permissions import ALLOCATE
from fairs.allocation.states import AllocationState
from fairs.core.i18n import format_number
from fairs.workplace.inbox import Kind, Why

PUBLISH_WITHIN = 7
"""Days after a draft is there: bookings go on meanwhile, and it grows stale."""

_LIGHT = (defer(AllocationRun.inputs), defer(AllocationRun.facts))

KINDS = (
    Kind(
        key="allocation",
        states=(AllocationState.DONE,),
        model=AllocationRun,
        where=(AllocationRun.state == AllocationState.DONE,),
        permission=ALLOCATE,
        counts_from=AllocationRun.finished_at,
        days=PUBLISH_WITHIN,
        icon="layout-board-split",
        reason=_l("Allocation to publish"),
        title=lambda n: ngettext(
            "%(num)s draft of an allocation waits for publication",
            "%(num)s drafts of an allocation wait for publication",
            n,
        ),
        who=lambda run: str(_l("Run no. %(number)s", number=run.number)),
        what=lambda run: str(_l("score %(score)s", score=format_number(run.score))),
        button=_l("Look and publish"),
        page=lambda run: ("allocation.run", {"number": run.number}),
        list_page=("allocation.index", {}),
        load=_LIGHT,
    ),
    Kind(
        key="allocation-stuck",
        states=(AllocationState.INFEASIBLE, AllocationState.FAILED),
        model=AllocationRun,
        where=(AllocationRun.state.in_([AllocationState.INFEASIBLE, AllocationState.FAILED]),),
        permission=ALLOCATE,
        counts_from=AllocationRun.finished_at,
        days=PUBLISH_WITHIN,
        icon="alert-triangle",
        reason=_l("Allocation that did not come out"),
        title=lambda n: ngettext(
            "%(num)s run of the allocation did not come out", "%(num)s runs of the allocation did not come out", n
        ),
        who=lambda run: str(_l("Run no. %(number)s", number=run.number)),
        what=lambda run: str(run.state.label),
        button=_l("See why"),
        page=lambda run: ("allocation.run", {"number": run.number}),
        list_page=("allocation.index", {}),
        load=_LIGHT,
    ),
)

NOBODY = {
    AllocationState: {
        AllocationState.QUEUED: Why.AUTOMATIC,
        AllocationState.RUNNING: Why.AUTOMATIC,
        AllocationState.PUBLISHED: Why.FINAL,  # the offers have a life of their own
        AllocationState.DISCARDED: Why.FINAL,
    },
}
