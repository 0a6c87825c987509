"""Spreadsheets for download. What people typed stays text: nothing in a cell is ever run as a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 32_000


def workbook(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]], *, time_zone: str) -> bytes:
    """An XLSX file with one sheet: ``columns`` are (heading, width in characters), moments are shown in ``time_zone``."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    days = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
    moments = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})
    sheet = book.add_worksheet(_sheet_name(title))
    for index, (heading, width) in enumerate(columns):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, heading, bold)
    count = 0
    for count, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, datetime):
                sheet.write_datetime(count, index, value.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None), moments)
            elif isinstance(value, date):
                sheet.write_datetime(count, index, value, days)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(count, index, value)
            else:
                sheet.write_string(count, index, str(value)[:_LONGEST])
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    book.close()
    return buffer.getvalue()


def _sheet_name(title: str) -> str:
    """Without the signs that a sheet's name may not hold, at most 31 characters."""
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "1"
