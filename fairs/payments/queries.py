"""Reading invoices: lists, sums, and what the money received covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from fairs.core.db import db, in_transaction
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.core.text import clean, fold
from fairs.core.web import Page, paginate
from fairs.directory.models import Company
from fairs.payments.models import Credit, CreditNote, Instalment, Invoice
from fairs.payments.states import CreditState, InvoiceState

OWED = (InvoiceState.OPEN, InvoiceState.PARTLY_PAID)
SORTS = {
    "number": Invoice.number,
    "issued": Invoice.issued_on,
    "total": Invoice.total_minor,
    "received": Invoice.received_minor,
}


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What a list of invoices shows. ``overdue``: an instalment's day has passed and the money is not there; ``due_within``:
    the next one that is not paid falls due in so many days. ``since`` and ``until`` are days of issue."""

    state: InvoiceState | None = None
    overdue: bool = False
    text: str = ""
    due_within: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Covered:
    """An instalment with what the money received so far pays of it, the earliest due first."""

    instalment: Instalment
    covered: Money
    open: Money
    is_overdue: bool

    @property
    def is_paid(self) -> bool:
        """Whether it is paid in full."""
        return not self.open


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over invoices of one currency, cancelled ones left out; ``overdue`` is the part of ``open`` past its day."""

    count: int
    total: Money
    received: Money
    open: Money
    overdue: Money


def coverage(invoice: Invoice, today: date) -> list[Covered]:
    """How the receipts cover the instalments, in the order in which they fall due."""
    left = invoice.received_minor
    found = []
    for part in invoice.instalments:
        paid = max(0, min(left, part.owed.amount_minor))
        left -= paid
        rest = Money(part.owed.amount_minor - paid, part.currency)
        late = bool(rest) and part.due_on < today and invoice.state in OWED
        found.append(Covered(part, Money(paid, part.currency), rest, late))
    return found


def next_open(invoice: Invoice, today: date, of: Instalment | None = None) -> Covered | None:
    """The instalment that is to be paid next, or ``of`` itself; None when nothing is owed on it."""
    if invoice.state not in OWED:
        return None
    parts = [part for part in coverage(invoice, today) if of is None or part.instalment.id == of.id]
    return next((part for part in parts if not part.is_paid), None)


def invoice_by_number(number: str, fair_id: int | None = None) -> Invoice | None:
    """The invoice with all that its page shows; with ``fair_id`` only of that fair."""
    query = (
        select(Invoice)
        .where(Invoice.number == number)
        .options(
            joinedload(Invoice.company),
            selectinload(Invoice.lines),
            selectinload(Invoice.instalments),
            selectinload(Invoice.receipts),
            selectinload(Invoice.credits),
            selectinload(Invoice.credit_notes).selectinload(CreditNote.lines),
        )
    )
    if fair_id is not None:
        query = query.where(Invoice.fair_id == fair_id)
    return db.session.scalar(query)


def invoices_of(company_ids: Sequence[int]) -> Sequence[Invoice]:
    """All invoices of these companies, newest first."""
    return db.session.scalars(
        select(Invoice)
        .where(Invoice.company_id.in_(company_ids))
        .options(joinedload(Invoice.company), selectinload(Invoice.instalments))
        .order_by(Invoice.id.desc())
    ).all()


def _due_by(day: date) -> ColumnElement[int]:
    """Sum of an invoice's instalments whose day lies before ``day``."""
    return (
        select(func.coalesce(func.sum(Instalment.amount_minor - Instalment.credited_minor), 0))
        .where(Instalment.invoice_id == Invoice.id, Instalment.due_on < day)
        .correlate(Invoice)
        .scalar_subquery()
    )


def first_open_day() -> ScalarSelect[date]:
    """The day of an invoice's earliest instalment that the money received does not cover; none when all are."""
    until = aliased(Instalment)
    asked = (
        select(func.sum(until.amount_minor - until.credited_minor))
        .where(until.invoice_id == Instalment.invoice_id, until.due_on <= Instalment.due_on)
        .correlate(Instalment)
        .scalar_subquery()
    )
    return (
        select(func.min(Instalment.due_on))
        .where(Instalment.invoice_id == Invoice.id, asked > Invoice.received_minor)
        .correlate(Invoice)
        .scalar_subquery()
    )


def _filtered(fair_id: int, wanted: InvoiceFilter, today: date) -> Select[Invoice]:
    query = select(Invoice).where(Invoice.fair_id == fair_id)
    if wanted.state is not None:
        query = query.where(Invoice.state == wanted.state)
    if wanted.overdue:
        query = query.where(Invoice.state.in_(OWED), _due_by(today) > Invoice.received_minor)
    if wanted.due_within is not None:
        last = today + timedelta(days=wanted.due_within)
        query = query.where(Invoice.state.in_(OWED), first_open_day().between(today, last))
    if wanted.since is not None:
        query = query.where(Invoice.issued_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(Invoice.issued_on <= wanted.until)
    text = clean(wanted.text)
    if text:
        plain = "".join(text.split()).upper()
        query = query.join(Company, Company.id == Invoice.company_id).where(
            or_(
                Invoice.number.contains(plain, autoescape=True),
                Invoice.payment_reference.contains(plain, autoescape=True),
                Company.folded.contains(fold(text), autoescape=True),
            )
        )
    return query


def list_invoices(
    fair_id: int,
    wanted: InvoiceFilter,
    today: date,
    *,
    sort: str = "-number",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Invoice]:
    """A page of the fair's invoices; ``sort`` is a key of SORTS, with - for descending."""
    return paginate(invoices_matching(fair_id, wanted, today), *order_of(sort), limit=limit, cursor=cursor)


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend, for ``sort`` as in list_invoices."""
    down = sort.startswith("-")
    return [(SORTS.get(sort.removeprefix("-"), Invoice.number), down), (Invoice.id, down)]


def invoices_matching(fair_id: int, wanted: InvoiceFilter, today: date) -> Select[Invoice]:
    """The fair's invoices that fit the filter, with company and instalments."""
    return _filtered(fair_id, wanted, today).options(joinedload(Invoice.company), selectinload(Invoice.instalments))


def sums(fair_id: int, wanted: InvoiceFilter, today: date) -> list[Sums]:
    """Sums of what the filter shows, one per currency: amounts of two currencies are never added."""
    rows = _filtered(fair_id, wanted, today).where(Invoice.state != InvoiceState.CANCELLED).subquery()
    due = _filtered(fair_id, wanted, today).with_only_columns(Invoice.id, _due_by(today).label("due")).subquery()
    owed = rows.c.total_minor - rows.c.credited_minor
    unpaid = case((owed > rows.c.received_minor, owed - rows.c.received_minor), else_=0)
    late = case((due.c.due > rows.c.received_minor, due.c.due - rows.c.received_minor), else_=0)
    found = db.session.execute(
        select(
            rows.c.currency,
            func.count(),
            func.sum(owed),
            func.sum(rows.c.received_minor),
            func.sum(unpaid),
            func.sum(late),
        )
        .join(due, due.c.id == rows.c.id)
        .group_by(rows.c.currency)
        .order_by(rows.c.currency)
    )
    return [Sums(count, *(Money(int(value), currency) for value in values)) for currency, count, *values in found]


def owed_invoices(fair_id: int) -> Sequence[Invoice]:
    """The fair's invoices on which something is owed, with their instalments; locked inside transaction()."""
    return _of_fair(Invoice.fair_id == fair_id, Invoice.state.in_(OWED))


def standing_invoices(fair_id: int) -> Sequence[Invoice]:
    """The fair's invoices that are not cancelled, with their instalments; locked inside transaction()."""
    return _of_fair(Invoice.fair_id == fair_id, Invoice.state != InvoiceState.CANCELLED)


def _of_fair(*where: ColumnElement[bool]) -> Sequence[Invoice]:
    query = select(Invoice).where(*where).options(selectinload(Invoice.instalments)).order_by(Invoice.id)
    if in_transaction():
        # All invoices before any booking, as when money is received: the other order could deadlock.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(query).all()


def list_credits(fair_id: int, state: CreditState | None = None) -> Sequence[Credit]:
    """What is owed back to companies by a fair that was called off, with company and invoice, by number."""
    query = select(Credit).where(Credit.fair_id == fair_id)
    if state is not None:
        query = query.where(Credit.state == state)
    return db.session.scalars(
        query.options(joinedload(Credit.company), joinedload(Credit.invoice)).order_by(Credit.id)
    ).all()


def credit_by_number(fair_id: int, number: str) -> Credit:
    """The credit of this fair with that number; raises NotFound."""
    found = db.session.scalar(
        select(Credit)
        .where(Credit.fair_id == fair_id, Credit.number == number)
        .options(joinedload(Credit.company), joinedload(Credit.invoice))
    )
    if found is None:
        raise NotFound
    return found


def credits_of(company_ids: Sequence[int]) -> Sequence[Credit]:
    """What is owed back to these companies by all fairs, newest first."""
    return db.session.scalars(
        select(Credit)
        .where(Credit.company_id.in_(company_ids))
        .options(joinedload(Credit.company), joinedload(Credit.invoice))
        .order_by(Credit.id.desc())
    ).all()


def credit_sums(fair_id: int) -> list[Money]:
    """What the fair still owes back, one sum per currency."""
    rows = db.session.execute(
        select(Credit.currency, func.sum(Credit.amount_minor))
        .where(Credit.fair_id == fair_id, Credit.state == CreditState.OPEN)
        .group_by(Credit.currency)
        .order_by(Credit.currency)
    )
    return [Money(int(total), currency) for currency, total in rows]
