"""Reading service orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, selectinload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth, Hall
from fairs.sitework.models import ServiceItem, ServiceLine, ServiceOrder
from fairs.sitework.states import OrderState


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list shows. ``state`` is a state, ``all``, or empty for what is still to be delivered."""

    text: str = ""
    state: str = ""
    kind: str = ""
    hall: str = ""


def _orders() -> Select[ServiceOrder]:
    return (
        select(ServiceOrder)
        .join(ServiceOrder.booth)
        .join(Booth.hall)
        .join(ServiceOrder.exhibitor)
        .join(Exhibitor.company)
        .options(
            contains_eager(ServiceOrder.booth).contains_eager(Booth.hall),
            contains_eager(ServiceOrder.exhibitor).contains_eager(Exhibitor.company),
            selectinload(ServiceOrder.lines).joinedload(ServiceLine.item),
        )
    )


def orders_matching(fair_id: int, wanted: OrderFilter) -> Select[ServiceOrder]:
    """The fair's orders that fit the filter, with what they hold and where it goes."""
    query = _orders().where(ServiceOrder.fair_id == fair_id)
    if wanted.state in set(OrderState):
        query = query.where(ServiceOrder.state == OrderState(wanted.state))
    elif wanted.state != "all":
        query = query.where(ServiceOrder.state.in_([OrderState.ORDERED, OrderState.CONFIRMED]))
    if wanted.kind:
        holds = exists().where(
            ServiceLine.order_id == ServiceOrder.id,
            ServiceItem.id == ServiceLine.item_id,
            ServiceItem.kind == wanted.kind,
        )
        query = query.where(holds)
    if wanted.hall:
        query = query.where(Hall.code == wanted.hall)
    text = clean(wanted.text)[:100]
    if text:
        query = query.where(
            Company.folded.contains(fold(text), autoescape=True)
            | Booth.code.startswith(text.upper(), autoescape=True)
            | ServiceOrder.reference.contains(text.upper(), autoescape=True)
        )
    return query


def order_keys(sort: str) -> list[tuple[Any, bool]]:
    """By booth (as one walks through the hall), or by number."""
    down = sort.startswith("-")
    if sort.removeprefix("-") == "reference":
        return [(ServiceOrder.reference, down)]
    return [(Booth.code, down), (ServiceOrder.id, down)]


def order_by_reference(fair_id: int, reference: str) -> ServiceOrder:
    """The fair's order with this reference; raises NotFound."""
    query = _orders().where(ServiceOrder.fair_id == fair_id, ServiceOrder.reference == reference.strip().upper()[:20])
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def orders_of(exhibitor_id: int) -> Sequence[ServiceOrder]:
    """An exhibitor's orders, newest first."""
    query = _orders().where(ServiceOrder.exhibitor_id == exhibitor_id)
    return db.session.scalars(query.order_by(ServiceOrder.id.desc())).all()


def counts_by_state(fair_id: int) -> dict[OrderState, int]:
    """How many orders are in each state."""
    counts = dict.fromkeys(OrderState, 0)
    rows = db.session.execute(
        select(ServiceOrder.state, func.count()).where(ServiceOrder.fair_id == fair_id).group_by(ServiceOrder.state)
    )
    counts.update((state, number) for state, number in rows)
    return counts
