"""The records behind a figure as a list: columns, filter, order, spreadsheet; and sums instead, where records are not shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select

from fairs.badges.states import BadgeCategory
from fairs.booths.permissions import VIEW_BOOKINGS
from fairs.calendar.models import Fair
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.contracts.states import ContractState
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.i18n import country_name
from fairs.core.permissions import Permission
from fairs.core.sheets import Sheet
from fairs.core.text import clean, fold
from fairs.core.web import Page, paginate_rows
from fairs.exhibitors.permissions import VIEW_EXHIBITORS
from fairs.importers.permissions import VIEW_IMPORTERS
from fairs.reports.behind import COLUMNS, PAID, SPECIAL, UNPAID
from fairs.reports.sums import Group, group_name, grouped, pooled
from fairs.sales.permissions import VIEW_SALES
from fairs.statements.figures import Kind
from fairs.surveys.permissions import VIEW_SURVEYS

May = Callable[[Permission], bool]
#: Whose single records are for some only; others see sums by country and by day.
ONLY_FOR = {
    "contracts_verified": VIEW_CONTRACTS, "contracts_cancelled": VIEW_CONTRACTS, "mou": VIEW_CONTRACTS, "sales": VIEW_SALES,
    "estimated_orders": VIEW_SURVEYS,
}  # fmt: skip
#: The page of a record, and what one must be allowed to open it.
PAGES = {
    "BoothBooking": ("bookings.booking", VIEW_BOOKINGS),
    "Exhibitor": ("exhibitors.show", VIEW_EXHIBITORS),
    "StandCompany": ("exhibitors.show", VIEW_EXHIBITORS),
    "Importer": ("importers.show", VIEW_IMPORTERS),
    "Contract": ("contracts.contract", VIEW_CONTRACTS),
}
_SPACE = (("reference", _l("Reference")), ("place", _l("Booth")), ("name", _l("Exhibitor")), ("partner", _l("Type")),
          ("country", _l("Country")), ("day", _l("Confirmed on")), ("detail", _l("Paid or free")))  # fmt: skip
_IMPORTERS = (
    ("reference", _l("Reference")),
    ("name", _l("Company")),
    ("country", _l("Country")),
    ("day", _l("First came on")),
)
_VISITS = (
    ("id", _l("Reference")),
    ("day", _l("Day")),
    ("time", _l("First entry")),
    ("detail", _l("Category")),
    ("country", _l("Country")),
)
_CONTRACTS = (("reference", _l("Contract")), ("name", _l("Exporter")), ("partner", _l("Importer")), ("country", _l("Country")),
              ("day", _l("Signed on")), ("detail", _l("Status")))  # fmt: skip
HEADS = {
    "booths": _SPACE, "net_space": _SPACE,
    "exhibitors": (("reference", _l("Reference")), ("name", _l("Exhibitor")), ("country", _l("Country")), ("day", _l("Since"))),
    "co_exhibitors": (("reference", _l("On the stand of")), ("name", _l("Co-exhibitor")), ("country", _l("Country"))),
    "visits": _VISITS, "visitors": _VISITS, "foreign_importers": _IMPORTERS, "importer_people": _IMPORTERS,
    "contracts_verified": _CONTRACTS, "contracts_cancelled": _CONTRACTS, "mou": _CONTRACTS,
    "sales": (("place", _l("Booth")), ("name", _l("Exhibitor")), ("day", _l("Day"))),
    "estimated_orders": (("reference", _l("Reference")), ("name", _l("Exhibitor")), ("country", _l("Country")), ("day", _l("Answered on"))),
    "counted": (("day", _l("Day")), ("hour", _l("Hour")), ("name", _l("Gate")), ("detail", _l("How it was counted"))),
}  # fmt: skip
_WORDS = {PAID: _l("Paid space"), UNPAID: _l("Free of charge"), SPECIAL: _l("Special show")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list shows: a search in names and references, a country, a day; and the order."""

    text: str = ""
    country: str = ""
    day: date | None = None
    sort: str = "record"

    @property
    def is_filter(self) -> bool:
        """Whether records are left out."""
        return bool(self.text or self.country or self.day)


def wanted_of(args: Mapping[str, str]) -> Wanted:
    """The filter that an address asks for; what cannot be read is no filter."""
    country = args.get("country", "")
    try:
        day = date.fromisoformat(args.get("day", ""))
    except ValueError:
        day = None
    sort = args.get("sort", "record")
    is_country = len(country) == 2 and country.isascii()
    text = clean(args.get("q", ""))[:100].replace("\x00", "")
    known = sort if sort.removeprefix("-") in {"record", "amount"} else "record"
    return Wanted(text, country.upper() if is_country else "", day, known)


def heads_of(kind: Kind) -> tuple[tuple[str, Any], ...]:
    """The columns of the list: their names in a row, and in words."""
    return HEADS["counted" if kind.is_without_names else kind.key]


def _matching(fair: Fair, kind: Kind, until: date, wanted: Wanted) -> tuple[Any, Select[Any]]:
    rows = kind.rows(fair, until).subquery()
    query = select(*(rows.c[name] for name in COLUMNS))
    if wanted.text:
        text = wanted.text
        found = [
            rows.c.reference.contains(text.upper(), autoescape=True),
            rows.c.place.contains(text.upper(), autoescape=True),
        ]
        if folded := fold(text):
            found.append(rows.c.folded.contains(folded, autoescape=True))
        query = query.where(or_(*found))
    if wanted.country:
        query = query.where(rows.c.country == wanted.country)
    if wanted.day is not None:
        query = query.where(rows.c.day == wanted.day)
    return rows, query


def page_of(fair: Fair, kind: Kind, until: date, wanted: Wanted, cursor: str | None, limit: int = 50) -> Page[Any]:
    """A page of the records."""
    rows, query = _matching(fair, kind, until, wanted)
    down = wanted.sort.startswith("-")
    keys = [(rows.c.amount, down)] if wanted.sort.endswith("amount") else []
    return paginate_rows(query, *keys, (rows.c.kind, down), (rows.c.id, down), limit=limit, cursor=cursor)


def totals_of(fair: Fair, kind: Kind, until: date, wanted: Wanted) -> tuple[int, Any]:
    """How many records fit the filter, and their sum in the figure's unit."""
    _rows, query = _matching(fair, kind, until, wanted)
    found = query.subquery()
    number, amount = db.session.execute(select(func.count(), func.coalesce(func.sum(found.c.amount), 0))).one()
    return int(number), kind.decimal(amount)


def countries_of(fair: Fair, kind: Kind, until: date) -> list[tuple[str, str]]:
    """Countries of the records, by name."""
    codes = [group.key for group in grouped(kind.rows(fair, until), "country") if group.key]
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


def cell(fair: Fair, row: Any, name: str) -> Any:
    """What stands in a column of a record: a text, a day, or a moment."""
    if name == "day":
        return row.day or (local_day(row.moment, fair.time_zone) if row.moment is not None else None)
    if name == "time":
        return row.moment
    if name == "country":
        return country_name(row.country)
    if name == "hour":
        return f"{int(row.place):02d}:00–{int(row.place) + 1:02d}:00"
    if name == "detail":
        return _detail(row)
    return getattr(row, name)


def _detail(row: Any) -> str:
    if row.kind == "Visit":
        return str(BadgeCategory(row.detail).label)
    if row.kind == "Contract":
        return str(ContractState(row.detail).label)
    return str(_WORDS.get(row.detail, row.detail))


def page_url_of(row: Any, may: May) -> tuple[str, str] | None:
    """The page of a record: endpoint and reference; None where there is none, or the reader may not open it."""
    page = PAGES.get(row.kind)
    return (page[0], row.reference) if page is not None and row.reference and may(page[1]) else None


def may_see_records(kind: Kind, may: May) -> bool:
    """Whether the reader sees single records, not sums only."""
    return kind.key not in ONLY_FOR or may(ONLY_FOR[kind.key])


def groups_of(fair: Fair, kind: Kind, until: date) -> list[tuple[str, list[Group]]]:
    """Sums in place of records: ("country" or "day", groups)."""
    rows = kind.rows(fair, until)
    by_day = ("day", grouped(rows, "day"))
    if kind.key == "sales":  # one exhibitor's takings are in no sum of a day that others declared too
        return [("day", pooled(by_day[1]))]
    return [("country", pooled(grouped(rows, "country"))), ("day", pooled(by_day[1]))]


def sheets_of(fair: Fair, kind: Kind, until: date, wanted: Wanted, may: May) -> list[Sheet]:
    """The list as a spreadsheet: the records, or the sums where the reader sees no more."""
    unit = _amount_head(kind)
    if not may_see_records(kind, may):
        names = {"country": _("Country"), "day": _("Day")}
        return [
            Sheet(
                names[column], [names[column], _("Records"), unit],
                [[group_name(column, one.key), one.count, kind.decimal(one.amount)] for one in groups],
            )
            for column, groups in groups_of(fair, kind, until)
        ]  # fmt: skip
    heads = heads_of(kind)
    return [
        Sheet(str(kind.label), [*(str(text) for _name, text in heads), unit], _rows(fair, kind, until, wanted, heads))
    ]


def _rows(fair: Fair, kind: Kind, until: date, wanted: Wanted, heads: Any) -> Iterator[list[Any]]:
    rows, query = _matching(fair, kind, until, wanted)
    for row in db.session.execute(query.order_by(rows.c.kind, rows.c.id).execution_options(yield_per=500)):
        yield [*(cell(fair, row, name) for name, _text in heads), kind.decimal(row.amount)]


def _amount_head(kind: Kind) -> str:
    return {"m2": "m²", "USD": "USD", "VND": "VND"}.get(kind.unit) or str(_("Counts as"))
