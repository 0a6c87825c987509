"""The services of a fair, and what is left of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.sitework.models import ServiceItem, ServiceLine, ServiceOrder
from fairs.sitework.states import OrderState

KINDS = {
    "power": (_l("Power and water"), "plug"), "furniture": (_l("Furniture"), "armchair"), "floor": (_l("Carpet"), "grid-dots"),
    "cleaning": (_l("Cleaning"), "spray"), "transport": (_l("Transport and lifting"), "truck"), "other": (_l("Other"), "box"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A service as typed. ``stock`` None: unlimited; days are before the opening."""

    kind: str
    name_vi: str
    name_en: str
    unit_vi: str
    unit_en: str
    price: Money
    vat_percent: int | None  # none: as the fair and the table of rates say
    stock: int | None = None
    due_days: int = 21
    late_percent: int = 0
    close_days: int = 3
    is_active: bool = True
    position: int = 1


def items_of(fair_id: int, *, active: bool = False) -> Sequence[ServiceItem]:
    """The fair's services by kind and place in the list."""
    query = select(ServiceItem).where(ServiceItem.fair_id == fair_id)
    if active:
        query = query.where(ServiceItem.is_active.is_(True))
    found = db.session.scalars(query.order_by(ServiceItem.position, ServiceItem.id)).all()
    order = list(KINDS)
    return sorted(found, key=lambda item: order.index(item.kind))


def item_of(fair_id: int, item_id: int) -> ServiceItem:
    """One service of the fair; raises NotFound."""
    found = db.session.get(ServiceItem, item_id) if item_id < 2**63 else None
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def sold(item_ids: Collection[int], *, without_order: int | None = None) -> dict[int, int]:
    """How many of each are ordered and not cancelled."""
    query = (
        select(ServiceLine.item_id, func.sum(ServiceLine.quantity))
        .join(ServiceOrder, ServiceOrder.id == ServiceLine.order_id)
        .where(ServiceLine.item_id.in_(list(item_ids)), ServiceOrder.state != OrderState.CANCELLED)
        .group_by(ServiceLine.item_id)
    )
    if without_order is not None:
        query = query.where(ServiceOrder.id != without_order)
    return {key: int(number) for key, number in db.session.execute(query)}


def left(items: Sequence[ServiceItem], *, without_order: int | None = None) -> dict[int, int | None]:
    """How many of each can still be ordered; None: as many as are wanted."""
    gone = sold([item.id for item in items if item.stock is not None], without_order=without_order)
    return {item.id: None if item.stock is None else max(0, item.stock - gone.get(item.id, 0)) for item in items}


def save_item(fair: Fair, draft: ItemDraft, *, by: Actor, item: ServiceItem | None = None) -> ServiceItem:
    """Add a service or change it; orders keep the price they were made at.

    Raises InvalidInput: no name, a stock below what is ordered, days the wrong way round, another currency while ordered.
    """
    values = {
        "kind": draft.kind, "name_vi": clean(draft.name_vi), "name_en": clean(draft.name_en), "unit_vi": clean(draft.unit_vi),
        "unit_en": clean(draft.unit_en), "price_minor": draft.price.amount_minor, "currency": draft.price.currency,
        "vat_percent": draft.vat_percent, "stock": draft.stock, "due_days": draft.due_days, "late_percent": draft.late_percent,
        "close_days": draft.close_days, "is_active": draft.is_active, "position": draft.position,
    }  # fmt: skip
    if draft.kind not in KINDS:
        raise InvalidInput(_l("Please choose from the list."), field="kind")
    if draft.price.amount_minor < 0:
        raise InvalidInput(_l("A price is not negative."), field="price")
    if draft.due_days < draft.close_days:
        raise InvalidInput(_l("Orders close after the day of the plain price, not before."), field="close_days")
    with transaction():
        if item is None:
            item = ServiceItem(fair_id=fair.id, **values)
            db.session.add(item)
            db.session.flush()
            record("sitework.add_service", item, by=by, after={"name": item.name_vi, "price": item.price})
            return item
        row = db.session.get_one(ServiceItem, item.id, with_for_update=True, populate_existing=True)
        ordered = sold([row.id]).get(row.id, 0)
        if draft.stock is not None and draft.stock < ordered:
            raise InvalidInput(_l("%(n)s are ordered already.", n=ordered), field="stock")
        before = {key: getattr(row, key) for key, value in values.items() if getattr(row, key) != value}
        for key in before:
            setattr(row, key, values[key])
        if before:
            record("sitework.change_service", row, by=by, before=before, after={key: values[key] for key in before})
        return row
