"""Issuing invoices, recording money received."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import today
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.core.sequences import next_number
from fairs.payments.errors import InvoiceClosed, ReceiptKnown, ReceivedMeanwhile, WrongAmount
from fairs.payments.events import MoneyCameLate, MoneyReceived
from fairs.payments.models import Credit, Instalment, Invoice, InvoiceLine, Receipt
from fairs.payments.states import CreditState, InvoiceState

METHODS = ("transfer", "cash")  # by which money comes in; "credit" moves what is here already
_ALPHABET = string.digits + string.ascii_uppercase


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line with its net amount; VAT is added in whole percent."""

    kind: str
    text_vi: str
    text_en: str
    net: Money
    vat_percent: int


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """An invoice to issue; ``subject`` is the record it is for. The balance falls due no earlier than the deposit."""

    fair_id: int
    fair_code: str
    company_id: int
    subject_type: str
    subject_id: int
    lines: Sequence[LineDraft]
    deposit_percent: int
    deposit_due_on: date
    balance_due_on: date
    issued_on: date


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """Money that came in; ``external_reference`` is the bank's own id of the line, none for cash.

    ``seen_minor`` is what the clerk saw as received before: when it is no longer so, nothing is recorded.
    """

    amount: Money
    received_on: date
    method: str
    external_reference: str | None = None
    note: str = ""
    seen_minor: int | None = None


def payment_reference(fair_code: str, number: int) -> str:
    """What the payer writes into the transfer: upper-case ASCII, at most 25, with a check character (mod 36).

    Banks strip accents, signs and spaces, so it holds none; the last character catches typing errors.
    """
    body = f"{fair_code}{number:06d}"
    return body + _check_character(body)


def _check_character(body: str) -> str:
    # ISO/IEC 7064 Mod 37,36: catches every single error and nearly all transpositions.
    product = 36
    for character in body:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def is_payment_reference(text: str) -> bool:
    """Whether ``text`` is a payment reference with a right check character."""
    return len(text) > 1 and all(c in _ALPHABET for c in text) and _check_character(text[:-1]) == text[-1]


def issue_invoice(draft: InvoiceDraft, *, by: Actor) -> Invoice:
    """Issue an invoice with deposit and balance; when nothing is owed its state is WAIVED and it has no instalments.

    Raises InvalidInput when there is no line, currencies differ or the sum is negative. Numbers have no gaps.
    """
    if not draft.lines:
        raise InvalidInput(_l("An invoice needs a line."))
    currency = draft.lines[0].net.currency
    lines = [
        InvoiceLine(
            position=position, kind=line.kind, text_vi=line.text_vi[:300], text_en=line.text_en[:300],
            net_minor=line.net.amount_minor, vat_percent=line.vat_percent,
            vat_minor=line.net.share(line.vat_percent).amount_minor, currency=line.net.currency,
        )
        for position, line in enumerate(draft.lines, 1)
    ]  # fmt: skip
    if any(line.currency != currency for line in lines):
        raise InvalidInput(_l("All lines of an invoice are in one currency."))
    total = Money(sum(line.net_minor + line.vat_minor for line in lines), currency)
    if total.amount_minor < 0:
        raise InvalidInput(_l("The sum of an invoice cannot be negative."))
    with transaction():
        number = next_number(f"invoice:{draft.fair_code}")
        invoice = Invoice(
            number=f"{draft.fair_code}-INV-{number:05d}",
            payment_reference=payment_reference(draft.fair_code, number),
            fair_id=draft.fair_id, company_id=draft.company_id, subject_type=draft.subject_type,
            subject_id=draft.subject_id, state=InvoiceState.OPEN if total else InvoiceState.WAIVED,
            issued_on=draft.issued_on, currency=currency, total_minor=total.amount_minor, received_minor=0,
            lines=lines, instalments=_instalments(total, draft),
        )  # fmt: skip
        db.session.add(invoice)
        db.session.flush()
        record("payments.issue", invoice, by=by, after={"number": invoice.number, "total": total})
        return invoice


def _instalments(total: Money, draft: InvoiceDraft) -> list[Instalment]:
    if not total:
        return []
    deposit = total.share(draft.deposit_percent)
    balance_due_on = max(draft.balance_due_on, draft.deposit_due_on)
    parts = [("deposit", draft.deposit_due_on, deposit), ("balance", balance_due_on, total - deposit)]
    return [
        Instalment(kind=kind, due_on=due_on, amount_minor=amount.amount_minor, currency=amount.currency)
        for kind, due_on, amount in parts
        if amount
    ]


def record_receipt(invoice: Invoice, draft: ReceiptDraft, *, by: Actor) -> Receipt:
    """Record money received and tell the features above (MoneyReceived).

    Money for a cancelled invoice is recorded too and owed back as a credit, unless a feature above puts it to use
    (MoneyCameLate). Raises WrongAmount, InvoiceClosed (nothing was ever owed), ReceiptKnown (the same bank line twice),
    ReceivedMeanwhile, InvalidInput. An overpayment is recorded as it came.
    """
    if draft.amount.amount_minor <= 0 or draft.amount.currency != invoice.currency:
        raise WrongAmount(field="amount")
    if draft.method not in METHODS:
        raise InvalidInput(field="method")
    if draft.received_on > today("Asia/Ho_Chi_Minh"):
        raise InvalidInput(_l("This day lies in the future."), field="received_on")
    reference = normal_reference(draft.external_reference)
    if draft.method == "transfer" and reference is None:
        raise InvalidInput(_l("Write the bank's reference of the transfer."), field="external_reference")
    with transaction():
        row = db.session.get_one(Invoice, invoice.id, with_for_update=MINE, populate_existing=True)
        if row.state is InvoiceState.WAIVED or (row.state is InvoiceState.CANCELLED and not row.total_minor):
            raise InvoiceClosed
        if draft.seen_minor is not None and draft.seen_minor != row.received_minor:
            raise ReceivedMeanwhile
        code = row.number.split("-", 1)[0]
        # The series stays locked until the commit, so of two clerks with one bank line the second sees the first.
        number = next_number(f"receipt:{code}")
        if reference is not None and db.session.scalar(
            select(Receipt.id).where(
                Receipt.fair_id == row.fair_id, Receipt.method == draft.method, Receipt.external_reference == reference
            )
        ):
            raise ReceiptKnown(field="external_reference")
        receipt = Receipt(
            number=f"{code}-R-{number:05d}", fair_id=row.fair_id, invoice_id=row.id,
            received_on=draft.received_on, method=draft.method, external_reference=reference,
            amount_minor=draft.amount.amount_minor, currency=draft.amount.currency, recorded_by_id=by.user_id,
            recorded_for_id=by.for_user_id, note=draft.note,
        )  # fmt: skip
        _take_in(row, receipt, by)
        return receipt


def _take_in(row: Invoice, receipt: Receipt, by: Actor) -> None:
    db.session.add(receipt)
    row.received_minor += receipt.amount_minor
    if row.state is InvoiceState.CANCELLED:
        db.session.flush()
        record("payments.receive_late", row, by=by, after={"receipt": receipt.number, "amount": receipt.amount})
        late = MoneyCameLate(row.id, row.subject_type, row.subject_id, receipt.amount, by)
        publish(late)
        if not late.is_credited:
            credit_late_money(late, reason=row.note)
    else:
        if row.received_minor >= row.total_minor:
            if row.state is not InvoiceState.PAID:
                row.move_to(InvoiceState.PAID)
        elif row.state is InvoiceState.OPEN:
            row.move_to(InvoiceState.PARTLY_PAID)
        db.session.flush()
        record("payments.receive", row, by=by, after={"receipt": receipt.number, "amount": receipt.amount})
        first = row.instalments[0] if row.instalments else None
        publish(
            MoneyReceived(
                invoice_id=row.id, subject_type=row.subject_type, subject_id=row.subject_id,
                deposit_covered=first is None or row.received_minor >= first.amount_minor,
                fully_paid=row.state is InvoiceState.PAID, by=by,
            )
        )  # fmt: skip
    db.session.refresh(row, ["receipts"])


def credit_late_money(late: MoneyCameLate, *, reason: str) -> Credit:
    """Make the credit of money that came for a cancelled invoice. Inside transaction(); whoever handles the event may call
    it, after having locked what it needs: the series of numbers comes last."""
    late.is_credited = True
    row = db.session.get_one(Invoice, late.invoice_id)
    return _credit(row, late.amount, reason, late.by)


def _credit(row: Invoice, amount: Money, reason: str, by: Actor) -> Credit:
    code = row.number.split("-", 1)[0]
    credit = Credit(
        number=f"{code}-CR-{next_number(f'credit:{code}'):05d}", fair_id=row.fair_id, company_id=row.company_id,
        invoice_id=row.id, amount_minor=amount.amount_minor, currency=row.currency, reason=reason[:400],
        state=CreditState.OPEN,
    )  # fmt: skip
    db.session.add(credit)
    db.session.flush()
    record("payments.credit", credit, by=by, after={"number": credit.number, "amount": credit.amount})
    return credit


def apply_credit(credit: Credit, invoice: Invoice, *, on: date, by: Actor) -> Money:
    """Pay an invoice from a credit as far as it goes; gives what was used. Inside transaction(), both rows the caller's.

    A receipt by ``credit`` stands on the invoice, the credit is less by as much, settled when nothing of it is left. No
    money comes in or goes out. Raises WrongAmount for another currency, InvalidTransition for a settled credit or a closed
    invoice.
    """
    if credit.currency != invoice.currency:
        raise WrongAmount
    if credit.state is not CreditState.OPEN or invoice.state in {InvoiceState.CANCELLED, InvoiceState.WAIVED}:
        raise InvalidTransition
    used = min(credit.amount_minor, invoice.total_minor - invoice.received_minor)
    if used <= 0:
        return Money(0, credit.currency)
    code = invoice.number.split("-", 1)[0]
    receipt = Receipt(
        number=f"{code}-O-{next_number(f'offset:{code}'):05d}", fair_id=invoice.fair_id, invoice_id=invoice.id,
        received_on=on, method="credit", external_reference=f"{credit.number}/{invoice.number}", amount_minor=used,
        currency=credit.currency, recorded_by_id=by.user_id, recorded_for_id=by.for_user_id, note=credit.reason,
    )  # fmt: skip
    credit.amount_minor -= used
    if not credit.amount_minor:
        credit.move_to(CreditState.SETTLED)
        credit.settled_on, credit.settled_by = on, invoice.number
    record(
        "payments.apply_credit",
        credit,
        by=by,
        after={"number": credit.number, "invoice": invoice.number, "amount": receipt.amount},
    )
    _take_in(invoice, receipt, by)
    return receipt.amount


def normal_reference(text: str | None) -> str | None:
    """A bank's reference without blanks and in capitals, so that the same line is known however it was typed."""
    return "".join((text or "").split()).upper()[:100] or None


def cancel_invoice(invoice: Invoice, *, by: Actor, reason: str) -> Invoice:
    """Cancel an invoice on which nothing was received; raises InvalidTransition for a paid one."""
    with transaction():
        row = db.session.get_one(Invoice, invoice.id, with_for_update=MINE, populate_existing=True)
        if row.received_minor:
            raise InvalidTransition(**{"from": str(row.state), "to": str(InvoiceState.CANCELLED)})
        row.move_to(InvoiceState.CANCELLED)
        row.note = reason[:400]
        record("payments.cancel", row, by=by, after={"reason": reason})
        return row


def cancel_with_credit(invoice: Invoice, *, by: Actor, reason: str) -> Credit | None:
    """Cancel an invoice in any state; what was received for it is owed back as a credit.

    Raises InvalidTransition for one that is cancelled already.
    """
    with transaction():
        row = db.session.get_one(Invoice, invoice.id, with_for_update=MINE, populate_existing=True)
        before = row.state
        row.move_to(InvoiceState.CANCELLED)
        row.note = reason[:400]
        credit = _credit(row, row.received, reason, by) if row.received_minor else None
        after = {"reason": reason, "credit": credit.number if credit else None}
        record("payments.cancel", row, by=by, before={"state": before}, after=after)
        return credit


def settle_credit(credit: Credit, *, reference: str, settled_on: date, today: date, by: Actor) -> Credit:
    """Record that the money was paid back, by the bank's reference or the voucher's number.

    Raises InvalidInput without a reference or for a day to come, InvalidTransition for one that is settled already.
    """
    if not reference.strip():
        raise InvalidInput(_l("Give the bank's reference or the voucher's number."), field="reference")
    if settled_on > today:
        raise InvalidInput(_l("This day lies in the future."), field="settled_on")
    with transaction():
        row = db.session.get_one(Credit, credit.id, with_for_update=MINE, populate_existing=True)
        row.move_to(CreditState.SETTLED)
        row.settled_on, row.settled_by = settled_on, reference.strip()[:100]
        record("payments.settle_credit", row, by=by, after={"number": row.number, "reference": row.settled_by})
        return row
