"""Writing the ledger: one entry for each document that changes what a company owes a fair."""

from __future__ import annotations

from datetime import date

from fairs.core.actor import Actor
from fairs.core.db import db, in_transaction
from fairs.payments.models import CreditNote, Invoice, LedgerEntry, Payment, Refund
from fairs.payments.states import EntryKind

_KINDS: dict[type, tuple[EntryKind, int]] = {
    Invoice: (EntryKind.INVOICE, 1),
    CreditNote: (EntryKind.CREDIT_NOTE, -1),
    Payment: (EntryKind.PAYMENT, -1),
    Refund: (EntryKind.REFUND, 1),
}


def book(document: Invoice | CreditNote | Payment | Refund, amount_minor: int, *, on: date, by: Actor) -> None:
    """Write the entry of a document that is flushed; its sign follows from what it is. Inside transaction().

    A document is booked once: the table refuses a second entry of the same. Nothing is written for an amount of zero.
    """
    if not in_transaction():
        raise RuntimeError("book() needs transaction()")
    if not amount_minor:
        return
    kind, sign = _KINDS[type(document)]
    db.session.add(
        LedgerEntry(
            fair_id=document.fair_id, company_id=document.company_id, kind=kind, document_id=document.id,
            document_number=document.number or "", booked_on=on, amount_minor=sign * amount_minor,
            currency=document.currency, by_id=by.user_id,
        )
    )  # fmt: skip
