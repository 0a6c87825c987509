"""Realised against signed: what became of the contracts, by fair, from the parties' answers. Nothing unknown is filled in.

Amounts are in US cents by each contract's frozen rate. Whatever is summed here is a value of single contracts
(:func:`value_of`), so every sum has its records.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import aliased

from fairs.calendar.models import Fair
from fairs.contracts.counting import verified_once
from fairs.contracts.models import Contract
from fairs.contracts.states import ContractState
from fairs.core.db import db
from fairs.directory.models import Company
from fairs.followups.models import FollowUp, FollowUpDecision
from fairs.followups.queries import Counted, counted, usd_cents
from fairs.followups.states import MONTHS, REASONS, FollowUpState

S = FollowUpState


@dataclass(slots=True)
class MonthLine:
    """One contract after so many months."""

    counts: Counted = field(default_factory=lambda: Counted(0))
    asked: int = 0  # sides that were asked or answered unasked
    shipped: int | None = None
    paid: int | None = None
    repeats: int | None = None
    repeat_usd: int | None = None


@dataclass(slots=True)
class Line:
    """One verified contract with what its parties say."""

    id: int
    fair_id: int
    reference: str
    exporter: str
    importer: str
    country: str
    usd: int | None
    cancelled: bool
    months: dict[int, MonthLine] = field(default_factory=dict)

    @property
    def latest(self) -> MonthLine | None:
        """The latest month that was answered: amounts and further orders count from the signature."""
        return next(
            (self.months[m] for m in reversed(MONTHS) if m in self.months and self.months[m].counts.answers), None
        )


@dataclass(frozen=True, slots=True)
class Total:
    """How many contracts, and their value in US cents."""

    count: int
    usd: int


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """A fair after so many months. ``response`` is in percent of the parties that were asked; None when nobody was."""

    month: int
    asked: Total
    answered: Total
    silent: Total
    shipped: Total
    paid: Total
    differs: Total
    sides_asked: int
    sides_answered: int

    @property
    def response(self) -> int | None:
        """Answers of a hundred questions."""
        return round(100 * self.sides_answered / self.sides_asked) if self.sides_asked else None


@dataclass(frozen=True, slots=True)
class Realised:
    """What became of the contracts of one fair, or of several."""

    signed: Total
    cancelled: Total
    without_rate: int
    months: Sequence[MonthTotal]
    repeat: Total
    repeats: int
    failed: Total
    reasons: dict[str, int]


def lines_of(fairs: Iterable[Fair]) -> list[Line]:
    """Every contract of these fairs that was verified, with the parties' answers; four queries however many there are."""
    ids = [fair.id for fair in fairs]
    exporter, importer = aliased(Company), aliased(Company)
    rows = db.session.execute(
        select(
            Contract.id, Contract.fair_id, Contract.reference, exporter.name, importer.name, importer.country,
            Contract.usd_minor, Contract.value_minor, Contract.state,
        )
        .join(exporter, exporter.id == Contract.exporter_id)
        .join(importer, importer.id == Contract.importer_id)
        .where(Contract.fair_id.in_(ids), verified_once())
        .order_by(Contract.reference)
    ).all()  # fmt: skip
    answers: dict[int, dict[int, list[FollowUp]]] = defaultdict(lambda: defaultdict(list))
    for row in db.session.scalars(
        select(FollowUp).where(FollowUp.fair_id.in_(ids), FollowUp.state.not_in((S.PLANNED, S.SKIPPED)))
    ):
        answers[row.contract_id][row.month].append(row)
    decisions = {
        (row.contract_id, row.month): row
        for row in db.session.scalars(
            select(FollowUpDecision)
            .join(Contract, Contract.id == FollowUpDecision.contract_id)
            .where(Contract.fair_id.in_(ids))
        )
    }
    lines = []
    for key, fair_id, reference, seller, buyer, country, usd, value, state in rows:
        line = Line(key, fair_id, reference, seller, buyer, country, usd, state is ContractState.CANCELLED)
        for month, sides in answers[key].items():
            line.months[month] = _month(sides, decisions.get((key, month)), value, usd)
        lines.append(line)
    return lines


def _month(sides: Sequence[FollowUp], decision: FollowUpDecision | None, value: int, usd: int | None) -> MonthLine:
    counts = counted(sides, decision)
    said = [row for row in sides if row.state is S.ANSWERED and row.repeat_count is not None]
    lowest = min(said, key=lambda row: (row.repeat_usd_minor or 0, row.repeat_count or 0), default=None)
    return MonthLine(
        counts, len(sides), usd_cents(counts.shipped_minor, value, usd), usd_cents(counts.paid_minor, value, usd),
        lowest.repeat_count if lowest is not None else None, lowest.repeat_usd_minor if lowest is not None else None,
    )  # fmt: skip


def value_of(line: Line, of: str) -> int | None:
    """What one contract adds to the sum ``of``, in US cents; None when it is not part of it.

    ``signed`` (standing), ``cancelled``, ``repeat``, ``failed``, ``reason-<key>``; with a month: ``asked-3``, ``answered-3``,
    ``silent-3`` (asked and not answered), ``shipped-3``, ``paid-3``, ``differs-3``.
    """
    if of == "cancelled":
        return (line.usd or 0) if line.cancelled else None
    if line.cancelled:
        return None
    if of == "signed":
        return line.usd or 0
    kind, _dash, rest = of.partition("-")
    latest = line.latest
    if kind == "repeat":
        return latest.repeat_usd or 0 if latest is not None and latest.repeats else None
    if kind == "failed":
        return (line.usd or 0) if latest is not None and latest.counts.failed else None
    if kind == "reason":
        return (line.usd or 0) if latest is not None and rest in latest.counts.reasons else None
    month = line.months.get(int(rest)) if rest.isdecimal() else None
    return _month_value(line, month, kind) if month is not None else None


def _month_value(line: Line, month: MonthLine, kind: str) -> int | None:
    answered = month.counts.answers > 0
    match kind:
        case "asked":
            return line.usd or 0
        case "answered":
            return (line.usd or 0) if answered else None
        case "silent":
            return None if answered else (line.usd or 0)
        case "shipped":
            return (month.shipped or 0) if answered else None
        case "paid":
            return (month.paid or 0) if answered else None
        case "differs":
            return (line.usd or 0) if month.counts.differs else None
    return None


def records(lines: Iterable[Line], of: str) -> list[tuple[Line, int]]:
    """The contracts behind a sum, each with what it adds."""
    return [(line, value) for line in lines if (value := value_of(line, of)) is not None]


def total(lines: Iterable[Line], of: str) -> Total:
    """The sum itself."""
    found = records(lines, of)
    return Total(len(found), sum(value for _line, value in found))


def realised(lines: Sequence[Line]) -> Realised:
    """All sums of these contracts."""
    standing = [line for line in lines if not line.cancelled]
    reasons = Counter(reason for line in standing if line.latest for reason in line.latest.counts.reasons)
    months = []
    for month in MONTHS:
        known = [line.months[month] for line in standing if month in line.months]
        parts = {
            kind: total(lines, f"{kind}-{month}")
            for kind in ("asked", "answered", "silent", "shipped", "paid", "differs")
        }
        sides = sum(one.asked for one in known), sum(one.counts.answers for one in known)
        months.append(MonthTotal(month, **parts, sides_asked=sides[0], sides_answered=sides[1]))
    return Realised(
        signed=total(lines, "signed"), cancelled=total(lines, "cancelled"),
        without_rate=sum(line.usd is None for line in standing), months=months, repeat=total(lines, "repeat"),
        repeats=sum((line.latest.repeats or 0) for line in standing if line.latest), failed=total(lines, "failed"),
        reasons={key: reasons[key] for key in REASONS if reasons[key]},
    )  # fmt: skip


def kinds() -> list[str]:
    """Every sum that has records."""
    by_month = [f"{kind}-{m}" for m in MONTHS for kind in ("asked", "answered", "silent", "shipped", "paid", "differs")]
    return ["signed", "cancelled", "repeat", "failed", *(f"reason-{key}" for key in REASONS), *by_month]
