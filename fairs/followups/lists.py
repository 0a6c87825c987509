"""The list of the follow-up: its address, its order, its spreadsheet."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.followups.models import FollowUp
from fairs.followups.queries import FollowUpFilter, follow_ups_matching
from fairs.followups.states import MONTHS, OUTCOMES, REASONS, SIDES, WAYS, FollowUpState

SORTS = {"due": FollowUp.due_on, "asked": FollowUp.id}


def wanted_of(args: Args) -> FollowUpFilter:
    """The filter that an address asks for."""
    state, month, side = args.get("state", ""), args.get("month", ""), args.get("side", "")
    return FollowUpFilter(
        state=FollowUpState(state) if state in set(FollowUpState) else None,
        month=int(month) if month in {str(one) for one in MONTHS} else None,
        side=side if side in SIDES else "",
        text=args.get("q", "")[:200],
    )


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """By the day, the nearest first unless asked otherwise."""
    down = sort.startswith("-")
    return [(FollowUp.due_on, down), (FollowUp.id, down)]


def _sheets(_fair: Any, query: Any) -> list[Sheet]:
    heads = [
        _("Contract"), _("Months"), _("Side"), _("Company"), _("Due on"), _("Status"), _("Asked on"), _("Reminders"),
        _("Answered on"), _("How"), _("State of the deal"), _("Shipped so far"), _("Paid so far"), _("Currency"), _("Reasons"),
        _("Remark"), _("Further orders"), _("Their value"), _("Currency"), _("Next order"),
    ]  # fmt: skip
    return [Sheet(_("Follow-up"), heads, (_row(row) for row in each(query)))]


def _row(row: FollowUp) -> list[Any]:
    return [
        row.contract.reference, row.month, str(SIDES[row.side]), row.party.name, row.due_on, str(row.state.label),
        row.asked_at, row.reminders, row.answered_at, str(WAYS.get(row.way, "")), str(OUTCOMES.get(row.outcome, "")),
        row.shipped, row.paid, row.currency, ", ".join(str(REASONS[code]) for code in row.reasons), row.remark,
        row.repeat_count, row.repeat, row.repeat_currency, row.next_order_on,
    ]  # fmt: skip


FOLLOW_UPS = register_list(
    ListSpec(
        "follow_ups", _l("Follow-up"), "followups.index", VIEW_CONTRACTS, ("state", "month", "side", "q", "sort"),
        query=lambda fair, args: follow_ups_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "due")),
        reference=FollowUp.id, name_of=lambda row: f"{row.contract.reference}: {row.party.name}", sheets=_sheets,
    )
)  # fmt: skip
