"""Calls about payments that are late, and booths proposed for release."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from fairs.core.i18n import format_money
from fairs.dunning.models import DunningStep
from fairs.dunning.permissions import ACT_ON_OVERDUE
from fairs.dunning.states import StepKind, StepState
from fairs.payments.models import Invoice
from fairs.workplace.inbox import TODAY, Kind, Why

# A call to be tried again, or a release that was deferred, rests until its day is over.
_NOW = DunningStep.pause_until.is_(None) | (DunningStep.pause_until < TODAY)
_WITH_COMPANY = (joinedload(DunningStep.invoice).joinedload(Invoice.company),)


def _what(step: DunningStep) -> str:
    said: str = _(
        "%(open)s still open · %(number)s", open=format_money(step.invoice.open_amount), number=step.invoice.number
    )
    return said


KINDS = (
    Kind(
        key="payment-call",
        states=(StepState.OPEN,),
        model=DunningStep,
        where=(DunningStep.state == StepState.OPEN, DunningStep.step == StepKind.CALL, _NOW),
        permission=ACT_ON_OVERDUE,
        counts_from=DunningStep.begun_on,
        days=1,
        icon="phone",
        reason=_l("Call about a payment"),
        title=lambda n: ngettext(
            "%(num)s company is to be called about a payment", "%(num)s companies are to be called about payments", n
        ),
        who=lambda step: step.invoice.company.name,
        what=_what,
        button=_l("Call"),
        page=lambda step: ("dunning.step", {"step_id": step.id}),
        list_page=("dunning.index", {"view": "call"}),
        load=_WITH_COMPANY,
    ),
    Kind(
        key="release",
        states=(StepState.OPEN,),
        model=DunningStep,
        where=(DunningStep.state == StepState.OPEN, DunningStep.step == StepKind.RELEASE, _NOW),
        permission=ACT_ON_OVERDUE,
        counts_from=DunningStep.begun_on,
        days=2,
        icon="bookmark-off",
        reason=_l("Release a booth?"),
        title=lambda n: ngettext("%(num)s booth is proposed for release", "%(num)s booths are proposed for release", n),
        who=lambda step: step.invoice.company.name,
        what=_what,
        button=_l("Release or defer"),
        page=lambda step: ("dunning.step", {"step_id": step.id}),
        list_page=("dunning.index", {"view": "release"}),
        load=_WITH_COMPANY,
    ),
)

NOBODY = {StepState: {StepState.DONE: Why.FINAL, StepState.LAPSED: Why.FINAL}}
