"""The ledger of a fair as a list: its address, its order, its spreadsheet and its text file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.books.permissions import VIEW_BOOKS
from fairs.books.queries import LedgerFilter, entries_matching
from fairs.calendar.models import Fair
from fairs.core.lists import Args, ListSpec, chosen, register_list
from fairs.core.money import Money
from fairs.core.sheets import Sheet, each
from fairs.payments.models import LedgerEntry
from fairs.payments.states import EntryKind


def day_of(text: str) -> date | None:
    """A day of an address; what cannot be read is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def wanted_of(args: Args) -> LedgerFilter:
    """The filter that an address asks for."""
    company, kind = args.get("company", ""), args.get("kind", "")
    return LedgerFilter(
        int(company) if company.isascii() and company.isdigit() and len(company) < 19 else None,
        EntryKind(kind) if kind in set(EntryKind) else None, day_of(args.get("from", "")), day_of(args.get("to", "")),
        args.get("q", "")[:200],
    )  # fmt: skip


def order_of(args: Args) -> list[tuple[Any, bool]]:
    """By day or by amount; movements of a day in the order in which they were booked."""
    sort = args.get("sort") or "-day"
    column = LedgerEntry.amount_minor if sort.removeprefix("-") == "amount" else LedgerEntry.booked_on
    return [(column, sort.startswith("-")), (LedgerEntry.id, sort.startswith("-"))]


def _heads() -> list[str]:
    return [
        _("Day"), _("Money document"), _("Kind"), _("Company"), _("Tax code"), _("Owes more"), _("Owes less"), _("Currency"),
        _("Recorded"),
    ]  # fmt: skip


def _rows(query: Select[LedgerEntry]) -> Iterator[list[Any]]:
    for one in each(query):
        amount = one.amount
        more = amount if amount.amount_minor > 0 else None
        less = Money(-amount.amount_minor, amount.currency) if amount.amount_minor < 0 else None
        yield [
            one.booked_on, one.document_number, str(one.kind.label), one.company.name, one.company.tax_code, more, less,
            one.currency, one.created_at,
        ]  # fmt: skip


def _sheets(_fair: Fair, query: Select[LedgerEntry]) -> Sequence[Sheet]:
    return [Sheet(_("Ledger"), _heads(), _rows(query))]


LEDGER = register_list(
    ListSpec(
        "ledger", _l("Ledger"), "books.ledger", VIEW_BOOKS, ("company", "kind", "from", "to", "q", "sort"),
        query=lambda fair, args: entries_matching(fair.id, wanted_of(args)), keys=order_of, reference=LedgerEntry.id,
        name_of=lambda row: row.document_number, sheets=_sheets,
    )
)  # fmt: skip


def ledger_csv(fair: Fair, args: Args) -> Response:
    """The ledger as it is filtered, as text with semicolons, which Excel of Vietnam opens as it is."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(_heads())
    for row in _rows(chosen(LEDGER, fair, args, None)):
        writer.writerow([_cell(value) for value in row])
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{fair.slug}-ledger.csv")
    return answer


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return str(value.decimal)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    text = str(value)
    # What a person typed must not become a formula.
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
