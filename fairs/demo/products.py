"""Products of the demonstration's exhibitors: three for each company, by the craft of its village. Prices are samples."""

from __future__ import annotations

from typing import Any

from fairs.core.text import fold
from fairs.demo.people import Cast
from fairs.demo.year2020 import add
from fairs.directory.models import Company, Product

# Name in Vietnamese and English, HS heading, unit, price of one in US cents.
Goods = tuple[str, str, str, str, int]
GOODS: dict[str, tuple[Goods, ...]] = {
    "CER": (
        ("Bình hoa men rạn vẽ sen", "Crackle-glaze vase with lotus", "6913", "PCE", 1_450),
        ("Bộ ấm chén men lam", "Blue-and-white tea set", "6912", "SET", 1_890),
        ("Đĩa trang trí vẽ tay", "Hand-painted plate", "6912", "PCE", 620),
        ("Tượng nghê gốm", "Ceramic guardian figure", "6913", "PCE", 980),
        ("Bát ăn cơm men ngọc", "Celadon rice bowl", "6912", "PCE", 240),
    ),
    "LAC": (
        ("Hộp sơn mài vẽ hoa đào", "Lacquer box with peach blossom", "4420", "PCE", 1_180),
        ("Khay sơn mài cẩn vỏ trứng", "Lacquer tray with eggshell inlay", "4419", "PCE", 1_560),
        ("Tranh sơn mài phong cảnh", "Lacquer landscape painting", "9701", "PCE", 7_400),
        ("Bát tre sơn mài", "Lacquered bamboo bowl", "4419", "PCE", 540),
    ),
    "INL": (
        ("Hộp trang sức khảm trai", "Jewellery box with mother-of-pearl", "4420", "PCE", 3_200),
        ("Tranh tứ quý khảm trai", "Four-seasons inlaid panels", "4420", "SET", 16_500),
        ("Khay trà khảm ốc", "Inlaid tea tray", "4420", "PCE", 2_750),
    ),
    "RBB": (
        ("Giỏ mây đan thủ công", "Handwoven rattan basket", "4602", "PCE", 690),
        ("Đèn lồng tre", "Bamboo lantern", "9405", "PCE", 1_120),
        ("Khay mây tròn", "Round rattan tray", "4602", "PCE", 480),
        ("Ghế mây thư giãn", "Rattan lounge chair", "9401", "PCE", 5_900),
        ("Bộ giỏ guột ba chiếc", "Set of three fern baskets", "4602", "SET", 1_340),
    ),
    "SLK": (
        ("Khăn lụa tơ tằm", "Mulberry silk scarf", "6214", "PCE", 1_650),
        ("Lụa vân hoa theo mét", "Patterned silk by the metre", "5007", "MTR", 1_280),
        ("Cà vạt lụa", "Silk tie", "6214", "PCE", 890),
    ),
    "EMB": (
        ("Tranh thêu tay hoa sen", "Hand-embroidered lotus picture", "5810", "PCE", 4_800),
        ("Khăn trải bàn thêu ren", "Embroidered lace tablecloth", "6302", "PCE", 2_350),
        ("Vỏ gối thêu tay", "Hand-embroidered cushion cover", "6304", "PCE", 760),
    ),
    "TEX": (
        ("Khăn len đan tay", "Hand-knitted wool scarf", "6117", "PCE", 730),
        ("Chăn bông dệt hoa văn", "Patterned cotton quilt", "9404", "PCE", 2_900),
        ("Khăn bàn dệt thổ cẩm", "Brocade table runner", "6302", "PCE", 840),
    ),
    "WDC": (
        ("Tượng gỗ chạm tay", "Hand-carved wooden statue", "4420", "PCE", 8_600),
        ("Khay gỗ tiện", "Turned wooden tray", "4419", "PCE", 670),
        ("Khung ảnh gỗ chạm hoa", "Carved wooden picture frame", "4414", "PCE", 920),
        ("Bộ bát gỗ tiện", "Set of turned wooden bowls", "4419", "SET", 1_480),
    ),
    "FUR": (
        ("Ghế gỗ kiểu cổ", "Traditional wooden chair", "9401", "PCE", 11_800),
        ("Bàn trà gỗ", "Wooden tea table", "9403", "PCE", 18_400),
        ("Kệ gỗ trang trí", "Decorative wooden shelf", "9403", "PCE", 6_700),
    ),
    "MET": (
        ("Lư đồng đúc", "Cast bronze incense burner", "8306", "PCE", 9_300),
        ("Chuông đồng trang trí", "Decorative bronze bell", "8306", "PCE", 2_100),
        ("Bộ dao rèn thủ công", "Set of hand-forged knives", "8211", "SET", 3_600),
        ("Tranh đồng gò nổi", "Embossed copper picture", "8306", "PCE", 5_200),
    ),
    "JEW": (
        ("Vòng cổ bạc chạm", "Chased silver necklace", "7113", "PCE", 4_400),
        ("Hoa tai bạc", "Silver earrings", "7113", "PR", 1_750),
        ("Hộp bạc chạm hoa", "Chased silver box", "7114", "PCE", 8_900),
    ),
    "HRN": (
        ("Lược sừng trâu", "Buffalo horn comb", "9615", "PCE", 420),
        ("Thìa sừng trộn xa lát", "Horn salad servers", "9601", "SET", 860),
        ("Vòng tay sừng", "Horn bracelet", "7117", "PCE", 350),
    ),
    "HAT": (
        ("Nón lá truyền thống", "Traditional palm-leaf hat", "6504", "PCE", 310),
        ("Nón quai thao", "Flat festival hat", "6504", "PCE", 780),
        ("Mũ cói rộng vành", "Wide-brimmed sedge hat", "6504", "PCE", 560),
    ),
    "PAP": (
        ("Quạt giấy vẽ tay", "Hand-painted paper fan", "4823", "PCE", 330),
        ("Quạt the thêu", "Embroidered gauze fan", "6307", "PCE", 690),
        ("Sổ tay giấy dó", "Handmade-paper notebook", "4823", "PCE", 470),
    ),
    "TOY": (
        ("Con rối nước", "Water puppet", "9503", "PCE", 1_260),
        ("Chuồn chuồn tre", "Balancing bamboo dragonfly", "9503", "PCE", 120),
        ("Đèn ông sao", "Star lantern", "9505", "PCE", 280),
    ),
    "INC": (
        ("Hương thảo mộc", "Herbal incense sticks", "3307", "SET", 260),
        ("Hương vòng trầm", "Agarwood incense coils", "3307", "SET", 940),
        ("Nến sáp ong", "Beeswax candles", "3406", "SET", 580),
    ),
    "LEA": (
        ("Túi da thủ công", "Handmade leather bag", "4202", "PCE", 4_300),
        ("Ví da khâu tay", "Hand-stitched leather wallet", "4202", "PCE", 1_650),
        ("Giày da thủ công", "Handmade leather shoes", "6403", "PR", 3_800),
    ),
    "MUS": (
        ("Đàn nguyệt", "Moon lute", "9202", "PCE", 12_500),
        ("Đàn tranh mười sáu dây", "Sixteen-string zither", "9202", "PCE", 15_800),
        ("Trống cơm", "Rice drum", "9206", "PCE", 4_600),
    ),
    "GFT": (
        ("Bộ quà tặng làng nghề", "Craft-village gift set", "", "SET", 1_950),
        ("Móc khóa thủ công", "Handmade key ring", "", "PCE", 140),
        ("Hộp quà Tết", "New Year gift box", "", "SET", 2_400),
    ),
}  # fmt: skip
_SIZES = (("cỡ nhỏ", "small"), ("cỡ vừa", "medium"), ("cỡ lớn", "large"), ("đặt riêng", "made to order"))
_CERTIFICATES = ("", "OCOP 4 sao", "", "ISO 9001", "", "FSC")


def load_products(cast: Cast) -> int:
    """Three products of each exporter; every twelfth company has none yet, one product in ten is not shown."""
    rows = [
        _row(company, number, place)
        for number, company in enumerate(cast.exporters)
        if number % 12 != 11
        for place in range(3)
    ]
    add(Product, rows)
    return len(rows)


def _row(company: Company, number: int, place: int) -> dict[str, Any]:
    group = company.group_codes.split("|")[0]
    goods = GOODS.get(group, GOODS["GFT"])
    # Neighbours in the list come from the same villages only every fortieth company: both numbers turn the wheel.
    name_vi, name_en, hs_code, unit, cents = goods[(number // 40 + number + place) % len(goods)]
    size_vi, size_en = _SIZES[(number // 3 + place) % 4]
    village = company.description_vi.removesuffix(".").rpartition("làng nghề ")[2]
    price = cents * (85 + (number * 7 + place * 5) % 40) // 100
    return {
        "company_id": company.id, "position": place + 1, "group_code": group, "village_id": company.village_id,
        "name_vi": f"{name_vi}, {size_vi}", "name_en": f"{name_en}, {size_en}",
        "folded": fold(f"{name_vi}, {size_vi} {name_en}, {size_en}"),
        "description_vi": f"Làm thủ công tại làng nghề {village}. Nhận làm theo mẫu của khách, đóng gói xuất khẩu. Sản phẩm mẫu.",
        "description_en": f"Made by hand in {fold(village).title()} craft village. Made to the buyer’s design on request, packed for export. Sample product.",
        "hs_code": hs_code, "unit": unit, "minimum_order": 50 * (1 + number % 6), "capacity_month": 500 * (1 + (number + place) % 9),
        "price_min_minor": price, "price_max_minor": price * 13 // 10 if place == 0 else None, "currency": "USD",
        "incoterm": "FOB", "certificates": _CERTIFICATES[(number + place) % 6], "is_public": (number + place * 4) % 10 != 7,
    }  # fmt: skip
