"""Badge faces in every script that a fair in Hanoi meets, with names as long as real ones get."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairs.badges.codes import new_serial, short_code, sign
from fairs.badges.face import BadgeFace

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FAIR = "Hội chợ quốc tế quà tặng hàng thủ công mỹ nghệ Hà Nội 2026"
IMPORTER = ("Nhà nhập khẩu", "Importer", "#1f4e79")
EXHIBITOR = ("Đơn vị trưng bày", "Exhibitor", "#9d2a2a")
VISITOR = ("Khách tham quan", "Trade visitor", "#2f6b4f")
PRESS = ("Báo chí", "Press", "#f2c230")
ORGANISER = ("Ban tổ chức", "Organiser", "#2b2b2b")


def face(
    native: str,
    language: str | None,
    passport: str,
    company: str,
    country: str,
    code: str,
    category: tuple[str, str, str] = IMPORTER,
) -> BadgeFace:
    """A face with a code of its own, signed by KEY."""
    serial = new_serial(KEY)
    return BadgeFace(
        fair_name=FAIR,
        fair_dates="14–18/10/2026",
        native_name=native,
        native_language=language,
        passport_name=passport,
        company=company,
        country_name=country,
        country_code=code,
        category_label_vi=category[0],
        category_label_en=category[1],
        category_colour=category[2],
        code=sign(serial, KEY),
        short_code=short_code(serial),
    )


ORDINARY = {
    "vietnamese": face("Nguyễn Thị Ánh Tuyết", "vi", "NGUYEN THI ANH TUYET", "Công ty TNHH Gốm sứ Mẫu Bát Tràng", "Việt Nam", "VN", EXHIBITOR),
    "short": face("Lê An", "vi", "LE AN", "HTX Mẫu", "Việt Nam", "VN", ORGANISER),
    "japanese": face("佐藤 美咲", "ja", "SATO MISAKI", "株式会社サンプル雑貨", "Japan", "JP"),
    "simplified": face("王晓明", "zh-Hans", "WANG XIAOMING", "义乌市样品工艺品进出口有限公司", "China", "CN"),
    "traditional": face("陳怡君", "zh-Hant", "CHEN YI-CHUN", "樣品國際貿易股份有限公司", "Taiwan", "TW"),
    "korean": face("김민준", "ko", "KIM MINJUN", "주식회사 샘플리빙", "Korea", "KR"),
    "russian": face("Анастасия Владимировна Кузнецова", "ru", "KUZNETSOVA ANASTASIIA", "ООО «Образец Импорт»", "Russia", "RU"),
    "arabic": face("محمد بن عبد الرحمن الفارسي", "ar", "MOHAMMED BIN ABDULRAHMAN AL FARSI", "شركة العينة للتجارة", "United Arab Emirates", "AE"),
    "thai": face("สมศักดิ์ ศรีสุวรรณ", "th", "SOMSAK SRISUWAN", "บริษัท ตัวอย่างหัตถกรรม จำกัด", "Thailand", "TH"),
    "french": face("Hélène Lefèbvre-Châtelain", "fr", "LEFEBVRE CHATELAIN HELENE", "Échantillon & Cie", "France", "FR", VISITOR),
    "polish": face("Łukasz Wiśniewski", "pl", "WISNIEWSKI LUKASZ", "Przykładowe Rękodzieło Sp. z o.o.", "Poland", "PL", VISITOR),
    "german": face("Jürgen Müller-Großmann", "de", "MUELLER-GROSSMANN JUERGEN", "Muster Geschenkartikel GmbH & Co. KG", "Germany", "DE", PRESS),
}  # fmt: skip

LONGEST = {
    "vietnamese": face(
        "Công Tằng Tôn Nữ Nguyễn Thị Huỳnh Phương Thuỳ Dương", "vi", "CONG TANG TON NU NGUYEN THI HUYNH PHUONG THUY DUONG",
        "Công ty Trách nhiệm Hữu hạn Một thành viên Thương mại Dịch vụ Xuất nhập khẩu Thủ công Mỹ nghệ Mẫu Hà Nội",
        "Việt Nam", "VN", EXHIBITOR,
    ),
    "capitals": face("ĐẶNG NGUYỄN HUỲNH PHẠM ẤU ỖỔỒỐỘ", "vi", "DANG NGUYEN", "HTX ẨM THỰC MẪU", "CHXHCN VIỆT NAM", "VN", PRESS),
    "japanese": face("勅使河原 龍之介左衛門尉長宗我部", "ja", "TESHIGAWARA RYUNOSUKE SAEMONNOJO CHOSOKABE", "株式会社サンプルインターナショナルトレーディングホールディングス・ジャパン", "Japan", "JP"),
    "simplified": face("古丽巴哈尔·阿卜杜热依木江·买买提艾力", "zh-CN", "GULBAHAR ABDUREYIMJAN MEMETELI", "中国样品工艺美术品进出口集团股份有限公司浙江省义乌市分公司", "China", "CN"),
    "traditional": face("歐陽司徒諸葛慕容上官", "zh-HK", "AU YEUNG SZETO CHUKOT MOYUNG SHEUNGKUN", "樣品國際貿易（香港）工藝禮品股份有限公司", "Hong Kong SAR, China", "HK"),
    "korean": face("황보제갈선우남궁독고사공서문", "ko", "HWANGBO JEGAL SEONU NAMGUNG DOKGO", "주식회사 한국샘플인터내셔널트레이딩홀딩스", "Korea", "KR"),
    "russian": face("Константинопольский-Преображенский Всеволод Святославович", "ru", "KONSTANTINOPOLSKII-PREOBRAZHENSKII VSEVOLOD SVIATOSLAVOVICH", "Общество с ограниченной ответственностью «Образцовая внешнеторговая компания»", "Russian Federation", "RU"),
    "arabic": face("صاحب السمو الشيخ محمّد بن عبد الرحمٰن بن عبد العزيز آل نهيان المكتوم (Sample) 2026", "ar", "MOHAMMED BIN ABDULRAHMAN BIN ABDULAZIZ AL NAHYAN AL MAKTOUM", "الشركة النموذجية العالمية للتجارة والاستيراد والتصدير (ذ.م.م)", "United Arab Emirates", "AE"),
    "thai": face("สมเด็จพระเจ้าลูกเธอกรมหลวงนราธิวาสราชนครินทร์ผู้ยิ่งใหญ่", "th", "SOMDETPHRACHAOLUKTHOE KROMLUANG NARATHIWATRATCHANAKHARIN", "บริษัทตัวอย่างหัตถกรรมไทยส่งออกระหว่างประเทศจำกัดมหาชน", "Thailand", "TH"),
    "german": face("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "de", "KARL-THEODOR MARIA NIKOLAUS JOHANN JACOB PHILIPP FRANZ JOSEPH SYLVESTER", "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz GmbH & Co. KGaA", "Bosnia and Herzegovina, Federation of", "BA", VISITOR),
    "portuguese": face("Maria Francisca Isabel Josefa Antónia Gertrudes Rita Joana de Bragança", "pt", "MARIA FRANCISCA ISABEL JOSEFA ANTONIA GERTRUDES RITA JOANA DE BRAGANCA", "Amostra", "Saint Vincent and the Grenadines", "VC"),
    "endless": face("W" * 300, None, "M" * 300, "W" * 300, "W" * 120, "GB"),
}  # fmt: skip

LONGEST["labels"] = replace(
    LONGEST["german"],
    category_label_vi="Đại biểu tham dự hội thảo quốc tế về thủ công mỹ nghệ",
    category_label_en="Delegate to the international seminar on handicraft design",
    fair_name="Hội nghị kết nối cung cầu nguyên vật liệu phục vụ sản xuất công nghiệp nông thôn và tiểu thủ công nghiệp khu vực phía Bắc",
    fair_dates="Thứ Tư 14/10/2026 – Chủ nhật 18/10/2026 · 9:00–18:00 · Trung tâm Triển lãm Quốc tế I.C.E. Hà Nội",
)
