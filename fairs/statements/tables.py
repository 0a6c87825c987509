"""The statement in words: the same tables for the page, the PDF and the spreadsheet, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from fairs.badges.categories import decided_in_words
from fairs.badges.states import BadgeCategory
from fairs.core.i18n import country_name, format_date, format_number
from fairs.reports.behind import PAID, SPECIAL, UNPAID
from fairs.statements.sentence import percent
from fairs.statements.statement import Statement, is_international, share

_UNITS = {"m2": "m²", "USD": "USD", "VND": "VND", "": ""}


@dataclass(frozen=True, slots=True)
class StatementTable:
    """A table with values as they are; ``numeric`` columns stand to the right. ``key`` is that of the figure behind its total."""

    title: str
    heads: Sequence[str]
    rows: list[list[Any]]
    numeric: frozenset[int]
    total: Sequence[Any] = ()
    note: str = ""
    key: str = ""
    weights: Sequence[float] = ()  # of the columns on paper; empty: words wider than numbers


def shown(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return "—"
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        return format_number(number.quantize(Decimal(1)) if number == number.to_integral_value() else number)
    return str(value)


def in_full(value: Any, unit: str) -> str:
    """A figure with its unit, nothing rounded: what the records add up to."""
    sign = {"m2": "m²", "VND": "đ"}.get(unit, unit)
    return f"{shown(value)} {sign}".rstrip()


def tables_of(statement: Statement) -> list[StatementTable]:
    """All tables that the fair has something for."""
    tables = (
        _summary(statement), _space(statement), _exhibitors(statement), _days(statement), _countries(statement),
        _categories(statement), _gates(statement), _importers(statement), _contracts(statement), _estimated(statement), _sales(statement),
        _international(statement), _editions(statement),
    )  # fmt: skip
    return [table for table in tables if table is not None and table.rows]


def _right(first: int, last: int) -> frozenset[int]:
    return frozenset(range(first, last + 1))


def _summary(statement: Statement) -> StatementTable:
    rows = [
        [str(figure.label), figure.value, _UNITS[figure.unit], str(figure.source.label), figure.updated_on]
        for figure in statement.figures.values()
    ]
    heads = [_("Figure"), _("Value"), _("Unit"), _("Label"), _("Updated on")]
    note = _("Figures of different labels stand side by side and are never added up.")
    return StatementTable(_("Summary"), heads, rows, frozenset({1}), note=note, weights=(2.8, 1.5, 0.7, 1.1, 1.1))


def _space(statement: Statement) -> StatementTable:
    names = {"shell": _("Shell scheme"), "raw": _("Raw space"), SPECIAL: _("Special shows")}
    rows, sums = [], [Decimal(0)] * 4
    for basis, words in names.items():
        part = statement.numbers["net_space"].get(basis)
        if part is None:
            continue
        values = [Decimal(part.get(key, "0")) for key in (PAID, UNPAID, SPECIAL)]
        values.append(sum(values, Decimal(0)))
        rows.append([words, *values])
        sums = [before + value for before, value in zip(sums, values, strict=True)]
    heads = [_("Net space in m²"), _("Paid space"), _("Free of charge"), _("Special shows"), _("Together")]
    return StatementTable(_("Net space"), heads, rows, _right(1, 4), [_("Together"), *sums], key="net_space")


def _by_country(pairs: dict[str, list[int]]) -> list[list[Any]]:
    ordered = sorted(pairs.items(), key=lambda pair: (-sum(pair[1]), pair[0]))
    return [[country_name(code) or _("not known"), *numbers] for code, numbers in ordered]


def _sum(rows: Sequence[Sequence[Any]], column: int) -> Any:
    return sum(row[column] for row in rows)


def _exhibitors(statement: Statement) -> StatementTable:
    rows = [[*row, row[1] + row[2]] for row in _by_country(statement.numbers["exhibitors_by_country"])]
    heads = [_("Country"), _("Main exhibitors"), _("Co-exhibitors"), _("Together")]
    total = [_("Together"), *(_sum(rows, column) for column in (1, 2, 3))]
    note = _("By the address on the contract. Represented companies are not counted.")
    return StatementTable(_("Exhibitors by country"), heads, rows, _right(1, 3), total, note, "exhibitors")


def _days(statement: Statement) -> StatementTable:
    rows = [[date.fromisoformat(day), *numbers] for day, numbers in statement.numbers["visits_by_day"].items()]
    if "visitors" not in statement.figures:
        heads, total = [_("Day"), _("Entries counted")], [_("Together"), _sum(rows, 1)]
        note = _("Counters know no faces: who comes back in is counted again.")
        return StatementTable(_("Entries by day"), heads, rows, _right(1, 1), total, note, "visits")
    heads = [_("Day"), _("Visits"), _("of these for the first time")]
    total = [_("Together"), _sum(rows, 1), _sum(rows, 2)]
    note = _("One visit per person and day; re-entries are not counted.")
    return StatementTable(_("Visits by day"), heads, rows, _right(1, 2), total, note, "visits")


def _countries(statement: Statement) -> StatementTable:
    rows = _by_country(statement.numbers["visits_by_country"])
    heads = [_("Country"), _("Visits"), _("Visitors (different people)")]
    total = [_("Together"), _sum(rows, 1), _sum(rows, 2)]
    return StatementTable(_("Visits and visitors by country"), heads, rows, _right(1, 2), total, key="visitors")


def _categories(statement: Statement) -> StatementTable:
    numbers = statement.numbers["categories"]
    ordered = [category for category in BadgeCategory if category.value in numbers]
    rows = [[str(category.label), *numbers[category.value]] for category in ordered]
    heads = [_("Category of badge"), _("Counted as visits"), _("Not counted")]
    total = [_("Together"), _sum(rows, 1), _sum(rows, 2)]
    words = [_("Exhibitors’ staff, press, service and organisers are let in and not counted.")]
    if "visitors" not in statement.figures:
        words.append(_("Named visits at a fair that counts at its gates are not in its figure of visits."))
    note = " ".join([*words, *decided_in_words(statement.fair)])
    return StatementTable(_("Categories included and excluded"), heads, rows, _right(1, 2), total, note)


def _gates(statement: Statement) -> StatementTable:
    rows = [[gate, entries] for gate, entries in statement.numbers["gates"].items()]
    return StatementTable(
        _("Entries by gate"), [_("Gate"), _("Entries counted")], rows, _right(1, 1), [_("Together"), _sum(rows, 1)], key="visits"
    )  # fmt: skip


def _importers(statement: Statement) -> StatementTable:
    rows = _by_country(statement.numbers["importers_by_country"])
    heads = [_("Country"), _("Companies"), _("People")]
    total = [_("Together"), _sum(rows, 1), _sum(rows, 2)]
    note = _("Only who came is counted; registered but absent is not.")
    return StatementTable(_("Importers from abroad"), heads, rows, _right(1, 2), total, note, "foreign_importers")


def _contracts(statement: Statement) -> StatementTable | None:
    names = {
        "verified": _("Signed, verified and standing"), "cancelled": _("Verified, cancelled later"), "mou": _("MOU, verified"),
        "waiting": _("Signed, to be verified"),
    }  # fmt: skip
    numbers = statement.numbers["contracts"]
    if not any(number for number, _usd in numbers.values()):
        return None
    rows = [[words, numbers[key][0], Decimal(numbers[key][1])] for key, words in names.items()]
    note = _(
        "Only the first line is the fair’s export value. At the rate of the day of signature, frozen when it was verified."
    )
    heads = [_("Export contracts"), _("How many"), _("Value in USD")]
    return StatementTable(_("Export contracts"), heads, rows, _right(1, 2), note=note, key="contracts_verified")


def _estimated(statement: Statement) -> StatementTable | None:
    number, usd = statement.numbers["estimated"]
    if not number:
        return None
    heads = [_("Exit survey"), _("Answers"), _("Value in USD")]
    rows = [[_("Orders signed, and expected within twelve months"), number, Decimal(usd)]]
    note = _(
        "An estimate by the exhibitors themselves: it stands beside the verified contracts and is never added to them."
    )
    return StatementTable(_("Estimated by exhibitors"), heads, rows, _right(1, 2), note=note, key="estimated_orders")


def _sales(statement: Statement) -> StatementTable:
    rows = [
        [date.fromisoformat(day), number, amount] for day, (number, amount) in statement.numbers["sales_by_day"].items()
    ]
    declared, expected = statement.numbers["coverage"]
    note = _(
        "%(done)s of %(all)s booth-days were declared (%(share)s %%). Who did not declare is shown and never filled in.",
        done=shown(declared), all=shown(expected), share=shown(percent(declared, expected)),
    )  # fmt: skip
    heads = [_("Day"), _("Booths that declared"), _("Declared, VND")]
    total = [_("Together"), _sum(rows, 1), _sum(rows, 2)]
    return StatementTable(_("Sales, as declared"), heads, rows, _right(1, 2), total, note, "sales")


def _international(statement: Statement) -> StatementTable:
    known = statement.numbers["international"]
    rows = []
    for key, words, least in (("exhibitors", _("Exhibitors"), 10), ("visits", _("Visits"), 5)):
        pair = known[key]
        rows.append([words, *(pair or [None, None]), share(pair), least])
    verdict = is_international(statement.numbers)
    note = {
        True: _("Both shares are reached: the fair is international by UFI."),
        False: _("Not both shares are reached: the fair is not international by UFI."),
        None: _("A share is not known, so that nothing can be said."),
    }[verdict]
    heads = [_("Share from abroad"), _("From abroad"), _("All"), _("Percent"), _("At least, percent")]
    return StatementTable(_("International by UFI"), heads, rows, _right(1, 4), note=note)


def _editions(statement: Statement) -> StatementTable | None:
    if not statement.editions:
        return None
    wanted = [
        key
        for key in _COMPARED
        if any(key in figures for _fair, figures in statement.editions) or key in statement.figures
    ]
    names = {
        "net_space": _("Net space in m²"), "exhibitors": _("Main exhibitors"), "co_exhibitors": _("Co-exhibitors"),
        "visits": _("Visits"), "visitors": _("Visitors"), "foreign_importers": _("Importers"), "contracts_verified": _("USD, verified"),
        "sales": _("VND, declared"),
    }  # fmt: skip
    both = [(statement.fair, statement.figures), *statement.editions]
    rows = [
        [names[key], *(figures[key].value if key in figures else None for _fair, figures in both)] for key in wanted
    ]
    heads = [_("Figure"), *(f"{fair.name} ({fair.starts_on.year})" for fair, _figures in both)]
    return StatementTable(_("Beside earlier fairs"), heads, rows, _right(1, len(both)))


_COMPARED = (
    "net_space", "exhibitors", "co_exhibitors", "visits", "visitors", "foreign_importers", "contracts_verified", "sales",
)  # fmt: skip


def definitions() -> list[tuple[str, str]]:
    """What each word of the statement means: a term and its definition."""
    return [
        (_("Net space"), _("The area occupied by exhibitors, paid and free of charge, and by special shows on the fair’s theme. Booths confirmed until the day of the statement.")),
        (_("Exhibitor"), _("A company with a confirmed booth (main exhibitor), or one on its stand with own staff and own products (co-exhibitor). Represented companies are none.")),
        (_("Country"), _("Of an exhibitor or importer: the address on the contract. Of a visitor: as registered.")),
        (_("Visits"), _("A person with a badge of a category that counts, once a day, proved by the scan at a gate. Coming back in is no further visit.")),
        (_("Visitors"), _("A different person with at least one visit.")),
        (_("Entries counted"), _("At a public fair without names: what counters at the gates counted by hour, with a note on the method.")),
        (_("Importer"), _("A company from abroad whose registration was approved and somebody of which came. Registered but absent never counts.")),
        (_("Verified"), _("Contracts signed by both sides that a second person has checked. Framework contract and call-offs count once. MOUs and what was cancelled later stand beside.")),
        (_("Declared"), _("What exhibitors declared of their sales, day by day. Nobody has audited it.")),
        (_("Estimated"), _("What exhibitors expect, from the survey at closing. It stands beside the verified value and is never added to it.")),
        (_("Day of the statement"), _("Records of days until the day named are counted. What was corrected since then is as it is now.")),
    ]  # fmt: skip
