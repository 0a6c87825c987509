"""Countries as lists write them: in any of many languages, by code, by everyday name."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
import pycountry
from babel import Locale

from fairs.core.text import fold

# The languages of those who send lists, the likelier ones first: a name that means two countries is taken from the first.
_LANGUAGES = (
    "vi",
    "en",
    "ja",
    "fr",
    "de",
    "es",
    "zh",
    "zh_Hant",
    "ko",
    "it",
    "nl",
    "ru",
    "pt",
    "pl",
    "cs",
    "sv",
    "da",
    "tr",
)
_EVERYDAY = {
    "Nhật": "JP", "Nhật Bản": "JP", "Nippon": "JP", "日本国": "JP", "Hàn": "KR", "Hàn Quốc": "KR", "Đại Hàn": "KR", "Nam Hàn": "KR",
    "Korea": "KR", "South Korea": "KR", "Republic of Korea": "KR", "Corée": "KR", "Korea (South)": "KR", "韓国": "KR",
    "Mỹ": "US", "Hoa Kỳ": "US", "USA": "US", "US": "US", "U.S.A": "US", "America": "US", "United States of America": "US",
    "Etats Unis d'Amérique": "US", "米国": "US", "アメリカ": "US", "Vereinigte Staaten von Amerika": "US",
    "Anh": "GB", "Anh Quốc": "GB", "Vương quốc Anh": "GB", "UK": "GB", "U.K": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB",
    "Great Britain": "GB", "Britain": "GB", "Northern Ireland": "GB", "Großbritannien": "GB", "Angleterre": "GB", "英国": "GB",
    "イギリス": "GB", "Royaume Uni": "GB", "Pháp": "FR", "Đức": "DE", "Ý": "IT", "Nga": "RU", "Russia": "RU", "Liên bang Nga": "RU",
    "Úc": "AU", "Trung Quốc": "CN", "PR China": "CN", "P.R. China": "CN", "PRC": "CN", "China": "CN", "Mainland China": "CN",
    "Đài Loan": "TW", "Taiwan": "TW", "Hồng Kông": "HK", "Hongkong": "HK", "Hong Kong": "HK", "Hong Kong SAR": "HK", "Macau": "MO",
    "Ấn Độ": "IN", "Thái": "TH", "Thái Lan": "TH", "Mã Lai": "MY", "Miến Điện": "MM", "Burma": "MM", "Cam pu chia": "KH",
    "Hà Lan": "NL", "Holland": "NL", "The Netherlands": "NL", "Tây Ban Nha": "ES", "Bồ Đào Nha": "PT", "Thụy Sĩ": "CH", "Thuỵ Sĩ": "CH",
    "Thụy Điển": "SE", "Đan Mạch": "DK", "Na Uy": "NO", "Phần Lan": "FI", "Ba Lan": "PL", "Áo": "AT", "Bỉ": "BE", "Séc": "CZ",
    "Tiệp": "CZ", "Czech": "CZ", "Czech Republic": "CZ", "CH Séc": "CZ", "Cộng hòa Séc": "CZ", "Tschechien": "CZ",
    "UAE": "AE", "U.A.E": "AE", "Dubai": "AE", "Emirates": "AE", "Thổ Nhĩ Kỳ": "TR", "Turkey": "TR", "Türkei": "TR", "Turquie": "TR",
    "Viet Nam": "VN", "Vietnam": "VN", "Việt Nam": "VN", "VNM": "VN", "Tân Tây Lan": "NZ", "Gia Nã Đại": "CA", "Lào": "LA", "Laos": "LA",
    "Iran": "IR", "Syria": "SY", "Bolivia": "BO", "Venezuela": "VE", "Tanzania": "TZ", "Moldova": "MD", "Brunei": "BN",
    "Ivory Coast": "CI", "Palestine": "PS", "Vatican": "VA", "Macedonia": "MK", "Swaziland": "SZ", "Cape Verde": "CV", "Kosovo": "XK",
}  # fmt: skip
_AROUND = re.compile(
    r"^(?:the|nuoc|cong hoa|republic of|kingdom of|state of|republique|royaume|republik|la|le|l|les|die|der)\s+"
)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    known = {_plain(name): code for name, code in _EVERYDAY.items()}
    codes = {one.alpha_2 for one in pycountry.countries}
    for one in pycountry.countries:
        for name in (
            one.alpha_2,
            one.alpha_3,
            one.name,
            getattr(one, "official_name", ""),
            getattr(one, "common_name", ""),
        ):
            if name:
                known.setdefault(_plain(name), one.alpha_2)
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in codes:
                known.setdefault(_plain(name), code)
    return {name: code for name, code in known.items() if name and code in codes}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=\w)[.'’](?=\w)", "", fold(text).replace(".", ""))))


@lru_cache(maxsize=4096)
def country_of(text: str) -> str:
    """The ISO 3166 code of a country as somebody wrote it; empty where it cannot be told, or two countries stand there.

    "Nhật", "Japan", "日本", "JP", "JPN", "Tokyo, Japan" and "Nhật Bản / Japan" are all "JP".
    """
    names, plain = _names(), _plain(text[:200])
    if not plain:
        return ""
    if found := names.get(plain) or names.get(_AROUND.sub("", plain)):
        return found
    parts = [_plain(part) for part in re.split(r"[,;/|()\[\]\-–—\n]+", text[:200])]
    told = {code for part in parts if (code := names.get(part) or names.get(_AROUND.sub("", part))) and len(part) > 2}
    return told.pop() if len(told) == 1 else ""


def country_of_phone(text: str) -> str:
    """The country of a number in international form; empty where it cannot be told."""
    plain = text.strip()
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    if not plain.startswith("+"):
        return ""
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(plain[:40], None))
    except phonenumbers.NumberParseException:
        return ""
    return str(found or "") if found and pycountry.countries.get(alpha_2=found) else ""


# Ends of addresses that are sold to everybody, or are no code of ISO 3166.
_NO_COUNTRY = frozenset({"ai", "cc", "co", "eu", "fm", "io", "me", "tv", "ws", "la", "ag"})


def country_of_domain(domain: str) -> str:
    """The country by the end of an address ("…co.jp" is Japan); empty for the ends that say nothing."""
    end = domain.rsplit(".", 1)[-1].lower() if "." in domain else ""
    if end == "uk":
        return "GB"
    return (
        end.upper() if len(end) == 2 and end not in _NO_COUNTRY and pycountry.countries.get(alpha_2=end.upper()) else ""
    )


def letter_language(country: str) -> str:
    """The language of letters to somebody there: Japanese for Japan, Vietnamese for Viet Nam, else English."""
    return {"JP": "ja", "VN": "vi"}.get(country, "en")
