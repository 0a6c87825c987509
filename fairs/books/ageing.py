"""Receivables by age: what of each instalment is open, and for how long it should have been there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from fairs.core.db import db
from fairs.core.money import Money
from fairs.directory.models import Company
from fairs.payments.models import Invoice
from fairs.payments.queries import OWED, Covered, coverage

#: Key, and the first and last day late; not due is 0.
AGES: tuple[tuple[str, int, int], ...] = (
    ("0", -(10**6), 0), ("1-30", 1, 30), ("31-60", 31, 60), ("61-90", 61, 90), ("90+", 91, 10**6),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receivable:
    """An instalment on which something is open, with its age (a key of AGES) and days late."""

    invoice: Invoice
    part: Covered
    age: str
    days: int


@dataclass(frozen=True, slots=True)
class AgeRow:
    """What a company owes in one currency, by age."""

    company: Company
    by_age: dict[str, Money]
    total: Money


@dataclass(frozen=True, slots=True)
class Ageing:
    """Receivables of one currency: by company, the most first, and the sums."""

    currency: str
    rows: Sequence[AgeRow]
    sums: dict[str, Money]
    total: Money


def receivables(fair_id: int, today: date) -> list[Receivable]:
    """Every instalment of the fair with something open, the oldest first."""
    invoices = db.session.scalars(
        select(Invoice)
        .where(Invoice.fair_id == fair_id, Invoice.state.in_(OWED))
        .options(joinedload(Invoice.company), selectinload(Invoice.instalments))
        .order_by(Invoice.id)
    )
    found = []
    for invoice in invoices:
        for part in coverage(invoice, today):
            if part.open:
                days = max(0, (today - part.instalment.due_on).days)
                age = next(key for key, least, most in AGES if least <= days <= most)
                found.append(Receivable(invoice, part, age, days))
    return sorted(found, key=lambda one: (-one.days, one.invoice.number))


def ageing(open_parts: Sequence[Receivable]) -> list[Ageing]:
    """The parts by currency, company and age."""
    found = []
    for currency in sorted({one.invoice.currency for one in open_parts}):
        mine = [one for one in open_parts if one.invoice.currency == currency]
        companies = {one.invoice.company_id: one.invoice.company for one in mine}
        rows = []
        for key, company in companies.items():
            by_age = _by_age([one for one in mine if one.invoice.company_id == key], currency)
            rows.append(AgeRow(company, by_age, sum(by_age.values(), Money(0, currency))))
        rows.sort(key=lambda row: (-row.total.amount_minor, row.company.folded))
        sums = _by_age(mine, currency)
        found.append(Ageing(currency, rows, sums, sum(sums.values(), Money(0, currency))))
    return found


def _by_age(parts: Sequence[Receivable], currency: str) -> dict[str, Money]:
    sums = {key: Money(0, currency) for key, _least, _most in AGES}
    for one in parts:
        sums[one.age] += one.part.open
    return sums
