"""Tills that were not counted, and money that was counted and has not changed hands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func

from fairs.cashdesk.models import CashShift
from fairs.cashdesk.permissions import RUN_CASH_DESK, SUPERVISE_CASH
from fairs.cashdesk.states import ShiftState
from fairs.workplace.inbox import INVOLVED, TODAY, Kind, Why, always

# Nobody seconds their own till, nor one that they counted for somebody.
_OTHERS = (
    CashShift.cashier_id.not_in(INVOLVED),
    func.coalesce(CashShift.cashier_for_id, 0).not_in(INVOLVED),
    func.coalesce(CashShift.counted_by_id, 0).not_in(INVOLVED),
)

KINDS = (
    Kind(
        key="cash-shift",
        states=(ShiftState.OPEN,),
        model=CashShift,
        where=(CashShift.state == ShiftState.OPEN, CashShift.opened_on < TODAY),
        permission=RUN_CASH_DESK,
        counts_from=CashShift.opened_on,
        days=0,
        icon="cash-register",
        reason=_l("Till not counted"),
        title=lambda n: ngettext(
            "%(num)s shift is open since before today", "%(num)s shifts are open since before today", n
        ),
        who=lambda shift: shift.cashier_name,
        what=lambda shift: shift.number,
        button=_l("Count the till"),
        page=lambda shift: ("cash_shifts.show", {"shift_number": shift.number}),
        list_page=("cash_shifts.index", {"state": "open"}),
        at=always,
    ),
    Kind(
        key="cash-difference",
        states=(ShiftState.COUNTED,),
        model=CashShift,
        where=(
            CashShift.state == ShiftState.COUNTED,
            CashShift.needs_agreement.is_(True),
            CashShift.agreed_at.is_(None),
            *_OTHERS,
        ),
        permission=SUPERVISE_CASH,
        counts_from=CashShift.counted_at,
        days=0,
        icon="scale",
        reason=_l("Difference of cash"),
        title=lambda n: ngettext("%(num)s shift has a large difference", "%(num)s shifts have a large difference", n),
        who=lambda shift: shift.cashier_name,
        what=lambda shift: shift.number,
        button=_l("Agree or ask"),
        page=lambda shift: ("cash_shifts.show", {"shift_number": shift.number}),
        list_page=("cash_shifts.index", {"state": "counted"}),
        at=always,
    ),
    Kind(
        key="cash-handover",
        states=(ShiftState.COUNTED,),
        model=CashShift,
        where=(
            CashShift.state == ShiftState.COUNTED,
            CashShift.needs_agreement.is_(False) | CashShift.agreed_at.is_not(None),
            *_OTHERS,
        ),
        permission=RUN_CASH_DESK,
        counts_from=CashShift.counted_at,
        days=0,
        icon="arrows-exchange",
        reason=_l("Counted, not handed over"),
        title=lambda n: ngettext(
            "%(num)s counted till is not handed over", "%(num)s counted tills are not handed over", n
        ),
        who=lambda shift: shift.cashier_name,
        what=lambda shift: shift.number,
        button=_l("Take over the money"),
        page=lambda shift: ("cash_shifts.receive", {"shift_number": shift.number}),
        list_page=("cash_shifts.index", {"state": "counted"}),
        at=always,
    ),
)

NOBODY = {ShiftState: {ShiftState.HANDED_OVER: Why.FINAL}}
