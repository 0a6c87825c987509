"""What the plan of the year asks of a fair's figures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.programme.models import PlanItem, Programme, Target
from fairs.reports.queries import Figure
from fairs.statements.figures import FairFigure

#: The plan's metric of each figure.
METRICS = {
    "booths": "booths", "visits": "visits", "foreign_importers": "foreign_importers", "contracts_verified": "export_value",
    "sales": "sales",
}  # fmt: skip


def planned(fair: Fair, figures: Sequence[FairFigure]) -> dict[str, Figure]:
    """Each figure for which the plan of the fair's year has a target, beside that target."""
    if not fair.plan_item or fair.is_rehearsal:
        return {}
    targets = {
        target.metric: target
        for target in db.session.scalars(
            select(Target)
            .join(PlanItem, PlanItem.id == Target.item_id)
            .join(Programme, Programme.id == PlanItem.programme_id)
            .options(joinedload(Target.item).joinedload(PlanItem.programme))
            .where(Programme.year == fair.starts_on.year, PlanItem.number == fair.plan_item, Target.metric != "")
        )
    }
    return {
        figure.key: Figure(targets[METRICS[figure.key]], figure.value, figure.source, figure.updated_on, figure.trend)
        for figure in figures
        if METRICS.get(figure.key) in targets
    }
