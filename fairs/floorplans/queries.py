"""Reading floor plans."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.floorplans.models import Booth, BoothPrice, BoothType, Hall, Zone


def halls_of(fair_id: int) -> Sequence[Hall]:
    """The halls of a fair by code."""
    return db.session.scalars(select(Hall).where(Hall.fair_id == fair_id).order_by(Hall.code)).all()


def hall_by_code(fair_id: int, code: str) -> Hall:
    """The hall of a fair with this code; raises NotFound."""
    hall = db.session.scalar(select(Hall).where(Hall.fair_id == fair_id, Hall.code == code))
    if hall is None:
        raise NotFound
    return hall


def zones_of(fair_id: int) -> Sequence[Zone]:
    """The zones of a fair by code."""
    return db.session.scalars(select(Zone).where(Zone.fair_id == fair_id).order_by(Zone.code)).all()


def booth_types() -> Sequence[BoothType]:
    """All kinds of booths, in the order of the table they came from."""
    return db.session.scalars(select(BoothType).order_by(BoothType.id)).all()


def prices_of(fair_id: int, currency: str | None = None) -> dict[int, BoothPrice]:
    """The prices of a fair by booth type, in the fair's own currency unless told otherwise."""
    own = select(Fair.currency).where(Fair.id == fair_id).scalar_subquery()
    rows = db.session.scalars(
        select(BoothPrice)
        .options(joinedload(BoothPrice.type))
        .where(BoothPrice.fair_id == fair_id, BoothPrice.currency == (currency or own))
        .order_by(BoothPrice.type_id)
    )
    return {row.type_id: row for row in rows}


def booths_of(hall: Hall) -> Sequence[Booth]:
    """The booths of a hall by code."""
    return db.session.scalars(select(Booth).where(Booth.hall_id == hall.id).order_by(Booth.code)).all()


def booth_by_code(fair_id: int, code: str) -> Booth:
    """The booth of a fair with this code, in whatever case it was typed; raises NotFound."""
    booth = db.session.scalar(
        select(Booth)
        .options(joinedload(Booth.hall), joinedload(Booth.zone), joinedload(Booth.type))
        .where(Booth.fair_id == fair_id, Booth.code == code.strip().upper()[:12])
    )
    if booth is None:
        raise NotFound
    return booth


def booth_counts(fair_id: int) -> dict[int, int]:
    """The number of booths in each hall of a fair."""
    rows = db.session.execute(
        select(Booth.hall_id, func.count()).where(Booth.fair_id == fair_id).group_by(Booth.hall_id)
    )
    return {row[0]: row[1] for row in rows}
