"""Reading budgets, spending, sponsors and closings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.budgets.models import (
    BudgetItem,
    Commitment,
    FairBudget,
    FairLine,
    Overrun,
    Voucher,
    VoucherLine,
)
from fairs.budgets.sponsor_queries import SUBJECT
from fairs.budgets.states import BudgetState, CommitmentState, MoneySource, VoucherState
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.core.storage import StoredFile
from fairs.core.text import clean, fold
from fairs.payments.models import Invoice
from fairs.payments.states import InvoiceState
from fairs.programme.models import BudgetLine, PlanItem

OPEN_STATES = (BudgetState.DRAFT, BudgetState.SUBMITTED)


def _budgets(*where: ColumnElement[bool]) -> Select[FairBudget]:
    return select(FairBudget).where(*where).options(
        selectinload(FairBudget.items).joinedload(BudgetItem.plan_line).joinedload(BudgetLine.item)
        .joinedload(PlanItem.programme), joinedload(FairBudget.made_by), joinedload(FairBudget.approved_by),
    )  # fmt: skip


def approved_budget(fair_id: int) -> FairBudget | None:
    """The version in force."""
    return db.session.scalar(_budgets(FairBudget.fair_id == fair_id, FairBudget.state == BudgetState.APPROVED))


def open_budget(fair_id: int) -> FairBudget | None:
    """The version that is being drawn up or waits for approval."""
    return db.session.scalar(_budgets(FairBudget.fair_id == fair_id, FairBudget.state.in_(OPEN_STATES)))


def budget_versions(fair_id: int) -> Sequence[FairBudget]:
    """All versions of a fair's budget, the newest first."""
    return db.session.scalars(_budgets(FairBudget.fair_id == fair_id).order_by(FairBudget.version.desc())).all()


def budget_version(fair_id: int, version: int) -> FairBudget:
    """One version; raises NotFound."""
    found = db.session.scalar(_budgets(FairBudget.fair_id == fair_id, FairBudget.version == version))
    if found is None:
        raise NotFound
    return found


def fairs_with_budget(but: int) -> Sequence[tuple[Fair, FairBudget]]:
    """Other fairs whose budget is approved, the latest first."""
    rows = db.session.execute(
        select(Fair, FairBudget).join(FairBudget, FairBudget.fair_id == Fair.id)
        .where(FairBudget.state == BudgetState.APPROVED, Fair.id != but).order_by(Fair.starts_on.desc())
        .options(selectinload(FairBudget.items))
    )  # fmt: skip
    return [(fair, budget) for fair, budget in rows]


def fair_lines(fair_id: int) -> Sequence[FairLine]:
    """The lines in force, and those of before of which something is used, in the order of the budget."""
    return db.session.scalars(
        select(FairLine)
        .where(
            FairLine.fair_id == fair_id,
            or_(FairLine.planned_minor > 0, FairLine.committed_minor > 0, FairLine.spent_minor != 0),
        )
        .order_by(FairLine.position, FairLine.id)
    ).all()


def fair_line(fair_id: int, code: str) -> FairLine:
    """One line by its code; raises NotFound."""
    found = db.session.scalar(select(FairLine).where(FairLine.fair_id == fair_id, FairLine.code == code))
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """What is planned, committed and spent, with what came in for it where that is known."""

    planned: Money
    committed: Money
    spent: Money
    received: Money | None = None

    @property
    def left(self) -> Money:
        """What of the plan is free; below zero it is overspent."""
        return self.planned - self.committed - self.spent

    # What the bar of a budget line asks for, so that sums are drawn alike.
    @property
    def ceiling_minor(self) -> int:
        """The whole bar."""
        return max(self.planned.amount_minor, self.committed.amount_minor + self.spent.amount_minor)


def sum_of(lines: Iterable[FairLine], currency: str, received: Money | None = None) -> Figures:
    """The sums of some lines."""
    rows = list(lines)
    return Figures(
        Money(sum(line.planned_minor for line in rows), currency),
        Money(sum(line.committed_minor for line in rows), currency),
        Money(sum(line.spent_minor for line in rows), currency),
        received,
    )


def received_by_source(fair_id: int, currency: str) -> dict[MoneySource, Money]:
    """What stands on the fair's invoices of the money that came: sponsors' and all others', fees of exhibitors."""
    rows = db.session.execute(
        select(Invoice.subject_type, func.sum(Invoice.received_minor))
        .where(Invoice.fair_id == fair_id, Invoice.currency == currency, Invoice.state != InvoiceState.CANCELLED)
        .group_by(Invoice.subject_type)
    )
    found = {True: 0, False: 0}
    for subject, total in rows:
        found[subject == SUBJECT] += int(total)
    return {
        MoneySource.SPONSORS: Money(found[True], currency),
        MoneySource.FEES: Money(found[False], currency),
    }


def by_source(fair: Fair, lines: Sequence[FairLine]) -> list[tuple[MoneySource, Figures]]:
    """The figures of each source that is planned with or used."""
    received = received_by_source(fair.id, fair.currency)
    return [
        (source, sum_of((line for line in lines if line.source is source), fair.currency, received.get(source)))
        for source in MoneySource
        if any(line.source is source for line in lines) or received.get(source)
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """A line in two versions; None where one of them does not have it."""

    code: str
    before: BudgetItem | None
    after: BudgetItem | None

    @property
    def item(self) -> BudgetItem:
        """The line as it is, or was."""
        item = self.after or self.before
        assert item is not None  # noqa: S101  one of the two is there
        return item

    @property
    def by(self) -> Money:
        """By how much it grew."""
        before = self.before.amount_minor if self.before else 0
        after = self.after.amount_minor if self.after else 0
        return Money(after - before, self.item.currency)

    @property
    def is_changed(self) -> bool:
        """Whether anything that people read of it differs."""
        return self.before is None or self.after is None or _said(self.before) != _said(self.after)


def _said(item: BudgetItem) -> tuple[object, ...]:
    return (item.amount_minor, item.name_vi, item.name_en, item.category, item.source, item.quantity,
            item.unit_price_minor, item.unit, item.note, item.plan_line_id)  # fmt: skip


def differences(base: FairBudget | None, budget: FairBudget) -> list[Difference]:
    """Line by line, in the order of ``budget``; what it no longer has stands last."""
    before = {item.code: item for item in base.items} if base else {}
    found = [Difference(item.code, before.pop(item.code, None), item) for item in budget.items]
    return found + [Difference(code, item, None) for code, item in before.items()]


def base_of(budget: FairBudget) -> FairBudget | None:
    """The version that this one replaces or would replace."""
    return db.session.scalar(
        _budgets(
            FairBudget.fair_id == budget.fair_id, FairBudget.version < budget.version,
            FairBudget.state.in_((BudgetState.APPROVED, BudgetState.REPLACED)),
        ).order_by(FairBudget.version.desc()).limit(1)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanLineUse:
    """A line of the year's programme and what the approved budgets of all fairs plan on it."""

    line: BudgetLine
    planned: Money

    @property
    def is_over(self) -> bool:
        """Whether the fairs plan with more than its ceiling."""
        return self.planned.amount_minor > self.line.ceiling_minor


def plan_line_use(budget: FairBudget) -> list[PlanLineUse]:
    """For each programme line that this version names: what all fairs plan on it, this version for its own fair."""
    mine: dict[int, int] = {}
    for item in budget.items:
        if item.plan_line_id is not None:
            mine[item.plan_line_id] = mine.get(item.plan_line_id, 0) + item.amount_minor
    if not mine:
        return []
    others = db.session.execute(
        select(BudgetItem.plan_line_id, func.sum(BudgetItem.amount_minor)).join(BudgetItem.budget)
        .where(BudgetItem.plan_line_id.in_(list(mine)), FairBudget.state == BudgetState.APPROVED,
               FairBudget.fair_id != budget.fair_id).group_by(BudgetItem.plan_line_id)
    )  # fmt: skip
    sums = {line_id: int(total) for line_id, total in others}
    lines = {item.plan_line.id: item.plan_line for item in budget.items if item.plan_line is not None}
    return [PlanLineUse(line, Money(mine[key] + sums.get(key, 0), line.currency)) for key, line in lines.items()]


# --- spending -----------------------------------------------------------------------------------------------------


def overruns_of(line: FairLine) -> Sequence[Overrun]:
    """Overruns asked for on a line, the newest first."""
    return db.session.scalars(
        select(Overrun)
        .where(Overrun.line_id == line.id)
        .options(joinedload(Overrun.decided_by))
        .order_by(Overrun.id.desc())
    ).all()


def overrun(fair_id: int, overrun_id: int) -> Overrun:
    """One of them; raises NotFound."""
    found = db.session.scalar(select(Overrun).where(Overrun.id == overrun_id, Overrun.fair_id == fair_id))
    if found is None:
        raise NotFound
    return found


def commitments(fair_id: int, *, line: FairLine | None = None, is_open: bool = False) -> Sequence[Commitment]:
    """Contracts and orders of a fair (on one line), the newest first."""
    query = select(Commitment).where(Commitment.fair_id == fair_id).options(joinedload(Commitment.line))
    if line is not None:
        query = query.where(Commitment.line_id == line.id)
    if is_open:
        query = query.where(Commitment.state == CommitmentState.OPEN)
    return db.session.scalars(query.order_by(Commitment.id.desc())).all()


def commitment(fair_id: int, number: str) -> Commitment:
    """One of them by its number; raises NotFound."""
    found = db.session.scalar(select(Commitment).where(Commitment.fair_id == fair_id, Commitment.number == number))
    if found is None:
        raise NotFound
    return found


def voucher(fair_id: int, number: str) -> Voucher:
    """A voucher with all that its page shows; raises NotFound."""
    found = db.session.scalar(
        select(Voucher).where(Voucher.fair_id == fair_id, Voucher.number == number).options(*VOUCHER_PAGE)
    )
    if found is None:
        raise NotFound
    return found


VOUCHER_PAGE = (
    joinedload(Voucher.company), joinedload(Voucher.scan), joinedload(Voucher.made_by), joinedload(Voucher.approved_by),
    joinedload(Voucher.counter_of), selectinload(Voucher.lines).joinedload(VoucherLine.line),
    selectinload(Voucher.lines).joinedload(VoucherLine.commitment),
)  # fmt: skip


def counter_voucher(found: Voucher) -> Voucher | None:
    """The counter-voucher that voids it, or would."""
    return db.session.scalar(
        select(Voucher).where(Voucher.counter_of_id == found.id, Voucher.state != VoucherState.REFUSED)
    )


def vouchers_matching(
    fair_id: int, *, state: VoucherState | None = None, line: str = "", text: str = ""
) -> Select[Voucher]:
    """The fair's vouchers that fit, with their lines."""
    query = select(Voucher).where(Voucher.fair_id == fair_id)
    if state is not None:
        query = query.where(Voucher.state == state)
    if line:
        on_line = select(VoucherLine.voucher_id).join(FairLine, FairLine.id == VoucherLine.line_id)
        query = query.where(Voucher.id.in_(on_line.where(FairLine.fair_id == fair_id, FairLine.code == line)))
    wanted = clean(text)
    if wanted:
        query = query.where(
            or_(
                Voucher.number.contains("".join(wanted.split()).upper(), autoescape=True),
                Voucher.payee.icontains(wanted, autoescape=True),
                Voucher.external_number.icontains(wanted, autoescape=True),
                Voucher.purpose.icontains(wanted, autoescape=True),
            )
        )
    return query.options(selectinload(Voucher.lines).joinedload(VoucherLine.line), joinedload(Voucher.scan))


def vouchers_on(line: FairLine, limit: int = 200) -> Sequence[Voucher]:
    """The latest vouchers that take of a line, with their lines."""
    query = vouchers_matching(line.fair_id, line=line.code).order_by(Voucher.id.desc()).limit(limit)
    return db.session.scalars(query).all()


def voucher_sums(fair_id: int, currency: str) -> dict[VoucherState, tuple[int, Money]]:
    """How many vouchers are in each state, and their sum."""
    rows = db.session.execute(
        select(Voucher.state, func.count(), func.sum(Voucher.total_minor))
        .where(Voucher.fair_id == fair_id)
        .group_by(Voucher.state)
    )
    return {state: (count, Money(int(total), currency)) for state, count, total in rows}


def duplicates_of(found: Voucher) -> list[Voucher]:
    """Other vouchers, of any fair, with the same paper, or the same number of the same payee: perhaps paid already."""
    tests = []
    if found.external_number:
        tests.append(Voucher.external_number == found.external_number)
    if found.scan is not None:
        same = select(StoredFile.id).where(StoredFile.sha256 == found.scan.sha256)
        tests.append(Voucher.scan_id.in_(same))
    if not tests or found.counter_of_id is not None:
        return []
    rows = db.session.scalars(
        select(Voucher)
        .where(
            Voucher.id != found.id, Voucher.state != VoucherState.REFUSED, Voucher.counter_of_id.is_(None), or_(*tests)
        )
        .options(joinedload(Voucher.scan))
        .order_by(Voucher.id)
        .limit(20)
    )
    return [row for row in rows if _is_alike(found, row)]


def _is_alike(one: Voucher, other: Voucher) -> bool:
    same_paper = one.scan is not None and other.scan is not None and one.scan.sha256 == other.scan.sha256
    same_payee = (one.company_id is not None and one.company_id == other.company_id) or fold(one.payee) == fold(
        other.payee
    )
    return same_paper or (bool(one.external_number) and one.external_number == other.external_number and same_payee)
