"""The list of grants of a fair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.funding.models import Grant
from fairs.funding.permissions import VIEW_FUNDING
from fairs.funding.queries import GrantFilter, grants_matching, order_of
from fairs.funding.states import GrantState


def wanted_of(args: Args) -> GrantFilter:
    """The filter that an address asks for."""
    state, line = args.get("state", ""), args.get("line", "")
    return GrantFilter(
        args.get("q", "")[:200], GrantState(state) if state in set(GrantState) else None, args.get("rule", "")[:30],
        int(line) if line.isascii() and line.isdigit() and len(line) < 10 else None,
    )  # fmt: skip


def _sheets(_fair: Any, query: Select[Grant]) -> Sequence[Sheet]:
    heads = [
        _("Reference"), _("Unit or person"), _("State"), _("Rule of support"), _("What is supported"), _("Percent"), _("Whole cost"),
        _("Granted"), _("Actual"), _("Currency"), _("Budget line"), _("Decision"), _("Day of the decision"), _("Ticket number"),
        _("Why it ended"),
    ]  # fmt: skip
    return [Sheet(_("Grants"), heads, _rows(query))]


def _rows(query: Select[Grant]) -> Iterator[list[Any]]:
    for one in each(query):
        yield [
            one.reference, one.title, str(one.state.label), one.rule_code, one.item, one.percent, one.full, one.amount,
            one.actual, one.currency, one.line.label, one.decision_number, one.decision_on, one.ticket_number,
            one.end_reason,
        ]  # fmt: skip


GRANTS = register_list(
    ListSpec(
        "grants", _l("Support"), "funding.index", VIEW_FUNDING, ("state", "q", "rule", "line", "sort"),
        query=lambda fair, args: grants_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "-reference")), reference=Grant.reference,
        name_of=lambda row: row.title, sheets=_sheets, record=("funding.show", "reference"),
    )
)  # fmt: skip
