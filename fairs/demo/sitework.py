"""Agreements, services, the manual, permits and hand-over of the demonstration."""

from __future__ import annotations

import base64
import io
from datetime import timedelta

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.agreements.issuing import issue_agreement
from fairs.agreements.models import Agreement, AgreementTemplate
from fairs.agreements.states import AgreementState
from fairs.agreements.wording import ANNEX_EN, ANNEX_VI, BODY_EN, BODY_VI
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.storage import Upload, keep
from fairs.demo.people import Cast
from fairs.directory.service import PersonDraft
from fairs.exhibitors.models import Exhibitor
from fairs.payments.models import Invoice
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.sitework.catalogue import ItemDraft as Service
from fairs.sitework.catalogue import save_item as save_service
from fairs.sitework.handover import VisitDraft, record_visit
from fairs.sitework.manual import ItemDraft as Entry
from fairs.sitework.manual import checklist, tick
from fairs.sitework.manual import save_item as save_entry
from fairs.sitework.models import ServiceItem, ServiceOrder
from fairs.sitework.orders import Wish, deliver, place_order
from fairs.sitework.permits import issue_permit, slots
from fairs.sitework.staff import name_person
from fairs.sitework.standing import standing_of

# Sample prices in VND: kind, name, unit, price, stock, surcharge for late orders.
SERVICES = (
    ("power", "Ổ cắm điện 5 A / 220 V", "Socket 5 A / 220 V", "ổ", "piece", 850_000, None, 30),
    ("power", "Nguồn điện 3 pha 16 A", "Three-phase supply 16 A", "đường", "line", 3_200_000, 40, 50),
    ("power", "Đèn rọi LED 50 W", "LED spotlight 50 W", "chiếc", "piece", 280_000, 300, 30),
    ("furniture", "Bàn trưng bày 1,2 m", "Display table 1.2 m", "chiếc", "piece", 250_000, 200, 30),
    ("furniture", "Tủ kính trưng bày", "Glass showcase", "chiếc", "piece", 950_000, 60, 30),
    ("furniture", "Ghế gấp", "Folding chair", "chiếc", "piece", 60_000, 600, 30),
    ("floor", "Thảm trải sàn", "Carpet", "m²", "m²", 45_000, None, 30),
    ("cleaning", "Vệ sinh gian hàng mỗi ngày", "Daily cleaning of the booth", "gian", "booth", 400_000, None, 20),
    ("transport", "Xe nâng kèm người lái", "Forklift with driver", "giờ", "hour", 600_000, 24, 50),
    ("other", "Đường truyền Internet riêng", "Private Internet line", "đường", "line", 2_000_000, 20, 50),
)
# Section, title, text in both languages, days before the opening, whom it concerns, whether a file is asked for.
MANUAL = (
    ("An toàn", "Safety", "Cam kết phòng cháy chữa cháy", "Fire safety commitment", "Đọc, ký và tải lên bản cam kết.",
     "Read it, sign it and hand in the scan.", 40, "all", True),
    ("An toàn", "Safety", "Danh mục vật liệu trang trí", "List of decoration materials",
     "Không dùng vật liệu dễ cháy chưa xử lý.", "No untreated inflammable materials.", 28, "shell", False),
    ("An toàn", "Safety", "Sơ đồ điện của gian hàng", "Wiring plan of the booth", "Ghi công suất từng thiết bị.",
     "With the power of each device.", 28, "power", True),
    ("Dựng gian hàng", "Build-up", "Bản vẽ gian hàng đất trống", "Drawing of the stand on raw space",
     "Mặt bằng, mặt đứng, chiều cao tối đa 4 m.", "Plan and views, at most 4 m high.", 35, "raw", True),
    ("Dựng gian hàng", "Build-up", "Kiểm tra tên trên biển gian hàng", "Check the fascia name",
     "Tên ghi đúng chính tả như trong đơn đăng ký.", "Spelled as in the application.", 21, "shell", False),
    ("Hàng hóa", "Goods", "Danh mục hàng trưng bày", "List of goods shown", "Hàng đúng nhóm đã đăng ký, có nhãn mác.",
     "Of the groups applied for, labelled.", 14, "all", False),
    ("Hàng hóa", "Goods", "Giấy chứng nhận an toàn thực phẩm", "Food safety certificate", "Còn hiệu lực đến hết hội chợ.",
     "Valid until the end of the fair.", 14, "food", True),
    ("Hội chợ", "The fair", "Phổ biến nội quy cho người trực gian hàng", "Tell your staff the rules",
     "Giờ mở cửa, đeo thẻ, không bán hàng trước giờ đóng cửa ngày cuối.", "Opening hours, badges, no early packing.", 7, "all",
     False),
)  # fmt: skip


def load_site_work(giftshow: Fair, souvenirs: Fair, cast: Cast) -> dict[str, int]:
    """The fair that is being booked prepares, the one that runs has been handed over; gives back what was made."""
    user = cast.users["organiser"]
    by = Actor(user.id, user.name)
    agreements = _agreements(giftshow, by, 5) + _agreements(souvenirs, by, 1)
    for fair in (giftshow, souvenirs):
        _catalogue(fair, by)
        _manual(fair, by)
    _orders(giftshow, by, paid=2)
    for order in _orders(souvenirs, by, paid=3)[:2]:
        deliver(order, by=by)
    return {"agreements": agreements, "handed over": _handed_over(souvenirs, by)}


def _booked(fair: Fair, limit: int) -> list[BoothBooking]:
    """The first booking of each of the first exhibitors with a confirmed booth."""
    found = db.session.scalars(
        select(BoothBooking)
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
        .options(joinedload(BoothBooking.booth), joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company))
        .order_by(BoothBooking.id)
        .limit(limit * 3)
    )
    first: dict[int, BoothBooking] = {}
    for booking in found:
        first.setdefault(booking.exhibitor_id, booking)
    return list(first.values())[:limit]


def _agreements(fair: Fair, by: Actor, number: int) -> int:
    for version in (0, 1):
        db.session.add(
            AgreementTemplate(
                fair_id=fair.id, version=version, body_vi=BODY_VI, body_en=BODY_EN, annex_vi=ANNEX_VI, annex_en=ANNEX_EN,
                published_at=now() - timedelta(days=60) if version else None, published_by=by.name if version else "",
            )
        )  # fmt: skip
    db.session.flush()
    made: list[Agreement] = [issue_agreement(booking.exhibitor, by=by) for booking in _booked(fair, number)]
    paper = keep("hop-dong-da-ky.pdf", made[0].file.read(), "application/pdf")
    for agreement in made[: number - 2] or made[:1]:
        agreement.move_to(AgreementState.SCANNED if agreement is made[0] else AgreementState.ACCEPTED)
        agreement.accepted_at, agreement.accepted_by = now(), "Đại diện mẫu"
    made[0].scan_id, made[0].scan_sha256, made[0].signed_on = paper.id, paper.sha256, fair.today
    db.session.flush()
    return len(made)


def _catalogue(fair: Fair, by: Actor) -> None:
    for position, (kind, name_vi, name_en, unit_vi, unit_en, price, stock, late) in enumerate(SERVICES, 1):
        draft = Service(
            kind, name_vi, name_en, unit_vi, unit_en, Money(price, "VND"), None, stock, late_percent=late,
            position=position,
        )  # fmt: skip
        save_service(fair, draft, by=by)


def _manual(fair: Fair, by: Actor) -> None:
    entries = []
    for position, (section_vi, section_en, title_vi, title_en, vi, en, days, audience, file) in enumerate(MANUAL, 1):
        draft = Entry(section_vi, section_en, title_vi, title_en, vi, en, days, audience, file, position=position)
        entries.append(save_entry(fair, draft, by=by))
    for n, booking in enumerate(_booked(fair, 4)):
        concerned = {entry.item.id for entry in checklist(booking.exhibitor)}
        if fair.days_to_opening > 0:
            name_person(booking.exhibitor, PersonDraft(f"Nguyễn Văn Trực {n + 1:02d}", phone=f"+8493200{n:04d}"), by=by)
        for item in entries[: 8 - n]:
            if item.id in concerned and (not item.needs_file or n == 0):
                tick(booking.exhibitor, item, by=by, upload=drawn_picture("#e8dcc4") if item.needs_file else None)


def _orders(fair: Fair, by: Actor, *, paid: int) -> list[ServiceOrder]:
    items = db.session.scalars(select(ServiceItem).where(ServiceItem.fair_id == fair.id).order_by(ServiceItem.id)).all()
    made = []
    for n, booking in enumerate(_booked(fair, 4)):
        quantities = {items[n].id: 1 + n, items[3 + n].id: 2, items[7].id: 1}
        order = place_order(booking.exhibitor, Wish(quantities, booking.booth_id), by=by, as_staff=True)
        invoice = db.session.get_one(Invoice, order.invoice_id)
        if n < paid:
            amount = Money(invoice.total_minor, invoice.currency)
            record_receipt(invoice, ReceiptDraft(amount, fair.today, "transfer", f"FTDV{fair.code}{n:04d}"), by=by)
        made.append(order)
    return made


def _handed_over(fair: Fair, by: Actor) -> int:
    bookings = _booked(fair, 24)
    for n, booking in enumerate(bookings):
        faults = {
            5: {"fascia": "Sai chính tả: thiếu dấu"},
            11: {"lights": "Một đèn không sáng", "chairs": "Thiếu 1 ghế"},
        }.get(n, {})
        draft = VisitDraft(
            False, f"demo-{fair.code}-{n}", faults, signer=booking.exhibitor.contact_name or "Đại diện mẫu",
            signature=drawn_signature() if faults else "", photos=[drawn_picture("#b9a27c")] if faults else (),
        )  # fmt: skip
        record_visit(booking.booth, draft, by=by)
        if n % 6 == 1 and standing_of(booking.exhibitor).is_clear:
            issue_permit(booking.exhibitor, slot=slots(fair)[n % 4].key, vehicles=f"29C-{100 + n}.{10 + n}", by=by)
    return len(bookings)


def drawn_picture(colour: str) -> Upload:
    """A drawing in place of a photo: a booth seen from its aisle."""
    image = Image.new("RGB", (640, 480), colour)
    pen = ImageDraw.Draw(image)
    pen.rectangle((90, 120, 550, 440), fill="#f6f1e6", outline="#6b5b4b", width=6)
    pen.rectangle((90, 80, 550, 130), fill="#9c1c23")
    pen.rectangle((170, 330, 470, 430), fill="#d8c9a8", outline="#6b5b4b", width=4)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Upload("anh.png", buffer.getvalue())


def drawn_signature() -> str:
    """A drawn signature, as the page sends it."""
    image = Image.new("RGBA", (320, 110), "#ffffff00")
    ImageDraw.Draw(image).line([(20, 70), (60, 30), (90, 90), (130, 40), (190, 80), (290, 50)], fill="#1d1a18", width=3)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
