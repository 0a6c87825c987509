"""Cash that goes in and out within an open shift, each with a numbered voucher, and how a mistake is put right.

The locks are taken in one order: shift, invoices, credits, refunds, payments, series of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.cashdesk.errors import NoOpenShift, NotEnoughCash, NotYourShift
from fairs.cashdesk.models import CashEntry, CashShift, CashTill
from fairs.cashdesk.queries import counter_entries
from fairs.cashdesk.service import locked_shift
from fairs.cashdesk.states import CashKind, ShiftState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.money import Money
from fairs.payments.credits import day_of_money
from fairs.payments.errors import InvoiceClosed
from fairs.payments.models import Credit, Invoice, Payment, Refund
from fairs.payments.numbers import document_number, fair_code_of
from fairs.payments.refunds import RefundDraft, finish_refund, request_refund
from fairs.payments.service import ReceiptDraft, record_receipt, take_back
from fairs.payments.states import RefundState

CASH_IN, CASH_OUT = "CI", "CO"  # series of vouchers; a receipt for an invoice has the number of its payment


@dataclass(frozen=True, slots=True)
class CashDraft:
    """Cash for an invoice. ``token`` names the form: sent twice it counts once. ``seen_minor`` is what the cashier saw as
    received before: when it is no longer so, nothing is recorded. Without ``tendered`` the exact amount was given."""

    amount: Money
    token: str
    tendered: Money | None = None
    person: str = ""
    seen_minor: int | None = None


@dataclass(frozen=True, slots=True)
class PettyDraft:
    """A small amount paid in or out without an invoice, with what it is for."""

    kind: CashKind
    amount: Money
    token: str
    text: str
    person: str


def take_cash(shift: CashShift, invoice: Invoice, draft: CashDraft, *, by: Actor) -> CashEntry:
    """Take cash for an invoice: a payment by cash, and the receipt with its number.

    No more than is open: the rest is change. Raises NoOpenShift, NotYourShift, WrongAmount, InvalidInput (more than is open,
    less tendered than taken), InvoiceClosed, ReceivedMeanwhile.
    """
    with transaction():
        row, done = _begin(shift, draft.token, by)
        if done is not None:
            return done
        if invoice.fair_id != row.fair_id:
            raise NotFound
        locked = db.session.get_one(Invoice, invoice.id, with_for_update={"key_share": True}, populate_existing=True)
        fresh = draft.seen_minor is None or draft.seen_minor == locked.received_minor
        if fresh and not locked.open_amount:
            raise InvoiceClosed
        if fresh and draft.amount.amount_minor > locked.open_amount.amount_minor:
            raise InvalidInput(_l("This is more than is open: give the rest back as change."), field="amount")
        if draft.tendered is not None and draft.tendered.amount_minor < draft.amount.amount_minor:
            raise InvalidInput(_l("Less was given than the amount to take."), field="tendered")
        receipt = ReceiptDraft(
            draft.amount, day_of_money(), "cash", note=draft.person[:400], seen_minor=draft.seen_minor
        )
        payment = record_receipt(locked, receipt, by=by)
        return _book(
            row, CashKind.RECEIPT, draft.amount, payment.number or "", draft.token, by,
            tendered_minor=draft.tendered.amount_minor if draft.tendered else 0, company_id=locked.company_id,
            person=draft.person or locked.company.name, text=locked.number, payment_id=payment.id,
        )  # fmt: skip


def move_petty(shift: CashShift, draft: PettyDraft, *, by: Actor) -> CashEntry:
    """Pay a small amount in or out, without an invoice. Raises NoOpenShift, NotYourShift, NotEnoughCash, InvalidInput."""
    if draft.kind not in {CashKind.PAID_IN, CashKind.PAID_OUT}:
        raise InvalidInput(field="kind")
    if draft.amount.amount_minor <= 0:
        raise InvalidInput(_l("Write an amount above zero."), field="amount")
    if not draft.text.strip():
        raise InvalidInput(_l("Say what it is for: it stands on the voucher."), field="text")
    if not draft.person.strip():
        raise InvalidInput(_l("Say who paid or was paid: it stands on the voucher."), field="person")
    with transaction():
        row, done = _begin(shift, draft.token, by)
        if done is not None:
            return done
        signed = draft.amount if draft.kind.is_in else Money(-draft.amount.amount_minor, draft.amount.currency)
        _require_cash(row, signed)
        return _book(
            row, draft.kind, signed, _number(row, draft.kind), draft.token, by, person=draft.person, text=draft.text
        )


def pay_out_refund(shift: CashShift, refund: Refund, *, person: str, token: str, by: Actor) -> CashEntry:
    """Pay out a refund in cash that was approved; the voucher's number ends it. Raises NoOpenShift, NotYourShift,
    NotEnoughCash, InvalidInput (nobody named), InvalidTransition when it is not approved or was paid out."""
    if not person.strip():
        raise InvalidInput(_l("Say who paid or was paid: it stands on the voucher."), field="person")
    with transaction():
        row, done = _begin(shift, token, by)
        if done is not None:
            return done
        if refund.fair_id != row.fair_id or refund.method != "cash":
            raise NotFound
        db.session.get_one(Credit, refund.credit_id, with_for_update=True, populate_existing=True)
        locked = db.session.get_one(Refund, refund.id, with_for_update=True, populate_existing=True)
        if locked.state is not RefundState.APPROVED:
            raise InvalidTransition(**{"from": str(locked.state), "to": str(RefundState.DONE)})
        out = Money(-locked.amount_minor, locked.currency)
        _require_cash(row, out)
        if locked.payment_id is not None:
            db.session.get_one(Payment, locked.payment_id, with_for_update=True, populate_existing=True)
        number = _number(row, CashKind.REFUND)
        finish_refund(locked, reference=number, on=day_of_money(), by=by)
        return _book(
            row, CashKind.REFUND, out, number, token, by, company_id=locked.company_id, person=person, text=locked.reason,
            refund_id=locked.id, corrects_id=_wrong_receipt(locked),
        )  # fmt: skip


def _wrong_receipt(refund: Refund) -> int | None:
    """The receipt that this refund puts right, when it is one that void() asked for."""
    if refund.payment_id is None:
        return None
    found = db.session.scalar(select(CashEntry).where(CashEntry.payment_id == refund.payment_id))
    return found.id if found is not None and refund.reason.startswith(f"{found.number}: ") else None


def void(entry: CashEntry, *, reason: str, by: Actor, shift: CashShift | None = None) -> CashEntry | list[Refund]:
    """Put a mistake right without touching it.

    A receipt for an invoice: its money goes off the invoice as a credit and a refund in cash is asked for; once another
    person has approved it, it is paid out at the desk, and that voucher is the counter-entry. Gives the refunds. An amount
    paid in or out: its opposite is booked in the open ``shift`` at once, and given. Raises InvalidInput without a reason,
    InvalidTransition for what was put right before, MoneyUsed, NoOpenShift, NotYourShift, NotEnoughCash.
    """
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    if entry.kind is CashKind.RECEIPT:
        with transaction():
            payment = db.session.get_one(Payment, entry.payment_id)
            held = take_back(payment, reason=reason, by=by)
            refunds = [
                request_refund(
                    credit, RefundDraft(credit.free, "cash", f"{entry.number}: {reason}", payment_id=payment.id), by=by
                )
                for credit in held
            ]
            record("cashdesk.void", entry, by=by, after={"number": entry.number, "reason": reason})
            return refunds
    if entry.kind is CashKind.REFUND or entry.corrects_id is not None:
        raise InvalidTransition
    if shift is None:
        raise NoOpenShift
    with transaction():
        row, done = _begin(shift, f"void-{entry.id}", by)
        db.session.get_one(CashEntry, entry.id, with_for_update=True)
        if done is not None or counter_entries(entry):
            raise InvalidTransition
        kind = CashKind.PAID_OUT if entry.kind is CashKind.PAID_IN else CashKind.PAID_IN
        signed = Money(-entry.amount_minor, entry.currency)
        _require_cash(row, signed)
        return _book(
            row, kind, signed, _number(row, kind), f"void-{entry.id}", by, person=entry.person,
            text=f"{entry.number}: {reason}", corrects_id=entry.id,
        )  # fmt: skip


def _begin(shift: CashShift, token: str, by: Actor) -> tuple[CashShift, CashEntry | None]:
    """The shift, locked, and what the same form did before, if it was sent before."""
    row = locked_shift(shift)
    if row.cashier_id != by.user_id:
        raise NotYourShift
    done = db.session.scalar(select(CashEntry).where(CashEntry.shift_id == row.id, CashEntry.token == token))
    if done is None and row.state is not ShiftState.OPEN:
        raise NoOpenShift
    return row, done


def _number(shift: CashShift, kind: CashKind) -> str:
    return document_number(fair_code_of(shift.number), CASH_IN if kind.is_in else CASH_OUT, day_of_money())


def _till(shift: CashShift, currency: str) -> CashTill:
    found = next((till for till in shift.tills if till.currency == currency), None)
    if found is None:
        found = CashTill(currency=currency, float_minor=0, moved_minor=0, notes={})
        shift.tills.append(found)
    return found


def _require_cash(shift: CashShift, signed: Money) -> None:
    if _till(shift, signed.currency).expected.amount_minor + signed.amount_minor < 0:
        raise NotEnoughCash(field="amount")


def _book(
    shift: CashShift, kind: CashKind, amount: Money, number: str, token: str, by: Actor, **values: object
) -> CashEntry:
    _till(shift, amount.currency).moved_minor += amount.amount_minor
    cut = {"person": 200, "text": 400}
    kept = {key: str(value).strip()[: cut[key]] if key in cut else value for key, value in values.items()}
    entry = CashEntry(
        fair_id=shift.fair_id, shift_id=shift.id, kind=kind, number=number, token=token, booked_on=day_of_money(),
        amount_minor=amount.amount_minor, currency=amount.currency, by_id=by.user_id, by_name=by.label[:250], **kept,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    record(f"cashdesk.{kind}", entry, by=by, after={"number": number, "amount": amount, "shift": shift.number})
    return entry
