"""Reading for the desk, and the picture of what is owed that matching works on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.banking.matching import Books, Owed, OwedBack, plain_number
from fairs.banking.models import BankLine, MatchRules, Statement, StatementLayout
from fairs.banking.states import LineKind, LineState, StatementState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.payments.models import Instalment, Invoice, Payment, Refund
from fairs.payments.queries import OWED
from fairs.payments.states import InvoiceState, RefundState

SORTS = {"day": BankLine.booked_on, "amount": BankLine.amount_minor, "row": BankLine.id}


def books_for(currency: str) -> Books:
    """What is owed at all fairs, by payment reference: four statements, however many lines are to be matched."""
    steps: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    for invoice_id, key, due, amount in db.session.execute(
        select(
            Instalment.invoice_id, Instalment.id, Instalment.due_on, Instalment.amount_minor - Instalment.credited_minor
        )
        .join(Invoice, Invoice.id == Instalment.invoice_id)
        .where(Invoice.state.in_(OWED))
    ):
        steps[invoice_id].append((due, key, amount))
    invoices = {}
    for row in db.session.execute(
        select(
            Invoice.id, Invoice.payment_reference, Invoice.fair_id, Invoice.company_id, Company.name, Company.name_en,
            Invoice.currency, Invoice.state, Invoice.total_minor, Invoice.credited_minor, Invoice.received_minor,
        )
        .join(Company, Company.id == Invoice.company_id)
        .order_by(Invoice.id)  # suggestions stand in one order on every database
    ):  # fmt: skip
        key, reference, fair_id, company_id, name, name_en, its_currency, state, total, credited, received = row
        sums, covered = 0, []
        for _due, _key, amount in sorted(steps.get(key, ())):
            sums += amount
            covered.append(sums)
        invoices[reference] = Owed(
            key, reference, fair_id, company_id, (name, name_en or ""), its_currency, InvoiceState(state),
            total - credited, received, tuple(covered),
        )  # fmt: skip
    refunds = {
        plain_number(row.number): OwedBack(row.id, row.number, row.fair_id, row.currency, row.amount_minor, row.state, row.method,
                                             row.external_reference)
        for row in db.session.execute(
            select(
                Refund.id, Refund.number, Refund.fair_id, Refund.currency, Refund.amount_minor, Refund.state, Refund.method,
                Refund.external_reference,
            ).where(Refund.state != RefundState.FAILED)
        )
    }  # fmt: skip
    rules = {one.fair_id: one for one in db.session.scalars(select(MatchRules).where(MatchRules.currency == currency))}
    payers = frozenset(
        (fold(payer), company_id)
        for payer, company_id in db.session.execute(
            select(BankLine.payer, Payment.company_id)
            .join(Payment, Payment.id == BankLine.payment_id)
            .where(BankLine.kind == LineKind.PAYER, BankLine.state == LineState.RECORDED)
            .distinct()
        )
    )
    return Books(invoices, refunds, rules, payers)


def known_uids(account_key: str, first: date, last: date) -> set[str]:
    """The lines of the account between two days that are here already."""
    return set(
        db.session.scalars(
            select(BankLine.uid).where(BankLine.account_key == account_key, BankLine.booked_on.between(first, last))
        )
    )


def rules_of(fair_id: int, currency: str) -> MatchRules:
    """How the fair matches lines of a currency; the usual where nothing was set."""
    found = db.session.scalar(select(MatchRules).where(MatchRules.fair_id == fair_id, MatchRules.currency == currency))
    return found or MatchRules.usual(fair_id, currency)


def remembered_layout(bank_id: int | None) -> dict[str, str] | None:
    """The heads of the bank's last file, by what the columns were."""
    if bank_id is None:
        return None
    return db.session.scalar(select(StatementLayout.heads).where(StatementLayout.bank_id == bank_id))


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What the desk shows. Without ``state`` what waits for a person; ``state`` "all" is everything."""

    state: str = ""
    kind: LineKind | None = None
    statement_id: int | None = None
    text: str = ""


WAITS = (LineState.WAITING, LineState.PROPOSED)


def lines_matching(fair_id: int, wanted: LineFilter) -> Select[BankLine]:
    """The lines at the fair's desk that fit the filter, with their statement and payment."""
    query = select(BankLine).where(BankLine.fair_id == fair_id)
    if wanted.state in set(LineState):
        query = query.where(BankLine.state == LineState(wanted.state))
    elif wanted.state != "all":
        query = query.where(BankLine.state.in_(WAITS))
    if wanted.kind is not None:
        query = query.where(BankLine.kind == wanted.kind)
    if wanted.statement_id is not None:
        query = query.where(BankLine.statement_id == wanted.statement_id)
    text = clean(wanted.text)
    if text:
        query = query.where(
            or_(
                BankLine.text.icontains(text, autoescape=True),
                BankLine.payer.icontains(text, autoescape=True),
                BankLine.bank_number.icontains(text, autoescape=True),
            )
        )
    return query.options(joinedload(BankLine.statement), joinedload(BankLine.payment), joinedload(BankLine.refund))


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend."""
    down = sort.startswith("-")
    return [(SORTS.get(sort.removeprefix("-"), BankLine.booked_on), down), (BankLine.id, down)]


def line_by_id(fair_id: int, line_id: int) -> BankLine:
    """A line at this fair's desk; raises NotFound."""
    found = db.session.scalar(
        select(BankLine)
        .where(BankLine.id == line_id, BankLine.fair_id == fair_id)
        .options(joinedload(BankLine.statement), joinedload(BankLine.payment), joinedload(BankLine.refund))
    )
    if found is None:
        raise NotFound
    return found


def invoices_by_ids(ids: Collection[int], fair_id: int) -> dict[int, Invoice]:
    """Invoices of the fair by their keys, with company and instalments."""
    if not ids:
        return {}
    rows = db.session.scalars(
        select(Invoice)
        .where(Invoice.id.in_(ids), Invoice.fair_id == fair_id)
        .options(joinedload(Invoice.company), selectinload(Invoice.instalments))
    )
    return {one.id: one for one in rows}


def invoices_like(fair_id: int, currency: str, text: str, *, limit: int = 8) -> Sequence[Invoice]:
    """Invoices on which something is owed, by number, reference or company, for who searches at the desk."""
    plain = "".join(text.split()).upper()
    return db.session.scalars(
        select(Invoice)
        .join(Company, Company.id == Invoice.company_id)
        .where(
            Invoice.fair_id == fair_id, Invoice.currency == currency, Invoice.state != InvoiceState.WAIVED,
            or_(
                Invoice.number.contains(plain, autoescape=True),
                Invoice.payment_reference.contains(plain, autoescape=True),
                Company.folded.contains(fold(text), autoescape=True),
            ),
        )
        .options(joinedload(Invoice.company), selectinload(Invoice.instalments))
        .order_by(Invoice.state.in_(OWED).desc(), Invoice.id.desc())
        .limit(limit)
    ).all()  # fmt: skip


def refund_of(line: BankLine) -> Refund | None:
    """The refund that matching found for a line."""
    key = line.found.get("refund")
    return db.session.get(Refund, key, options=[joinedload(Refund.company)]) if key else None


def statements_of(fair_id: int, *, limit: int = 20) -> Sequence[Statement]:
    """The fair's statements, newest first."""
    return db.session.scalars(
        select(Statement).where(Statement.fair_id == fair_id).order_by(Statement.id.desc()).limit(limit)
    ).all()


def statement_by_id(fair_id: int, statement_id: int) -> Statement:
    """A statement of this fair; raises NotFound."""
    found = db.session.scalar(
        select(Statement)
        .where(Statement.id == statement_id, Statement.fair_id == fair_id)
        .options(joinedload(Statement.file), joinedload(Statement.account))
    )
    if found is None:
        raise NotFound
    return found


def counts_of(statement_id: int) -> list[tuple[LineKind, LineState, int]]:
    """How many lines of a statement are of which kind and in which state."""
    rows = db.session.execute(
        select(BankLine.kind, BankLine.state, func.count())
        .where(BankLine.statement_id == statement_id)
        .group_by(BankLine.kind, BankLine.state)
        .order_by(BankLine.kind, BankLine.state)
    )
    return [(kind, state, many) for kind, state, many in rows]


def desk_counts(fair_id: int) -> dict[LineKind, int]:
    """How many lines wait at the fair's desk, by kind."""
    rows = db.session.execute(
        select(BankLine.kind, func.count())
        .where(BankLine.fair_id == fair_id, BankLine.state.in_(WAITS))
        .group_by(BankLine.kind)
    )
    return {kind: int(many) for kind, many in rows}


def unfinished(before: Any) -> Sequence[int]:
    """Statements whose worker was ended in the middle: running, and nobody has touched them since."""
    return db.session.scalars(
        select(Statement.id).where(Statement.state == StatementState.RUNNING, Statement.touched_at < before)
    ).all()
