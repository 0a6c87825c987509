"""Text as stored and as searched: NFC inside, folded for look-ups."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = str.maketrans({"đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "ß": "ss", "æ": "ae", "Æ": "ae"})
# Control characters and the marks that turn the direction of text can disguise what a name says.
_HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def clean(text: str) -> str:
    """NFC, without control and direction marks, outer spaces stripped."""
    return _HIDDEN.sub("", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """For search: lower case, no diacritics, đ→d, single spaces. "Gốm  Bát Tràng" → "gom bat trang"."""
    stripped = "".join(
        c for c in unicodedata.normalize("NFKD", text.translate(_SPECIAL)) if not unicodedata.combining(c)
    )
    return " ".join(unicodedata.normalize("NFC", stripped).casefold().split())


def slugify(text: str) -> str:
    """For addresses: folded, words joined with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
