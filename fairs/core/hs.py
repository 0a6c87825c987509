"""Goods by HS heading, and units of quantity, as far as craft exports need them.

Headings are those of the product groups (``domain/product-groups.csv``, HS 2022). Under a known heading any subheading
of six digits, or a national line of eight, is accepted: HS 2017 had 4420.10 where HS 2022 has 4420.11 and 4420.19.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fairs.core.domain import rows
from fairs.core.i18n import current_locale

# Heading: English, Vietnamese. Short names for people; the customs tariff has the legal ones.
NAMES = {
    "3307": ("Incense, perfumes, toilet preparations", "Hương, nước hoa, chế phẩm vệ sinh"),
    "3406": ("Candles", "Nến"),
    "4202": ("Bags, cases and boxes", "Túi, hòm, hộp, vali"),
    "4205": ("Other articles of leather", "Sản phẩm khác bằng da"),
    "4414": ("Wooden frames", "Khung tranh, khung ảnh bằng gỗ"),
    "4419": ("Tableware and kitchenware of wood or bamboo", "Bộ đồ ăn, đồ bếp bằng gỗ, tre"),
    "4420": ("Wood marquetry and inlay, ornaments of wood", "Gỗ khảm, dát; đồ trang trí bằng gỗ"),
    "4421": ("Other articles of wood", "Sản phẩm khác bằng gỗ"),
    "4601": ("Plaits and mats of plaiting materials", "Dây tết bện, chiếu, thảm đan"),
    "4602": ("Basketware and wickerwork", "Hàng mây tre đan"),
    "4802": ("Handmade and uncoated paper", "Giấy làm thủ công, giấy không tráng"),
    "4823": ("Other articles of paper", "Sản phẩm khác bằng giấy"),
    "5007": ("Woven fabrics of silk", "Vải dệt thoi từ tơ tằm"),
    "5804": ("Tulle and lace", "Vải tuyn, hàng ren"),
    "5810": ("Embroidery in the piece", "Hàng thêu dạng chiếc, dải"),
    "6117": ("Knitted clothing accessories", "Phụ kiện may mặc dệt kim"),
    "6204": ("Women's suits, dresses, skirts", "Bộ quần áo, váy nữ"),
    "6205": ("Men's shirts", "Áo sơ mi nam"),
    "6214": ("Shawls, scarves and veils", "Khăn choàng, khăn quàng, mạng che"),
    "6217": ("Other clothing accessories", "Phụ kiện may mặc khác"),
    "6302": ("Bed, table and kitchen linen", "Khăn trải giường, bàn, khăn bếp"),
    "6304": ("Other furnishing articles of textile", "Hàng dệt trang trí nội thất khác"),
    "6307": ("Other made-up textile articles", "Hàng dệt hoàn thiện khác"),
    "6403": ("Footwear of leather", "Giày dép da"),
    "6504": ("Plaited hats", "Mũ, nón tết bện"),
    "6505": ("Hats knitted or of textile", "Mũ dệt kim hoặc bằng vải"),
    "6702": ("Artificial flowers and fruit", "Hoa, lá, quả nhân tạo"),
    "6802": ("Worked stone", "Đá đã gia công"),
    "6810": ("Articles of cement or artificial stone", "Sản phẩm bằng xi măng, đá nhân tạo"),
    "6815": ("Other articles of stone or mineral", "Sản phẩm khác bằng đá, khoáng"),
    "6911": ("Tableware of porcelain", "Bộ đồ ăn bằng sứ"),
    "6912": ("Tableware of other ceramics", "Bộ đồ ăn bằng gốm, trừ sứ"),
    "6913": ("Statuettes and ornaments of ceramic", "Tượng, đồ trang trí bằng gốm sứ"),
    "6914": ("Other ceramic articles", "Sản phẩm khác bằng gốm sứ"),
    "7013": ("Glassware", "Đồ dùng bằng thủy tinh"),
    "7018": ("Glass beads and ornaments", "Hạt, đồ trang trí bằng thủy tinh"),
    "7113": ("Jewellery of precious metal", "Đồ trang sức bằng kim loại quý"),
    "7114": ("Goldsmiths' and silversmiths' wares", "Đồ kỹ nghệ vàng bạc"),
    "7116": ("Articles of pearls or precious stones", "Sản phẩm bằng ngọc trai, đá quý"),
    "7117": ("Imitation jewellery", "Đồ trang sức làm bằng chất liệu khác"),
    "7326": ("Other articles of iron or steel", "Sản phẩm khác bằng sắt, thép"),
    "7419": ("Other articles of copper", "Sản phẩm khác bằng đồng"),
    "8211": ("Knives", "Dao"),
    "8306": ("Bells, statuettes, frames of base metal", "Chuông, tượng, khung bằng kim loại thường"),
    "9202": ("String musical instruments", "Nhạc cụ có dây"),
    "9206": ("Percussion instruments", "Nhạc cụ gõ"),
    "9401": ("Seats", "Ghế ngồi"),
    "9403": ("Other furniture", "Đồ nội thất khác"),
    "9404": ("Cushions, quilts, bedding", "Đệm, chăn, gối"),
    "9405": ("Lamps and lanterns", "Đèn, đèn lồng"),
    "9503": ("Toys", "Đồ chơi"),
    "9505": ("Festive articles", "Đồ dùng lễ hội"),
    "9601": ("Worked ivory, bone, horn, shell", "Xương, sừng, vỏ trai đã gia công"),
    "9602": ("Worked vegetable or mineral carving material", "Vật liệu chạm khắc gốc thực vật, khoáng"),
    "9615": ("Combs and hair-slides", "Lược, trâm cài tóc"),
    "9701": ("Paintings and drawings", "Tranh vẽ"),
    "9702": ("Original engravings and prints", "Bản khắc, bản in gốc"),
    "9703": ("Original sculptures", "Nguyên bản điêu khắc, tượng"),
}

# UN/ECE Recommendation 20 and 21 as customs declarations use them: English, Vietnamese.
UNITS = {
    "PCE": ("pieces", "chiếc"),
    "SET": ("sets", "bộ"),
    "PR": ("pairs", "đôi"),
    "DZN": ("dozens", "tá"),
    "KGM": ("kg", "kg"),
    "TNE": ("tonnes", "tấn"),
    "MTR": ("metres", "mét"),
    "MTK": ("m²", "m²"),
    "MTQ": ("m³", "m³"),
    "LTR": ("litres", "lít"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A known heading of four digits."""

    code: str
    name_en: str
    name_vi: str

    @property
    def name(self) -> str:
        """The short name in the reader's language."""
        return self.name_vi if current_locale() == "vi" else self.name_en


@cache
def headings() -> dict[str, Heading]:
    """All known headings: those named here, and whatever else the product groups list."""
    listed = {code for row in rows("product-groups") for code in row["hs_headings_2022"].split("|") if code}
    return {code: Heading(code, *NAMES.get(code, (code, code))) for code in sorted(listed | set(NAMES))}


def normal_code(text: str) -> str | None:
    """``4420``, ``4420.11`` or ``4420.11.90`` from what was typed; None when it is no code of a known heading."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]{4}|[0-9]{6}|[0-9]{8}", digits) or digits[:4] not in headings():
        return None
    return ".".join([digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2))])


def name_of(code: str) -> str:
    """Name of the code's heading in the reader's language; the code itself when it is unknown."""
    found = headings().get(code[:4])
    return found.name if found else code


def unit_name(code: str) -> str:
    """The unit in the reader's language."""
    names = UNITS.get(code)
    return code if names is None else names[current_locale() == "vi"]
