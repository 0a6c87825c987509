"""Paying claims by lists for the bank: numbered, in one currency, each claim once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.claims.errors import AlreadyListed
from fairs.claims.models import Claim, ClaimPayment, ClaimTransfer
from fairs.claims.queries import locked
from fairs.claims.review import give_time
from fairs.claims.service import close, locked_to_end, notify
from fairs.claims.states import ClaimState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.payments.credits import day_of_money
from fairs.payments.numbers import document_number, normal_reference
from fairs.payments.transfers import plain

S = ClaimState
TRANSFER, RECEIPT, LETTER = "KL", "KR", "KC"
"""Series of numbers: lists for the bank, receipts to guests, letters about charges."""


def make_transfer(fair: Fair, references: Sequence[str], *, key: str, by: Actor) -> ClaimTransfer:
    """Put approved claims on one numbered list, all or none; amounts and accounts are copied to it.

    ``key`` names the form: when it comes twice, the list of the first time is given. Raises InvalidInput for nothing chosen
    or two currencies, AlreadyListed when one is no longer approved (a colleague was faster).
    """
    wanted = sorted(set(references))
    if not wanted or not key:
        raise InvalidInput(_l("Choose at least one claim."), field="pick")
    with transaction():
        found = db.session.scalars(
            select(Claim).where(Claim.fair_id == fair.id, Claim.reference.in_(wanted))
            .order_by(Claim.id).with_for_update(of=Claim).execution_options(populate_existing=True)
        ).all()  # fmt: skip
        known = db.session.scalar(select(ClaimTransfer).where(ClaimTransfer.request_key == key[:60]))
        if known is not None:
            return known
        if len(found) != len(wanted) or any(row.state is not S.APPROVED for row in found):
            raise AlreadyListed
        if len({row.currency for row in found}) > 1:
            raise InvalidInput(_l("A transfer list is in one currency."), field="pick")
        made = ClaimTransfer(
            number=document_number(fair.code, TRANSFER, day_of_money()), fair_id=fair.id, request_key=key[:60],
            currency=found[0].currency, made_by_id=by.user_id,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        for row in found:
            amount = row.payable or Money(0, row.currency)
            db.session.add(
                ClaimPayment(
                    transfer_id=made.id, claim_id=row.id, amount_minor=amount.amount_minor, currency=row.currency,
                    account_sealed=row.account_sealed,
                )
            )  # fmt: skip
            row.move_to(S.IN_TRANSFER)
            record("claims.send", row, by=by, after={"list": made.number, "amount": amount})
        db.session.flush()
        record("claims.transfer", made, by=by, after={"number": made.number, "claims": len(found)})
        db.session.refresh(made, ["payments"])
    return made


HEADS = (
    "No.", "Claim", "Beneficiary name", "Beneficiary address", "IBAN / account", "BIC (SWIFT)", "Bank", "Bank address",
    "Amount", "Currency", "Details of payment", "Charges",
)  # fmt: skip


def transfer_rows(made: ClaimTransfer) -> list[list[object]]:
    """The rows of the file for the bank: the fields of a SWIFT customer transfer, in letters that every bank takes."""
    rows: list[list[object]] = []
    for place, one in enumerate((one for one in made.payments if one.failed_at is None), 1):
        account = one.account
        rows.append(
            [
                place, one.claim.reference, _latin(account["holder"], 70), _latin(account.get("holder_address", ""), 105),
                account["number"], account["bic"], _latin(account["bank"], 70), _latin(account.get("bank_address", ""), 105),
                one.amount, one.currency, f"REIMBURSEMENT {plain(one.claim.reference)}", "SHA",
            ]
        )  # fmt: skip
    return rows


def _latin(text: str, length: int) -> str:
    """As ``plain``; a name in a script of its own stays as it is, for the bank to ask about."""
    return (plain(text) or text)[:length]


def fetched(made: ClaimTransfer, *, by: Actor) -> None:
    """Somebody opens the file with the accounts: the history says so."""
    with transaction():
        record("claims.read_transfer", made, by=by, after={"number": made.number})


def finish_payment(payment: ClaimPayment, *, reference: str, on: date, by: Actor) -> Claim:
    """The money has gone, by the bank's number: the guest gets a numbered receipt. Done twice it is done once.

    Raises InvalidInput without a number or for a day to come, InvalidTransition.
    """
    known = bank_number(reference, on)
    with transaction():
        row = locked_to_end(payment.claim)
        if row.state is not S.PAID:
            _pay(row, payment, known, on, by)
    return row


def bank_number(reference: str, on: date) -> str:
    """The bank's reference or the voucher's number of money that went on this day. Raises InvalidInput without one or for a day to come."""
    known = normal_reference(reference)
    if not known:
        raise InvalidInput(_l("Give the bank's reference or the voucher's number."), field="reference")
    if on > day_of_money():
        raise InvalidInput(_l("This day lies in the future."), field="done_on")
    return known


def _pay(row: Claim, payment: ClaimPayment, known: str, on: date, by: Actor) -> None:
    row.move_to(S.PAID)
    row.paid_on, row.bank_reference = on, known
    row.receipt_number = document_number(row.fair.code, RECEIPT, day_of_money())
    record("claims.pay", row, by=by, after={"reference": known, "on": on, "amount": payment.amount})
    close(row, by=by)
    db.session.flush()
    notify(row, "paid", attachments=[("claim-receipt", row.id)])


def finish_transfer(made: ClaimTransfer, *, reference: str, on: date, by: Actor) -> int:
    """All of a list that are still at the bank are paid, by the bank's number of the batch; gives how many."""
    with transaction():
        rows = [
            one for one in sorted(made.payments, key=lambda one: one.claim_id)
            if one.failed_at is None and locked_to_end(one.claim).state is S.IN_TRANSFER
        ]  # fmt: skip
        known = bank_number(reference, on) if rows else ""
        for one in rows:
            _pay(one.claim, one, known, on, by)
    return len(rows)


def fail_payment(payment: ClaimPayment, *, because: str, by: Actor) -> Claim:
    """It came back from the bank: the guest corrects the account, and review and approval follow again.

    Raises InvalidInput without a reason, InvalidTransition.
    """
    text = clean(because)[:400]
    if not text:
        raise InvalidInput(_l("Please give the reason."), field="because")
    with transaction():
        row = locked(payment.claim)
        row.move_to(S.RETURNED)
        payment.failed_at, payment.failed_because = now(), text
        row.reason = text
        row.reviewed_by_id = row.reviewed_for_id = row.approved_by_id = row.approved_for_id = None
        row.approved_at = None
        give_time(row)
        record("claims.fail", row, by=by, after={"because": text})
        notify(row, "failed")
    return row
