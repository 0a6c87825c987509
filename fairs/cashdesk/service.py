"""Shifts: opened with a float, counted at the end, handed over to another person. A shift's row is locked before all else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.cashdesk.errors import DifferenceNotAgreed, NotYourShift, ShiftOpenAlready
from fairs.cashdesk.models import CashSettings, CashShift, CashTill
from fairs.cashdesk.queries import NOTES, agree_above, open_shift
from fairs.cashdesk.states import ShiftState
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Forbidden, InvalidInput, InvalidTransition
from fairs.core.money import Money
from fairs.payments.numbers import document_number

SHIFT, HANDOVER = "CS", "HO"  # series of numbers


@dataclass(frozen=True, slots=True)
class Count:
    """The count of one currency: the number of notes by their value (VND), or the sum; why it differs, if it does."""

    notes: Mapping[int, int] = field(default_factory=dict)
    total: Money | None = None
    reason: str = ""


def open_new_shift(fair: Fair, opening: Money, *, by: Actor) -> CashShift:
    """Open a shift with the float that lies in the till; raises ShiftOpenAlready, InvalidInput (below zero, no user)."""
    if by.user_id is None:
        raise Forbidden
    if opening.amount_minor < 0:
        raise InvalidInput(field="opening")
    with transaction():
        # The fair's row is the lock: two presses make one shift, the second is told so.
        db.session.get_one(Fair, fair.id, with_for_update={"key_share": True}, populate_existing=True)
        if open_shift(fair.id, by.user_id) is not None:
            raise ShiftOpenAlready
        shift = CashShift(
            number=document_number(fair.code, SHIFT, fair.today), fair_id=fair.id, state=ShiftState.OPEN,
            cashier_id=by.user_id, cashier_for_id=by.for_user_id, cashier_name=by.label[:250], opened_at=now(),
            opened_on=fair.today, needs_agreement=False,
            tills=[CashTill(currency=opening.currency, float_minor=opening.amount_minor, moved_minor=0, notes={})],
        )  # fmt: skip
        db.session.add(shift)
        db.session.flush()
        record("cashdesk.open", shift, by=by, after={"number": shift.number, "float": opening})
        return shift


def locked_shift(shift: CashShift) -> CashShift:
    """The shift with its tills, read anew and locked: what goes in or out of it comes one after the other."""
    row = db.session.get_one(CashShift, shift.id, with_for_update=True, populate_existing=True)
    db.session.refresh(row, ["tills"])
    return row


def count_shift(shift: CashShift, counts: Mapping[str, Count], *, by: Actor, as_supervisor: bool = False) -> CashShift:
    """End a shift by counting each currency; the cashier signs by it. A supervisor counts where the cashier is away.

    A difference needs a reason; above the fair's amount (in other currencies: any) a supervisor's agreement as well. Raises
    NotYourShift, InvalidTransition, InvalidInput naming ``n<note>_<currency>``, ``total_<currency>`` or ``reason_<currency>``.
    """
    with transaction():
        row = locked_shift(shift)
        if row.cashier_id != by.user_id and not as_supervisor:
            raise NotYourShift
        row.require_move(ShiftState.COUNTED)
        fair = db.session.get_one(Fair, row.fair_id)
        row.needs_agreement = False
        for till in row.tills:
            _count(till, counts.get(till.currency, Count()))
            row.needs_agreement = row.needs_agreement or _is_large(till.difference, agree_above(fair))
        row.move_to(ShiftState.COUNTED)
        row.counted_at, row.counted_by_id, row.counted_by_name = now(), by.user_id, by.label[:250]
        after = {till.currency: {"counted": till.counted, "difference": till.difference} for till in row.tills}
        record("cashdesk.count", row, by=by, after=after)
        return row


def _count(till: CashTill, count: Count) -> None:
    if count.total is None and till.currency == "VND":
        wrong = [note for note, many in count.notes.items() if note not in NOTES or many < 0]
        if wrong:
            raise InvalidInput(field=f"n{wrong[0]}_VND")
        till.notes = {str(note): many for note, many in sorted(count.notes.items(), reverse=True) if many}
        till.counted_minor = sum(note * many for note, many in count.notes.items())
    else:
        if count.total is None or count.total.currency != till.currency or count.total.amount_minor < 0:
            raise InvalidInput(_l("Write what you counted."), field=f"total_{till.currency}")
        till.notes, till.counted_minor = {}, count.total.amount_minor
    till.reason = count.reason.strip()[:400] if till.difference else ""
    if till.difference and not till.reason:
        raise InvalidInput(_l("The count differs from what should be there: say why."), field=f"reason_{till.currency}")


def _is_large(difference: Money, limit: Money) -> bool:
    if difference.currency != limit.currency:
        return bool(difference)
    return abs(difference.amount_minor) > limit.amount_minor


def count_again(shift: CashShift, *, by: Actor) -> CashShift:
    """Open a counted shift again, by its cashier: it was counted wrongly. An agreement is void with it.

    Raises NotYourShift, InvalidTransition once it is handed over, ShiftOpenAlready when the cashier has another one open.
    """
    with transaction():
        row = locked_shift(shift)
        if row.cashier_id != by.user_id:
            raise NotYourShift
        row.require_move(ShiftState.OPEN)
        if open_shift(row.fair_id, row.cashier_id) is not None:
            raise ShiftOpenAlready
        before = {till.currency: till.counted for till in row.tills}
        for till in row.tills:
            till.counted_minor, till.notes, till.reason = None, {}, ""
        row.move_to(ShiftState.OPEN)
        row.counted_at, row.counted_by_id, row.counted_by_name = None, None, ""
        row.agreed_at, row.agreed_by_id, row.agreed_by_name, row.needs_agreement = None, None, "", False
        record("cashdesk.count_again", row, by=by, before=before)
        return row


def agree_to_difference(shift: CashShift, *, by: Actor) -> CashShift:
    """A supervisor agrees to a large difference; agreed twice changes nothing.

    Raises SamePerson for the cashier and who counted, InvalidTransition when there is nothing to agree to.
    """
    with transaction():
        row = locked_shift(shift)
        if row.state is not ShiftState.COUNTED or not row.needs_agreement:
            raise InvalidTransition
        require_second_person(by, row.cashier_id, row.cashier_for_id, row.counted_by_id)
        if row.agreed_at is None:
            row.agreed_at, row.agreed_by_id, row.agreed_by_name = now(), by.user_id, by.label[:250]
            record("cashdesk.agree", row, by=by, after={"number": row.number})
        return row


def take_over(shift: CashShift, received: Mapping[str, Money], *, by: Actor) -> CashShift:
    """Take over the money of a counted shift: the second signature, from the receiver's own account.

    ``received`` is what the receiver counted: it has to be what the cashier counted, currency by currency. Raises
    SamePerson for the cashier and who counted, DifferenceNotAgreed, InvalidTransition, InvalidInput naming
    ``received_<currency>``.
    """
    with transaction():
        row = locked_shift(shift)
        require_second_person(by, row.cashier_id, row.cashier_for_id, row.counted_by_id)
        row.require_move(ShiftState.HANDED_OVER)
        if row.waits_for_agreement:
            raise DifferenceNotAgreed
        for till in row.tills:
            if received.get(till.currency) != till.counted:
                raise InvalidInput(
                    _l("This is not what the cashier counted. Count the money again together."),
                    field=f"received_{till.currency}",
                )
        fair = db.session.get_one(Fair, row.fair_id)
        row.handover_number = document_number(fair.code, HANDOVER, fair.today)
        row.receiver_id, row.receiver_name, row.handed_over_at = by.user_id, by.label[:250], now()
        row.move_to(ShiftState.HANDED_OVER)
        after = {"number": row.handover_number, **{till.currency: till.counted for till in row.tills}}
        record("cashdesk.take_over", row, by=by, after=after)
        return row


def save_settings(fair: Fair, limit: Money, *, by: Actor) -> CashSettings:
    """Set the difference above which a supervisor must agree; raises InvalidInput below zero or in another currency."""
    if limit.amount_minor < 0 or limit.currency != fair.currency:
        raise InvalidInput(field="agree_above")
    with transaction():
        before = agree_above(fair)
        db.session.get_one(Fair, fair.id, with_for_update={"key_share": True}, populate_existing=True)
        row = db.session.scalar(select(CashSettings).where(CashSettings.fair_id == fair.id))
        row = row or CashSettings(fair_id=fair.id)
        row.agree_above_minor = limit.amount_minor
        db.session.add(row)
        db.session.flush()
        record("cashdesk.settings", row, by=by, before={"agree_above": before}, after={"agree_above": limit})
        return row
