"""The list of visitors: its address, its order, its spreadsheet, and badges for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.badges.lists import mark, pages
from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.service import check_printable, unmark_printed
from fairs.core.actor import Actor
from fairs.core.errors import Conflict
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import VIEW_VISITORS
from fairs.visitors.queries import VisitorFilter, badge_in_force, order_of, visitors_matching

SOURCES = {"web": _l("Public form"), "desk": _l("Desk"), "api": _l("Other program"), "demo": _l("Demonstration")}


def wanted_of(args: Args) -> VisitorFilter:
    """The filter that an address asks for."""
    return VisitorFilter(
        text=clean(args.get("q", ""))[:200], category=args.get("category", "")[:20], source=args.get("source", "")[:20]
    )


def _sheets(_fair: Any, query: Select[Visitor]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Category"), _("Name"), _("Company"), _("Country"), _("E-mail"), _("Telephone"), _("Badge"),
        _("Where"), _("Registered on"),
    ]  # fmt: skip
    rows = (
        [
            row.reference, str(row.category.label), row.person.native_name, row.company.name if row.company else "",
            country_name((row.company or row.person).country), row.person.email, row.person.phone,
            row.badge.reference if row.badge else "", str(SOURCES.get(row.source, row.source)), row.created_at,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Visitors"), heads, rows)]


def _badge(row: Visitor) -> Badge:
    badge = badge_in_force(row.badge)
    if badge is None:
        raise Conflict(_l("There is no badge yet."))
    return badge


def _check(row: Visitor, _values: Mapping[str, Any]) -> None:
    check_printable(_badge(row))


def _print(row: Visitor, _values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    return mark(_badge(row), by)


def _unprint(row: Visitor, kept: Mapping[str, Any], by: Actor) -> None:
    unmark_printed(_badge(row), kept, by)


VISITORS = register_list(
    ListSpec(
        "visitors", _l("Visitors"), "visitors.index", VIEW_VISITORS, ("q", "category", "source", "sort"),
        query=lambda fair, args: visitors_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "")),
        reference=Visitor.reference, name_of=lambda row: row.person.display_name, sheets=_sheets,
        record=("visitors.show", "reference"), panel=True,
        actions=(
            BulkAction(
                "print", _l("Print the badges"), "printer", PRINT_BADGES, _check, _print, _unprint,
                document=lambda rows: pages([_badge(row) for row in rows]), tone="primary",
            ),
        ),
    )
)  # fmt: skip
