"""Spreadsheets for download, written while they are sent: no file and no list of rows is ever held as a whole.

What people typed stays text: nothing in a cell is ever run as a formula or a link. The parts of the file are those of
ECMA-376 part 1 that Excel and LibreOffice need, with strings inside the cells (no table of shared strings, which would
have to wait for the last row).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from flask import Response, stream_with_context

from fairs.core.db import db
from fairs.core.money import EXPONENTS, Money

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 32_000  # Excel's limit is 32,767 characters in a cell
_MOST_ROWS = 1_048_575  # what Excel opens, besides the heads
_BATCH = 500  # rows read from the database at a time
_PART = 32_768  # bytes sent at a time
_SAMPLE = 200  # rows that say how wide the columns are: widths stand before the rows
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD, _DAY, _MOMENT, _WHOLE, _CENTS = range(1, 6)  # numbers of the cell formats in _STYLES
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="dd/mm/yyyy hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border/><border><left/><right/><top/><bottom style="thin"/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="6"><xf/>'
    '<xf fontId="1" borderId="1" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>'
    '<xf numFmtId="165" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>'
    '<xf numFmtId="3" applyNumberFormat="1"/><xf numFmtId="4" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not in XML 1.0
_ESCAPE_OF_EXCEL = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_DAY_ZERO = date(1899, 12, 30)


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
    """The download ``<name>.xlsx``; moments are shown in ``time_zone`` (an IANA name).

    The answer begins with the first rows. They are made here, so that a mistake in the query is still an error page.
    """
    parts = stream(sheets, time_zone=time_zone)
    first = next(parts)
    answer = Response(stream_with_context(chain([first], parts)), mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
    return answer


def workbook(sheets: Sequence[Sheet], *, time_zone: str) -> bytes:
    """The bytes of an XLSX file, for one that is sent by other ways than a download."""
    return b"".join(stream(sheets, time_zone=time_zone))


class _Sink:
    """Takes what zipfile writes until it is sent on; it cannot go back, so zipfile puts the sizes after each part."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def take(self) -> bytes:
        data = b"".join(self.parts)
        self.parts, self.size = [], 0
        return data


def stream(sheets: Sequence[Sheet], *, time_zone: str) -> Iterator[bytes]:
    """An XLSX file in parts of about 32 kB, each made when it is asked for."""
    zone, sink = ZoneInfo(time_zone), _Sink()
    with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for path, text in _frame([_sheet_name(sheet.title) for sheet in sheets]):
            book.writestr(path, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
        for number, sheet in enumerate(sheets, start=1):
            with book.open(f"xl/worksheets/sheet{number}.xml", "w") as page:
                for text in _batched(_page(sheet, zone)):
                    page.write(text.encode())
                    if sink.size >= _PART:
                        yield sink.take()
    yield sink.take()


def _batched(texts: Iterator[str]) -> Iterator[str]:
    # The compressor likes larger pieces than a row.
    while batch := "".join(islice(texts, 64)):
        yield batch


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(names) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{parts}</Types>'
        ),
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship Id="rId{len(names) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    )
    yield "xl/styles.xml", _STYLES


def _page(sheet: Sheet, zone: ZoneInfo) -> Iterator[str]:
    letters = [_letters(index) for index in range(len(sheet.heads))]
    rows = iter(sheet.rows)
    sample = list(islice(rows, _SAMPLE))
    yield (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    )
    if letters:
        yield f"<cols>{''.join(_widths(sheet.heads, sample))}</cols>"
    yield '<sheetData><row r="1">'
    yield from (_text(f"{letters[n]}1", head, f' s="{_HEAD}"') for n, head in enumerate(sheet.heads))
    yield "</row>"
    count = 1
    for count, row in enumerate(islice(chain(sample, rows), _MOST_ROWS), start=2):
        cells = (
            _cell(f"{letters[n]}{count}", value, zone)
            for n, value in enumerate(row)
            if value is not None and value != ""
        )
        yield f'<row r="{count}">{"".join(cells)}</row>'
    yield "</sheetData>"
    if letters:
        yield f'<autoFilter ref="A1:{letters[-1]}{count}"/>'
    yield "</worksheet>"


def _widths(heads: Sequence[str], sample: Sequence[Sequence[Any]]) -> Iterator[str]:
    for number, head in enumerate(heads):
        longest = max([len(head), *(len(str(row[number])) for row in sample if row[number] is not None)])
        yield f'<col min="{number + 1}" max="{number + 1}" width="{min(longest, 60) + 3}" customWidth="1"/>'


def _cell(place: str, value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        return _number(place, f"{(local.date() - _DAY_ZERO).days + seconds / 86_400:.8f}", _MOMENT)
    if isinstance(value, date):
        return _number(place, str((value - _DAY_ZERO).days), _DAY)
    if isinstance(value, Money):
        return _number(place, f"{float(value.decimal):.15g}", _CENTS if EXPONENTS[value.currency] else _WHOLE)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(place, f"{value:f}" if isinstance(value, Decimal) else repr(value), 0)
    return _text(place, str(value)[:_LONGEST])


def _number(place: str, digits: str, style: int) -> str:
    return f'<c r="{place}"{f" s={chr(34)}{style}{chr(34)}" if style else ""}><v>{digits}</v></c>'


def _text(place: str, text: str, style: str = "") -> str:
    plain = escape(_ESCAPE_OF_EXCEL.sub(r"_x005F_\1", _FORBIDDEN.sub("", text)))
    return f'<c r="{place}" t="inlineStr"{style}><is><t xml:space="preserve">{plain}</t></is></c>'


def _letters(index: int) -> str:
    """A, B … Z, AA, AB …"""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _sheet_name(title: str) -> str:
    """Without the signs that a sheet's name may not hold, at most 31 characters."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "1"
