"""The list of payments that are asked for: its address, its order, its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.calendar.models import Fair
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.dunning.permissions import VIEW_REMINDERS
from fairs.dunning.queries import ReminderFilter, asked_of, unpaid
from fairs.payments.models import Instalment

KINDS = {"deposit": _l("Deposit"), "balance": _l("Balance")}


def wanted_of(args: Args) -> ReminderFilter:
    """The filter that an address asks for; overdue ones where it says nothing."""
    return ReminderFilter(args.get("view", "overdue"), args.get("q", "")[:200])


def _sheets(fair: Fair, query: Select[Instalment]) -> Sequence[Sheet]:
    heads = [
        _("Invoice"), _("Company"), _("Payment"), _("Due on"), _("Days late"), _("Still open"), _("Currency"), _("Last step"),
        _("Day"), _("Outcome"), _("Note"), _("Next step"), _("Day of the next step"),
    ]  # fmt: skip
    return [Sheet(_("Reminders"), heads, _rows(fair, query))]


def _rows(fair: Fair, query: Select[Instalment]) -> Iterator[list[Any]]:
    for some in _hundreds(each(query)):
        for asked in asked_of(fair, some):
            last, due = asked.last, asked.part.instalment.due_on
            yield [
                asked.invoice.number, asked.invoice.company.name, str(KINDS[asked.part.instalment.kind]), due,
                max(0, (fair.today - due).days), asked.part.open, asked.part.open.currency,
                str(last.step.label) if last else "", (last.done_on or last.begun_on) if last else None,
                str(last.outcome.label) if last and last.outcome else "", last.note if last else "",
                str(asked.next.step.label) if asked.next else "", asked.next.day if asked.next else None,
            ]  # fmt: skip


def _hundreds(rows: Iterator[Instalment]) -> Iterator[list[Instalment]]:
    some: list[Instalment] = []
    for row in rows:
        some.append(row)
        if len(some) == 200:
            yield some
            some = []
    if some:
        yield some


REMINDERS = register_list(
    ListSpec(
        "reminders", _l("Reminders"), "dunning.index", VIEW_REMINDERS, ("view", "q"),
        query=lambda fair, args: unpaid(fair, wanted_of(args)),
        keys=lambda _args: [(Instalment.due_on, False), (Instalment.id, False)],
        reference=Instalment.number, name_of=lambda row: row.number, sheets=_sheets, everything={"view": "all"},
    )
)  # fmt: skip
