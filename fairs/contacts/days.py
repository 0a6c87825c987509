"""Days and amounts as lists write them: mixed within one column."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from fairs.core.money import EXPONENTS, LARGEST
from fairs.core.tables import SheetNumber

_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan januar january janvier", "feb februar february fevrier fev", "mar mars march marz mrz", "apr april avril avr", "may mai",
         "jun juni june juin", "jul juli july juillet", "aug august aout", "sep sept september septembre", "oct okt oktober october octobre",
         "nov november novembre", "dec dez dezember december decembre"), 1,
    )
    for name in names.split()
}  # fmt: skip


def read_day(text: str) -> date | None:
    """A day from 31/12/2025, 31.12.25, 2025-12-31, 2025年12月31日, "12 May 2024", a spreadsheet's serial day, or a time stamp.

    12/31/2025 is read as it can only be meant. None for what is no day between 1950 and 2099.
    """
    plain = unicodedata.normalize("NFKC", text[:60]).strip().lstrip("'")
    try:
        found = _read(plain)
    except ValueError:
        return None
    return found if found is not None and 1950 <= found.year <= 2099 else None


def _read(plain: str) -> date | None:
    if match := _YEAR_FIRST.match(plain):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.match(plain):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        if month > 12 >= day:
            day, month = month, day
        return date(year if year > 99 else 2000 + year, month, day)
    if re.fullmatch(r"(?:19|20)\d{6}", plain):
        return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    if re.fullmatch(r"\d{5}(?:\.\d+)?", plain) and plain.isascii():
        return _EPOCH + timedelta(days=int(plain[:5]))
    folded = "".join(one for one in unicodedata.normalize("NFKD", plain.casefold()) if not unicodedata.combining(one))
    if match := re.match(r"(\d{1,2})\.?\s*(?:de\s+)?([a-z]{3,9})\.?,?\s+(\d{4})", folded):
        return date(int(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
    if match := re.match(r"([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})", folded):
        return date(int(match[3]), _MONTHS.get(match[1], 0), int(match[2]))
    return None


def read_amount(text: str, currency: str) -> int | None:
    """Minor units of an amount in either manner of marks; None for what is none, is below zero or too large."""
    plain = re.sub(r"(?i)[a-zđ₫$€£¥\s\u00a0']", "", unicodedata.normalize("NFKC", text[:60]))
    if not re.fullmatch(r"\d[\d.,]*", plain) or not plain.isascii():
        return None
    if not isinstance(text, SheetNumber):
        marks = [mark for mark in plain if mark in ".,"]
        # The last mark is of decimals only with one or two digits behind it, and where no other is like it.
        decimal = marks[-1] if re.search(r"[.,]\d{1,2}$", plain) and marks.count(marks[-1]) == 1 else ""
        plain = "".join(one if one.isdigit() else "." if one == decimal else "" for one in plain)
    try:
        exact = Decimal(plain).scaleb(EXPONENTS[currency])
    except InvalidOperation:
        return None
    return int(exact) if exact <= LARGEST and exact == int(exact) else None
