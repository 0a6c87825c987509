"""The list of declarations behind every sum of daily sales: its address, its order, its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import contains_eager

from fairs.calendar.models import Fair
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.directory.queries import group_names
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth, Zone
from fairs.sales.models import SalesReturn, in_time_until
from fairs.sales.permissions import VIEW_SALES

SOURCE_NAMES = {"web": _l("On the web"), "paper": _l("Paper form"), "phone": _l("Telephone call")}
_ORDERS = {"day": SalesReturn.day, "amount": SalesReturn.amount_minor, "declared": SalesReturn.declared_at}


def day_of(text: str | None) -> date | None:
    """A day of an address; None when it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def returns_matching(fair: Fair, args: Args) -> Select[Any]:
    """The declarations of a fair that fit the address, with booth and company."""
    query = (
        select(SalesReturn)
        .join(SalesReturn.booth)
        .outerjoin(Booth.zone)
        .join(SalesReturn.exhibitor)
        .join(Exhibitor.company)
        .options(
            contains_eager(SalesReturn.booth).contains_eager(Booth.zone),
            contains_eager(SalesReturn.exhibitor).contains_eager(Exhibitor.company),
        )
        .where(SalesReturn.fair_id == fair.id)
    )
    if args.get("day"):
        day = day_of(args["day"])
        query = query.where(false() if day is None else SalesReturn.day == day)
    if args.get("zone"):
        query = query.where(Booth.zone_id.is_(None) if args["zone"] == "-" else Zone.code == clean(args["zone"])[:10])
    if args.get("group"):
        code = clean(args["group"])[:10]
        first = or_(Exhibitor.group_codes == code, Exhibitor.group_codes.startswith(f"{code}|", autoescape=True))
        query = query.where(Exhibitor.group_codes == "" if code == "-" else first)
    if args.get("source") in SOURCE_NAMES:
        query = query.where(SalesReturn.source == args["source"])
    if args.get("late") == "yes":
        late = [
            and_(SalesReturn.day == day, SalesReturn.declared_at > in_time_until(day, fair.time_zone))
            for day in fair.days
        ]
        query = query.where(or_(*late))
    if args.get("changed") == "yes":
        query = query.where(SalesReturn.revision > 1)
    text = clean(args.get("q", ""))[:100]
    if fold(text):
        found = Company.folded.contains(fold(text), autoescape=True)
        query = query.where(found | Booth.code.istartswith(text[:12], autoescape=True))
    return query


def _order(args: Args) -> list[tuple[Any, bool]]:
    sort = args.get("sort", "-day")
    column = _ORDERS.get(sort.removeprefix("-"), SalesReturn.day)
    return [(column, sort.startswith("-")), (SalesReturn.id, sort.startswith("-"))]


def _sheets(fair: Fair, query: Any) -> list[Sheet]:
    heads = [
        _("Day"), _("Booth"), _("Company"), _("Cash"), _("Card and transfer"), _("Orders taken"), _("Sum (VND)"),
        _("By product group"), _("How it reached us"), _("Declared at"), _("Late"), _("Times corrected"), _("Note"),
    ]  # fmt: skip
    return [Sheet(_("Daily sales, declared"), heads, _rows(fair, query))]


def _rows(fair: Fair, query: Any) -> Iterator[list[Any]]:
    names = group_names()
    for row in each(query):
        parts = row.parts or dict.fromkeys(("cash", "card", "orders"))
        split = "; ".join(f"{names.get(code, code)}: {minor}" for code, minor in row.groups.items())
        yield [
            row.day, row.booth.code, row.exhibitor.company.name, parts["cash"], parts["card"], parts["orders"], row.amount,
            split, str(SOURCE_NAMES.get(row.source, row.source)), row.declared_at,
            _("yes") if row.is_late(fair.time_zone) else _("no"), row.revision - 1, row.note,
        ]  # fmt: skip


SALES = register_list(
    ListSpec(
        "sales", _l("Declarations"), "sales.returns", VIEW_SALES,
        ("day", "q", "zone", "group", "source", "late", "changed", "sort"),
        query=returns_matching, keys=_order, reference=SalesReturn.id, name_of=lambda row: row.booth.code, sheets=_sheets,
    )
)  # fmt: skip
