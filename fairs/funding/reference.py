"""Loads the rules of support from their table (``domain/support-rules.csv``). What organisers changed afterwards stays."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from fairs.core.db import db, transaction
from fairs.core.domain import rows
from fairs.funding.models import SupportRule
from fairs.funding.rules import RuleDraft, new_rule
from fairs.funding.states import Purpose

_PROGRAMMES = {
    "industrial promotion (khuyến công)": ("Khuyến công", "Industrial promotion"),
    "trade promotion (xúc tiến thương mại)": ("Xúc tiến thương mại", "Trade promotion"),
    "craft villages": ("Làng nghề", "Craft villages"),
    "hosted importers": ("Đón nhà nhập khẩu", "Hosted importers"),
    "eligibility": ("Đối tượng thụ hưởng", "Eligibility"),
}
_PURPOSES = {
    "KC-DOM-ORG": Purpose.BOOTH, "KC-DOM-JOIN": Purpose.BOOTH, "KC-OVS": Purpose.BOOTH, "KC-OVS-AIR": Purpose.TRAVEL,
    "KC-STARTUP": Purpose.OTHER, "KC-DEMO": Purpose.EQUIPMENT, "KC-MACHINE": Purpose.EQUIPMENT, "KC-OPEN": Purpose.BOOTH,
    "TP-OVS": Purpose.BOOTH, "TP-DOM-INT": Purpose.FAIR, "TP-DOM-SALE": Purpose.FAIR, "TP-REPEAT": Purpose.BOOTH,
    "EX-HANOI-WEEK": Purpose.BOOTH, "EX-CAEXPO": Purpose.BOOTH, "HB-VN": Purpose.LODGING, "HB-IISF2016": Purpose.TRAVEL,
}  # fmt: skip
#: The table is in English; what it supports and its conditions in Vietnamese.
ITEMS_VI = {
    "KC-DOM-ORG": "Tổ chức hội chợ trong nước hàng công nghiệp nông thôn, hàng thủ công mỹ nghệ: thuê mặt bằng, thiết kế và dàn dựng gian hàng, trang trí chung, tuyên truyền, quản lý",
    "KC-DOM-JOIN": "Cơ sở công nghiệp nông thôn tham gia hội chợ trong nước khác: thuê gian hàng",
    "KC-OVS": "Tổ chức, tham gia hội chợ ở nước ngoài: thuê mặt bằng, thiết kế và dàn dựng gian hàng; trang trí khu Việt Nam; khai mạc nếu tự tổ chức; hội thảo, trình diễn; chi phí cán bộ tổ chức",
    "KC-OVS-AIR": "Vé máy bay cho cơ sở công nghiệp nông thôn đi khảo sát, học tập kinh nghiệm ở nước ngoài",
    "KC-LOCAL": "Mức chi của địa phương do cấp tỉnh quy định",
    "KC-STARTUP": "Thành lập doanh nghiệp công nghiệp nông thôn tại địa bàn khó khăn",
    "KC-DEMO": "Mô hình trình diễn kỹ thuật, công nghệ mới, sản phẩm mới",
    "KC-MACHINE": "Ứng dụng máy móc thiết bị tiên tiến",
    "KC-OPEN": "Phí tham gia Hanoi Giftshow đối với doanh nghiệp, cơ sở thủ công mỹ nghệ",
    "TP-OVS": "Tham gia, tổ chức hội chợ ở nước ngoài: tuyên truyền, khu vực quốc gia, gian hàng, khai mạc, công tác phí",
    "TP-DOM-INT": "Hội chợ quốc tế hàng xuất khẩu tổ chức tại Việt Nam (đa ngành): tuyên truyền và gian hàng",
    "TP-DOM-SALE": "Chương trình bán hàng trong nước",
    "TP-REPEAT": "Cùng một đơn vị tham gia cùng một hội chợ nước ngoài: lần thứ nhất, thứ hai, thứ ba, thứ tư",
    "TP-45": "Quy định về kinh phí của các chương trình cấp quốc gia về xúc tiến thương mại và thương hiệu",
    "EX-HANOI-WEEK": "Chi phí gian hàng tại Tuần hàng Việt",
    "EX-CAEXPO": "Thuê gian hàng tại CAEXPO",
    "CV-TRAD": "Công nhận danh hiệu làng nghề truyền thống Hà Nội",
    "CV": "Công nhận danh hiệu làng nghề Hà Nội",
    "HB-VN": "Mức trần tiền phòng, tiền ăn của khách được ngân sách chi trả",
    "HB-IISF2016": "Vé máy bay hạng phổ thông theo khu vực xuất phát",
    "ELIG-2018": "Cơ sở công nghiệp nông thôn: doanh nghiệp nhỏ và vừa, hợp tác xã, tổ hợp tác, hộ kinh doanh tại huyện, thị xã, thị trấn, xã, phường của đô thị loại 2, 3 và phường của đô thị loại 1 được nâng cấp từ xã chưa quá 5 năm",
    "ELIG-2025": "Cơ sở công nghiệp nông thôn: doanh nghiệp nhỏ và vừa, tổ hợp tác, hợp tác xã, liên hiệp hợp tác xã, hộ kinh doanh sản xuất tại xã, phường, đặc khu của tỉnh; xã, đặc khu của thành phố trực thuộc trung ương; và làng nghề được công nhận",
}
_BASES_VI = (
    (" art. 8(6)", ", Điều 8 khoản 6"), (" art. 8", ", Điều 8"), (" art. 2", ", Điều 2"), (" art. 1(1)", ", Điều 1 khoản 1"),
    ("draft of TT ", "dự thảo Thông tư số "), ("TT ", "Thông tư số "), ("QĐ ", "Quyết định số "), ("NĐ ", "Nghị định số "),
    (" of 18 Jun 2025", " ngày 18/6/2025"), ("; provincial council", "; Nghị quyết của Hội đồng nhân dân cấp tỉnh"),
    (" (reception of foreign guests)", " (tiếp khách nước ngoài)"), ("Hanoi practice 2021", "thực tế tại Hà Nội năm 2021"),
    ("Hanoi practice", "thực tế tại Hà Nội"), ("organiser notice 2024", "thông báo của ban tổ chức năm 2024"),
    ("India International Silk Fair 2016", "Hội chợ lụa quốc tế Ấn Độ 2016"),
)  # fmt: skip
CONDITIONS_VI = {
    "KC-DOM-ORG": "chi phí theo kết quả đấu thầu hoặc giá được duyệt",
    "KC-OVS": "chi phí theo kết quả đấu thầu hoặc giá được duyệt",
    "KC-OVS-AIR": "số người theo quyết định của cấp có thẩm quyền; quy định nêu khảo sát, học tập, không nêu tham gia hội chợ",
    "KC-LOCAL": "văn bản của Hà Nội chưa có: nhập tay kèm số và ngày",
    "KC-OPEN": "cơ sở thủ công mỹ nghệ được miễn; đơn vị khác nộp phí",
    "TP-OVS": "tối đa; ít nhất 12 gian hàng và 12 doanh nghiệp (đa ngành) hoặc 6 và 6 (chuyên ngành); chỉ chi khai mạc khi có từ 30 gian hàng",
    "TP-DOM-INT": "tối đa; ít nhất 300 gian hàng 3 x 3 m và 150 đơn vị Việt Nam tại thành phố trực thuộc trung ương, nơi khác 200 và 100; ngưỡng của hội chợ chuyên ngành chưa có",
    "TP-DOM-SALE": "tối đa",
    "TP-REPEAT": "100, 70, 50, 10 phần trăm; mới là dự thảo",
    "TP-45": "chưa có mức chi; theo hiểu biết là văn bản thay thế TT 171/2014/TT-BTC",
    "EX-CAEXPO": "doanh nghiệp nộp phí dịch vụ 5.000.000 đồng mỗi gian, gồm thuế GTGT, chuyển khoản theo nội dung ấn định",
    "HB-VN": "chưa có mức: nhập mức trần hiện hành và số quyết định",
    "HB-IISF2016": "mức trần 45.000 / 35.000 / 22.000 rupi mỗi khách cho châu Mỹ / châu Âu, Úc, Nhật Bản, châu Phi / nơi khác; theo giá vé thực tế nếu thấp hơn; thêm 2 đêm khách sạn; đăng ký trước 1 tháng; thư chỉ có giá trị khi do người được ủy quyền cấp và ghi hạn trả lời",
    "ELIG-2025": "tại Hà Nội, phường chỉ đủ điều kiện thông qua làng nghề được công nhận",
}


def load_rules() -> int:
    """Add the rules of the table that are not there; returns how many rules there are."""
    table = rows("support-rules")
    with transaction():
        known = set(db.session.scalars(select(SupportRule.code)))
        db.session.add_all(new_rule(_draft(row)) for row in table if row["rule_id"] not in known)
        db.session.flush()
    return len(table)


def _draft(row: dict[str, str]) -> RuleDraft:
    code = row["rule_id"]
    programme_vi, programme_en = _PROGRAMMES[row["programme"]]
    return RuleDraft(
        code=code, purpose=_PURPOSES.get(code, Purpose.OTHER), programme_vi=programme_vi, programme_en=programme_en,
        legal_basis_vi=_basis_vi(row["legal_basis"]), legal_basis_en=row["legal_basis"][:250], item_vi=ITEMS_VI[code], item_en=row["item"],
        rate_percent=int(row["rate_pct"]) if row["rate_pct"] else None,
        cap_amount=int(row["cap_amount"]) if row["cap_amount"] else None, cap_unit=row["cap_unit"],
        condition_vi=CONDITIONS_VI.get(code, ""), condition_en=row["condition"], valid_from=_day(row["valid_from"], last=False),
        valid_to=_day(row["valid_to"], last=True), certainty=row["certainty"], source=row["source"][:250],
    )  # fmt: skip


def _basis_vi(text: str) -> str:
    """The table's short name of a regulation as Vietnamese papers cite it."""
    for short, whole in _BASES_VI:
        text = text.replace(short, whole)
    return text[:250]


def _day(text: str, *, last: bool) -> date | None:
    """A day; the table sometimes knows the year only."""
    if not text:
        return None
    if len(text) == 4:
        return date(int(text), 12, 31) if last else date(int(text), 1, 1)
    return date.fromisoformat(text)
