"""Names for the demonstration: common given and family names put together, and companies that say they are samples."""

from __future__ import annotations

import random
from dataclasses import dataclass

from stdnum.vn import mst

FAMILY_VI = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"]
MIDDLE_VI = ["Văn", "Thị", "Đức", "Minh", "Thu", "Quang", "Hữu", "Ngọc", "Thanh", "Hồng", "Xuân", "Mạnh"]
GIVEN_VI = [
    "An",
    "Bình",
    "Châu",
    "Dũng",
    "Giang",
    "Hà",
    "Hải",
    "Hạnh",
    "Hiếu",
    "Hòa",
    "Hương",
    "Khánh",
    "Lan",
    "Linh",
    "Long",
    "Mai",
    "Nam",
    "Nga",
    "Phúc",
    "Phương",
    "Quân",
    "Sơn",
    "Tâm",
    "Thảo",
    "Thắng",
    "Trang",
    "Tuấn",
    "Vân",
    "Việt",
    "Yến",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """A country's people: (native family, Latin family), given names alike, the order, and a company's form."""

    country: str
    language: str
    family: tuple[tuple[str, str], ...]
    given: tuple[tuple[str, str], ...]
    family_first: bool
    company: str
    dial: str
    joiner: str = " "


ORIGINS = (
    Origin(
        "JP",
        "ja",
        (("佐藤", "SATO"), ("鈴木", "SUZUKI"), ("高橋", "TAKAHASHI"), ("渡辺", "WATANABE")),
        (("太郎", "TARO"), ("花子", "HANAKO"), ("美咲", "MISAKI"), ("健一", "KENICHI")),
        True,
        "Mihon Zakka {n} K.K.",
        "+8135550",
    ),
    Origin(
        "CN",
        "zh-Hans",
        (("张", "ZHANG"), ("王", "WANG"), ("李", "LI"), ("刘", "LIU")),
        (("伟", "WEI"), ("芳", "FANG"), ("丽华", "LIHUA"), ("建国", "JIANGUO")),
        True,
        "Yangben Lipin {n} Co., Ltd.",
        "+86105550",
        "",
    ),
    Origin(
        "TW",
        "zh-Hant",
        (("陳", "CHEN"), ("林", "LIN"), ("黃", "HUANG")),
        (("志明", "CHIH-MING"), ("淑芬", "SHU-FEN"), ("雅婷", "YA-TING")),
        True,
        "Fanli Trading {n} Ltd.",
        "+88625550",
        "",
    ),
    Origin(
        "HK",
        "zh-Hant",
        (("陳", "CHAN"), ("黃", "WONG"), ("鄭", "CHENG")),
        (("大文", "TAI MAN"), ("詠詩", "WING SZE"), ("國強", "KWOK KEUNG")),
        True,
        "Sample Harbour Gifts {n} Ltd.",
        "+8525550",
        "",
    ),
    Origin(
        "KR",
        "ko",
        (("김", "KIM"), ("이", "LEE"), ("박", "PARK"), ("최", "CHOI")),
        (("민수", "MINSU"), ("지영", "JIYOUNG"), ("서연", "SEOYEON")),
        True,
        "Gyeonbon Trading {n} Co.",
        "+8225550",
        "",
    ),
    Origin(
        "TH",
        "th",
        (("ใจดี", "JAIDEE"), ("สุขใจ", "SUKJAI"), ("รักไทย", "RAKTHAI")),
        (("สมชาย", "SOMCHAI"), ("สมหญิง", "SOMYING"), ("ณัฐธิดา", "NATTHIDA")),
        False,
        "Tua Yang Home {n} Co., Ltd.",
        "+6625550",
    ),
    Origin(
        "AE",
        "ar",
        (("الهاشمي", "AL HASHIMI"), ("النجار", "AL NAJJAR"), ("الصالح", "AL SALEH")),
        (("محمد", "MOHAMMED"), ("فاطمة", "FATIMA"), ("أحمد", "AHMED")),
        False,
        "Numuna Gifts {n} LLC",
        "+9714555",
    ),
    Origin(
        "RU",
        "ru",
        (("Петров", "PETROV"), ("Иванов", "IVANOV"), ("Соколов", "SOKOLOV")),
        (("Алексей", "ALEKSEI"), ("Дмитрий", "DMITRII"), ("Сергей", "SERGEI")),
        False,
        "Obrazets Import {n} OOO",
        "+749955",
    ),
    Origin(
        "FR",
        "fr",
        (("Lefèvre", "LEFEVRE"), ("Dupont", "DUPONT"), ("François", "FRANCOIS"), ("Bénard", "BENARD")),
        (("Éloïse", "ELOISE"), ("Jérôme", "JEROME"), ("Agnès", "AGNES")),
        False,
        "Exemple Décoration {n} SARL",
        "+33155550",
    ),
    Origin(
        "DE",
        "de",
        (("Müller", "MUELLER"), ("Schäfer", "SCHAEFER"), ("Weiß", "WEISS"), ("Vogel", "VOGEL")),
        (("Jürgen", "JUERGEN"), ("Käthe", "KAETHE"), ("Sören", "SOEREN")),
        False,
        "Muster Handel {n} GmbH",
        "+4930555",
    ),
    Origin(
        "PL",
        "pl",
        (("Wójcik", "WOJCIK"), ("Łukasik", "LUKASIK"), ("Żak", "ZAK")),
        (("Łukasz", "LUKASZ"), ("Małgorzata", "MALGORZATA"), ("Wojciech", "WOJCIECH")),
        False,
        "Wzór Import {n} Sp. z o.o.",
        "+4822555",
    ),
    Origin(
        "CZ",
        "cs",
        (("Dvořák", "DVORAK"), ("Růžička", "RUZICKA"), ("Němec", "NEMEC")),
        (("Jiří", "JIRI"), ("Tomáš", "TOMAS"), ("Ondřej", "ONDREJ")),
        False,
        "Vzorek Dovoz {n} s.r.o.",
        "+42022555",
    ),
    Origin(
        "ES",
        "es",
        (("Muñoz", "MUNOZ"), ("Ibáñez", "IBANEZ"), ("García", "GARCIA")),
        (("Íñigo", "INIGO"), ("Begoña", "BEGONA"), ("José", "JOSE")),
        False,
        "Muestra Regalos {n} S.L.",
        "+3491555",
    ),
    Origin(
        "US",
        "en",
        (("Miller", "MILLER"), ("Carter", "CARTER"), ("Reed", "REED"), ("Brooks", "BROOKS")),
        (("Jane", "JANE"), ("Peter", "PETER"), ("Olivia", "OLIVIA")),
        False,
        "Sample Gifts {n} Inc.",
        "+1212555",
    ),
    Origin(
        "AU",
        "en",
        (("Walsh", "WALSH"), ("Kelly", "KELLY"), ("Young", "YOUNG")),
        (("Grace", "GRACE"), ("Liam", "LIAM"), ("Ruby", "RUBY")),
        False,
        "Sample Homewares {n} Pty Ltd",
        "+6125550",
    ),
    Origin(
        "SE",
        "sv",
        (("Åkesson", "AAKESSON"), ("Öberg", "OEBERG"), ("Lind", "LIND")),
        (("Åsa", "AASA"), ("Göran", "GOERAN"), ("Märta", "MAERTA")),
        False,
        "Exempel Inredning {n} AB",
        "+468555",
    ),
)


def vietnamese(rng: random.Random) -> str:
    """A Vietnamese name: family, middle, given."""
    return f"{rng.choice(FAMILY_VI)} {rng.choice(MIDDLE_VI)} {rng.choice(GIVEN_VI)}"


def foreign(rng: random.Random, origin: Origin) -> tuple[str, str]:
    """(native name, passport name in Latin letters) of a person from ``origin``."""
    family, latin_family = rng.choice(origin.family)
    given, latin_given = rng.choice(origin.given)
    parts = [family, given] if origin.family_first else [given, family]
    return origin.joiner.join(parts), f"{latin_family} {latin_given}"


def tax_code(rng: random.Random, taken: set[str]) -> str:
    """A tax code with a right check digit, in a range that no office gives out, that is not ``taken`` yet."""
    while True:
        body = f"99{rng.randrange(10**7):07d}"
        check = str(mst.calc_check_digit(body))
        if len(check) == 1 and body not in taken:
            taken.add(body)
            return body + check
