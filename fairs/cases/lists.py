"""The list of cases: its address, order, spreadsheet, and taking or closing many at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.calendar.models import Fair
from fairs.cases.models import Case
from fairs.cases.permissions import MANAGE_CASES, VIEW_CASES, WORK_CASES
from fairs.cases.queries import CaseFilter, case_keys, cases_matching
from fairs.cases.service import close, take
from fairs.cases.states import CaseState
from fairs.core.actor import Actor
from fairs.core.lists import Args, BulkAction, ListSpec, register_list
from fairs.core.sheets import Sheet, each


def wanted_of(args: Args) -> CaseFilter:
    """The filter that an address asks for."""
    return CaseFilter(
        args.get("q", ""), args.get("kind", ""), args.get("state", ""), args.get("severity", ""), args.get("owner", ""),
        args.get("late") == "yes",
    )  # fmt: skip


def _sheets(_fair: Fair, query: Select[Case]) -> Sequence[Sheet]:
    heads = [
        _("Case"), _("Kind"), _("Severity"), _("State"), _("What happened"), _("Place"), _("Concerned"), _("Reported by"),
        _("Contact"), _("Reported at"), _("Time limit"), _("Owner"), _("Outcome"), _("Solved at"), _("Closed at"), _("Handed over to"),
        _("Violation"),
    ]  # fmt: skip
    return [Sheet(_("Cases"), heads, _rows(query))]


def _rows(query: Select[Case]) -> Iterator[list[Any]]:
    for one in each(query):
        violation = one.violation
        yield [
            one.reference, str(one.kind.label), str(one.severity.label), str(one.state.label), one.text, one.where, one.whom,
            one.reporter, one.contact, one.created_at, one.due_at, one.owner.name if one.owner else "", one.outcome,
            one.solved_at, one.closed_at, one.handed_to,
            f"{violation.breach.label}: {violation.state.label}" if violation is not None else "",
        ]  # fmt: skip


def _take(row: Case, _values: Mapping[str, Any], by: Actor) -> None:
    take(row, by=by, mark=secrets.token_hex(16))


def _close(row: Case, _values: Mapping[str, Any], by: Actor) -> None:
    close(row, by=by, mark=secrets.token_hex(16))


CASES = register_list(
    ListSpec(
        "cases", _l("Cases"), "cases.index", VIEW_CASES, ("kind", "state", "severity", "owner", "late", "q", "sort"),
        query=lambda fair, args: cases_matching(fair.id, wanted_of(args)),
        keys=lambda args: case_keys(args.get("sort", "due")), reference=Case.reference,
        name_of=lambda row: f"{row.reference} – {row.title}", sheets=_sheets, record=("cases.show", "reference"), panel=True,
        everything={"state": "all"},
        actions=(
            BulkAction("take", _l("See to it myself"), "user-check", WORK_CASES,
                       lambda row, _values: row.require_move(CaseState.IN_WORK), _take),
            BulkAction("close", _l("Close"), "lock", MANAGE_CASES,
                       lambda row, _values: row.require_move(CaseState.CLOSED), _close),
        ),
    )
)  # fmt: skip
