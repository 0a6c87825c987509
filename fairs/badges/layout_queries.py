"""Reading about layouts across fairs, and how many badges one concerns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from fairs.badges.models import Badge, BadgeLayout
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.core.db import db


def layouts_elsewhere(fair_ids: Collection[int], *, first: int) -> list[BadgeLayout]:
    """The layouts in use at these fairs, those of the fair ``first`` before the others."""
    rows = db.session.scalars(
        select(BadgeLayout)
        .options(selectinload(BadgeLayout.versions))
        .where(BadgeLayout.fair_id.in_(fair_ids), BadgeLayout.archived_at.is_(None))
        .order_by(BadgeLayout.fair_id != first, BadgeLayout.fair_id.desc(), BadgeLayout.id)
    )
    return list(rows)


def printed_badges(fair_id: int, categories: Sequence[BadgeCategory]) -> int:
    """Valid badges of these categories that are printed already."""
    return (
        db.session.scalar(
            select(func.count(Badge.id)).where(
                Badge.fair_id == fair_id,
                Badge.category.in_(categories),
                Badge.state == BadgeState.ACTIVE,
                Badge.printed_at.is_not(None),
            )
        )
        or 0
    )
