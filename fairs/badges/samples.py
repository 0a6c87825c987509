"""Made-up badges, long and in every script, for looking at a layout before the fair has badges of its own."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairs.badges.codes import SERIAL_BYTES, short_code, sign
from fairs.badges.face import BadgeFace
from fairs.badges.states import BadgeCategory

# Opens no gate: no fair has this key.
_NOBODYS = Ed25519PrivateKey.from_private_bytes(bytes(32))
_WORDS = {
    BadgeCategory.EXHIBITOR: ("Đơn vị tham gia", "Exhibitor"),
    BadgeCategory.IMPORTER: ("Nhà nhập khẩu", "Importer"),
    BadgeCategory.TRADE: ("Khách thương mại", "Trade visitor"),
}
_PEOPLE = (
    ("Công Tằng Tôn Nữ Nguyễn Thị Huỳnh Phương Thuỳ Dương", "vi", "CONG TANG TON NU NGUYEN THI HUYNH PHUONG THUY DUONG",
     "Công ty TNHH Một thành viên Thương mại Dịch vụ Xuất nhập khẩu Thủ công Mỹ nghệ Mẫu", "Việt Nam", "VN",
     "Phó Tổng Giám đốc phụ trách Kinh doanh Quốc tế", BadgeCategory.EXHIBITOR),
    ("Lê An", "vi", "LE AN", "HTX Mẫu", "Việt Nam", "VN", "", BadgeCategory.EXHIBITOR),
    ("勅使河原 龍之介", "ja", "TESHIGAWARA RYUNOSUKE", "株式会社サンプルインターナショナルトレーディング", "Japan", "JP", "部長", BadgeCategory.IMPORTER),
    ("محمد بن عبد الرحمن بن عبد العزيز الفارسي", "ar", "MOHAMMED BIN ABDULRAHMAN BIN ABDULAZIZ AL FARSI",
     "شركة العينة العالمية للتجارة والاستيراد", "United Arab Emirates", "AE", "", BadgeCategory.IMPORTER),
    ("สมศักดิ์ ศรีสุวรรณรัตนโกสินทร์", "th", "SOMSAK SRISUWANRATTANAKOSIN", "บริษัท ตัวอย่างหัตถกรรม จำกัด", "Thailand", "TH", "", BadgeCategory.TRADE),
    ("欧阳晓明", "zh-Hans", "OUYANG XIAOMING", "义乌市样品工艺品进出口有限公司", "China", "CN", "", BadgeCategory.IMPORTER),
    ("Maximiliane Müller-Großmann", "de", "MUELLER-GROSSMANN MAXIMILIANE", "Muster Geschenkartikel GmbH & Co. KG", "Germany", "DE",
     "Head of Purchasing", BadgeCategory.TRADE),
)  # fmt: skip


def _sample(n: int) -> BadgeFace:
    native, language, passport, company, country, code, title, category = _PEOPLE[n]
    serial = bytes([n] * SERIAL_BYTES)
    return BadgeFace(
        fair_name="Hội chợ quốc tế quà tặng hàng thủ công mỹ nghệ Hà Nội" if code == "VN" else "Hanoi Giftshow",
        fair_dates="14–18/10/2026", native_name=native, native_language=language, passport_name=passport, company=company,
        country_name=country, country_code=code, category_label_vi=_WORDS[category][0], category_label_en=_WORDS[category][1],
        category_colour=category.tone, code=sign(serial, _NOBODYS), short_code=short_code(serial), reference=f"GS26-P-{n + 1:05d}",
        category=category, job_title=title, seat=f"A{n + 1}",
    )  # fmt: skip


SAMPLES = tuple(_sample(n) for n in range(len(_PEOPLE)))
