"""Reading payments and credit notes: lists, sums, one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.payments.models import Credit, CreditNote, Invoice, Payment, Receipt
from fairs.payments.states import IN_HAND, PaymentState

SORTS = {"day": Payment.received_on, "amount": Payment.amount_minor}
NOTE_SORTS = {"day": CreditNote.issued_on, "amount": CreditNote.total_minor}


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What a list of payments shows; the days are those on which money came."""

    state: PaymentState | None = None
    method: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class NoteFilter:
    """What a list of credit notes shows; the days are those of issue."""

    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many, and how much of one currency."""

    count: int
    amount: Money


def _payments(fair_id: int, wanted: PaymentFilter) -> Select[Payment]:
    query = select(Payment).where(Payment.fair_id == fair_id)
    if wanted.state is not None:
        query = query.where(Payment.state == wanted.state)
    if wanted.method:
        query = query.where(Payment.method == wanted.method)
    if wanted.since is not None:
        query = query.where(Payment.received_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(Payment.received_on <= wanted.until)
    text = clean(wanted.text)
    if text:
        plain = "".join(text.split()).upper()
        on_invoice = (
            select(Receipt.id)
            .join(Invoice, Invoice.id == Receipt.invoice_id)
            .where(
                Receipt.payment_id == Payment.id,
                or_(
                    Invoice.number.contains(plain, autoescape=True),
                    Invoice.payment_reference.contains(plain, autoescape=True),
                ),
            )
            .exists()
        )
        query = query.join(Company, Company.id == Payment.company_id).where(
            or_(
                Payment.number.contains(plain, autoescape=True),
                Payment.external_reference.contains(plain, autoescape=True),
                Payment.payer.contains(text, autoescape=True),
                Company.folded.contains(fold(text), autoescape=True),
                on_invoice,
            )
        )
    return query


def payments_matching(fair_id: int, wanted: PaymentFilter) -> Select[Payment]:
    """The fair's payments that fit the filter, with company, receipts and the invoices on which they stand."""
    return _payments(fair_id, wanted).options(
        joinedload(Payment.company), selectinload(Payment.receipts).joinedload(Receipt.invoice)
    )


def payment_sums(fair_id: int, wanted: PaymentFilter) -> list[Sum]:
    """What is here of the payments that fit, by currency; what has only begun or has failed is not counted."""
    rows = _payments(fair_id, wanted).where(Payment.state.in_(IN_HAND)).subquery()
    return _sums(rows.c.currency, func.sum(rows.c.amount_minor - rows.c.refunded_minor))


def _sums(currency: Any, total: Any) -> list[Sum]:
    found = db.session.execute(select(currency, func.count(), total).group_by(currency).order_by(currency))
    return [Sum(count, Money(int(amount), unit)) for unit, count, amount in found]


def order_of(sort: str, sorts: Any, key: Any) -> list[tuple[Any, bool]]:
    """The keys of a list and whether they descend, for a ``sort`` of ``sorts``; else the newest first, by ``key``."""
    down = sort.startswith("-")
    column = sorts.get(sort.removeprefix("-"))
    return [(key, True)] if column is None else [(column, down), (key, down)]


def payment_by_id(payment_id: int, fair_id: int | None = None) -> Payment:
    """The payment with all that its page shows; with ``fair_id`` only of that fair. Raises NotFound."""
    query = (
        select(Payment)
        .where(Payment.id == payment_id)
        .options(
            joinedload(Payment.company), joinedload(Payment.invoice),
            selectinload(Payment.receipts).joinedload(Receipt.invoice),
            selectinload(Payment.credits).joinedload(Credit.invoice).selectinload(Invoice.receipts),
            selectinload(Payment.credits).selectinload(Credit.refunds),
        )
    )  # fmt: skip
    found = db.session.scalar(query) if payment_id < 2**63 else None
    if found is None or fair_id not in {None, found.fair_id}:
        raise NotFound
    return found


def payments_of(company_ids: Sequence[int]) -> Sequence[Payment]:
    """What came from these companies, the newest first, with the invoices on which it stands."""
    return db.session.scalars(
        select(Payment)
        .where(Payment.company_id.in_(company_ids), Payment.state.in_(IN_HAND))
        .options(joinedload(Payment.company), selectinload(Payment.receipts).joinedload(Receipt.invoice))
        .order_by(Payment.received_on.desc(), Payment.id.desc())
    ).all()


def _notes(fair_id: int, wanted: NoteFilter) -> Select[CreditNote]:
    query = select(CreditNote).where(CreditNote.fair_id == fair_id)
    if wanted.since is not None:
        query = query.where(CreditNote.issued_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(CreditNote.issued_on <= wanted.until)
    text = clean(wanted.text)
    if text:
        plain = "".join(text.split()).upper()
        query = (
            query.join(Company, Company.id == CreditNote.company_id)
            .join(Invoice, Invoice.id == CreditNote.invoice_id)
            .where(
                or_(
                    CreditNote.number.contains(plain, autoescape=True),
                    Invoice.number.contains(plain, autoescape=True),
                    Company.folded.contains(fold(text), autoescape=True),
                )
            )
        )
    return query


def notes_matching(fair_id: int, wanted: NoteFilter) -> Select[CreditNote]:
    """The fair's credit notes that fit the filter, with company, invoice and lines."""
    return _notes(fair_id, wanted).options(
        joinedload(CreditNote.company), joinedload(CreditNote.invoice), selectinload(CreditNote.lines)
    )


def note_sums(fair_id: int, wanted: NoteFilter) -> list[Sum]:
    """What the credit notes that fit take off, by currency."""
    rows = _notes(fair_id, wanted).subquery()
    return _sums(rows.c.currency, func.sum(rows.c.total_minor))
