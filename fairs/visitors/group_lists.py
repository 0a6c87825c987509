"""The list of groups: its address, its order, its spreadsheet, and badges of many groups at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.badges.lists import REPRINT_FIELD, mark, pages
from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.service import check_printing, unmark_printed
from fairs.badges.states import BadgeCategory
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import Conflict
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, Key, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.visitors.groups import PEOPLE, GroupFilter, badges_of, groups_matching, send_group
from fairs.visitors.models import VisitorGroup
from fairs.visitors.permissions import REGISTER_VISITOR, VIEW_VISITORS

GROUP_SOURCES = {"web": _l("Public form"), "staff": _l("List of staff")}
_ORDERS: dict[str, tuple[Key, ...]] = {
    "": ((VisitorGroup.id, True),),
    "reference": ((VisitorGroup.id, False),),
    "-reference": ((VisitorGroup.id, True),),
    "name": ((VisitorGroup.folded, False), (VisitorGroup.id, False)),
    "-name": ((VisitorGroup.folded, True), (VisitorGroup.id, True)),
    "people": ((PEOPLE, False), (VisitorGroup.id, False)),
    "-people": ((PEOPLE, True), (VisitorGroup.id, True)),
}


def wanted_of(args: Args) -> GroupFilter:
    """The filter that an address asks for."""
    category, source = args.get("category", ""), args.get("source", "")
    return GroupFilter(
        text=clean(args.get("q", ""))[:100],
        category=category if category in set(BadgeCategory) else "",
        source=source if source in GROUP_SOURCES else "",
    )


def _sheets(_fair: Any, query: Select[VisitorGroup]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Group"), _("Category"), _("People"), _("Leader"), _("E-mail"), _("Telephone"), _("Country"), _("Where"),
        _("Badges sent"), _("Registered on"),
    ]  # fmt: skip
    rows = (
        [
            row.reference, row.name, str(row.category.label), row.people, row.leader_name, row.leader_email, row.leader_phone,
            country_name(row.country), str(GROUP_SOURCES.get(row.source, row.source)), row.sent_at, row.created_at,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Groups"), heads, rows)]


def _badges(row: VisitorGroup) -> list[Badge]:
    badges = badges_of(row.id)
    if not badges:
        raise Conflict(_l("Nobody of this group has a valid badge."))
    return badges


def _check_print(row: VisitorGroup, values: Mapping[str, Any]) -> None:
    for badge in _badges(row):
        check_printing(badge, values.get("reason", ""))


def _print(row: VisitorGroup, values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    return {"badges": [mark(badge, by, values.get("reason", "")) for badge in _badges(row)]}


def _unprint(_row: VisitorGroup, kept: Mapping[str, Any], by: Actor) -> None:
    for one in kept["badges"]:
        unmark_printed(db.session.get_one(Badge, one["badge"]), one, by)


def _check_send(row: VisitorGroup, _values: Mapping[str, Any]) -> None:
    if not row.leader_email:
        raise Conflict(_l("There is no e-mail address. Print the badges instead."))


def _send(row: VisitorGroup, _values: Mapping[str, Any], _by: Actor) -> None:
    send_group(row)


GROUPS = register_list(
    ListSpec(
        "visitor_groups", _l("Groups of visitors"), "visitor_groups.index", VIEW_VISITORS, ("q", "category", "source", "sort"),
        query=lambda fair, args: groups_matching(fair.id, wanted_of(args)),
        keys=lambda args: _ORDERS.get(args.get("sort", ""), _ORDERS[""]), reference=VisitorGroup.reference,
        name_of=lambda row: row.name, sheets=_sheets, record=("visitor_groups.show", "reference"),
        actions=(
            BulkAction(
                "print", _l("Print the badges"), "printer", PRINT_BADGES, _check_print, _print, _unprint,
                document=lambda rows: pages([badge for row in rows for badge in badges_of(row.id)]), tone="primary",
                fields=(REPRINT_FIELD,),
            ),
            BulkAction(
                "send", _l("Send all badges"), "send", REGISTER_VISITOR, _check_send, _send,
                tells=_l("Each leader gets a mail with all badges of the group."),
            ),
        ),
    )
)  # fmt: skip
