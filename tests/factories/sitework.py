"""An exhibitor with a confirmed and paid booth, services to order and a manual, made through the services of the application."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from PIL import Image

from fairs.booths.models import BoothBooking
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import today
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.storage import Upload
from fairs.directory.service import PersonDraft
from fairs.exhibitors.models import Exhibitor
from fairs.payments.models import Invoice
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.sitework.catalogue import ItemDraft, save_item
from fairs.sitework.handover import VisitDraft, record_visit
from fairs.sitework.models import Handover, ServiceItem, ServiceOrder, StaffPlace
from fairs.sitework.orders import Wish, place_order
from fairs.sitework.staff import name_person
from tests.factories.booths import ZONE, Ground, new_ground


@dataclass
class Site:
    """A fair, an exhibitor with booth A-002, a service with a stock of ten."""

    ground: Ground
    exhibitor: Exhibitor
    booking: BoothBooking
    item: ServiceItem

    @property
    def fair(self) -> Fair:
        """The fair as it is now."""
        return db.session.get_one(Fair, self.ground.fair.id)

    def service(
        self, name: str = "Ổ cắm", *, price: int = 100_000, stock: int | None = None, **values: int
    ) -> ServiceItem:
        """Another service."""
        draft = ItemDraft("power", name, f"{name} en", "chiếc", "piece", Money(price, "VND"), 8, stock, **values)  # type: ignore[arg-type]
        return save_item(self.fair, draft, by=SYSTEM)

    def order(self, count: int = 1, *, by: Actor = SYSTEM, as_staff: bool = True) -> ServiceOrder:
        """An order of the service, to be paid."""
        return place_order(self.exhibitor, Wish({self.item.id: count}, self.booking.booth_id), by=by, as_staff=as_staff)

    def pay(self, record: ServiceOrder | BoothBooking) -> ServiceOrder | BoothBooking:
        """Receive all that its invoice asks for; what it is for, read again."""
        pay_invoice(record.invoice_id)
        return db.session.get_one(type(record), record.id, populate_existing=True)

    def person(self, name: str, *, extra_reason: str = "") -> StaffPlace:
        """Somebody named for the booth."""
        return name_person(self.exhibitor, PersonDraft(name), by=SYSTEM, extra_reason=extra_reason)

    def visit(self, faults: Mapping[str, str], *, returns: bool = False, photos: int = 0) -> Handover:
        """One look at the booth."""
        draft = VisitDraft(
            returns, uuid4().hex, faults, signer="Nguyễn Thị Mẫu", photos=[photo() for _ in range(photos)]
        )
        return record_visit(self.booking.booth, draft, by=SYSTEM)


def pay_invoice(invoice_id: int | None) -> None:
    """Receive what an invoice still asks for."""
    invoice = db.session.get_one(Invoice, invoice_id, populate_existing=True)
    if invoice.open_amount:
        record_receipt(invoice, ReceiptDraft(invoice.open_amount, today(ZONE), "transfer", uuid4().hex), by=SYSTEM)


def photo(size: int = 400) -> Upload:
    """A photo as a phone makes it."""
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), "#886644").save(buffer, "JPEG")
    return Upload("anh.jpg", buffer.getvalue())


def drawing() -> str:
    """A signature as the page sends it."""
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 22), "#00000000").save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def new_site(*, opens_in: int = 42, confirmed: bool = True) -> Site:
    """A fair that opens in so many days, with an exhibitor whose booth is confirmed and paid, or only reserved."""
    ground = new_ground()
    exhibitor = ground.exhibitor()
    booking = ground.reserve("A-002", exhibitor)
    if confirmed:
        pay_invoice(booking.invoice_id)
    if opens_in != 42:
        with transaction():
            fair = db.session.get_one(Fair, ground.fair.id)
            fair.starts_on = today(ZONE) + timedelta(days=opens_in)
            fair.ends_on = fair.starts_on + timedelta(days=3)
    booking = db.session.get_one(BoothBooking, booking.id, populate_existing=True)
    site = Site(ground, exhibitor, booking, None)  # type: ignore[arg-type]
    site.item = site.service("Bàn trưng bày", stock=10)
    return site
