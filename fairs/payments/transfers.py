"""Refunds by bank transfer: the account that a company gave, and the lists by which the bank pays many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.money import Money
from fairs.core.text import fold
from fairs.directory.models import Company
from fairs.payments import numbers
from fairs.payments.credits import apply_credit, day_of_money
from fairs.payments.models import Credit, Invoice, Refund
from fairs.payments.numbers import document_number
from fairs.payments.refunds import RefundDraft, finish_refund, request_refund, send_refund
from fairs.payments.states import RefundState
from fairs.payments.transfer_models import ACCOUNT_FIELDS, PayoutAccount, TransferList

CONTENT_LENGTH = 25  # what banks keep of a transfer's content for certain
_WORDS = ("HOAN TIEN ", "HOAN ", "")


class AlreadySent(Conflict):
    """A refund of the selection is on its way already: nothing was put on a list."""

    code = "already_sent"
    message = _l("One of these refunds is no longer waiting to be sent. Look at the list again; nothing was changed.")


class CreditChanged(Conflict):
    """Somebody used the credit while the form was open, or the form was sent twice."""

    code = "credit_changed"
    message = _l("What is free of this credit has changed in the meantime. Look again before you go on.")


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """A bank account as typed; ``bin`` is the bank's six digits, where they are known."""

    holder: str
    number: str
    bank: str
    bin: str = ""

    def as_account(self) -> dict[str, str]:
        """As it is kept; empty when nothing was typed. Raises InvalidInput for half an account or a wrong number."""
        account = {
            "holder": self.holder.strip(),
            "number": "".join(self.number.split()).upper(),
            "bank": self.bank.strip(),
        }
        if not any(account.values()):
            return {}
        for field in ACCOUNT_FIELDS:
            if not account[field]:
                raise InvalidInput(_l("Give the holder, number and bank of the account."), field=field)
        if not (account["number"].isascii() and account["number"].isalnum() and 4 <= len(account["number"]) <= 34):
            raise InvalidInput(_l("An account number has 4 to 34 letters and digits."), field="number")
        if self.bin.strip():
            account["bin"] = self.bin.strip()
            if not (account["bin"].isascii() and account["bin"].isdigit() and len(account["bin"]) == 6):
                raise InvalidInput(_l("A bank's BIN has six digits."), field="bin")
        return account


def payout_account(company_id: int) -> PayoutAccount | None:
    """The account that the company gave for its refunds."""
    return db.session.scalar(select(PayoutAccount).where(PayoutAccount.company_id == company_id))


def give_account(company: Company, draft: AccountDraft, *, by: Actor) -> PayoutAccount:
    """Keep where a company wants its refunds. Those that were asked for already go where it says on them: what a second
    person approves does not change afterwards. Raises InvalidInput."""
    account = draft.as_account()
    if not account:
        raise InvalidInput(_l("Give the holder, number and bank of the account."), field="holder")
    with transaction():
        db.session.get_one(Company, company.id, with_for_update={"key_share": True})
        row = payout_account(company.id)
        if row is None:
            row = PayoutAccount(company_id=company.id)
            db.session.add(row)
        row.account, row.given_by_id = account, by.user_id
        db.session.flush()
        record("payments.give_account", row, by=by, after={"company": company.name, "bank": account["bank"]})
        return row


def read_account(holder: Refund | PayoutAccount, *, by: Actor) -> dict[str, str]:
    """The account in full; who reads it leaves an audit row."""
    with transaction():
        record("payments.read_account", holder, by=by)
        return holder.account


def use_credit(credit: Credit, invoice: Invoice, *, by: Actor) -> Money:
    """Pay an open invoice of the same company and fair from a credit, as far as it goes; gives what was used.

    Raises as apply_credit, and InvalidInput when there is nothing to use or nothing open.
    """
    with transaction():
        # Invoices before credits, as everywhere.
        bill = db.session.get_one(Invoice, invoice.id, with_for_update={"key_share": True}, populate_existing=True)
        row = db.session.get_one(Credit, credit.id, with_for_update=True, populate_existing=True)
        used = apply_credit(row, bill, on=day_of_money(), by=by)
        if not used:
            raise InvalidInput(
                _l("Nothing is open on this invoice, or nothing is free of the credit."), field="invoice"
            )
        return used


def ask_refund(credit: Credit, draft: RefundDraft, *, seen_minor: int | None, by: Actor) -> Refund:
    """Ask for a refund by a form that showed ``seen_minor`` as free of the credit. Raises as request_refund, and
    CreditChanged when it is no longer so: a form that comes twice asks once."""
    with transaction():
        row = db.session.get_one(Credit, credit.id, with_for_update=True, populate_existing=True)
        if seen_minor is not None and seen_minor != row.free.amount_minor:
            raise CreditChanged
        return request_refund(row, draft, by=by)


def plain(text: str) -> str:
    """Capitals, digits and spaces only, without accents: what every bank takes."""
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(text))
    return " ".join(kept.split()).upper()


def transfer_content(number: str) -> str:
    """What the transfer says: the refund's number without signs, so that its line of the statement is known again."""
    code = plain(number).replace(" ", "")
    return next((word + code for word in _WORDS if len(word + code) <= CONTENT_LENGTH), code[-CONTENT_LENGTH:])


def refund_in(fair_id: int, content: str) -> Refund | None:
    """The refund in transit at the fair whose number stands in a statement's text, however the bank spaced it."""
    text = plain(content).replace(" ", "")
    for refund in db.session.scalars(
        select(Refund).where(Refund.fair_id == fair_id, Refund.state == RefundState.IN_TRANSIT).order_by(Refund.id)
    ):
        if plain(refund.number).replace(" ", "") in text:
            return refund
    return None


def make_transfer_list(fair: Fair, refund_numbers: Sequence[str], *, key: str, by: Actor) -> TransferList:
    """Put approved transfers on one numbered list and mark them sent, all or none.

    ``key`` names the form: when it comes twice, the list of the first time is given. Raises InvalidInput for nothing chosen
    or two currencies, AlreadySent when one is no longer approved (a colleague was faster).
    """
    wanted = sorted(set(refund_numbers))
    if not wanted or not key:
        raise InvalidInput(_l("Choose at least one refund."), field="pick")
    with transaction():
        found = db.session.scalars(
            select(Refund).where(Refund.fair_id == fair.id, Refund.number.in_(wanted), Refund.method == "transfer")
            .order_by(Refund.id).with_for_update().execution_options(populate_existing=True)
        ).all()  # fmt: skip
        known = db.session.scalar(select(TransferList).where(TransferList.request_key == key[:60]))
        if known is not None:
            return known
        if len(found) != len(wanted) or any(row.state is not RefundState.APPROVED for row in found):
            raise AlreadySent
        if len({row.currency for row in found}) > 1:
            raise InvalidInput(_l("A transfer list is in one currency."), field="pick")
        made = TransferList(
            number=document_number(fair.code, numbers.TRANSFER_LIST, day_of_money()), fair_id=fair.id, request_key=key[:60],
            currency=found[0].currency, made_by_id=by.user_id,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        for row in found:
            row.transfer_list_id = made.id
            send_refund(row, by=by)
        record("payments.transfer_list", made, by=by, after={"number": made.number, "refunds": len(found)})
        db.session.refresh(made, ["refunds"])
        return made


def finish_list(made: TransferList, *, reference: str, on: date, by: Actor) -> int:
    """All of a list that are still in transit are done, by the bank's reference of the batch; gives how many."""
    under_way = (
        select(Refund)
        .where(Refund.transfer_list_id == made.id, Refund.state == RefundState.IN_TRANSIT)
        .order_by(Refund.id)
        .execution_options(populate_existing=True)
    )
    with transaction():
        # Credits first and in one order, as for a single refund; then what is still in transit.
        for credit_id in sorted({row.credit_id for row in db.session.scalars(under_way)}):
            db.session.get_one(Credit, credit_id, with_for_update=True, populate_existing=True)
        rows = db.session.scalars(under_way).all()
        for row in rows:
            finish_refund(row, reference=reference, on=on, by=by)
        return len(rows)


def transfer_rows(made: TransferList) -> list[list[object]]:
    """The rows of the file: as the templates of Vietnamese banks for payments in a batch ask."""
    return [
        [
            place, plain(refund.account["holder"]), refund.account["number"], refund.account["bank"],
            refund.account.get("bin", ""), refund.amount, refund.currency, transfer_content(refund.number),
        ]
        for place, refund in enumerate(made.refunds, 1)
    ]  # fmt: skip
