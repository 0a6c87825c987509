"""The list of claims: its address, its order, its sheet, and the approval of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.claims.models import Claim
from fairs.claims.permissions import APPROVE_CLAIMS, VIEW_CLAIMS
from fairs.claims.queries import ClaimFilter, claims_matching, order_of
from fairs.claims.review import approve, check_approval
from fairs.core.actor import Actor
from fairs.core.clock import today
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean


def wanted_of(args: Args) -> ClaimFilter:
    """The filter that an address asks for."""
    return ClaimFilter(
        clean(args.get("q", ""))[:200], args.get("state", ""), args.get("tier", ""), args.get("country", "")[:2],
        args.get("due", ""),
    )  # fmt: skip


def _sheets(_fair: Any, query: Select[Claim]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("State"), _("Guest"), _("Company"), _("Country"), _("Support"), _("Until"), _("Payable"), _("Currency"),
        _("Paid on"), _("Number of the bank"), _("Receipt"),
    ]  # fmt: skip
    rows = (
        [
            row.reference, str(row.state.label), row.person.display_name, row.company.name,
            country_name(row.company.country), str(row.hosting.tier.label), row.due_on, row.payable, row.currency,
            row.paid_on, row.bank_reference, row.receipt_number or "",
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Claims"), heads, rows)]


def _approve(row: Claim, _values: Mapping[str, Any], by: Actor) -> None:
    approve(row, by=by)


CLAIMS = register_list(
    ListSpec(
        "claims", _l("Claims of guests"), "claims.index", VIEW_CLAIMS,
        ("state", "q", "tier", "country", "due", "sort"),
        query=lambda fair, args: claims_matching(
            fair.id if fair is not None else 0, wanted_of(args), today(fair.time_zone if fair is not None else "UTC")
        ),
        keys=lambda args: order_of(args.get("sort", "")),
        reference=Claim.reference, name_of=lambda row: f"{row.reference} · {row.person.display_name}", sheets=_sheets,
        record=("claims.show", "reference"),
        actions=(
            BulkAction(
                "approve", _l("Approve"), "check", APPROVE_CLAIMS, lambda row, _values: check_approval(row), _approve,
                tone="primary", tells=_l("Each guest is told by e-mail. What you reviewed yourself is left out."),
            ),
        ),
    )
)  # fmt: skip
