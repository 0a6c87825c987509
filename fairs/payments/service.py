"""Money that comes in: begun, confirmed, put on invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.payments import numbers
from fairs.payments.credits import credit_late_money, day_of_money, owe, release, take_in, unsettle
from fairs.payments.errors import InvoiceClosed, MoneyUsed, ReceiptKnown, ReceivedMeanwhile, WrongAmount
from fairs.payments.events import CancelledInvoicePaid, MoneyCameLate, PaymentConfirmed
from fairs.payments.ledger import book
from fairs.payments.models import Credit, Invoice, Payment, Receipt
from fairs.payments.numbers import document_number, fair_code_of, normal_reference
from fairs.payments.states import IN_HAND, CreditState, InvoiceState, PaymentState

METHODS = (
    "transfer",
    "cash",
)  # by which a clerk records money; "card" comes from a provider, "credit" moves what is here


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """Money that came in for one invoice; ``external_reference`` is the bank's own id of the line, none for cash.

    ``seen_minor`` is what the clerk saw as received before: when it is no longer so, nothing is recorded.
    """

    amount: Money
    received_on: date
    method: str
    external_reference: str | None = None
    note: str = ""
    seen_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a payment is for an invoice; without an amount as much as is open and left."""

    invoice_id: int
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentDraft:
    """Money that is here, for one company and fair, with the invoices that it pays in this order.

    What the parts leave over is a credit of the company. Without parts all of it is.
    """

    fair_id: int
    fair_code: str
    company_id: int
    amount: Money
    received_on: date
    method: str
    external_reference: str | None = None
    parts: Sequence[Part] = ()
    payer: str = ""
    note: str = ""


def record_receipt(invoice: Invoice, draft: ReceiptDraft, *, by: Actor) -> Payment:
    """Record money received for one invoice and tell the features above (MoneyReceived).

    Money for a cancelled invoice is recorded too and owed back as a credit, unless a feature above puts it to use
    (MoneyCameLate); so is what comes beyond what is owed. Raises WrongAmount, InvoiceClosed (nothing was ever owed),
    ReceiptKnown (the same bank line twice), ReceivedMeanwhile, InvalidInput.
    """
    if draft.method not in METHODS:
        raise InvalidInput(field="method")
    if draft.method == "transfer" and normal_reference(draft.external_reference) is None:
        raise InvalidInput(_l("Write the bank's reference of the transfer."), field="external_reference")
    with transaction():
        row = _locked([invoice.id])[invoice.id]
        if draft.seen_minor is not None and draft.seen_minor != row.received_minor:
            raise ReceivedMeanwhile
        whole = PaymentDraft(
            row.fair_id, fair_code_of(row.number), row.company_id, draft.amount, draft.received_on, draft.method,
            draft.external_reference, (Part(row.id),), note=draft.note,
        )  # fmt: skip
        return record_payment(whole, by=by)


def record_payment(draft: PaymentDraft, *, by: Actor) -> Payment:
    """Record money that is here, on several invoices or none. Raises as record_receipt; an invoice of another company,
    fair or currency raises WrongAmount."""
    if draft.amount.amount_minor <= 0:
        raise WrongAmount(field="amount")
    if draft.received_on > day_of_money():
        raise InvalidInput(_l("This day lies in the future."), field="received_on")
    with transaction():
        invoices = _locked([part.invoice_id for part in draft.parts])
        _require_same(draft, invoices)
        payment = Payment(
            fair_id=draft.fair_id, company_id=draft.company_id, state=PaymentState.CREATED, method=draft.method,
            invoice_id=draft.parts[0].invoice_id if len(draft.parts) == 1 else None,
            amount_minor=draft.amount.amount_minor, currency=draft.amount.currency, refunded_minor=0,
            payer=draft.payer[:200], note=draft.note[:400],
        )  # fmt: skip
        reference = normal_reference(draft.external_reference)
        return _confirm(payment, draft.fair_code, reference, draft.received_on, draft.parts, invoices, by)


def begin_payment(invoice: Invoice, amount: Money, method: str, *, by: Actor) -> Payment:
    """Note that money is asked for by a provider (``method``, e.g. card): CREATED, counted nowhere.

    Raises WrongAmount for nothing, more than is open, or another currency, InvoiceClosed for a cancelled or waived invoice.
    """
    with transaction():
        row = _locked([invoice.id])[invoice.id]
        if row.state in {InvoiceState.CANCELLED, InvoiceState.WAIVED}:
            raise InvoiceClosed
        if amount.currency != row.currency or not 0 < amount.amount_minor <= row.open_amount.amount_minor:
            raise WrongAmount(field="amount")
        payment = Payment(
            fair_id=row.fair_id, company_id=row.company_id, invoice_id=row.id, state=PaymentState.CREATED, method=method,
            amount_minor=amount.amount_minor, refunded_minor=0, currency=amount.currency, recorded_by_id=by.user_id,
            recorded_for_id=by.for_user_id,
        )  # fmt: skip
        db.session.add(payment)
        db.session.flush()
        record("payments.begin", row, by=by, after={"method": method, "amount": amount})
        return payment


def confirm_payment(
    payment: Payment, *, received_on: date, external_reference: str | None = None, amount: Money | None = None,
    payer: str = "", by: Actor = SYSTEM,
) -> Payment:  # fmt: skip
    """The money of a payment that was begun is here. Confirmed twice it is paid once: the second time changes nothing.

    ``amount`` is what really came, where it is another than what was asked for. A failed or cancelled one is confirmed all
    the same: money that is here is never denied; what it cannot pay is a credit. Raises WrongAmount for another currency.
    """
    with transaction():
        invoices = _locked([payment.invoice_id] if payment.invoice_id else [])
        row = _locked_payment(payment)
        if row.state in IN_HAND:
            return row
        if amount is not None:
            if amount.currency != row.currency or amount.amount_minor <= 0:
                raise WrongAmount(field="amount")
            row.amount_minor = amount.amount_minor
        if payer:
            row.payer = payer[:200]
        fair_code = next((fair_code_of(invoice.number) for invoice in invoices.values()), "")
        reference = external_reference or row.external_reference
        return _confirm(row, fair_code, reference, received_on, [Part(i) for i in invoices], invoices, by)


def note_payment(
    payment: Payment, state: PaymentState, *, reference: str | None = None, because: str = "", by: Actor = SYSTEM
) -> Payment:
    """A payment that was begun goes on (PENDING), FAILED, or is CANCELLED; ``reference`` is the provider's id of it.

    News that comes late changes nothing: failed never overrides confirmed. Gives the payment as it then is.
    """
    with transaction():
        row = _locked_payment(payment)
        if reference and row.external_reference is None:
            row.external_reference = reference
        if row.state is not state and row.may_move_to(state) and row.state not in IN_HAND:
            before = row.state
            row.move_to(state)
            row.ended_because = because[:400]
            record("payments.note", row, by=by, before={"state": before}, after={"state": state, "because": because})
        return row


def take_back(payment: Payment, *, reason: str, by: Actor) -> list[Credit]:
    """Take off its invoices what stands there of a payment that was recorded wrongly; gives the credits that hold all of it.

    Nothing is edited: receipts below zero, and credits that a refund can pay out. Invoices are owed again. Raises
    InvalidTransition when it is not confirmed, InvalidInput without a reason, MoneyUsed when part of it was used for
    something else or is on its way back.
    """
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    with transaction():
        standing = select(Receipt.invoice_id).where(Receipt.payment_id == payment.id)
        invoices = _locked(list(db.session.scalars(standing)))
        of_payment = select(Credit).where(Credit.payment_id == payment.id).order_by(Credit.id)
        held = list(db.session.scalars(of_payment.with_for_update().execution_options(populate_existing=True)))
        row = _locked_payment(payment)
        if row.state is not PaymentState.CONFIRMED:
            raise InvalidTransition(**{"from": str(row.state), "to": str(PaymentState.REFUNDED)})
        held = [credit for credit in held if credit.state is CreditState.OPEN and credit.free]
        found = sum(credit.free.amount_minor for credit in held)
        for receipt in row.receipts:
            invoice = invoices[receipt.invoice_id]
            off = min(receipt.amount_minor, invoice.received_minor, row.amount_minor - found)
            if off <= 0:
                continue
            found += off
            amount = Money(off, row.currency)
            held.append(release(invoice, amount, reason=reason, by=by, payment_id=row.id))
            unsettle(invoice)
            record(
                "payments.take_back", invoice, by=by, after={"receipt": row.number, "amount": amount, "reason": reason}
            )
        if found != row.amount_minor:
            raise MoneyUsed
        return held


def _locked(invoice_ids: Sequence[int]) -> dict[int, Invoice]:
    # In one order, so that two payments for the same invoices wait instead of deadlocking; invoices before payments.
    return {
        one: db.session.get_one(Invoice, one, with_for_update=MINE, populate_existing=True)
        for one in sorted(set(invoice_ids))
    }


def _locked_payment(payment: Payment) -> Payment:
    return db.session.get_one(Payment, payment.id, with_for_update=True, populate_existing=True)


def _require_same(draft: PaymentDraft, invoices: dict[int, Invoice]) -> None:
    for invoice in invoices.values():
        if (invoice.fair_id, invoice.company_id, invoice.currency) != (
            draft.fair_id, draft.company_id, draft.amount.currency,
        ):  # fmt: skip
            raise WrongAmount(field="amount")
        if not invoice.total_minor:
            raise InvoiceClosed


def _confirm(
    payment: Payment, fair_code: str, reference: str | None, on: date, parts: Sequence[Part], invoices: dict[int, Invoice],
    by: Actor,
) -> Payment:  # fmt: skip
    for invoice in invoices.values():
        if invoice.state is InvoiceState.CANCELLED:
            late = CancelledInvoicePaid(invoice.subject_type, invoice.subject_id)
            publish(late)
            _locked(list(late.may_pay - invoices.keys()))
    # The series stays locked until the commit, so of two clerks with one bank line the second sees the first.
    number = document_number(fair_code, numbers.RECEIPT, on)
    with db.session.no_autoflush:
        if reference is not None and db.session.scalar(
            select(Payment.id).where(
                Payment.fair_id == payment.fair_id, Payment.method == payment.method,
                Payment.external_reference == reference, Payment.id != (payment.id or 0),
            )
        ):  # fmt: skip
            raise ReceiptKnown(field="external_reference")
    payment.number, payment.external_reference, payment.received_on = number, reference, on
    payment.confirmed_at, payment.ended_because = now(), ""
    payment.recorded_by_id, payment.recorded_for_id = by.user_id, by.for_user_id
    payment.move_to(PaymentState.CONFIRMED)
    db.session.add(payment)
    db.session.flush()
    book(payment, payment.amount_minor, on=on, by=by)
    record("payments.confirm", payment, by=by, after={"number": number, "amount": payment.amount})
    _spread(payment, fair_code, parts, invoices, by)
    db.session.refresh(payment, ["receipts", "credits"])
    publish(PaymentConfirmed(payment.id, by))
    return payment


def _spread(payment: Payment, fair_code: str, parts: Sequence[Part], invoices: dict[int, Invoice], by: Actor) -> None:
    left, lots = payment.amount_minor, 0
    for part in parts:
        invoice = invoices[part.invoice_id]
        wanted = left if part.amount_minor is None else min(left, part.amount_minor)
        if invoice.state is InvoiceState.CANCELLED:
            left -= wanted
            _late(payment, invoice, Money(wanted, payment.currency), by)
            continue
        taken = min(wanted, invoice.open_amount.amount_minor)
        if taken <= 0:
            continue
        lots += 1
        left -= taken
        take_in(invoice, _receipt(payment, invoice, taken, lots, by), by)
    if left:
        only = invoices[parts[0].invoice_id] if len(parts) == 1 else None
        owe(
            Money(left, payment.currency), fair_id=payment.fair_id, fair_code=fair_code, company_id=payment.company_id,
            reason=str(_l("More was paid than was owed.")), by=by, invoice=only, payment=payment,
        )  # fmt: skip


def _receipt(payment: Payment, invoice: Invoice, amount_minor: int, lot: int, by: Actor) -> Receipt:
    assert payment.received_on is not None  # noqa: S101  confirmed
    return Receipt(
        number=f"{payment.number}/{lot}" if lot > 1 else payment.number, fair_id=payment.fair_id, invoice_id=invoice.id,
        payment_id=payment.id, received_on=payment.received_on, method=payment.method,
        external_reference=payment.external_reference, amount_minor=amount_minor, currency=payment.currency,
        recorded_by_id=by.user_id, recorded_for_id=by.for_user_id, note=payment.note,
    )  # fmt: skip


def _late(payment: Payment, invoice: Invoice, amount: Money, by: Actor) -> None:
    if not amount:
        return
    record("payments.receive_late", invoice, by=by, after={"receipt": payment.number, "amount": amount})
    late = MoneyCameLate(
        invoice.id, invoice.subject_type, invoice.subject_id, invoice.company_id, payment.id, amount, by
    )
    publish(late)
    if not late.is_credited:
        credit_late_money(late, reason=invoice.note)
