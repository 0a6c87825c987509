"""Budgets of the demonstration: one in force with an adjustment, vouchers in each state, sponsors, a closed day. Samples."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.budgets.closing import close_day, note_due_days
from fairs.budgets.models import FairLine, Voucher
from fairs.budgets.queries import fair_line
from fairs.budgets.service import ItemDraft, approve_budget, ask_overrun, new_version, save_item, submit_budget
from fairs.budgets.spending import (
    CommitmentDraft,
    VoucherDraft,
    VoucherPart,
    approve_voucher,
    commit,
    counter,
    pay_voucher,
    refuse_voucher,
    submit_voucher,
    write_voucher,
)
from fairs.budgets.sponsoring import SponsorDraft, agree, invoice_instalment, promise, receive_in_kind
from fairs.budgets.states import Category, MoneySource
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.storage import Upload
from fairs.directory.models import Company
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.programme.models import BudgetLine, PlanItem
from fairs.programme.states import BudgetSource

_ITEMS = (
    ("A.1", "Thuê mặt bằng nhà trưng bày", "Rent of the exhibition halls", Category.VENUE, MoneySource.CITY, "m²", 6000, 210_000),
    ("A.2", "Điện, nước, vệ sinh", "Power, water, cleaning", Category.VENUE, MoneySource.FEES, "ngày", 6, 35_000_000),
    ("B.1", "Dàn dựng gian hàng tiêu chuẩn", "Standard booths", Category.CONSTRUCTION, MoneySource.CITY, "gian", 450, 3_200_000),
    ("B.2", "Không gian chung, cổng chào, sân khấu", "Common areas, gate, stage", Category.CONSTRUCTION, MoneySource.SPONSORS, "", 0, 380_000_000),
    ("C.1", "Quảng bá trong và ngoài nước", "Promotion at home and abroad", Category.PROMOTION, MoneySource.CITY, "", 0, 650_000_000),
    ("D.1", "Khách sạn cho nhà nhập khẩu", "Hotel rooms for importers", Category.HOSTING, MoneySource.COUNTERPART, "đêm", 440, 1_900_000),
    ("D.2", "Đưa đón nhà nhập khẩu", "Transfers of importers", Category.HOSTING, MoneySource.COUNTERPART, "chuyến", 60, 2_500_000),
    ("E.1", "Lễ khai mạc và thi thiết kế mẫu", "Opening and design contest", Category.EVENTS, MoneySource.SPONSORS, "", 0, 240_000_000),
    ("F.1", "An ninh, phiên dịch, tình nguyện viên", "Security, interpreters, volunteers", Category.PERSONNEL, MoneySource.FEES, "người", 90, 4_000_000),
    ("G.1", "In ấn tài liệu, thẻ", "Printing of papers and badges", Category.OFFICE, MoneySource.FEES, "", 0, 95_000_000),
    ("H", "Dự phòng phí", "Contingency", Category.CONTINGENCY, MoneySource.CITY, "", 0, 120_000_000),
)  # fmt: skip


def load_budgets(giftshow: Fair, souvenirs: Fair, users: dict[str, User]) -> dict[str, int]:
    """Both fairs get a budget; the main one an adjustment, the running one a closed day."""
    finance, organiser = (Actor(users[role].id, users[role].name) for role in ("finance", "organiser"))
    for fair in (giftshow, souvenirs):
        _budget(fair, finance, organiser, scale=1 if fair is giftshow else Decimal("0.4"))
    _adjustment(giftshow, finance, organiser)
    for fair in (giftshow, souvenirs):
        _spending(fair, finance, organiser)
    _sponsors(giftshow, finance)
    _sponsors(souvenirs, finance)
    close_day(souvenirs, souvenirs.today - timedelta(days=1), by=finance)
    note_due_days(souvenirs)
    return {"vouchers": len(db.session.scalars(select(Voucher.id)).all())}


def _vnd(amount: int) -> Money:
    return Money(amount, "VND")


def _plan_lines(fair: Fair) -> dict[MoneySource, int]:
    rows = db.session.execute(
        select(BudgetLine.source, BudgetLine.id).join(PlanItem, PlanItem.id == BudgetLine.item_id)
        .where(PlanItem.number == ("4a" if fair.kind == "trade" else "4b")).order_by(BudgetLine.id)
    )  # fmt: skip
    known = {BudgetSource.CITY: MoneySource.CITY, BudgetSource.COUNTERPART: MoneySource.COUNTERPART}
    return {known[source]: line_id for source, line_id in rows if source in known}


def _budget(fair: Fair, finance: Actor, organiser: Actor, *, scale: int | Decimal) -> None:
    budget, plan = new_version(fair, by=finance), _plan_lines(fair)
    for code, vi, en, category, source, unit, many, price in _ITEMS:
        amount = int(Decimal(price) * scale) // 1000 * 1000
        draft = ItemDraft(
            code, vi, category, source, None if unit else _vnd(amount), en, unit, Decimal(many) if unit else None,
            _vnd(amount) if unit else None, plan.get(source),
        )  # fmt: skip
        save_item(budget, draft, by=finance)
    submit_budget(budget, by=finance)
    day = fair.today - timedelta(days=40)
    approve_budget(budget, decision_number=f"{210 + fair.id}/QĐ-SCT", decision_on=day, by=organiser)


def _adjustment(fair: Fair, finance: Actor, organiser: Actor) -> None:
    budget = new_version(fair, by=finance, reason="Thêm chuyến đưa đón, giảm quảng bá theo kế hoạch chi tiết")
    items = {item.code: item for item in budget.items}
    for code, amount in (("C.1", 600_000_000), ("E.1", 260_000_000)):
        item = items[code]
        draft = ItemDraft(
            code, item.name_vi, item.category, item.source, _vnd(amount), item.name_en, plan_line_id=item.plan_line_id
        )
        save_item(budget, draft, by=finance, item=item)
    new = ItemDraft(
        "C.2", "Biên tập và in catalô", Category.PROMOTION, MoneySource.SPONSORS, _vnd(70_000_000), "Catalogue"
    )
    save_item(budget, new, by=finance)
    submit_budget(budget, by=finance)
    day = fair.today - timedelta(days=12)
    approve_budget(budget, decision_number=f"{260 + fair.id}/QĐ-SCT", decision_on=day, by=organiser)


def _spending(fair: Fair, finance: Actor, organiser: Actor) -> None:
    day = fair.today - timedelta(days=20)
    hall, booths, promotion, printing = (fair_line(fair.id, code) for code in ("A.1", "B.1", "C.1", "G.1"))
    rent = commit(hall, CommitmentDraft("Trung tâm Hội chợ triển lãm (mẫu)", "Thuê nhà A1 và sân ngoài trời", _vnd(hall.planned_minor * 9 // 10), day, "15/HĐ-TMB"), by=finance)  # fmt: skip
    build = commit(booths, CommitmentDraft("Công ty CP Dàn dựng Sông Hồng (mẫu)", "Dàn dựng gian hàng tiêu chuẩn", _vnd(booths.planned_minor * 3 // 4), day, "22/HĐ-DD"), by=finance)  # fmt: skip

    def voucher(line: FairLine, payee: str, purpose: str, amount: int, ago: int, number: str, commitment_id: int | None = None, method: str = "transfer") -> Voucher:  # fmt: skip
        on = fair.today - timedelta(days=ago)
        number = number if number.startswith("BG") else f"{fair.code}{number}"
        scan = Upload(f"hoa-don-{number}.pdf", f"%PDF-1.4\nHóa đơn {number} {fair.code} (mẫu)\n%%EOF".encode())
        return write_voucher(
            fair,
            VoucherDraft(
                payee, purpose, [VoucherPart(line.id, _vnd(amount), commitment_id)], on, method, _vnd(amount * 8 // 108),
                external_number=number, external_on=on, scan=scan,
            ), by=finance,
        )  # fmt: skip

    def approved(row: Voucher) -> Voucher:
        return approve_voucher(submit_voucher(row, by=finance), by=organiser)

    def paid(row: Voucher, ago: int, reference: str) -> Voucher:
        return pay_voucher(
            approved(row), on=fair.today - timedelta(days=ago), reference=f"{reference}{fair.id}", by=finance
        )

    share = rent.amount_minor // 2
    paid(voucher(hall, rent.payee, "Tạm ứng 50 % tiền thuê mặt bằng", share, 18, "0000152", rent.id), 17, "FT20261")
    paid(
        voucher(printing, "Nhà in Thăng Long (mẫu)", "In giấy mời đợt 1", 12_960_000, 9, "0000871", None, "cash"), 8, ""
    )
    wrong = paid(
        voucher(printing, "Nhà in Thăng Long (mẫu)", "In giấy mời đợt 1", 12_960_000, 6, "0000871"), 5, "FT20262"
    )
    undo = counter(wrong, reason="Chi trùng hóa đơn, nhà in hoàn lại", by=finance)
    pay_voucher(approve_voucher(undo, by=organiser), on=fair.today, reference=f"FT20263{fair.id}", by=finance)
    approved(
        voucher(
            booths, build.payee, "Tạm ứng 30 % hợp đồng dàn dựng", build.amount_minor * 3 // 10, 3, "0002210", build.id
        )
    )
    submit_voucher(
        voucher(promotion, "Đài Truyền thanh mẫu", "Phát sóng giới thiệu hội chợ", 54_000_000, 2, "0000033"), by=finance
    )
    voucher(promotion, "Công ty Quảng cáo Hồ Gươm (mẫu)", "Pa-nô tại sân bay", 86_400_000, 1, "0000419")
    refuse_voucher(voucher(promotion, "Công ty Quảng cáo Hồ Gươm (mẫu)", "Pa-nô tại ga, báo giá", 40_000_000, 4, "BG-07"), reason="Báo giá không phải hóa đơn", by=organiser)  # fmt: skip
    ask_overrun(printing, _vnd(8_000_000), reason="Giá giấy tăng, in thêm thẻ cho lực lượng an ninh", by=finance)


def _sponsors(fair: Fair, finance: Actor) -> None:
    companies = db.session.scalars(
        select(Company).where(Company.country == "VN", Company.tax_code.is_not(None)).order_by(Company.id).limit(2)
    ).all()
    money, goods = companies
    today = fair.today
    gold = promise(
        fair,
        SponsorDraft(
            money.id, "Nhà tài trợ Vàng", _vnd(300_000_000), vat_percent=8,
            benefits="Lô-gô tại cổng chào và sân khấu; 2 gian hàng; phát biểu tại lễ khai mạc",
            instalments=[(today + timedelta(days=5), _vnd(150_000_000)), (today + timedelta(days=30), _vnd(150_000_000))],
        ), by=finance,
    )  # fmt: skip
    paper = Upload("thoa-thuan.pdf", f"%PDF-1.4\nThỏa thuận tài trợ {fair.code} (mẫu)\n%%EOF".encode())
    agree(gold, number="07/TTTT", on=today - timedelta(days=15), scan=paper, by=finance)
    invoice = invoice_instalment(gold, gold.instalments[0].id, by=finance)
    record_receipt(
        invoice, ReceiptDraft(invoice.total, today - timedelta(days=1), "transfer", f"TT{fair.id}0001"), by=finance
    )
    water = promise(
        fair,
        SponsorDraft(
            goods.id, "Đồng hành", _vnd(45_000_000), True, "3.000 chai nước và quạt giấy cho khách tham quan",
            "Lô-gô trên sơ đồ hội chợ",
        ), by=finance,
    )  # fmt: skip
    agree(water, number="08/TTTT", on=today - timedelta(days=10), scan=None, by=finance)
    if fair.days_to_opening <= 0:
        receive_in_kind(water, on=today - timedelta(days=1), by=finance)
