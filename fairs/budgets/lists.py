"""The list of a fair's vouchers: its address, its order, its spreadsheet with the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.budgets.models import Voucher
from fairs.budgets.permissions import VIEW_FAIR_BUDGET
from fairs.budgets.queries import vouchers_matching
from fairs.budgets.states import VoucherState
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each

SORTS = {"number": Voucher.number, "date": Voucher.written_on, "total": Voucher.total_minor}


def _query(fair: Any, args: Args) -> Select[Voucher]:
    state = args.get("state", "")
    return vouchers_matching(
        fair.id, state=VoucherState(state) if state in set(VoucherState) else None, line=args.get("line", "")[:20],
        text=args.get("q", "")[:200],
    )  # fmt: skip


def _order(sort: str) -> list[tuple[Any, bool]]:
    down = sort.startswith("-")
    return [(SORTS.get(sort.removeprefix("-"), Voucher.number), down), (Voucher.id, down)]


def _sheets(_fair: Any, query: Select[Voucher]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Date"), _("State"), _("Payee"), _("Tax code"), _("What for"), _("Lines"), _("Amount"), _("VAT"), _("Currency"),
        _("Method"), _("Document of the payee"), _("Paid on"), _("Bank reference"), _("Reason"),
    ]  # fmt: skip
    return [Sheet(_("Vouchers"), heads, _rows(query))]


def _rows(query: Select[Voucher]) -> Iterator[list[Any]]:
    methods = {"transfer": _("Transfer"), "cash": _("Cash")}
    for one in each(query):
        lines = ", ".join(dict.fromkeys(part.line.code for part in one.lines))
        yield [
            one.number, one.written_on, str(one.state.label), one.payee, one.tax_code, one.purpose, lines, one.total,
            one.vat, one.currency, methods[one.method], one.external_number, one.paid_on, one.bank_reference,
            one.ended_because,
        ]  # fmt: skip


VOUCHERS = register_list(
    ListSpec(
        "vouchers", _l("Vouchers"), "vouchers.index", VIEW_FAIR_BUDGET, ("state", "q", "line", "sort"), query=_query,
        keys=lambda args: _order(args.get("sort", "-number")), reference=Voucher.number, name_of=lambda row: row.payee,
        sheets=_sheets, record=("vouchers.show", "number"),
    )
)  # fmt: skip
