"""The list of service orders: what is to be delivered where; its spreadsheet has a row for each service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.lists import Args, BulkAction, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.sitework.catalogue import KINDS
from fairs.sitework.models import ServiceOrder
from fairs.sitework.orders import deliver, undo_delivery
from fairs.sitework.permissions import DELIVER, VIEW_SITEWORK
from fairs.sitework.queries import OrderFilter, order_keys, orders_matching
from fairs.sitework.states import OrderState


def wanted_of(args: Args) -> OrderFilter:
    """The filter that an address asks for."""
    kind = args.get("kind", "")
    return OrderFilter(
        args.get("q", ""), args.get("state", ""), kind if kind in KINDS else "", args.get("hall", "")[:10]
    )


def _sheets(_fair: Fair, query: Select[ServiceOrder]) -> Sequence[Sheet]:
    heads = [
        _("Service order"), _("Hall"), _("Booth"), _("Company"), _("Service"), _("Kind"), _("Quantity"), _("Unit"), _("Net"),
        _("Currency"), _("State"), _("Ordered at"), _("Delivered at"), _("Delivered by"), _("Note"),
    ]  # fmt: skip
    return [Sheet(_("Service orders"), heads, _rows(query))]


def _rows(query: Select[ServiceOrder]) -> Iterator[list[Any]]:
    for order in each(query):
        for line in order.lines:
            yield [
                order.reference, order.booth.hall.name, order.booth.code, order.exhibitor.company.name, line.item.name,
                str(KINDS[line.item.kind][0]), line.quantity, line.item.unit, line.net, line.currency, str(order.state.label),
                order.created_at, order.delivered_at, order.delivered_by, order.note,
            ]  # fmt: skip


def _deliver(row: ServiceOrder, _values: Mapping[str, Any], by: Actor) -> None:
    deliver(row, by=by)


def _undo(row: ServiceOrder, _kept: Mapping[str, Any], by: Actor) -> None:
    undo_delivery(row, by=by)


ORDERS = register_list(
    ListSpec(
        "services", _l("Service orders"), "services.index", VIEW_SITEWORK, ("state", "kind", "hall", "q", "sort"),
        query=lambda fair, args: orders_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_keys(args.get("sort", "booth")), reference=ServiceOrder.reference,
        name_of=lambda row: f"{row.booth.code} – {row.exhibitor.company.name}", sheets=_sheets,
        record=("services.show", "reference"), panel=True, everything={"state": "all"},
        actions=(
            BulkAction(
                "deliver", _l("Delivered"), "truck-delivery", DELIVER,
                lambda row, _values: row.require_move(OrderState.DELIVERED), _deliver, undo=_undo,
            ),
        ),
    )
)  # fmt: skip
