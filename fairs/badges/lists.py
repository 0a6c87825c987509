"""The list of badges: its address, its spreadsheet, and printing many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.badges.keys import check_reissue, reissue
from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES, REVOKE_BADGE
from fairs.badges.queries import BadgeFilter, badge_list
from fairs.badges.reprints import ReprintReason
from fairs.badges.service import check_printable, check_printing, mark_printed, unmark_printed
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.core.actor import Actor
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, BulkField, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean


def wanted_of(args: Args) -> BadgeFilter:
    """The filter that an address or a form asks for."""
    category, state, printed = (args.get(key, "") for key in ("category", "state", "printed"))
    return BadgeFilter(
        text=clean(args.get("q", ""))[:100],
        category=category if category in set(BadgeCategory) else "",
        state=state if state in set(BadgeState) else "",
        printed=printed if printed in {"yes", "no"} else "",
        key=int(key) if (key := args.get("key", "")).isascii() and key.isdigit() and len(key) < 19 else None,
    )


def _sheets(_fair: Any, query: Select[Badge]) -> Sequence[Sheet]:
    heads = [_("Number"), _("Category"), _("Person"), _("Company"), _("Country"), _("State"), _("Printed")]
    rows = (
        [
            row.reference, str(row.category.label), row.person.display_name, row.company.name if row.company else "",
            country_name((row.company or row.person).country), str(row.state.label), row.printed_at,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Badges"), heads, rows)]


def mark(badge: Badge, by: Actor, reason: str = "") -> dict[str, Any]:
    """Note a badge as printed; gives back what undoing needs."""
    before = badge.printed_at
    mark_printed([badge], reason=reason, by=by)
    return {"badge": badge.id, "printed_at": before.isoformat() if before else ""}


def pages(badges: Sequence[Badge]) -> bytes:
    """The badges as a PDF."""
    from fairs.badges.faces import badges_pdf

    return badges_pdf(badges)


def _mark(row: Badge, _values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    return mark(row, by)


def _check_print(row: Badge, values: Mapping[str, Any]) -> None:
    check_printing(row, values.get("reason", ""))


def _print(row: Badge, values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    return mark(row, by, values.get("reason", ""))


def _check(row: Badge, _values: Mapping[str, Any]) -> None:
    check_printable(row)


def _check_reissue(row: Badge, _values: Mapping[str, Any]) -> None:
    check_reissue(row)


def _reissue(row: Badge, _values: Mapping[str, Any], by: Actor) -> None:
    reissue([row], by=by)


#: Asked for once when several are printed.
REPRINT_FIELD = BulkField(
    "reason", _l("Why again"), "choice", _l("Only for badges that were printed before."),
    choices=lambda: [(one.value, one.label) for one in ReprintReason],
)  # fmt: skip

BADGES = register_list(
    ListSpec(
        "badges", _l("Badges"), "badges.index", PRINT_BADGES, ("state", "q", "category", "printed", "key"),
        query=lambda fair, args: badge_list(fair.id, wanted_of(args)),
        keys=lambda _args: ((Badge.id, True),),
        reference=Badge.reference, name_of=lambda row: row.person.display_name, sheets=_sheets,
        record=("badges.show", "reference"),
        actions=(
            BulkAction(
                "print", _l("Print"), "printer", PRINT_BADGES, _check_print, _print, unmark_printed, document=pages, tone="primary",
                fields=(REPRINT_FIELD,),
            ),
            BulkAction("mark_printed", _l("Mark as printed"), "checks", PRINT_BADGES, _check, _mark, unmark_printed),
            BulkAction("reissue", _l("Issue anew"), "key", REVOKE_BADGE, _check_reissue, _reissue),
        ),
    )
)  # fmt: skip
