"""Putting bank lines into the books, through the services of payments: the line and its payment are one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.banking.models import BankLine, as_kept
from fairs.banking.queries import rules_of
from fairs.banking.states import LineKind, LineState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.money import Money
from fairs.payments.errors import ReceiptKnown
from fairs.payments.invoicing import LineDraft, issue_credit_note
from fairs.payments.models import Invoice, Payment, Refund
from fairs.payments.numbers import fair_code_of, normal_reference
from fairs.payments.refunds import finish_refund
from fairs.payments.service import Part, PaymentDraft, record_payment
from fairs.payments.states import RefundState

K, S = LineKind, LineState


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a line is for an invoice; without an amount as much as is open and left."""

    invoice_id: int
    amount_minor: int | None = None


def reference_of(line: BankLine) -> str:
    """The line's id as payments knows it: the bank's number of the transaction, or our own of the line."""
    return line.bank_number or line.uid


def record_matched(line_id: int, *, by: Actor) -> bool:
    """Record a line that matched by itself; what no longer fits goes to the desk. True when it is recorded."""
    try:
        with transaction():
            line = _locked(line_id)
            if line.state is not S.MATCHED:
                return False
            if line.kind is K.REFUND:
                finish(line, line.found["refund"], by=by)
                return True
            shares = [Share(key, amount) for key, amount in line.parts["invoices"]]
            invoices = _locked_invoices([share.invoice_id for share in shares])
            still_open = sum(one.open_amount.amount_minor for one in invoices.values())
            if not still_open or (line.amount_minor > still_open and line.kind is not K.OVER):
                # Money was recorded by hand since the file was read.
                line.kind = K.OVER if still_open else K.DUPLICATE
                to_desk(line, _l("Meanwhile other money was recorded for this invoice."))
                return False
            pay(line, shares, invoices, by=by)
            return True
    except DomainError as error:
        with transaction():
            line = _locked(line_id)
            if line.state is S.MATCHED and not (isinstance(error, ReceiptKnown) and _is_known(line, by)):
                line.kind = K.DUPLICATE if isinstance(error, ReceiptKnown) else line.kind
                to_desk(line, error)
        return False


def _is_known(line: BankLine, by: Actor) -> bool:
    """Whether a clerk recorded the very line by hand before its statement came: then it is that payment, and no other."""
    payment = db.session.scalar(
        select(Payment).where(
            Payment.fair_id == line.fair_id, Payment.method == "transfer",
            Payment.external_reference == normal_reference(reference_of(line)),
        )
    )  # fmt: skip
    if payment is None or (payment.amount_minor, payment.currency) != (line.amount_minor, line.currency):
        return False
    line.move_to(S.RECORDED)
    line.payment_id = payment.id
    record("banking.known", line, by=by, after={"payment": payment.number})
    return True


def _locked(line_id: int) -> BankLine:
    return db.session.get_one(BankLine, line_id, with_for_update={"of": BankLine}, populate_existing=True)


def _locked_invoices(ids: Sequence[int]) -> dict[int, Invoice]:
    rows = db.session.scalars(
        select(Invoice)
        .where(Invoice.id.in_(ids))
        .order_by(Invoice.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in rows}


def to_desk(line: BankLine, reason: object) -> None:
    """Leave a line to a person. Inside transaction()."""
    line.move_to(S.WAITING)
    line.reason = as_kept(reason)


def pay(
    line: BankLine, shares: Sequence[Share], invoices: dict[int, Invoice], *, by: Actor, charges: bool = False,
    other_money: bool = False,
) -> Payment:  # fmt: skip
    """Record the line's money for these invoices, one payment for each company. Inside transaction(), all rows the caller's.

    ``charges`` takes what is then missing on the one invoice off it by a credit note; ``other_money`` records it although
    its number is known at the bank for another payment. Raises as record_payment, and InvalidInput.
    """
    if charges:
        _credit_charges(line, invoices, by)
    by_company: dict[int, list[Share]] = defaultdict(list)
    for share in shares:
        by_company[invoices[share.invoice_id].company_id].append(share)
    left, payments = line.amount_minor, []
    for at, (company_id, own) in enumerate(by_company.items(), 1):
        last = at == len(by_company)
        amount = left if last else _wanted(own, invoices, left)
        if amount <= 0:
            raise InvalidInput(_l("Nothing is left of this line for the last invoice."), field="parts")
        left -= amount
        reference = reference_of(line) + (f"/{line.id}" if other_money else "") + (f"/{at}" if at > 1 else "")
        first = invoices[own[0].invoice_id]
        draft = PaymentDraft(
            line.fair_id, fair_code_of(first.number), company_id, Money(amount, line.currency), line.booked_on, "transfer",
            reference, [Part(share.invoice_id, share.amount_minor) for share in own], payer=line.payer,
            note=line.text[:400],
        )  # fmt: skip
        payments.append(record_payment(draft, by=by))
    line.move_to(S.RECORDED)
    line.payment_id, line.reason = payments[0].id, ""
    return payments[0]


def _wanted(own: Sequence[Share], invoices: dict[int, Invoice], left: int) -> int:
    """What the shares of one company ask for, of what is left of the line."""
    asked = sum(
        invoices[share.invoice_id].open_amount.amount_minor if share.amount_minor is None else share.amount_minor
        for share in own
    )
    return min(asked, left)


def missing_charges(line: BankLine, invoice: Invoice) -> Money | None:
    """What bank charges would have taken, when so much is missing on the invoice and the fair's rule allows it."""
    missing = invoice.open_amount.amount_minor - line.amount_minor
    if invoice.currency != line.currency or not 0 < missing <= rules_of(line.fair_id, line.currency).charges_minor:
        return None
    return Money(missing, line.currency)


def _credit_charges(line: BankLine, invoices: dict[int, Invoice], by: Actor) -> None:
    invoice = next(iter(invoices.values()))
    missing = missing_charges(line, invoice) if len(invoices) == 1 else None
    if missing is None:
        raise InvalidInput(_l("More is missing than the fair’s rule allows as bank charges."), field="charges")
    # Before the payment, so that the features above hear of an invoice paid in full.
    note = LineDraft("charges", "Phí ngân hàng", "Bank charges", missing, 0)
    issue_credit_note(
        invoice, [note], reason=f"Phí ngân hàng / bank charges · {reference_of(line)}", by=by, on=line.booked_on
    )


def finish(line: BankLine, refund_id: int, *, by: Actor) -> Refund:
    """The line is a refund that has gone. Inside transaction(). Raises as finish_refund, InvalidInput for another amount."""
    refund = db.session.get_one(Refund, refund_id)
    if (refund.amount_minor, refund.currency) != (-line.amount_minor, line.currency) or refund.fair_id != line.fair_id:
        raise InvalidInput(_l("The amount is not that of the refund."), field="refund")
    if refund.state is RefundState.DONE and refund.external_reference != normal_reference(reference_of(line)):
        raise InvalidInput(_l("This refund was paid already, by another line of the bank: the money went out twice."))
    done = finish_refund(refund, reference=reference_of(line), on=line.booked_on, by=by)
    line.move_to(S.RECORDED)
    line.refund_id, line.reason = done.id, ""
    record("banking.refund", line, by=by, after={"refund": done.number, "amount": done.amount})
    return done
