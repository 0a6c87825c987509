"""Reading the ledger: running balances, accounts of companies, and the statement of account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from fairs.books.models import BooksCheck, BooksDifference
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.payments.models import CreditNote, Invoice, LedgerEntry, Payment
from fairs.payments.states import EntryKind


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What the ledger of a fair shows; both days belong to it."""

    company_id: int | None = None
    kind: EntryKind | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Movements of one currency by kind, with their sign, and what they come to."""

    by_kind: dict[EntryKind, Money]
    balance: Money


@dataclass(frozen=True, slots=True)
class Line:
    """A movement with the balance after it."""

    entry: LedgerEntry
    balance: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """A company's account at a fair in one currency over a period."""

    currency: str
    opening: Money
    lines: Sequence[Line]
    closing: Money


@dataclass(frozen=True, slots=True)
class FairAccount:
    """What a company's account at one fair comes to, by kind."""

    fair: Fair
    sums: Sums


def entries_matching(fair_id: int, wanted: LedgerFilter) -> Select[LedgerEntry]:
    """The fair's movements that fit, with their company."""
    query = select(LedgerEntry).where(LedgerEntry.fair_id == fair_id)
    if wanted.company_id is not None:
        query = query.where(LedgerEntry.company_id == wanted.company_id)
    if wanted.kind is not None:
        query = query.where(LedgerEntry.kind == wanted.kind)
    if wanted.first is not None:
        query = query.where(LedgerEntry.booked_on >= wanted.first)
    if wanted.last is not None:
        query = query.where(LedgerEntry.booked_on <= wanted.last)
    text = clean(wanted.text)
    if text:
        query = query.join(Company, Company.id == LedgerEntry.company_id).where(
            or_(
                LedgerEntry.document_number.contains("".join(text.split()).upper(), autoescape=True),
                Company.folded.contains(fold(text), autoescape=True),
            )
        )
    return query.options(joinedload(LedgerEntry.company))


def sums_of(query: Select[LedgerEntry]) -> list[Sums]:
    """Sums of what a query shows, one for each currency."""
    rows = (
        query.options().with_only_columns(LedgerEntry.currency, LedgerEntry.kind, LedgerEntry.amount_minor).subquery()
    )
    found: dict[str, dict[EntryKind, Money]] = {}
    grouped = (
        select(rows.c.currency, rows.c.kind, func.sum(rows.c.amount_minor))
        .group_by(rows.c.currency, rows.c.kind)
        .order_by(rows.c.currency)
    )
    for currency, kind, amount in db.session.execute(grouped):
        found.setdefault(currency, {})[kind] = Money(int(amount), currency)
    return [_sums(currency, by_kind) for currency, by_kind in found.items()]


def _sums(currency: str, by_kind: dict[EntryKind, Money]) -> Sums:
    return Sums(
        {kind: by_kind.get(kind, Money(0, currency)) for kind in EntryKind}, sum(by_kind.values(), Money(0, currency))
    )


def running_balances(fair_id: int, company_id: int, entry_ids: Iterable[int]) -> dict[int, Money]:
    """The company's balance at the fair after each of these movements, all movements before it counted."""
    balance = (
        func.sum(LedgerEntry.amount_minor)
        .over(partition_by=LedgerEntry.currency, order_by=(LedgerEntry.booked_on, LedgerEntry.id))
        .label("balance")
    )
    rows = (
        select(LedgerEntry.id, LedgerEntry.currency, balance)
        .where(LedgerEntry.fair_id == fair_id, LedgerEntry.company_id == company_id)
        .subquery()
    )
    found = db.session.execute(select(rows).where(rows.c.id.in_(list(entry_ids))))
    return {key: Money(int(amount), currency) for key, currency, amount in found}


def statements(
    fair_id: int, company_id: int, *, first: date | None = None, last: date | None = None
) -> list[Statement]:
    """The company's account at the fair, one statement for each currency; ``opening`` is what stood before ``first``."""
    entries = db.session.scalars(
        entries_matching(fair_id, LedgerFilter(company_id, last=last)).order_by(LedgerEntry.booked_on, LedgerEntry.id)
    ).all()
    found = []
    for currency in sorted({entry.currency for entry in entries}):
        opening = balance = Money(0, currency)
        lines = []
        for entry in entries:
            if entry.currency != currency:
                continue
            balance += entry.amount
            if first is not None and entry.booked_on < first:
                opening = balance
            else:
                lines.append(Line(entry, balance))
        found.append(Statement(currency, opening, lines, balance))
    return found


def accounts_of(company_id: int, fair_ids: Sequence[int] | None) -> list[FairAccount]:
    """The company's accounts at these fairs (None: all), the newest fair first."""
    query = (
        select(Fair, LedgerEntry.currency, LedgerEntry.kind, func.sum(LedgerEntry.amount_minor))
        .join(LedgerEntry, LedgerEntry.fair_id == Fair.id)
        .where(LedgerEntry.company_id == company_id)
        .group_by(Fair.id, LedgerEntry.currency, LedgerEntry.kind)
        .order_by(Fair.starts_on.desc(), Fair.id.desc(), LedgerEntry.currency)
    )
    if fair_ids is not None:
        query = query.where(Fair.id.in_(list(fair_ids)))
    found: dict[tuple[Fair, str], dict[EntryKind, Money]] = {}
    for fair, currency, kind, amount in db.session.execute(query):
        found.setdefault((fair, currency), {})[kind] = Money(int(amount), currency)
    return [FairAccount(fair, _sums(currency, by_kind)) for (fair, currency), by_kind in found.items()]


def invoices_behind(entries: Sequence[LedgerEntry]) -> dict[int, str]:
    """For movements that have no page of their own (credit notes, payments), the number of their invoice."""
    found: dict[int, str] = {}
    for kind, model in ((EntryKind.CREDIT_NOTE, CreditNote), (EntryKind.PAYMENT, Payment)):
        ids = {entry.document_id: entry.id for entry in entries if entry.kind is kind}
        if ids:
            rows = db.session.execute(
                select(model.id, Invoice.number).join(Invoice, Invoice.id == model.invoice_id).where(model.id.in_(ids))
            )
            found |= {ids[key]: number for key, number in rows}
    return found


def last_check() -> BooksCheck | None:
    """The newest run of the check."""
    return db.session.scalars(select(BooksCheck).order_by(BooksCheck.id.desc()).limit(1)).first()


def differences_at(fair_id: int, check: BooksCheck) -> Sequence[BooksDifference]:
    """What a run found wrong at a fair."""
    return db.session.scalars(
        select(BooksDifference)
        .where(BooksDifference.fair_id == fair_id, BooksDifference.check_id == check.id)
        .options(joinedload(BooksDifference.company))
        .order_by(BooksDifference.id)
    ).all()
