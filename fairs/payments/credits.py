"""What stands on an invoice of the money that is here, and what is a company's credit."""

from __future__ import annotations

from datetime import date

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import today
from fairs.core.db import db
from fairs.core.errors import InvalidTransition
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.payments import numbers
from fairs.payments.errors import WrongAmount
from fairs.payments.events import MoneyCameLate, MoneyReceived
from fairs.payments.models import Credit, Invoice, Payment, Receipt
from fairs.payments.numbers import document_number, fair_code_of
from fairs.payments.states import CreditState, InvoiceState

CLOSED = frozenset({InvoiceState.CANCELLED, InvoiceState.WAIVED})


def day_of_money() -> date:
    """Today where the books are kept."""
    return today("Asia/Ho_Chi_Minh")


def settle(invoice: Invoice) -> None:
    """The state that follows from what is owed and what stands here; cancelled and waived ones stay as they are."""
    if invoice.state in CLOSED:
        return
    if not invoice.owed:
        invoice.move_to(InvoiceState.WAIVED)  # a credit note took off all of it
    elif invoice.state is InvoiceState.PAID:
        return
    elif invoice.received_minor >= invoice.owed.amount_minor:
        invoice.move_to(InvoiceState.PAID)
    elif invoice.received_minor and invoice.state is InvoiceState.OPEN:
        invoice.move_to(InvoiceState.PARTLY_PAID)


def take_in(invoice: Invoice, receipt: Receipt, by: Actor) -> None:
    """Put money on a standing invoice and tell the features above (MoneyReceived). Inside transaction()."""
    db.session.add(receipt)
    invoice.received_minor += receipt.amount_minor
    settle(invoice)
    db.session.flush()
    record("payments.receive", invoice, by=by, after={"receipt": receipt.number, "amount": receipt.amount})
    tell_covered(invoice, by)
    db.session.refresh(invoice, ["receipts"])


def tell_covered(invoice: Invoice, by: Actor) -> None:
    """Tell the features above what is covered now: money came, or less is owed. Inside transaction()."""
    first = invoice.instalments[0] if invoice.instalments else None
    publish(
        MoneyReceived(
            invoice_id=invoice.id, subject_type=invoice.subject_type, subject_id=invoice.subject_id,
            deposit_covered=first is None or invoice.received_minor >= first.amount_minor - first.credited_minor,
            fully_paid=invoice.state is not InvoiceState.CANCELLED and not invoice.open_amount, by=by,
        )
    )  # fmt: skip


def owe(
    amount: Money, *, fair_id: int, fair_code: str, company_id: int, reason: str, by: Actor, invoice: Invoice | None = None,
    payment: Payment | None = None,
) -> Credit:  # fmt: skip
    """Make a credit: money of the company that stands for no invoice. Inside transaction()."""
    credit = Credit(
        number=document_number(fair_code, numbers.CREDIT, day_of_money()), fair_id=fair_id, company_id=company_id,
        invoice_id=invoice.id if invoice else None, payment_id=payment.id if payment else None,
        given_minor=amount.amount_minor, amount_minor=amount.amount_minor, reserved_minor=0, currency=amount.currency,
        reason=reason[:400], state=CreditState.OPEN,
    )  # fmt: skip
    db.session.add(credit)
    db.session.flush()
    record("payments.credit", credit, by=by, after={"number": credit.number, "amount": credit.amount})
    return credit


def release(invoice: Invoice, amount: Money, *, reason: str, by: Actor) -> Credit:
    """Take money off an invoice: a receipt below zero there, a credit of the company here. Inside transaction().

    The credit names the payment when all that stood on the invoice came by one.
    """
    code = fair_code_of(invoice.number)
    came_by = {receipt.payment_id for receipt in invoice.receipts if receipt.amount_minor > 0}
    only = came_by.pop() if len(came_by) == 1 else None
    credit = owe(
        amount, fair_id=invoice.fair_id, fair_code=code, company_id=invoice.company_id, reason=reason, by=by, invoice=invoice,
        payment=db.session.get(Payment, only) if only else None,
    )  # fmt: skip
    on = day_of_money()
    db.session.add(
        Receipt(
            number=document_number(code, numbers.OFFSET, on), fair_id=invoice.fair_id, invoice_id=invoice.id,
            credit_id=credit.id, received_on=on, method="credit", external_reference=credit.number,
            amount_minor=-amount.amount_minor, currency=amount.currency, recorded_by_id=by.user_id,
            recorded_for_id=by.for_user_id, note=reason[:400],
        )
    )  # fmt: skip
    invoice.received_minor -= amount.amount_minor
    db.session.flush()
    db.session.refresh(invoice, ["receipts"])
    return credit


def credit_late_money(late: MoneyCameLate, *, reason: str) -> Credit:
    """Make the credit of money that came for a cancelled invoice. Inside transaction(); whoever handles the event may call
    it, after having locked what it needs: the series of numbers comes last."""
    late.is_credited = True
    row = db.session.get_one(Invoice, late.invoice_id)
    return owe(
        late.amount, fair_id=row.fair_id, fair_code=fair_code_of(row.number), company_id=row.company_id, reason=reason,
        by=late.by, invoice=row, payment=db.session.get_one(Payment, late.payment_id),
    )  # fmt: skip


def apply_credit(credit: Credit, invoice: Invoice, *, on: date, by: Actor) -> Money:
    """Pay an invoice from a credit as far as it goes; gives what was used. Inside transaction(), both rows the caller's.

    A receipt by ``credit`` stands on the invoice, the credit is less by as much, settled when nothing of it is left. No
    money comes in or goes out. Raises WrongAmount for another currency or another fair's or company's invoice,
    InvalidTransition for a settled credit or a closed invoice.
    """
    if (credit.currency, credit.fair_id, credit.company_id) != (invoice.currency, invoice.fair_id, invoice.company_id):
        raise WrongAmount
    if credit.state is not CreditState.OPEN or invoice.state in CLOSED:
        raise InvalidTransition
    used = min(credit.free.amount_minor, invoice.open_amount.amount_minor)
    if used <= 0:
        return Money(0, credit.currency)
    receipt = Receipt(
        number=document_number(fair_code_of(invoice.number), numbers.OFFSET, on), fair_id=invoice.fair_id,
        invoice_id=invoice.id, credit_id=credit.id, received_on=on, method="credit",
        external_reference=f"{credit.number}/{invoice.number}", amount_minor=used, currency=credit.currency,
        recorded_by_id=by.user_id, recorded_for_id=by.for_user_id, note=credit.reason,
    )  # fmt: skip
    use_up(credit, used, on=on, by_what=invoice.number)
    record(
        "payments.apply_credit",
        credit,
        by=by,
        after={"number": credit.number, "invoice": invoice.number, "amount": receipt.amount},
    )
    take_in(invoice, receipt, by)
    return receipt.amount


def use_up(credit: Credit, amount_minor: int, *, on: date, by_what: str) -> None:
    """Take an amount from a credit; the last of it settles it. Inside transaction()."""
    credit.amount_minor -= amount_minor
    if not credit.amount_minor:
        credit.move_to(CreditState.SETTLED)
        credit.settled_on, credit.settled_by = on, by_what
