"""Reading the plan and the figures entered by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.programme.models import BudgetLine, FigureEntry, PlanItem, Programme, Target


def programme_of(year: int) -> Programme | None:
    """The plan of a year."""
    return db.session.scalar(select(Programme).where(Programme.year == year))


def years() -> Sequence[int]:
    """Years whose plan sets targets, the latest first."""
    with_targets = select(PlanItem.programme_id).join(Target, Target.item_id == PlanItem.id)
    return db.session.scalars(
        select(Programme.year).where(Programme.id.in_(with_targets)).order_by(Programme.year.desc())
    ).all()


def budget_years() -> Sequence[int]:
    """Years with a plan, with targets or without, the latest first."""
    return db.session.scalars(select(Programme.year).order_by(Programme.year.desc())).all()


def targets_of(programme: Programme) -> Sequence[Target]:
    """All targets in the order of the plan, with their items."""
    return db.session.scalars(
        select(Target)
        .join(PlanItem, PlanItem.id == Target.item_id)
        .options(joinedload(Target.item).joinedload(PlanItem.parent))
        .where(PlanItem.programme_id == programme.id)
        .order_by(PlanItem.position, Target.position)
    ).all()


def find_target(year: int, number: str, metric: str) -> Target | None:
    """The target by its year, the plan's number of the item and the metric."""
    return db.session.scalars(
        select(Target)
        .join(PlanItem, PlanItem.id == Target.item_id)
        .join(Programme, Programme.id == PlanItem.programme_id)
        .where(Programme.year == year, PlanItem.number == number, Target.metric == metric)
    ).one_or_none()


def entries_of(programme: Programme, as_of: date) -> dict[int, list[FigureEntry]]:
    """Figures entered by hand up to a day, by target, the newest last: it is the one that counts."""
    rows = db.session.scalars(
        select(FigureEntry)
        .join(Target, Target.id == FigureEntry.target_id)
        .join(PlanItem, PlanItem.id == Target.item_id)
        .where(PlanItem.programme_id == programme.id, FigureEntry.as_of <= as_of)
        .order_by(FigureEntry.as_of, FigureEntry.id)
    )
    found: dict[int, list[FigureEntry]] = {}
    for row in rows:
        found.setdefault(row.target_id, []).append(row)
    return found


def entries_for(target: Target) -> Sequence[FigureEntry]:
    """All figures of a target with their files, the newest first."""
    return db.session.scalars(
        select(FigureEntry)
        .options(joinedload(FigureEntry.file))
        .where(FigureEntry.target_id == target.id)
        .order_by(FigureEntry.as_of.desc(), FigureEntry.id.desc())
    ).all()


def budget_lines(year: int | None = None) -> Sequence[BudgetLine]:
    """The budget lines of a plan, or of all plans, in the order of the plan, the latest year first."""
    query = (
        select(BudgetLine)
        .join(PlanItem, PlanItem.id == BudgetLine.item_id)
        .join(Programme, Programme.id == PlanItem.programme_id)
        .options(joinedload(BudgetLine.item).joinedload(PlanItem.programme))
        .order_by(Programme.year.desc(), PlanItem.position, BudgetLine.source, BudgetLine.name)
    )
    return db.session.scalars(query if year is None else query.where(Programme.year == year)).all()


def budget_line(line_id: int) -> BudgetLine | None:
    """The line with this key."""
    if not 0 < line_id < 2**31:
        return None
    return db.session.scalar(
        select(BudgetLine)
        .options(joinedload(BudgetLine.item).joinedload(PlanItem.programme))
        .where(BudgetLine.id == line_id)
    )


def items_of(programme: Programme) -> Sequence[PlanItem]:
    """The items of a plan in its order."""
    return db.session.scalars(
        select(PlanItem).where(PlanItem.programme_id == programme.id).order_by(PlanItem.position)
    ).all()
