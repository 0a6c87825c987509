"""Reading floor plans."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.floorplans import geometry
from fairs.floorplans.models import Booth, BoothPrice, BoothType, Hall, PlanVersion, Zone
from fairs.floorplans.problems import Rules


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


def lowest_prices(fair_id: int) -> dict[int, tuple[BoothType, Money]]:
    """For each type that is sold at a fair the lowest net price of one booth, by type: before any surcharge or waiver.

    Raw space is priced by its area: the smallest piece on the plan, else the 18 m² from which it is usually let.
    """
    areas = select(Booth.type_id, func.min(Booth.w_cm * Booth.h_cm)).where(Booth.fair_id == fair_id)
    smallest = {row[0]: row[1] for row in db.session.execute(areas.group_by(Booth.type_id))}
    found = {}
    for type_id, price in prices_of(fair_id).items():
        if price.type.is_sold:
            area = smallest.get(type_id, 180_000) if price.basis == "m2" else 10_000
            found[type_id] = (price.type, Money(price.amount_minor * area // 10_000, price.currency))
    return found


def adjacent_booths(fair_id: int) -> dict[int, set[int]]:
    """For each booth of a fair (by id) those of the same hall that share a part of an edge with it; one query."""
    halls: dict[int, dict[int, geometry.Rect]] = {}
    rows = db.session.execute(
        select(Booth.hall_id, Booth.id, Booth.x_cm, Booth.y_cm, Booth.w_cm, Booth.h_cm)
        .where(Booth.fair_id == fair_id)
        .order_by(Booth.id)
    )
    for hall_id, booth_id, x, y, w, h in rows:
        halls.setdefault(hall_id, {})[booth_id] = geometry.Rect(x, y, w, h)
    found: dict[int, set[int]] = {}
    for rects in halls.values():
        found |= geometry.neighbours(rects)
    return found


def rules_of(hall: Hall) -> Rules:
    """What a plan of this hall is judged by; four queries."""
    kinds = {kind.id: kind.code for kind in booth_types() if kind.is_sold}
    elsewhere = (
        select(Booth.code, Hall.code)
        .join(Hall, Hall.id == Booth.hall_id)
        .where(Booth.fair_id == hall.fair_id, Booth.hall_id != hall.id)
    )
    return Rules(
        sold=frozenset(kinds.values()),
        priced=frozenset(kinds[type_id] for type_id in prices_of(hall.fair_id) if type_id in kinds),
        zones=frozenset(zone.code for zone in zones_of(hall.fair_id)),
        elsewhere={row[0]: row[1] for row in db.session.execute(elsewhere)},
    )


def versions_of(hall: Hall) -> Sequence[PlanVersion]:
    """The published versions of a hall's plan, newest first."""
    query = select(PlanVersion).where(PlanVersion.hall_id == hall.id).order_by(PlanVersion.number.desc())
    return db.session.scalars(query.options(defer(PlanVersion.plan))).all()


def version_of(hall: Hall, number: int) -> PlanVersion:
    """One published version of a hall's plan; raises NotFound."""
    found = db.session.scalar(select(PlanVersion).where(PlanVersion.hall_id == hall.id, PlanVersion.number == number))
    if found is None:
        raise NotFound
    return found
