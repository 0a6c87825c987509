"""The list of shifts: its address, its order, its spreadsheet with every voucher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from fairs.calendar.models import Fair
from fairs.cashdesk.models import CashEntry, CashShift
from fairs.cashdesk.permissions import VIEW_CASH
from fairs.cashdesk.queries import shifts_matching
from fairs.cashdesk.states import ShiftState
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each


def state_of(args: Args) -> ShiftState | None:
    """The state that an address asks for."""
    state = args.get("state", "")
    return ShiftState(state) if state in set(ShiftState) else None


def _sheets(fair: Fair, query: Select[CashShift]) -> Sequence[Sheet]:
    shifts = [
        _("Shift"), _("Cashier"), _("Opened"), _("State"), _("Currency"), _("Opening float"), _("Should be there"), _("Counted sum"),
        _("Difference"), _("Reason"), _("Agreed to by"), _("Taken over by"), _("Handed over"), _("Record of the hand-over"),
    ]  # fmt: skip
    vouchers = [
        _("Voucher"), _("Day"), _("Kind of movement"), _("Company"), _("Paid to or by"), _("What for"), _("Amount"), _("Currency"),
        _("Puts right"), _("Shift"), _("Cashier"),
    ]  # fmt: skip
    return [Sheet(_("Shifts"), shifts, _shift_rows(query)), Sheet(_("Cash vouchers"), vouchers, _voucher_rows(query))]


def _shift_rows(query: Select[CashShift]) -> Iterator[list[Any]]:
    for shift in each(query):
        for till in shift.tills:
            yield [
                shift.number, shift.cashier_name, shift.opened_at, str(shift.state.label), till.currency, till.opening,
                till.expected, till.counted, till.difference if till.counted else None, till.reason, shift.agreed_by_name,
                shift.receiver_name, shift.handed_over_at, shift.handover_number,
            ]  # fmt: skip


def _voucher_rows(query: Select[CashShift]) -> Iterator[list[Any]]:
    loaded = selectinload(CashShift.entries).options(joinedload(CashEntry.company), joinedload(CashEntry.corrects))
    for shift in each(query.options(loaded)):
        for entry in shift.entries:
            yield [
                entry.number, entry.booked_on, str(entry.kind.label), entry.company.name if entry.company else "",
                entry.person, entry.text, entry.amount, entry.currency, entry.corrects.number if entry.corrects else "",
                shift.number, entry.by_name,
            ]  # fmt: skip


SHIFTS = register_list(
    ListSpec(
        "cash_shifts", _l("Cashiers’ shifts"), "cash_shifts.index", VIEW_CASH, ("state",),
        query=lambda fair, args: shifts_matching(fair.id, state_of(args)),
        keys=lambda _args: [(CashShift.id, True)],
        reference=CashShift.number, name_of=lambda row: row.cashier_name, sheets=_sheets,
        record=("cash_shifts.show", "shift_number"),
    )
)  # fmt: skip
