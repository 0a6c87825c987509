"""What the books add to the closing of a day: the cashiers' shifts that began on it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.budgets.events import ClosingBlock, DayClosing
from fairs.cashdesk.models import CashShift, CashTill
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.core.i18n import format_money


@subscribe(DayClosing)
def add_shifts(event: DayClosing) -> None:
    """A row for each shift and currency: what should have been there, what was counted, who took it over."""
    tills = db.session.scalars(
        select(CashTill)
        .join(CashShift, CashShift.id == CashTill.shift_id)
        .where(CashShift.fair_id == event.fair_id, CashShift.opened_on == event.day)
        .options(joinedload(CashTill.shift))
        .order_by(CashShift.id, CashTill.id)
    ).all()
    if not tills:
        return
    rows = [
        [
            till.shift.number,
            till.shift.cashier_name,
            format_money(till.expected, "vi"),
            format_money(till.counted, "vi") if till.counted is not None else "",
            format_money(till.difference, "vi") if till.counted is not None else "",
            till.shift.receiver_name,
        ]
        for till in tills
    ]
    event.blocks.append(
        ClosingBlock(
            "Ca thu ngân", "Cashiers' shifts",
            ["Ca", "Thủ quỹ", "Số phải có", "Số kiểm đếm", "Chênh lệch", "Người nhận bàn giao"],
            ["Shift", "Cashier", "Should be there", "Counted", "Difference", "Taken over by"], rows,
        )
    )  # fmt: skip
