"""Amounts and days as banks write them: thousands in both manners, signs before and behind, serial days of spreadsheets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.money import EXPONENTS, LARGEST
from fairs.core.tables import SheetNumber

DOT, COMMA = ".", ","  # the mark of thousands
_LONGEST = 40
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "’": "'"})
_UNIT = re.compile(rf"(?i)(?<![A-Z])(?:{'|'.join(EXPONENTS)}|đồng|dong|đ)(?![A-Z])\.?|[₫$€£¥]")
_GROUPED = {
    DOT: re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+|\d+"),
    COMMA: re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+"),
}
_UNCLEAR = re.compile(r"\d{1,3}[.,]\d{3}")


class Unreadable(ValueError):
    """A cell says nothing that can be told for sure; ``message`` is for people."""

    def __init__(self, message: Any) -> None:
        self.message = message
        super().__init__("unreadable")


def _bare(text: str) -> tuple[str, bool]:
    """The digits and marks of an amount, and whether it is below zero."""
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip().lstrip("'")
    plain = _UNIT.sub("", plain).strip()
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1].strip(), True
    if plain.startswith(("-", "+")) or plain.endswith(("-", "+")):
        ends = plain[0] if plain[0] in "+-" else plain[-1]
        if negative:
            raise Unreadable(_l("This amount has two signs."))
        negative = ends == "-"
        plain = (plain[1:] if plain[0] in "+-" else plain[:-1]).strip()
    return re.sub(r"(?<=\d)[ '](?=\d{3}(?!\d))", "", plain), negative


def manner_of(texts: Iterable[str]) -> str | None:
    """The mark of thousands that a column's cells show beyond doubt; None where none does, or they contradict each other."""
    seen: set[str] = set()
    for text in texts:
        if isinstance(text, SheetNumber) or not text:
            continue
        try:
            bare, _negative = _bare(text)
        except Unreadable:
            continue
        if _UNCLEAR.fullmatch(bare) or bare.isdigit():
            continue
        seen.update(manner for manner, form in _GROUPED.items() if form.fullmatch(bare))
    return seen.pop() if len(seen) == 1 else None


def read_amount(text: str, currency: str, manner: str | None = None) -> int | None:
    """Minor units with the sign, None for an empty cell or a dash; ``manner`` is the column's mark of thousands.

    One mark followed by exactly three digits is a mark of thousands, for no bank writes three decimals; in a column of the
    other manner it could be either and is refused. Raises Unreadable.
    """
    if not text.strip(" -–—−"):
        return None
    if len(text) > _LONGEST:
        raise Unreadable(_l("This is no amount."))
    if isinstance(text, SheetNumber):
        return _minor(Decimal(text), currency)
    if re.fullmatch(r"[+-]?\d([.,]\d+)?[eE][+-]?\d+", text.strip()):
        raise Unreadable(_l("A spreadsheet has shortened this number. Take the file as the bank gave it."))
    bare, negative = _bare(text)
    fits = [mark for mark, form in _GROUPED.items() if form.fullmatch(bare)]
    if not fits or not bare.isascii():
        raise Unreadable(_l("This is no amount."))
    if _UNCLEAR.fullmatch(bare):
        mark = next(character for character in bare if not character.isdigit())
        if (manner is not None and manner != mark) or bare.startswith("0"):
            raise Unreadable(_l("This amount is not clear: thousands or decimals?"))
        fits = [mark]
    mark = fits[0]
    value = Decimal(bare.replace(mark, "").replace(",", "."))
    return _minor(-value if negative else value, currency)


def _minor(value: Decimal, currency: str) -> int:
    exact = value.scaleb(EXPONENTS[currency])
    minor = exact.quantize(Decimal(1)) if abs(exact) <= LARGEST else None
    if minor is None:
        raise Unreadable(_l("This amount is too large."))
    # Spreadsheets keep binary fractions: what is a hair beside a whole minor unit is that unit.
    if abs(exact - minor) > Decimal("0.000001"):
        raise Unreadable(_l("%(currency)s has no such small units.", currency=currency))
    return int(minor)


_DAY = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/.\-])")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_RUN = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets


def read_day(text: str, *, latest: date) -> date:
    """A day from 31/12/2026, 31-12-26, 2026-12-31, 20261231 or a spreadsheet's serial day, with or without a time behind it.

    Raises Unreadable for what is none, lies after ``latest``, or has month before day: then the whole file would be misread.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    found = _read(plain)
    if found is None:
        raise Unreadable(_l("This is no day. Write it as 31/12/2026."))
    if found > latest:
        raise Unreadable(_l("This day lies in the future."))
    if found.year < 2000:
        raise Unreadable(_l("This day is too far away."))
    return found


def _read(plain: str) -> date | None:
    try:
        if match := _ISO.match(plain):
            return date(int(match[1]), int(match[3]), int(match[4]))
        if match := _DAY.match(plain):
            day, month, year = int(match[1]), int(match[3]), int(match[4])
            if month > 12 >= day:
                raise Unreadable(_l("Month and day seem to be swapped: write days as 31/12/2026."))
            return date(year if year > 99 else 2000 + year, month, day)
        if match := _RUN.fullmatch(plain):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if re.fullmatch(r"\d{5}(?:[.,]\d+)?", plain) and 36_526 <= int(plain[:5]) < 73_051:  # 2000 to 2099
            return _EPOCH + timedelta(days=int(plain[:5]))
    except Unreadable:
        raise
    except ValueError:
        return None
    return None
