"""A shift at the desk that was handed over with a difference, and one that is open."""

from __future__ import annotations

from datetime import time, timedelta

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.cashdesk.models import CashShift
from fairs.cashdesk.queries import NOTES
from fairs.cashdesk.service import Count, count_shift, open_new_shift, take_over
from fairs.cashdesk.states import CashKind
from fairs.cashdesk.till import CashDraft, PettyDraft, move_petty, take_cash
from fairs.core.actor import Actor
from fairs.core.clock import now, set_to
from fairs.core.db import db
from fairs.core.money import Money
from fairs.payments.models import Invoice
from fairs.payments.queries import OWED

_MISSING = 50_000
_PART = 300_000


def load_cash_desk(fair: Fair, users: dict[str, User]) -> None:
    """The front desk took cash yesterday and handed it over to finance; today's shift has begun."""
    desk, finance = (Actor(users[key].id, users[key].name) for key in ("desk", "finance"))
    owed = db.session.scalars(
        select(Invoice).where(Invoice.fair_id == fair.id, Invoice.state.in_(OWED)).order_by(Invoice.id).limit(2)
    ).all()
    today = now()
    yesterday = fair.today - timedelta(days=1)
    with set_to(fair.at(yesterday, time(8, 15))):
        shift = open_new_shift(fair, Money(2_000_000, "VND"), by=desk)
        for number, invoice in enumerate(owed):
            _take(shift, invoice, f"demo-{number}", desk)
        move_petty(
            shift, PettyDraft(CashKind.PAID_OUT, Money(120_000, "VND"), "demo-taxi", "Taxi ra ngân hàng", "Lê Văn Tám"),
            by=desk,
        )  # fmt: skip
    with set_to(fair.at(yesterday, time(17, 40))):
        counted = shift.tills[0].expected.amount_minor - _MISSING
        reason = "Trả nhầm tiền thừa, chưa liên hệ được khách"
        count_shift(shift, {"VND": Count(_in_notes(counted), reason=reason)}, by=desk)
    with set_to(fair.at(yesterday, time(17, 55))):
        take_over(shift, {"VND": Money(shift.tills[0].counted_minor or 0, "VND")}, by=finance)
    with set_to(today):
        shift = open_new_shift(fair, Money(2_000_000, "VND"), by=desk)
        for number, invoice in enumerate(owed):
            _take(shift, invoice, f"demo-{number}", desk)


def _take(shift: CashShift, invoice: Invoice, token: str, by: Actor) -> None:
    part = min(_PART, invoice.open_amount.amount_minor)
    if invoice.currency == "VND" and part > 0:
        take_cash(shift, invoice, CashDraft(Money(part, "VND"), token, Money(part, "VND"), "Nguyễn Thị Hoa"), by=by)


def _in_notes(amount: int) -> dict[int, int]:
    """The amount in the largest notes."""
    notes = {}
    for note in NOTES:
        notes[note], amount = divmod(amount, note)
    return notes
