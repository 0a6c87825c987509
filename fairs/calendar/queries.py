"""Reading fairs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fairs.calendar.models import Fair, FairCancellation, FairRescheduling
from fairs.calendar.states import FairState
from fairs.core.db import db


def fair_by_slug(slug: str) -> Fair | None:
    """The fair with this address part."""
    return db.session.scalar(select(Fair).where(Fair.slug == slug))


def all_fairs() -> Sequence[Fair]:
    """All fairs, the latest first."""
    return db.session.scalars(select(Fair).order_by(Fair.starts_on.desc(), Fair.id.desc())).all()


def public_fairs() -> Sequence[Fair]:
    """Fairs that outsiders may know of, in order of their days; rehearsals are not among them."""
    return db.session.scalars(
        select(Fair)
        .where(Fair.state != FairState.DRAFT, Fair.is_rehearsal.is_(False))
        .order_by(Fair.starts_on, Fair.id)
    ).all()


def reschedulings_of(fair_id: int) -> Sequence[FairRescheduling]:
    """How often and whereto the fair was moved, the latest first."""
    return db.session.scalars(
        select(FairRescheduling).where(FairRescheduling.fair_id == fair_id).order_by(FairRescheduling.id.desc())
    ).all()


def cancellation_of(fair_id: int) -> FairCancellation | None:
    """Why the fair does not take place; None for one that was not called off."""
    return db.session.scalar(select(FairCancellation).where(FairCancellation.fair_id == fair_id))
