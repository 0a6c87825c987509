"""The list of bank lines: its address, its order, its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.banking.desk import bring_back, set_aside
from fairs.banking.models import BankLine
from fairs.banking.permissions import MATCH_LINES, VIEW_STATEMENTS
from fairs.banking.queries import LineFilter, lines_matching, order_of
from fairs.banking.states import LineKind, LineState
from fairs.core.actor import Actor
from fairs.core.errors import InvalidTransition
from fairs.core.lists import Args, BulkAction, BulkField, ListSpec, register_list
from fairs.core.sheets import Sheet, each


def wanted_of(args: Args) -> LineFilter:
    """The filter that an address asks for."""
    kind, statement = args.get("kind", ""), args.get("statement", "")
    return LineFilter(
        args.get("state", ""), LineKind(kind) if kind in set(LineKind) else None,
        int(statement) if statement.isascii() and statement.isdigit() and len(statement) < 10 else None,
        args.get("q", "")[:200],
    )  # fmt: skip


def _sheets(_fair: Any, query: Select[BankLine]) -> Sequence[Sheet]:
    heads = [
        _("Day"), _("Number of the transaction"), _("Text of the transfer"), _("Name of the other side"), _("Amount"),
        _("Currency"), _("Kind of line"), _("State"), _("Why"), _("Payment"), _("Refund"), _("Bank"), _("File"), _("Row"),
    ]  # fmt: skip
    return [Sheet(_("Bank lines"), heads, _rows(query))]


def _rows(query: Select[BankLine]) -> Iterator[list[Any]]:
    for line in each(query):
        yield [
            line.booked_on, line.bank_number, line.text, line.payer, line.amount, line.currency, str(line.kind.label),
            str(line.state.label), line.why, line.payment.number if line.payment else "",
            line.refund.number if line.refund else "", line.statement.bank_name, line.statement.file_name, line.row,
        ]  # fmt: skip


def _may_set_aside(line: BankLine, _values: Mapping[str, Any]) -> None:
    if line.state is not LineState.WAITING:
        raise InvalidTransition


def _set_aside(line: BankLine, values: Mapping[str, Any], by: Actor) -> None:
    set_aside(line, reason=str(values.get("reason", "")), by=by)


def _bring_back(line: BankLine, _kept: Mapping[str, Any], by: Actor) -> None:
    bring_back(line, by=by)


LINES = register_list(
    ListSpec(
        "bank_lines", _l("Bank lines"), "banking.index", VIEW_STATEMENTS, ("state", "kind", "statement", "q", "sort"),
        query=lambda fair, args: lines_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "day")),
        reference=BankLine.id, name_of=lambda row: f"{row.booked_on:%d/%m} · {row.text[:60]}", sheets=_sheets,
        record=("banking.line", "line_id"), panel=True, everything={"state": "all"},
        actions=(
            BulkAction(
                "set_aside", _l("Set aside"), "eye-off", MATCH_LINES, _may_set_aside, _set_aside,
                undo=_bring_back,
                fields=(BulkField("reason", _l("Why"), required=True, length=300),),
            ),
        ),
    )
)  # fmt: skip
