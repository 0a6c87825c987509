"""Acts of people at the desk: record a line for invoices, propose and second, set aside, settle a refund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.banking.matching import is_same_name
from fairs.banking.models import BankLine
from fairs.banking.queries import WAITS, invoices_by_ids, invoices_like, order_of, rules_of
from fairs.banking.recording import Share, finish, missing_charges, pay
from fairs.banking.states import LineState
from fairs.core.actor import Actor, require_second_person
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.payments.credits import day_of_money
from fairs.payments.models import Invoice, Refund
from fairs.payments.queries import next_open
from fairs.payments.refunds import fail_refund
from fairs.payments.states import InvoiceState

S = LineState


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invoice that a line may be for: why, and how far its amount goes. ``difference`` below zero: too little came."""

    invoice: Invoice
    why: Any
    is_found: bool
    difference: Money
    charges: Money | None
    can_pay: bool
    part: Money | None = None  # what of the line is for it, when several are paid together


_WHY = {
    "sure": _l("Its reference stands in the text."),
    "glued": _l("Its reference runs into what follows it."),
    "typo": _l("One character of its reference is different."),
    "cut": _l("Its reference begins as the one that is cut off."),
}


def candidates_of(line: BankLine, text: str = "") -> list[Candidate]:
    """The invoices that matching found for a line, and those that fit what somebody searches for at the desk."""
    found = dict(line.found.get("invoices", []))
    for key, _amount in line.parts.get("invoices", []):
        found.setdefault(key, "sure")
    invoices = invoices_by_ids(found, line.fair_id)
    rows = [(invoices[key], _WHY[how], True) for key, how in found.items() if key in invoices]
    # The likeliest first: by name, then by amount.
    rows.sort(key=lambda row: (not _is_like(line, row[0]), row[0].open_amount.amount_minor != line.amount_minor))
    if clean(text):
        searched = invoices_like(line.fair_id, line.currency, clean(text))
        rows += [(one, _l("You searched for it."), False) for one in searched if one.id not in found]
    parts = _parts_of(line, [invoice for invoice, _why, is_found in rows if is_found])
    return [
        Candidate(
            invoice, why, is_found, Money(line.amount_minor - invoice.open_amount.amount_minor, line.currency),
            missing_charges(line, invoice) if invoice.open_amount else None,
            invoice.currency == line.currency and invoice.state is not InvoiceState.WAIVED, parts.get(invoice.id),
        )
        for invoice, why, is_found in rows
    ]  # fmt: skip


def _parts_of(line: BankLine, invoices: Sequence[Invoice]) -> dict[int, Money]:
    """What each of several invoices gets of a line that pays exactly what is due next on them, or all that is open."""
    if len(invoices) < 2 or any(one.currency != line.currency for one in invoices):
        return {}
    due = {one.id: part.open for one in invoices if (part := next_open(one, day_of_money())) is not None}
    for parts in (due, {one.id: one.open_amount for one in invoices}):
        if len(parts) == len(invoices) and sum(part.amount_minor for part in parts.values()) == line.amount_minor:
            return parts
    return {}


def _is_like(line: BankLine, invoice: Invoice) -> bool:
    company = invoice.company
    return bool(line.payer) and is_same_name(line.payer, (company.name, company.name_en or ""))


def _line(line: BankLine) -> BankLine:
    return db.session.get_one(BankLine, line.id, with_for_update={"of": BankLine}, populate_existing=True)


def _invoices(line: BankLine, shares: Sequence[Share]) -> dict[int, Invoice]:
    if not shares:
        raise InvalidInput(_l("Choose the invoice that this money is for."), field="parts")
    if line.amount_minor <= 0:
        raise InvalidInput(_l("This line went out: it pays no invoice."), field="parts")
    ids = [share.invoice_id for share in shares]
    if len(set(ids)) != len(ids):
        raise InvalidInput(_l("An invoice stands here twice."), field="parts")
    if any(share.amount_minor is not None and share.amount_minor <= 0 for share in shares):
        raise InvalidInput(_l("Each part is above zero."), field="parts")
    if sum(share.amount_minor or 0 for share in shares) > line.amount_minor:
        raise InvalidInput(_l("The parts are more than the line."), field="parts")
    found = {
        one.id: one
        for one in db.session.scalars(
            select(Invoice)
            .where(Invoice.id.in_(ids), Invoice.fair_id == line.fair_id)
            .order_by(Invoice.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    if len(found) != len(ids):
        raise NotFound
    return found


def needs_second(line: BankLine) -> bool:
    """Whether a match by hand of this line waits for a second person."""
    return abs(line.amount_minor) > rules_of(line.fair_id, line.currency).four_eyes_minor


def match_line(
    line: BankLine, shares: Sequence[Share], *, by: Actor, charges: bool = False, other_money: bool = False
) -> BankLine:
    """Record a line for these invoices; above the fair's amount it waits for a second person instead.

    ``charges`` settles what is missing as bank charges; ``other_money`` says that it is other money than the payment that has
    the same number at the bank. Raises InvalidInput (``parts``), InvalidTransition for a line that does not wait, and as
    record_payment.
    """
    with transaction():
        row = _line(line)
        if row.state is not S.WAITING:
            raise InvalidTransition
        invoices = _invoices(row, shares)
        if needs_second(row):
            row.move_to(S.PROPOSED)
            row.parts = {
                "invoices": [[share.invoice_id, share.amount_minor] for share in shares], "charges": charges,
                "other": other_money,
            }  # fmt: skip
            row.proposed_by_id, row.proposed_for_id, row.proposed_name = by.user_id, by.for_user_id, by.label[:200]
            record("banking.propose", row, by=by, after={"invoices": [one.number for one in invoices.values()]})
            return row
        _pay(row, shares, invoices, by, charges=charges, other_money=other_money)
        return row


def _pay(
    row: BankLine, shares: Sequence[Share], invoices: dict[int, Invoice], by: Actor, *, charges: bool, other_money: bool
) -> None:
    payment = pay(row, shares, invoices, by=by, charges=charges, other_money=other_money)
    after = {"payment": payment.number, "invoices": [one.number for one in invoices.values()], "charges": charges}
    record("banking.match", row, by=by, after=after)


def second_line(line: BankLine, *, by: Actor) -> BankLine:
    """A second person agrees to a match by hand: it is recorded. Raises SamePerson, InvalidTransition, as record_payment."""
    with transaction():
        row = _line(line)
        if row.state is not S.PROPOSED:
            raise InvalidTransition
        require_second_person(by, row.proposed_by_id, row.proposed_for_id)
        shares = [Share(key, amount) for key, amount in row.parts["invoices"]]
        _pay(
            row, shares, _invoices(row, shares), by, charges=row.parts.get("charges", False),
            other_money=row.parts.get("other", False),
        )  # fmt: skip
        return row


def send_back(line: BankLine, *, reason: str, by: Actor) -> BankLine:
    """The match that was proposed is not right, or taken back by who proposed it: the line waits again."""
    with transaction():
        row = _line(line)
        row.require_move(S.WAITING)
        if row.state is not S.PROPOSED:
            raise InvalidTransition
        row.move_to(S.WAITING)
        row.parts, row.reason = {}, clean(reason)[:400]
        row.proposed_by_id = row.proposed_for_id = None
        row.proposed_name = ""
        record("banking.send_back", row, by=by, after={"reason": row.reason})
        return row


def set_aside(line: BankLine, *, reason: str, by: Actor) -> BankLine:
    """The line is nothing that a fair is paid for; raises InvalidInput (``reason``) without a reason, InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Please say why."), field="reason")
    with transaction():
        row = _line(line)
        row.move_to(S.IGNORED)
        row.reason = clean(reason)[:400]
        record("banking.set_aside", row, by=by, after={"reason": row.reason, "amount": row.amount})
        return row


def bring_back(line: BankLine, *, by: Actor) -> BankLine:
    """A line that was set aside waits at the desk again."""
    with transaction():
        row = _line(line)
        if row.state is not S.IGNORED:
            raise InvalidTransition
        row.move_to(S.WAITING)
        row.reason = ""
        record("banking.bring_back", row, by=by)
        return row


def settle_refund(line: BankLine, refund: Refund, *, by: Actor) -> BankLine:
    """The line is a refund: gone when money went out, failed when it came back. Raises InvalidInput, InvalidTransition."""
    with transaction():
        row = _line(line)
        if row.state is not S.WAITING:
            raise InvalidTransition
        if row.amount_minor < 0:
            finish(row, refund.id, by=by)
            return row
        if (refund.amount_minor, refund.currency, refund.fair_id) != (row.amount_minor, row.currency, row.fair_id):
            raise InvalidInput(_l("The amount is not that of the refund."), field="refund")
        failed = fail_refund(refund, because=str(_l("The transfer came back.")), by=by)
        row.move_to(S.RECORDED)
        row.refund_id, row.reason = failed.id, ""
        record("banking.refund_returned", row, by=by, after={"refund": failed.number, "amount": failed.amount})
        return row


def next_waiting(fair_id: int, after: BankLine | None = None) -> int | None:
    """The line that comes next at the desk: the one after this, else the first that waits."""
    query = select(BankLine.id).where(BankLine.fair_id == fair_id, BankLine.state.in_(WAITS))
    for key, _down in order_of("day"):
        query = query.order_by(key)
    if after is not None:
        later = (BankLine.booked_on > after.booked_on) | (
            (BankLine.booked_on == after.booked_on) & (BankLine.id > after.id)
        )
        if (found := db.session.scalar(query.where(later).limit(1))) is not None:
            return found
    return db.session.scalar(query.limit(1))
