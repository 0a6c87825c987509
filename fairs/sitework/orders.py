"""Orders of services: placed with an invoice, changed until the cut-off, confirmed by money, delivered on site.

Stock is never oversold: the rows of the services are locked, in the order of their keys, before what is left is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.money import Money
from fairs.core.sequences import next_reference
from fairs.core.text import one_line
from fairs.exhibitors.models import Exhibitor
from fairs.payments.invoicing import InvoiceDraft, LineDraft, cancel_with_credit, issue_invoice
from fairs.payments.models import Invoice
from fairs.payments.states import InvoiceState
from fairs.payments.vat import vat_of
from fairs.sitework.catalogue import left
from fairs.sitework.errors import NoBooth, OrdersClosed, OutOfStock
from fairs.sitework.models import ServiceItem, ServiceLine, ServiceOrder
from fairs.sitework.standing import standing_of
from fairs.sitework.states import OrderState

SUBJECT = "ServiceOrder"
MOST = 9_999  # of one service in one order


@dataclass(frozen=True, slots=True)
class Wish:
    """What is ordered: how many of which service, to which booth."""

    quantities: Mapping[int, int]
    booth_id: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line of an order with today's surcharge, net, and its VAT."""

    item: ServiceItem
    quantity: int
    late_percent: int
    vat_percent: int

    @property
    def plain(self) -> Money:
        """Net, without surcharge."""
        return Money(self.item.price_minor * self.quantity, self.item.currency)

    @property
    def surcharge(self) -> Money:
        """The part for being late."""
        return self.plain.share(self.late_percent)

    @property
    def net(self) -> Money:
        """Net, with surcharge."""
        return self.plain + self.surcharge

    @property
    def vat(self) -> Money:
        """VAT of both, each rounded by itself as on the invoice."""
        return self.plain.share(self.vat_percent) + self.surcharge.share(self.vat_percent)


@dataclass(frozen=True, slots=True)
class Sums:
    """What an order costs today."""

    lines: Sequence[SumLine] = field(default_factory=tuple)
    currency: str = "VND"

    @property
    def net(self) -> Money:
        """Without VAT."""
        return Money(sum(line.net.amount_minor for line in self.lines), self.currency)

    @property
    def vat(self) -> Money:
        """VAT."""
        return Money(sum(line.vat.amount_minor for line in self.lines), self.currency)

    @property
    def total(self) -> Money:
        """With VAT."""
        return self.net + self.vat


def service_vat(fair: Fair, items: Sequence[ServiceItem]) -> dict[int, int]:
    """The percent of VAT of each service today: its own, the fair's, or that of the table of rates."""
    own = {item.id: item.vat_percent for item in items if item.vat_percent is not None}
    usual = vat_of(fair, "service") if len(own) < len(items) else 0
    return {item.id: own.get(item.id, usual) for item in items}


def sums_of(fair: Fair, items: Sequence[ServiceItem], quantities: Mapping[int, int]) -> Sums:
    """What these quantities cost today."""
    chosen = [item for item in items if quantities.get(item.id)]
    vat = service_vat(fair, chosen)
    lines = [SumLine(item, quantities[item.id], item.surcharge(fair), vat[item.id]) for item in chosen]
    return Sums(lines, chosen[0].currency if chosen else fair.currency)


def place_order(exhibitor: Exhibitor, wish: Wish, *, by: Actor, as_staff: bool = False) -> ServiceOrder:
    """Order services for a booked booth; the invoice is issued with it.

    Staff order until the fair is over. Raises InvalidInput (nothing chosen, two currencies), NoBooth, NotFound (a service or
    booth of somebody else), OrdersClosed and OutOfStock with the service's name.
    """
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        fair = db.session.get_one(Fair, row.fair_id)
        _check_booth(row, wish.booth_id)
        items = _taken(fair, wish.quantities, as_staff=as_staff)
        order = ServiceOrder(
            fair_id=fair.id, exhibitor_id=row.id, booth_id=wish.booth_id, reference=next_reference(fair.code, "S"),
            state=OrderState.ORDERED, note=one_line(wish.note)[:400],
        )  # fmt: skip
        db.session.add(order)
        db.session.flush()
        _bill(fair, row, order, sums_of(fair, items, wish.quantities), by)
        record("sitework.order", order, by=by, after={"net": order.total, "booth": order.booth_id})
        return order


def change_order(order: ServiceOrder, wish: Wish, *, by: Actor, as_staff: bool = False) -> ServiceOrder:
    """Replace what an order holds while nothing is paid and the cut-off has not passed; its invoice is replaced, too.

    Raises as place_order does, OrdersClosed after the cut-off, InvalidTransition once it is paid.
    """
    with transaction():
        fair = db.session.get_one(Fair, order.fair_id)
        invoice, row = _locked(order)
        if row.state is not OrderState.ORDERED or (invoice is not None and invoice.received_minor):
            raise InvalidTransition
        if not as_staff and not may_change(row, fair):
            raise OrdersClosed
        _check_booth(row.exhibitor, wish.booth_id)
        items = _taken(fair, wish.quantities, as_staff=as_staff, order=row)
        before = {line.item.name_vi: line.quantity for line in row.lines}
        for line in list(row.lines):
            db.session.delete(line)
        db.session.flush()
        if invoice is not None:
            cancel_with_credit(invoice, by=by, reason=str(_l("The order was changed.")))
        row.booth_id, row.note = wish.booth_id, one_line(wish.note)[:400]
        _bill(fair, row.exhibitor, row, sums_of(fair, items, wish.quantities), by)
        record(
            "sitework.change_order",
            row,
            by=by,
            before=before,
            after={item.name_vi: wish.quantities[item.id] for item in items},
        )
        return row


def may_change(order: ServiceOrder, fair: Fair) -> bool:
    """Whether its exhibitor may still change or cancel it: unpaid, and before the cut-off of everything in it."""
    in_time = all(fair.today <= line.item.due_on(fair) for line in order.lines)
    return order.state is OrderState.ORDERED and in_time and not fair.is_over


def _check_booth(exhibitor: Exhibitor, booth_id: int) -> None:
    standing = standing_of(exhibitor)
    if not standing.bookings:
        raise NoBooth
    if booth_id not in {one.booth_id for one in standing.bookings}:
        raise NotFound


def _taken(
    fair: Fair, quantities: Mapping[int, int], *, as_staff: bool, order: ServiceOrder | None = None
) -> list[ServiceItem]:
    """The chosen services, locked, open, and with enough left; what ``order`` holds itself counts as free."""
    wanted = {key: number for key, number in quantities.items() if number > 0}
    if not wanted:
        raise InvalidInput(_l("Choose at least one service."))
    items = db.session.scalars(
        select(ServiceItem)
        .where(ServiceItem.id.in_(wanted), ServiceItem.fair_id == fair.id)
        .order_by(ServiceItem.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(items) != len(wanted):
        raise NotFound
    if len({item.currency for item in items}) > 1:
        raise InvalidInput(_l("All lines of an invoice are in one currency."))
    remaining = left(items, without_order=order.id if order is not None else None)
    for item in items:
        if wanted[item.id] > MOST:
            raise InvalidInput(_l("Between %(min)s and %(max)s.", min=0, max=MOST), field=f"q{item.id}")
        if not item.is_open(fair) and not (as_staff and item.is_active and not fair.is_over):
            raise OrdersClosed(field=f"q{item.id}")
        rest = remaining[item.id]
        if rest is not None and wanted[item.id] > rest:
            raise OutOfStock(_l("%(name)s: only %(n)s left.", name=item.name_vi, n=rest), field=f"q{item.id}")
    return list(items)


def _bill(fair: Fair, exhibitor: Exhibitor, order: ServiceOrder, sums: Sums, by: Actor) -> None:
    for line in sums.lines:
        db.session.add(
            ServiceLine(
                order_id=order.id, item_id=line.item.id, quantity=line.quantity, price_minor=line.item.price_minor,
                late_percent=line.late_percent, vat_percent=line.vat_percent, currency=line.item.currency,
            )
        )  # fmt: skip
    drafts = []
    for line in sums.lines:
        item, count = line.item, line.quantity
        vi, en = f"{item.name_vi} × {count} {item.unit_vi}", f"{item.name_en} × {count} {item.unit_en}"
        drafts.append(LineDraft("service", vi, en, line.plain, line.vat_percent))
        if line.surcharge:
            vi, en = (
                f"Phụ thu đặt muộn {line.late_percent} %: {item.name_vi}",
                f"Late order {line.late_percent} %: {item.name_en}",
            )
            drafts.append(LineDraft("surcharge", vi, en, line.surcharge, line.vat_percent))
    build_up = fair.starts_on - timedelta(days=fair.build_up_days)
    # Build-up is only permitted when all is paid: the invoice is due before it, but not before today.
    due = max(fair.today, min(fair.today + timedelta(days=fair.deposit_days), build_up))
    invoice = issue_invoice(
        InvoiceDraft(
            fair_id=fair.id, fair_code=fair.code, company_id=exhibitor.company_id, subject_type=SUBJECT, subject_id=order.id,
            lines=drafts, deposit_percent=0, deposit_due_on=due, balance_due_on=due, issued_on=fair.today,
        ),
        by=by,
    )  # fmt: skip
    order.invoice_id = invoice.id
    if invoice.state is InvoiceState.WAIVED:
        order.move_to(OrderState.CONFIRMED)
    db.session.flush()
    db.session.refresh(order, ["lines"])


def _locked(order: ServiceOrder) -> tuple[Invoice | None, ServiceOrder]:
    """Invoice first, as when money is received: the other order could deadlock."""
    key = db.session.scalar(select(ServiceOrder.invoice_id).where(ServiceOrder.id == order.id))
    invoice = db.session.get(Invoice, key, with_for_update=True, populate_existing=True) if key else None
    row = db.session.scalars(
        select(ServiceOrder)
        .where(ServiceOrder.id == order.id)
        .options(selectinload(ServiceOrder.lines).joinedload(ServiceLine.item))
        .with_for_update(of=ServiceOrder)
        .execution_options(populate_existing=True)
    ).one()
    return invoice, row


def cancel_order(order: ServiceOrder, *, reason: str, by: Actor, as_staff: bool = False) -> ServiceOrder:
    """Cancel an order; what was paid for it becomes a credit. Its exhibitor may until the cut-off, staff until delivery.

    Raises InvalidInput without a reason, OrdersClosed and InvalidTransition.
    """
    if not one_line(reason):
        raise InvalidInput(_l("Please fill this in."), field="reason")
    with transaction():
        invoice, row = _locked(order)
        row.require_move(OrderState.CANCELLED)
        if not as_staff and not may_change(row, db.session.get_one(Fair, row.fair_id)):
            raise OrdersClosed
        if invoice is not None and invoice.state is not InvoiceState.CANCELLED:
            cancel_with_credit(invoice, by=by, reason=one_line(reason))
        end(row, reason=one_line(reason), by=by)
        return row


def end(row: ServiceOrder, *, reason: str, by: Actor) -> None:
    """Cancel an order whose invoice is seen to elsewhere. Inside transaction()."""
    before = row.state
    row.move_to(OrderState.CANCELLED)
    row.ended_at, row.end_reason = now(), reason[:200]
    record("sitework.cancel_order", row, by=by, before={"state": before}, after={"reason": row.end_reason})
    db.session.flush()


def follow_money(order: ServiceOrder, *, by: Actor) -> None:
    """Bring an order in line with its invoice: paid ones are confirmed, and ordered again when the money went back."""
    with transaction():
        invoice, row = _locked(order)
        is_paid = invoice is not None and invoice.state in {InvoiceState.PAID, InvoiceState.WAIVED}
        target = OrderState.CONFIRMED if is_paid else OrderState.ORDERED
        if row.state in {OrderState.ORDERED, OrderState.CONFIRMED} and row.state is not target:
            before = row.state
            row.move_to(target)
            record("sitework.follow_money", row, by=by, before={"state": before}, after={"state": target})


def deliver(order: ServiceOrder, *, by: Actor) -> ServiceOrder:
    """Mark as delivered; doing it twice changes nothing. Raises InvalidTransition for a cancelled order."""
    with transaction():
        _invoice, row = _locked(order)
        if row.state is not OrderState.DELIVERED:
            row.move_to(OrderState.DELIVERED)
            row.delivered_at, row.delivered_by = now(), by.label[:250]
            record("sitework.deliver", row, by=by)
        return row


def undo_delivery(order: ServiceOrder, *, by: Actor) -> ServiceOrder:
    """Take back that it was delivered; raises InvalidTransition when it was not."""
    with transaction():
        invoice, row = _locked(order)
        if row.state is not OrderState.DELIVERED:
            raise InvalidTransition
        is_paid = invoice is None or invoice.state in {InvoiceState.PAID, InvoiceState.WAIVED}
        row.move_to(OrderState.CONFIRMED if is_paid else OrderState.ORDERED)
        row.delivered_at, row.delivered_by = None, ""
        record("sitework.undo_delivery", row, by=by)
        return row
