"""Reading the cash desk: shifts, vouchers, what can be paid or paid out, and the fair's rule."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.calendar.models import Fair
from fairs.cashdesk.models import CashEntry, CashSettings, CashShift, CashTill
from fairs.cashdesk.states import ShiftState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.payments.models import Invoice, Refund
from fairs.payments.queries import OWED, InvoiceFilter, invoices_matching
from fairs.payments.states import RefundState

NOTES = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
"""The notes of Vietnam that are given out, in dong."""
_AGREE_ABOVE = 100  # in thousands of dong, or in units of another currency


def agree_above(fair: Fair) -> Money:
    """Above which difference of the fair's currency a supervisor must agree; 100,000 VND where nothing was set."""
    set_to = db.session.scalar(select(CashSettings.agree_above_minor).where(CashSettings.fair_id == fair.id))
    if set_to is not None:
        return Money(set_to, fair.currency)
    return Money.from_decimal(Decimal(_AGREE_ABOVE * (1000 if fair.currency == "VND" else 1)), fair.currency)


def open_shift(fair_id: int, user_id: int | None) -> CashShift | None:
    """The cashier's open shift at the fair, with its tills."""
    if user_id is None:
        return None
    return db.session.scalar(
        select(CashShift)
        .where(CashShift.fair_id == fair_id, CashShift.cashier_id == user_id, CashShift.state == ShiftState.OPEN)
        .options(selectinload(CashShift.tills))
    )


def shift_by_number(fair_id: int, number: str) -> CashShift:
    """The shift with its tills; raises NotFound."""
    found = db.session.scalar(
        select(CashShift)
        .where(CashShift.fair_id == fair_id, CashShift.number == number)
        .options(selectinload(CashShift.tills))
    )
    if found is None:
        raise NotFound
    return found


def shifts_matching(fair_id: int, state: ShiftState | None) -> Select[CashShift]:
    """The fair's shifts with their tills."""
    query = select(CashShift).where(CashShift.fair_id == fair_id).options(selectinload(CashShift.tills))
    return query if state is None else query.where(CashShift.state == state)


def entries_of(shift: CashShift, limit: int | None = None) -> Sequence[CashEntry]:
    """What went in and out in a shift, newest first."""
    query = select(CashEntry).where(CashEntry.shift_id == shift.id).options(joinedload(CashEntry.company))
    return db.session.scalars(query.order_by(CashEntry.id.desc()).limit(limit)).all()


def voucher_by_number(fair_id: int, number: str) -> CashEntry:
    """The entry with all that its voucher shows; raises NotFound."""
    found = db.session.scalar(
        select(CashEntry)
        .where(CashEntry.fair_id == fair_id, CashEntry.number == number)
        .options(
            joinedload(CashEntry.shift), joinedload(CashEntry.company), joinedload(CashEntry.refund),
            joinedload(CashEntry.payment), joinedload(CashEntry.corrects),
        )
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def counter_entries(entry: CashEntry) -> Sequence[CashEntry]:
    """The entries that take this one back."""
    return db.session.scalars(select(CashEntry).where(CashEntry.corrects_id == entry.id).order_by(CashEntry.id)).all()


def payable(fair: Fair, text: str, limit: int = 12) -> Sequence[Invoice]:
    """Invoices on which something is owed, by number, payment reference or company; nothing for an empty text."""
    if not clean(text):
        return []
    query = invoices_matching(fair.id, InvoiceFilter(text=text), fair.today).where(Invoice.state.in_(OWED))
    return db.session.scalars(query.order_by(Invoice.id.desc()).limit(limit)).all()


def to_pay_out(fair_id: int) -> Sequence[Refund]:
    """Refunds in cash that a second person has approved and nobody has paid out yet, the oldest first."""
    return db.session.scalars(
        select(Refund)
        .where(Refund.fair_id == fair_id, Refund.state == RefundState.APPROVED, Refund.method == "cash")
        .options(joinedload(Refund.company), joinedload(Refund.payment))
        .order_by(Refund.id)
    ).all()


def refund_to_pay_out(fair_id: int, number: str) -> Refund:
    """A refund in cash of the fair; raises NotFound."""
    found = db.session.scalar(
        select(Refund)
        .where(Refund.fair_id == fair_id, Refund.number == number, Refund.method == "cash")
        .options(joinedload(Refund.company), joinedload(Refund.payment))
    )
    if found is None:
        raise NotFound
    return found


def refunds_of(entry: CashEntry) -> Sequence[Refund]:
    """The refunds by which a wrong receipt goes back."""
    if entry.payment_id is None:
        return []
    return db.session.scalars(select(Refund).where(Refund.payment_id == entry.payment_id).order_by(Refund.id)).all()


def cash_in_hand(fair_id: int) -> list[Money]:
    """What lies in the tills of shifts not handed over, one sum per currency."""
    rows = db.session.execute(
        select(
            CashTill.currency,
            func.sum(func.coalesce(CashTill.counted_minor, CashTill.float_minor + CashTill.moved_minor)),
        )
        .join(CashShift, CashShift.id == CashTill.shift_id)
        .where(CashShift.fair_id == fair_id, CashShift.state != ShiftState.HANDED_OVER)
        .group_by(CashTill.currency)
        .order_by(CashTill.currency)
    )
    return [Money(int(total), currency) for currency, total in rows]
