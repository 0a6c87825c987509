"""The equation: invoices - credit notes = payments - refunds + open balance, for each fair, company and currency.

It is computed three times from rows that do not know of each other: from the documents with their lines, from the ledger,
and from what the invoices and credits say is open. Beside it each invoice and credit is compared with what stands on it, so
that two wrong figures that make up for each other are found as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from fairs.core.db import db
from fairs.payments.models import (
    Credit,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Payment,
    Receipt,
    Refund,
)
from fairs.payments.states import IN_HAND, UNDER_WAY, EntryKind, RefundState

Account = tuple[int, int, str]  # fair, company, currency
MOST_NUMBERS = 20


@dataclass
class Balance:
    """An account of a company at a fair, by all three ways; minor units, above zero the company owes."""

    invoices: int = 0
    credit_notes: int = 0
    payments: int = 0
    refunds: int = 0
    ledger: int = 0
    open: int = 0
    ledger_by_kind: dict[str, int] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """What the documents leave open."""
        return self.invoices - self.credit_notes - self.payments + self.refunds

    @property
    def is_right(self) -> bool:
        """Whether all three ways agree, kind by kind, and every row adds up."""
        by_kind = {
            EntryKind.INVOICE: self.invoices, EntryKind.CREDIT_NOTE: -self.credit_notes, EntryKind.PAYMENT: -self.payments,
            EntryKind.REFUND: self.refunds,
        }  # fmt: skip
        same = all(self.ledger_by_kind.get(kind, 0) == amount for kind, amount in by_kind.items())
        return same and self.documents == self.ledger == self.open and not self.numbers


def balances(fair_id: int | None = None, company_id: int | None = None) -> dict[Account, Balance]:
    """The accounts of all fairs, or of one, or of one company; a fixed number of statements."""
    found: dict[Account, Balance] = defaultdict(Balance)
    for name, query in _documents().items():
        for account, amount in _sums(query, fair_id, company_id):
            setattr(found[account], name, amount)
    for query, sign in ((_open_of_invoices(), 1), (_left_of_credits(), -1)):
        for account, amount in _sums(query, fair_id, company_id):
            found[account].open += sign * amount
    entries = select(
        LedgerEntry.fair_id, LedgerEntry.company_id, LedgerEntry.currency, LedgerEntry.kind, func.sum(LedgerEntry.amount_minor)
    ).group_by(LedgerEntry.fair_id, LedgerEntry.company_id, LedgerEntry.currency, LedgerEntry.kind)  # fmt: skip
    for fair, company, currency, kind, amount in db.session.execute(_narrow(entries, LedgerEntry, fair_id, company_id)):
        balance = found[fair, company, currency]
        balance.ledger_by_kind[kind] = int(amount)
        balance.ledger += int(amount)
    for query, model in ((_wrong_invoices(), Invoice), (_wrong_credits(), Credit)):
        for fair, company, currency, number in db.session.execute(_narrow(query, model, fair_id, company_id)):
            found[fair, company, currency].numbers.append(number)
    return dict(found)


def _narrow(query: Any, model: Any, fair_id: int | None, company_id: int | None) -> Any:
    if fair_id is not None:
        query = query.where(model.fair_id == fair_id)
    return query if company_id is None else query.where(model.company_id == company_id)


def _sums(grouped: tuple[Any, Select[Any]], fair_id: int | None, company_id: int | None) -> list[tuple[Account, int]]:
    model, query = grouped
    query = query.group_by(model.fair_id, model.company_id, model.currency)
    rows = db.session.execute(_narrow(query, model, fair_id, company_id))
    return [((fair, company, currency), int(amount or 0)) for fair, company, currency, amount in rows]


def _of(model: Any, amount: Any) -> Select[Any]:
    return select(model.fair_id, model.company_id, model.currency, func.sum(amount))


def _documents() -> dict[str, tuple[Any, Select[Any]]]:
    line, off = InvoiceLine, CreditNoteLine
    return {
        "invoices": (Invoice, _of(Invoice, line.net_minor + line.vat_minor).join(line, line.invoice_id == Invoice.id)),
        "credit_notes": (
            CreditNote,
            _of(CreditNote, off.net_minor + off.vat_minor).join(off, off.credit_note_id == CreditNote.id),
        ),
        "payments": (Payment, _of(Payment, Payment.amount_minor).where(Payment.state.in_(IN_HAND))),
        "refunds": (Refund, _of(Refund, Refund.amount_minor).where(Refund.state == RefundState.DONE)),
    }


def _open_of_invoices() -> tuple[Any, Select[Any]]:
    return Invoice, _of(Invoice, Invoice.total_minor - Invoice.credited_minor - Invoice.received_minor)


def _left_of_credits() -> tuple[Any, Select[Any]]:
    return Credit, _of(Credit, Credit.amount_minor)


def _sum_for(column: Any, *where: ColumnElement[bool]) -> Any:
    return select(func.coalesce(func.sum(column), 0)).where(*where).scalar_subquery()


def _wrong_invoices() -> Any:
    received = _sum_for(Receipt.amount_minor, Receipt.invoice_id == Invoice.id)
    credited = _sum_for(CreditNote.total_minor, CreditNote.invoice_id == Invoice.id)
    return (
        select(Invoice.fair_id, Invoice.company_id, Invoice.currency, Invoice.number)
        .where(or_(Invoice.received_minor != received, Invoice.credited_minor != credited, Invoice.received_minor < 0))
        .order_by(Invoice.id)
    )


def _wrong_credits() -> Any:
    # A receipt by credit above zero uses it up; one below zero is where it came from.
    used = _sum_for(Receipt.amount_minor, Receipt.credit_id == Credit.id, Receipt.amount_minor > 0)
    paid = _sum_for(
        case((Refund.state == RefundState.DONE, Refund.amount_minor), else_=0), Refund.credit_id == Credit.id
    )
    under_way = _sum_for(Refund.amount_minor, and_(Refund.credit_id == Credit.id, Refund.state.in_(UNDER_WAY)))
    return (
        select(Credit.fair_id, Credit.company_id, Credit.currency, Credit.number)
        .where(
            or_(
                Credit.amount_minor != Credit.given_minor - used - paid,
                Credit.reserved_minor != under_way,
                Credit.amount_minor < Credit.reserved_minor,
            )
        )
        .order_by(Credit.id)
    )
