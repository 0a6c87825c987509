"""Decisions being prepared, and public money: submissions, signatures, suspected duplicates, settlements."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.i18n import format_money
from fairs.documents.models import Selection
from fairs.documents.permissions import MANAGE_DOCUMENTS
from fairs.documents.states import SelectionState
from fairs.funding.models import Grant, SupportClash
from fairs.funding.permissions import CLEAR_CLASHES, SETTLE_GRANTS
from fairs.funding.states import ClashState, GrantState
from fairs.workplace.inbox import INVOLVED, Kind, Why

LOOK_WITHIN = 3
"""Days in which a second person looks at a suspected duplicate: the decision waits for it."""

SETTLE_WITHIN = 30
"""Days after the last day of a fair: with the report on its results the support is settled."""


def _page(selection: Selection) -> tuple[str, dict[str, Any]]:
    return "documents.show", {"reference": selection.reference}


def _is_past(fair: Fair) -> bool:
    return fair.ends_on < fair.today and not fair.is_cancelled


KINDS = (
    Kind(
        key="selection",
        states=(SelectionState.DRAFT, SelectionState.RETURNED),
        model=Selection,
        where=(Selection.state.in_((SelectionState.DRAFT, SelectionState.RETURNED)),),
        permission=MANAGE_DOCUMENTS,
        counts_from=Selection.due_on,
        days=0,
        icon="file-text",
        reason=_l("Selection to hand in"),
        title=lambda n: ngettext(
            "%(num)s selection waits to be handed in", "%(num)s selections wait to be handed in", n
        ),
        who=lambda selection: selection.title,
        what=lambda selection: selection.reference,
        button=_l("Submit for signature"),
        page=_page,
        list_page=("documents.index", {"state": "draft"}),
    ),
    Kind(
        key="signature",
        states=(SelectionState.SUBMITTED,),
        model=Selection,
        where=(Selection.state == SelectionState.SUBMITTED,),
        permission=MANAGE_DOCUMENTS,
        counts_from=Selection.due_on,
        days=0,
        icon="signature",
        reason=_l("Signed decision to enter"),
        title=lambda n: ngettext("%(num)s decision waits for its signature", "%(num)s decisions wait for their signature", n),
        who=lambda selection: selection.title,
        what=lambda selection: " · ".join(part for part in (selection.reference, selection.submission_number) if part),
        button=_l("Enter the signature"),
        page=_page,
        list_page=("documents.index", {"state": "submitted"}),
    ),
    Kind(
        key="clash",
        states=(ClashState.WAITING,),
        model=SupportClash,
        where=(
            SupportClash.state == ClashState.WAITING,
            or_(SupportClash.asked_by_id.is_(None), SupportClash.asked_by_id.not_in(INVOLVED)),
            or_(SupportClash.asked_for_id.is_(None), SupportClash.asked_for_id.not_in(INVOLVED)),
        ),
        permission=CLEAR_CLASHES,
        counts_from=SupportClash.created_at,
        days=LOOK_WITHIN,
        icon="alert-triangle",
        reason=_l("Suspected duplicate of support"),
        title=lambda n: ngettext("%(num)s suspected duplicate of support", "%(num)s suspected duplicates of support", n),
        who=lambda clash: clash.grant.title,
        what=lambda clash: f"{clash.kind.label} · {clash.other_words}"[:200],
        button=_l("Look at it"),
        page=lambda clash: ("funding.show", {"reference": clash.grant.reference}),
        list_page=("funding.index", {"state": "proposed"}),
        load=(joinedload(SupportClash.grant), joinedload(SupportClash.other)),
    ),
    Kind(
        key="settlement",
        states=(GrantState.COMMITTED,),
        model=Grant,
        where=(Grant.state == GrantState.COMMITTED, Grant.tier == ""),  # with a tier: settled by the guest's claim
        permission=SETTLE_GRANTS,
        counts_from=select(Fair.ends_on).where(Fair.id == Grant.fair_id).scalar_subquery(),
        days=SETTLE_WITHIN,
        icon="receipt",
        reason=_l("Support to settle"),
        title=lambda n: ngettext("%(num)s grant is to be settled", "%(num)s grants are to be settled", n),
        who=lambda grant: grant.title,
        what=lambda grant: f"{format_money(grant.amount)} · {grant.reference}",
        button=_l("Settle"),
        page=lambda grant: ("funding.show", {"reference": grant.reference}),
        list_page=("funding.index", {"state": "committed"}),
        at=_is_past,
    ),
)  # fmt: skip

NOBODY = {
    SelectionState: {SelectionState.SIGNED: Why.FINAL, SelectionState.CANCELLED: Why.FINAL},
    GrantState: {
        GrantState.PROPOSED: Why.AUTOMATIC,  # the signature of its decision commits it
        GrantState.SETTLED: Why.FINAL,
        GrantState.RELEASED: Why.FINAL,
        GrantState.RECOVERED: Why.FINAL,
    },
    ClashState: {ClashState.CLEARED: Why.FINAL, ClashState.CONFIRMED: Why.FINAL},
}
