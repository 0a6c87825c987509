"""Spreadsheets for download, in constant memory: rows go from the database through a file on disk to the reader.

What people typed stays text: nothing in a cell is ever run as a formula or a link.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask import Response

from fairs.core.db import db
from fairs.core.money import EXPONENTS, Money

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 32_000  # Excel's limit is 32,767 characters in a cell
_BATCH = 500  # rows read from the database at a time
_PART = 64 * 1024  # bytes sent at a time


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the heads of its columns, its rows. Money is written in major units, without the currency."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]


def each(query: Any) -> Iterator[Any]:
    """The objects of a query, a few hundred in memory at a time; collections must be loaded by ``selectinload``."""
    yield from db.session.scalars(query.execution_options(yield_per=_BATCH))


def sheet_response(sheets: Sequence[Sheet], name: str, *, time_zone: str) -> Response:
    """The download ``<name>.xlsx``, sent in parts; moments are shown in ``time_zone`` (an IANA name)."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed when the answer has been sent
    write(file, sheets, time_zone=time_zone)
    size = file.tell()
    file.seek(0)
    answer = Response(iter(lambda: file.read(_PART), b""), mimetype=XLSX)
    answer.call_on_close(file.close)
    answer.content_length = size
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
    return answer


def workbook(sheets: Sequence[Sheet], *, time_zone: str) -> bytes:
    """The bytes of an XLSX file, for one that is sent by other ways than a download."""
    with tempfile.TemporaryFile() as file:
        write(file, sheets, time_zone=time_zone)
        file.seek(0)
        return file.read()


def write(file: IO[bytes], sheets: Sequence[Sheet], *, time_zone: str) -> None:
    """Write an XLSX file; a row is forgotten as soon as it is written."""
    import xlsxwriter

    text_stays_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"constant_memory": True, **text_stays_text}) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
            "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"}),
            "whole": book.add_format({"num_format": "#,##0"}),
            "cents": book.add_format({"num_format": "#,##0.00"}),
        }
        for sheet in sheets:
            _fill(book.add_worksheet(_sheet_name(sheet.title)), sheet, formats, ZoneInfo(time_zone))


def _fill(page: Any, sheet: Sheet, formats: dict[str, Any], zone: ZoneInfo) -> None:
    widths = [len(head) for head in sheet.heads]
    for column, head in enumerate(sheet.heads):
        page.write_string(0, column, head, formats["head"])
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            _write(page, count, column, value, formats, zone)
            widths[column] = max(widths[column], min(len(str(value)), 60))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width, 60) + 3)
    page.freeze_panes(1, 0)
    if sheet.heads:
        page.autofilter(0, 0, count, len(sheet.heads) - 1)


def _write(page: Any, row: int, column: int, value: Any, formats: dict[str, Any], zone: ZoneInfo) -> None:
    if isinstance(value, datetime):
        page.write_datetime(row, column, value.astimezone(zone).replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, Money):
        style = formats["cents" if EXPONENTS[value.currency] else "whole"]
        page.write_number(row, column, float(value.decimal), style)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        page.write_number(row, column, float(value))
    else:
        page.write_string(row, column, str(value)[:_LONGEST])


def _sheet_name(title: str) -> str:
    """Without the signs that a sheet's name may not hold, at most 31 characters."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "1"
