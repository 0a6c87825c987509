"""The list of visitors: its address, its order, its spreadsheet, and badges for many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from fairs.badges.lists import REPRINT_FIELD, mark, pages
from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.service import check_printing, unmark_printed
from fairs.core.actor import Actor
from fairs.core.errors import Conflict
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.visitors.asking import REGISTRATION, answers_of
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import VIEW_VISITORS
from fairs.visitors.queries import VisitorFilter, badge_in_force, order_of, visitors_matching

SOURCES = {
    "web": _l("Public form"), "desk": _l("Desk"), "kiosk": _l("Kiosk"), "group": _l("Group"),
    "staff": _l("List of staff"), "api": _l("Other program"), "demo": _l("Demonstration"),
}  # fmt: skip


def wanted_of(args: Args) -> VisitorFilter:
    """The filter that an address asks for."""
    return VisitorFilter(
        text=clean(args.get("q", ""))[:200], category=args.get("category", "")[:20], source=args.get("source", "")[:20],
        state=args.get("state", "")[:20], group=args.get("group", "")[:20], answer=args.get("answer", "")[:40],
    )  # fmt: skip


def _sheets(fair: Any, query: Select[Visitor]) -> Sequence[Sheet]:
    asked = REGISTRATION.questions_of(fair.id, archived=True)
    heads = [
        _("Number"), _("Category"), _("State"), _("Name"), _("Company"), _("Country"), _("E-mail"), _("Telephone"), _("Badge"),
        _("Where"), _("Group"), _("Registered on"), *(question.label for question in asked),
    ]  # fmt: skip
    rows = (
        [
            row.reference, str(row.category.label), str(row.state.label), row.person.native_name,
            row.company.name if row.company else "", country_name((row.company or row.person).country), row.person.email,
            row.person.phone, row.badge.reference if row.badge else "", str(SOURCES.get(row.source, row.source)),
            row.group.name if row.group else "", row.created_at, *(given.get(question.id, "") for question in asked),
        ]
        for row, given in _with_answers(query, has_questions=bool(asked))
    )  # fmt: skip
    return [Sheet(_("Visitors"), heads, rows)]


def _with_answers(query: Select[Visitor], *, has_questions: bool) -> Iterator[tuple[Visitor, dict[int, str]]]:
    """The rows with their answers in words, a few hundred at a time."""
    rows = iter(each(query.options(joinedload(Visitor.group))))
    while part := list(islice(rows, 500)):
        answers = answers_of(part) if has_questions else {}
        yield from ((row, answers.get(row.id, {})) for row in part)


def _badge(row: Visitor) -> Badge:
    badge = badge_in_force(row.badge)
    if badge is None:
        raise Conflict(_l("There is no badge yet."))
    return badge


def _check(row: Visitor, values: Mapping[str, Any]) -> None:
    check_printing(_badge(row), values.get("reason", ""))


def _print(row: Visitor, values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    return mark(_badge(row), by, values.get("reason", ""))


def _unprint(row: Visitor, kept: Mapping[str, Any], by: Actor) -> None:
    unmark_printed(_badge(row), kept, by)


VISITORS = register_list(
    ListSpec(
        "visitors", _l("Visitors"), "visitors.index", VIEW_VISITORS, ("q", "category", "source", "state", "group", "answer", "sort"),
        query=lambda fair, args: visitors_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "")),
        reference=Visitor.reference, name_of=lambda row: row.person.display_name, sheets=_sheets,
        record=("visitors.show", "reference"), panel=True,
        actions=(
            BulkAction(
                "print", _l("Print the badges"), "printer", PRINT_BADGES, _check, _print, _unprint,
                document=lambda rows: pages([_badge(row) for row in rows]), tone="primary", fields=(REPRINT_FIELD,),
            ),
        ),
    )
)  # fmt: skip
