"""Text as stored and as searched: NFC inside, folded for look-ups."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = str.maketrans({"đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "ß": "ss", "æ": "ae", "Æ": "ae"})
# Control characters, invisible ones and the marks that turn the direction of text can disguise what a name says; half
# of a surrogate pair cannot even be stored. The joiners U+200C and U+200D stay: scripts and emoji need them.
_HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAK = re.compile(r"[\t\n\r\u2028\u2029]+")


def clean(text: str) -> str:
    """NFC, without control and direction marks, outer spaces stripped."""
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text)).strip()


def one_line(text: str) -> str:
    """Cleaned, and line breaks and tabs become spaces: names end up in subjects, lists and file names."""
    return _BREAK.sub(" ", clean(text))


def fold(text: str) -> str:
    """For search: lower case, no diacritics, đ→d, single spaces. "Gốm  Bát Tràng" → "gom bat trang"."""
    stripped = "".join(
        c for c in unicodedata.normalize("NFKD", text.translate(_SPECIAL)) if not unicodedata.combining(c)
    )
    return " ".join(unicodedata.normalize("NFC", stripped).casefold().split())


def slugify(text: str) -> str:
    """For addresses: folded, words joined with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


_SCRIPTS = (
    ("ja", r"[\u3040-\u30ff]"),
    ("ko", r"[\uac00-\ud7ff]"),
    ("ar", r"[\u0600-\u06ff]"),
    ("th", r"[\u0e00-\u0e7f]"),
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_COUNTRIES = {"JP": "ja", "KR": "ko", "TW": "zh-Hant", "HK": "zh-Hant", "MO": "zh-Hant"}


def name_language(name: str, country: str = "") -> str:
    """The language (BCP 47) in whose glyphs a name is shown, by its script and country; empty where it does not matter."""
    for language, letters in _SCRIPTS:
        if re.search(letters, name):
            return language
    return _HAN_COUNTRIES.get(country, "zh-Hans") if _HAN.search(name) else ""


def is_latin(text: str) -> bool:
    """Whether all letters are Latin ones (accents included) and there is at least one."""
    letters = [c for c in text if unicodedata.category(c).startswith("L")]
    return bool(letters) and all(unicodedata.name(c, "").startswith("LATIN ") for c in letters)
