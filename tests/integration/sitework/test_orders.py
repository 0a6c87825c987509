"""Service orders: sums and surcharge, stock that is never oversold, money that confirms, change until the cut-off, delivery."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.booths.models import BoothBooking
from fairs.booths.service import cancel_booking
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.permissions import Role
from fairs.exhibitors.models import Exhibitor
from fairs.payments.models import Credit, Invoice
from fairs.payments.states import InvoiceState
from fairs.sitework.errors import NoBooth, OrdersClosed, OutOfStock
from fairs.sitework.models import ServiceItem, ServiceLine, ServiceOrder
from fairs.sitework.orders import Wish, cancel_order, change_order, deliver, place_order, undo_delivery
from fairs.sitework.settling import settle
from fairs.sitework.states import OrderState
from tests.factories.sitework import Site, new_site, pay_invoice
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def site(app: Flask) -> Site:
    return new_site()


def test_an_order_comes_with_its_invoice_and_money_confirms_it(site: Site) -> None:
    order = site.order(3, as_staff=False)
    invoice = db.session.get_one(Invoice, order.invoice_id)
    assert [(line.kind, line.net_minor) for line in invoice.lines] == [("service", 300_000)]
    assert invoice.total_minor == 324_000
    assert site.pay(order).state is OrderState.CONFIRMED


def test_who_is_late_pays_more_until_orders_close(app: Flask) -> None:
    site = new_site(opens_in=10)
    late = site.service("Đèn", price=100_000, due_days=21, late_percent=30, close_days=3)
    order = place_order(site.exhibitor, Wish({late.id: 2}, site.booking.booth_id), by=SYSTEM)
    invoice = db.session.get_one(Invoice, order.invoice_id)
    assert [(line.kind, line.net_minor) for line in invoice.lines] == [("service", 200_000), ("surcharge", 60_000)]
    closed = site.service("Ghế", due_days=21, close_days=11)
    with pytest.raises(OrdersClosed):
        place_order(site.exhibitor, Wish({closed.id: 1}, site.booking.booth_id), by=SYSTEM)
    assert place_order(site.exhibitor, Wish({closed.id: 1}, site.booking.booth_id), by=SYSTEM, as_staff=True)


def test_what_cannot_be_ordered(site: Site) -> None:
    other = site.ground.exhibitor()
    with pytest.raises(NoBooth):
        place_order(other, Wish({site.item.id: 1}, site.booking.booth_id), by=SYSTEM)
    with pytest.raises(NotFound):
        place_order(site.exhibitor, Wish({site.item.id: 1}, site.ground.booth("A-007").id), by=SYSTEM)
    with pytest.raises(InvalidInput):
        place_order(site.exhibitor, Wish({site.item.id: 0}, site.booking.booth_id), by=SYSTEM)
    with pytest.raises(NotFound):
        place_order(site.exhibitor, Wish({999_999: 1}, site.booking.booth_id), by=SYSTEM)
    with pytest.raises(OutOfStock):
        site.order(11)
    assert db.session.scalar(select(func.count()).select_from(ServiceOrder)) == 0


def test_a_change_replaces_the_invoice_and_counts_its_own_stock(site: Site) -> None:
    order = site.order(6)
    first = order.invoice_id
    order = change_order(order, Wish({site.item.id: 10}, site.booking.booth_id), by=SYSTEM)
    assert [line.quantity for line in order.lines] == [10]
    assert db.session.get_one(Invoice, first).state is InvoiceState.CANCELLED
    assert order.invoice_id != first
    site.pay(order)
    with pytest.raises(InvalidTransition):
        change_order(order, Wish({site.item.id: 1}, site.booking.booth_id), by=SYSTEM)


def test_after_the_cut_off_only_staff_change_and_cancel(app: Flask) -> None:
    site = new_site(opens_in=10)
    order = site.order(2)
    for act in (
        lambda: change_order(order, Wish({site.item.id: 1}, site.booking.booth_id), by=SYSTEM),
        lambda: cancel_order(order, reason="Thôi", by=SYSTEM),
    ):
        with pytest.raises(OrdersClosed):
            act()
    assert cancel_order(order, reason="Gọi điện", by=SYSTEM, as_staff=True).state is OrderState.CANCELLED


def test_what_was_paid_for_a_cancelled_order_is_owed_back(site: Site) -> None:
    order = site.pay(site.order(2))
    cancel_order(order, reason="Hết hàng", by=SYSTEM, as_staff=True)
    credit = db.session.scalars(select(Credit)).one()
    assert credit.amount_minor == 216_000
    assert site.order(10).state is OrderState.ORDERED  # the stock is free again


def test_delivery_and_its_undoing(site: Site) -> None:
    order = site.pay(site.order())
    assert deliver(deliver(order, by=SYSTEM), by=SYSTEM).state is OrderState.DELIVERED
    assert undo_delivery(order, by=SYSTEM).state is OrderState.CONFIRMED
    with pytest.raises(InvalidTransition):
        undo_delivery(order, by=SYSTEM)


def test_orders_end_with_the_booth(site: Site) -> None:
    order = site.order()
    cancel_booking(site.booking, reason="Rút", by=SYSTEM)
    settle(site.fair)
    row = db.session.get_one(ServiceOrder, order.id)
    assert row.state is OrderState.CANCELLED
    assert db.session.get_one(Invoice, order.invoice_id).state is InvoiceState.CANCELLED


CLIENTS = 16


def test_stock_is_never_oversold(real_app: Flask) -> None:
    """Ten are there, sixteen exhibitors want one at the same moment: ten get one."""
    with real_app.app_context():
        site = new_site()
        item_id = site.item.id
        people = []
        for n in range(CLIENTS):
            exhibitor = site.ground.exhibitor()
            booking = site.ground.reserve(f"A-{n + 3:03d}", exhibitor)
            people.append((exhibitor.id, booking.booth_id))
    together = Barrier(CLIENTS)

    def client(who: tuple[int, int]) -> bool:
        together.wait(30)
        with real_app.app_context():
            exhibitor = db.session.get_one(Exhibitor, who[0])
            try:
                place_order(exhibitor, Wish({item_id: 1}, who[1]), by=SYSTEM)
            except OutOfStock:
                return False
            return True

    with ThreadPoolExecutor(CLIENTS) as pool:
        got = list(pool.map(client, people))
    assert got.count(True) == 10
    with real_app.app_context():
        item = db.session.get_one(ServiceItem, item_id)
        assert db.session.scalar(select(func.sum(ServiceLine.quantity))) == item.stock
        assert (
            db.session.scalar(select(func.count()).select_from(Invoice).where(Invoice.subject_type == "ServiceOrder"))
            == 10
        )


# --- pages ----------------------------------------------------------------------------------------------------------


def _my(site: Site, page: str = "services") -> str:
    return f"/my/{site.fair.slug}/site/{site.exhibitor.reference}/{page}"


def test_the_order_form(site: Site, client: Client) -> None:
    login(client, site.ground.user(of=site.exhibitor))
    field = f"q{site.item.id}"
    wish = {field: "2", "booth": str(site.booking.booth_id), "note": "Góc trái"}
    page = client.submit(_my(site), {**wish, "act": "sum"})
    assert page.status_code == 200
    assert "216.000" in page.text
    assert db.session.scalar(select(func.count()).select_from(ServiceOrder)) == 0
    page = client.submit(_my(site), {**wish, field: "99"})
    assert page.status_code == 422
    assert "Góc trái" in page.text
    assert "chỉ còn 10" in page.text
    assert client.submit(_my(site), wish).status_code == 303
    order = db.session.scalars(select(ServiceOrder)).one()
    change = _my(site, f"services/{order.reference}")
    assert client.submit(change, {**wish, field: "3"}).status_code == 303
    assert client.submit(f"{change}/cancel").status_code == 303
    db.session.expire_all()
    assert db.session.get_one(ServiceOrder, order.id).state is OrderState.CANCELLED


def test_deliveries_by_booth_and_their_sheet(site: Site, client: Client) -> None:
    login(client, site.ground.user(Role.GATE_SUPERVISOR))
    path = f"/fairs/{site.fair.slug}/services"
    order = site.pay(site.order(2))
    client.get(path)
    with counted_queries() as one:
        page = client.get(path)
    assert "A-002" in page.text
    for code in ("A-005", "A-006"):
        exhibitor = site.ground.exhibitor()
        booking: BoothBooking = site.ground.reserve(code, exhibitor)
        place_order(exhibitor, Wish({site.item.id: 1}, booking.booth_id), by=SYSTEM)
    with counted_queries() as three:
        client.get(path)
    assert len(three) == len(one)
    rows = read_sheets(client.get(f"{path}?format=xlsx").data)
    assert [row[2][1] for row in rows[0][1:]] == ["A-002", "A-005", "A-006"]
    assert client.submit(f"{path}/{order.reference}/deliver").status_code == 303
    assert order.reference not in client.get(path).text.split('id="list"')[1]


def test_the_catalogue_is_kept_in_bounds(site: Site, client: Client) -> None:
    login(client, site.ground.user(Role.BOOTH_SALES))
    site.order(6)
    path = f"/fairs/{site.fair.slug}/services/catalogue/{site.item.id}"
    typed = {
        "kind": "power", "position": "1", "name_vi": "Bàn", "name_en": "Table", "unit_vi": "chiếc", "unit_en": "piece", "price": "120.000",
        "vat_percent": "8", "stock": "5", "due_days": "21", "late_percent": "30", "close_days": "3", "is_active": "y",
    }  # fmt: skip
    page = client.submit(path, typed)
    assert page.status_code == 422
    assert "Đã có 6" in page.text
    assert client.submit(path, {**typed, "stock": "8", "close_days": "22"}).status_code == 422
    assert client.submit(path, {**typed, "stock": "8"}).status_code == 303
    line = db.session.scalars(select(ServiceLine)).one()
    assert line.price_minor == 100_000  # as it was ordered
    pay_invoice(line.order.invoice_id)
