"""A list of contacts as a trade office hands it over: 5,000 rows, names in all scripts, countries in four languages, every mess."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

ROWS = 5_000
KNOWN, UNSURE, WRONG, TWICE, WITHOUT_MAIL = 60, 40, 45, 55, 30
HARD, LATER = "gone", "later"
"""How addresses begin whose server refuses them for good, or only at the first attempt."""
HARD_ROWS, LATER_ROWS = 150, 20


@dataclass(frozen=True, slots=True)
class Land:
    """A country: how lists call it, and the parts of its people's names, native and in Latin letters."""

    code: str
    words: Sequence[str]
    dial: str
    family: Sequence[tuple[str, str]]
    first: Sequence[tuple[str, str]]
    second: Sequence[tuple[str, str]]
    is_family_first: bool = False
    joint: str = " "


def _same(text: str) -> list[tuple[str, str]]:
    return [(one, one) for one in text.split()]


def _pairs(text: str) -> list[tuple[str, str]]:
    native, latin = text.split("|")
    return list(zip(native.split(), latin.split(), strict=True))


_EURO_SECOND = _same("a ea ina ette ella ora")
LANDS = (
    Land(
        "JP", ("Japan", "Nhật Bản", "日本", "Japon"), "+8190",
        _pairs("青山 石井 上田 遠藤 大野 木村 黒田 坂本 杉山 高木 中島 西田|AOYAMA ISHII UEDA ENDO OHNO KIMURA KURODA SAKAMOTO SUGIYAMA TAKAGI NAKAJIMA NISHIDA"),
        _pairs("明 和 俊 正 良 真|AKI KAZU TOSHI MASA YOSHI MA"), _pairs("彦 子 美 雄 樹 奈|HIKO KO MI O KI NA"), True,
    ),
    Land(
        "KR", ("Korea", "Hàn Quốc", "韓国", "Südkorea"), "+8210",
        _pairs("강 고 권 류 문 배 서 송 신 안 양 오|KANG KO KWON RYU MOON BAE SEO SONG SHIN AHN YANG OH"),
        _pairs("민 서 지 현 태 수|MIN SEO JI HYUN TAE SU"), _pairs("호 연 훈 영 우 정|HO YEON HOON YOUNG WOO JUNG"), True, "",
    ),
    Land(
        "CN", ("China", "Trung Quốc", "中国", "Chine"), "+86139",
        _pairs("陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林|CHEN YANG ZHAO HUANG ZHOU WU XU SUN HU ZHU GAO LIN"),
        _pairs("志 文 晓 国 海 明|ZHI WEN XIAO GUO HAI MING"), _pairs("强 静 燕 军 玲 东|QIANG JING YAN JUN LING DONG"), True, "",
    ),
    Land(
        "TH", ("Thailand", "Thái Lan", "タイ", "Thaïlande"), "+6681",
        _pairs("ศรีสุข ทองดี แก้วใส บุญมา วงศ์ไทย สายชล จันทร์งาม พรหมมา รุ่งเรือง อินทร์แก้ว ชัยชนะ มั่นคง|SRISUK THONGDEE KAEWSAI BOONMA WONGTHAI SAICHON CHANNGAM PROMMA RUNGRUENG INKAEW CHAICHANA MANKONG"),
        _pairs("สม วิ ปร อน นภ กิต|SOM WI PRA ANU NAPA KIT"), _pairs("ชาย มล ภา รักษ์ พร ติ|CHAI MON PHA RAK PORN TI"),
    ),
    Land(
        "AE", ("United Arab Emirates", "Các tiểu vương quốc Ả Rập thống nhất", "アラブ首長国連邦", "Émirats arabes unis"), "+97150",
        _pairs("المنصوري الحمادي الكعبي الزعابي السويدي المهيري الشامسي النعيمي البلوشي الظاهري المرزوقي الهاشمي|ALMANSOORI ALHAMMADI ALKAABI ALZAABI ALSUWAIDI ALMHEIRI ALSHAMSI ALNUAIMI ALBALUSHI ALDHAHERI ALMARZOOQI ALHASHIMI"),
        _pairs("أحمد سالم خالد فاطمة مريم نورة|AHMED SALEM KHALED FATIMA MARYAM NOURA"),
        _pairs("علي حسن يوسف سعيد راشد ماجد|ALI HASSAN YOUSEF SAEED RASHED MAJED"),
    ),
    Land(
        "RU", ("Russia", "Nga", "ロシア", "Russland"), "+7916",
        _pairs("Орлов Лебедев Козлов Новиков Морозов Волков Зайцев Павлов Семёнов Голубев Виноградов Богданов|ORLOV LEBEDEV KOZLOV NOVIKOV MOROZOV VOLKOV ZAITSEV PAVLOV SEMENOV GOLUBEV VINOGRADOV BOGDANOV"),
        _pairs("Андрей Борис Виктор Глеб Денис Егор|ANDREI BORIS VIKTOR GLEB DENIS EGOR"),
        _pairs("Иванович Петрович Сергеевич Львович Ильич Олегович|IVANOVICH PETROVICH SERGEEVICH LVOVICH ILYICH OLEGOVICH"),
    ),
    Land(
        "FR", ("France", "Pháp", "フランス", "Frankreich"), "+3361",
        _same("Béranger Chevallier Delacroix Esnault Fontaine Guérin Hébert Lacombe Mercier Péron Rousselle Vasseur"),
        _same("Ann Lou Mari Clair Jean Syl"), _EURO_SECOND,
    ),
    Land(
        "DE", ("Germany", "Đức", "ドイツ", "Deutschland"), "+49151",
        _same("Ackermann Böhm Dietrich Eberhardt Förster Günther Hübner Jäger Köhler Lindner Möller Pfeiffer"),
        _same("Ulrik Mart Karo Ver Eri Johann"), _EURO_SECOND,
    ),
    Land(
        "US", ("United States", "Mỹ", "アメリカ", "USA"), "+1202555",
        _same("Abernathy Bancroft Caldwell Donnelly Ellsworth Fairbanks Galloway Hathaway Ingram Kensington Lockwood Merriweather"),
        _same("Dan Joan Rob Mich Ros Christ"), _EURO_SECOND,
    ),
    Land(
        "GB", ("United Kingdom", "Anh", "イギリス", "Royaume-Uni"), "+447700",
        _same("Ashdown Blackwood Cavendish Drummond Fairfax Goodall Hargreaves Kingsley Langford Mountjoy Pemberton Winslow"),
        _same("Ed Georg Harri Vict Alb Flor"), _EURO_SECOND,
    ),
    Land(
        "AU", ("Australia", "Úc", "オーストラリア", "Australien"), "+61412",
        _same("Bellbrook Coolidge Dunstan Everard Flinders Gawler Hindmarsh Kilpatrick Mawson Newcastle Portman Wakefield"),
        _same("Bron Kyl Mat Sher Lach Nath"), _EURO_SECOND,
    ),
    Land(
        "IT", ("Italy", "Ý", "イタリア", "Italien"), "+39347",
        _same("Albertini Benedetti Carbone D’Angelo Esposito Ferrara Grimaldi Lombardi Marchetti Pellegrini Santoro Zanetti"),
        _same("Luc Frances Giuli Matt Stef Alessi"), _EURO_SECOND,
    ),
    Land(
        "ES", ("Spain", "Tây Ban Nha", "スペイン", "Spanien"), "+34612",
        _same("Aguilar Benítez Calderón Domínguez Estévez Figueroa Gallardo Ibáñez Lozano Muñoz Peñalver Zapatero"),
        _same("Carm Isab Paul Ramón Terés Vicent"), _EURO_SECOND,
    ),
    Land(
        "NL", ("Netherlands", "Hà Lan", "オランダ", "Niederlande"), "+3161",
        _same("Bakker Dekker Hendriks Jansen Kuipers Mulder Peters Smit Verbeek Vermeulen Visser Willems"),
        _same("Ann Brigitt Corn Dirk Lott Wilhelm"), _EURO_SECOND,
    ),
)  # fmt: skip
_HEADS = ("STT", "Company name", "Country", "Website", "Full name", "Name in Latin letters", "Job title", "E-mail", "Phone", "Last contact", "Products", "Note")  # fmt: skip
_GROUPS = ("ceramics", "lacquer", "bamboo and rattan", "silk", "embroidery", "wood carving")
_JOBS = ("Purchasing manager", "Buyer", "Owner", "バイヤー", "Einkauf", "Directrice des achats")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the directory, as a sheet of an earlier fair names them."""

    name: str
    company: str
    country: str
    email: str


def people() -> Iterator[tuple[Land, int, str, str]]:
    """Without end: the country, the person's number, native and Latin name; none of them twice within its country."""
    number = 0
    while True:
        land, n = LANDS[number % len(LANDS)], number // len(LANDS)
        parts = land.family[n % 12], land.first[n // 12 % 6], land.second[n // 72 % 6]
        names = []
        for part in (0, 1):
            family, given = parts[0][part], parts[1][part] + (" " if land.code in {"AE", "RU"} else "") + parts[2][part]
            joint = land.joint if part == 0 else " "
            names.append(joint.join((family, given) if land.is_family_first or part == 1 else (given, family)))
        yield land, number, names[0], names[1]
        number += 1


def rows(known: Sequence[Known]) -> list[list[object]]:
    """The rows below the heads, 5,000 of them; ``known`` are KNOWN + UNSURE people of the directory."""
    if len(known) < KNOWN + UNSURE:
        raise ValueError("too few known people")
    found: list[list[object]] = []
    everybody = people()
    fresh = ROWS - KNOWN - UNSURE - WRONG - TWICE
    for place in range(fresh):
        found.append(_row(place, *next(everybody)))
    for place, one in enumerate(known[: KNOWN + UNSURE]):
        # The first are met again by their address; of the others only name and country are the same.
        email = one.email if place < KNOWN else f"desk{place}@new-office{place}.example"
        found.append(["", one.company if place < KNOWN else f"New Office {place} Ltd", one.country, "", one.name, "", "Buyer", email, "", "", "", ""])  # fmt: skip
    for place in range(WRONG):
        found.append(_wrong(place))
    for place in range(TWICE):
        again = list(found[place * 17 + 3])
        again[1], again[8], again[11] = f"{again[1]} ", "", "see above"
        again[7] = str(again[7]).split(";")[0].upper() if again[7] else "-"
        found.append(again)
    # As lists are: what belongs together does not stand together.
    mixed = [found[(place * 1_777) % len(found)] for place in range(len(found))]
    for number, row in enumerate(mixed, 1):
        row[0] = number
    return mixed


def _row(place: int, land: Land, number: int, native: str, latin: str) -> list[object]:
    company = number if number % 10 else max(number - len(LANDS), 0)  # every tenth is the colleague of somebody before
    house = f"house{company:04d}.{land.code.lower()}.example"
    local = f"p{number:04d}"
    if place % 31 == 5 and place // 31 < HARD_ROWS:
        local = f"{HARD}{number:04d}"
    elif place % 211 == 6 and place // 211 < LATER_ROWS:
        local = f"{LATER}{number:04d}"
    emails = f"{local}@{house}"
    if place % 150 == 7 and place // 150 < WITHOUT_MAIL:
        emails = ""
    elif number % 7 == 0:
        emails = f"{emails}; sales{number}@{house}"
    elif number % 11 == 0:
        emails = f"{emails} / office{number}@{house}"
    website = f"www.{house}" if number % 3 else ""
    return [
        "", f"Sample Trading House {company:04d} {land.code}", land.words[number // len(LANDS) % 4], website, native,
        latin if latin != native else "", _JOBS[number % len(_JOBS)], emails, f"{land.dial}{100_000 + number % 900_000}" if number % 5 else "",
        _day(number), _GROUPS[number % len(_GROUPS)], "met at a fair" if number % 9 == 0 else "",
    ]  # fmt: skip


def _day(number: int) -> object:
    day = datetime(2025, 1 + number % 12, 1 + number % 28)
    kinds: Mapping[int, object] = {0: day, 1: f"{day:%d.%m.%Y}", 2: f"{day:%Y-%m-%d}", 3: f"{day:%d/%m/%y}", 4: ""}
    return kinds[number % 5]


def _wrong(place: int) -> list[object]:
    if place % 3 == 0:
        return ["", f"Lost Traders {place}", "Atlantis", "", f"Nobody Known {place}", "", "", f"n{place}@lost.example", "", "", "", ""]  # fmt: skip
    if place % 3 == 1:
        return ["", f"Broken Mail {place} Ltd", "Japan", "", f"Broken Mail {place}", "", "", f"broken{place}@@nowhere", "", "", "", ""]  # fmt: skip
    return ["", "", "France", "", "", "", "", f"unnamed{place}@no-name.example", "", "", "", "?"]


def workbook(listed: Sequence[Sequence[object]]) -> bytes:
    """The list as XLSX: a letterhead, an empty row, two rows of heads with the upper ones merged."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("Danh sách")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        page.merge_range(
            0, 0, 0, len(_HEADS) - 1, "THƯƠNG VỤ MẪU – DANH SÁCH NHÀ NHẬP KHẨU / LIST OF BUYERS 2026", bold
        )
        page.write_string(1, 0, "Cập nhật ngày 12.10.2026, chưa kiểm tra lại")
        for first, last, text in (
            (1, 3, "Company"),
            (4, 6, "Contact person"),
            (7, 8, "How to reach"),
            (9, 11, "Others"),
        ):
            page.merge_range(3, first, 3, last, text, bold)
        page.write_row(4, 0, _HEADS, bold)
        for at, row in enumerate(listed, 5):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    page.write_datetime(at, column, value, day)
                elif value != "":
                    page.write(at, column, value)
    return file.getvalue()
