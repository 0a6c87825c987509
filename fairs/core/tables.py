"""Spreadsheets that people hand in (XLSX, ODS, CSV): the rows under known heads, with the numbers they have in the sheet.

What a file is gets decided by its content. A sheet that cannot be read at all is refused with one message; a row that
cannot be read is named with its number, so that a dry run lists everything that is to be mended at once.
"""

from __future__ import annotations

import copy
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload
from fairs.core.text import fold, one_line

MOST_ROWS = 10_000
_LARGEST = 20 * 2**20  # bytes as handed in
_MOST_UNPACKED = 300 * 2**20
_HEAD_ROWS = 20  # titles and notes may stand above the heads
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS of before 2007, and encrypted XLSX
_MOST_CELLS = 5_000_000  # from the first to the last place, empty ones too: each takes memory
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]*?\br=[\"']([A-Z]{0,3})([0-9]{1,7})[\"']")
_FORMULA = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f\b')


class NoRows(InvalidInput):
    """A sheet has its heads, and nothing under them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its ``key`` in our rows and the heads that people give it, the usual one first."""

    key: str
    heads: Sequence[str]
    required: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its number in the sheet and the text of each known column, empty where nothing stands."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """What is wrong in a row (None: with the sheet), under which head."""

    row: int | None
    head: str
    message: Any


@dataclass(slots=True)
class SheetData:
    """What was read: rows, problems by row, heads that nothing is known of."""

    rows: list[SheetRow] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    unknown_heads: list[str] = field(default_factory=list)


class SheetNumber(str):
    """The text of a cell that holds a number: digits with a full stop before decimals, whatever the reader's manner."""

    __slots__ = ()


@dataclass(slots=True)
class Grid:
    """The cells of one sheet, all as text; places are (row, column) from 0."""

    rows: list[list[str]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)


def read_sheet(
    upload: Upload, columns: Sequence[Column], *, max_rows: int = MOST_ROWS, field: str = "file"
) -> SheetData:
    """The rows of the first sheet that has the heads of ``columns``, in any order and with titles above them.

    Raises InvalidInput when the file is empty, too large, of another kind, encrypted, damaged, not in UTF-8, lacks a
    required head, has a head twice, or has more than ``max_rows`` rows. Merged cells and formulas without a value among the
    rows are problems of their row.
    """
    found: tuple[int, Grid, int, dict[int, str]] | None = None
    for grid in _grids(upload, field):
        for number, row in enumerate(grid.rows[:_HEAD_ROWS]):
            places = _places(row, columns)
            if found is None or len(places) > found[0]:
                found = (len(places), grid, number, places)
    if found is None or not any(grid_row for grid_row in found[1].rows):
        raise InvalidInput(_l("There is nothing in this sheet."), field=field)
    _, grid, at, places = found
    _check_heads(columns, places, field)
    return _read(grid, at, places, {column.key: column.heads[0] for column in columns}, max_rows, field)


def read_sheets(
    upload: Upload, columns: Sequence[Column], *, max_rows: int = MOST_ROWS, field: str = "file"
) -> list[tuple[int, set[str], SheetData]]:
    """Every sheet that has at least two of ``columns``, with its number from 0 and the columns it has: for files in which
    sheets belong together. Required columns are the caller's to ask for. Raises as read_sheet."""
    found = []
    for number, grid in enumerate(_grids(upload, field)):
        heads = [(len(_places(row, columns)), -at) for at, row in enumerate(grid.rows[:_HEAD_ROWS])]
        if not heads or max(heads)[0] < 2:
            continue
        at = -max(heads)[1]
        places = _places(grid.rows[at], columns)
        _check_heads([replace(column, required=False) for column in columns], places, field)
        try:
            data = _read(grid, at, places, {column.key: column.heads[0] for column in columns}, max_rows, field)
        except NoRows:
            data = SheetData()
        found.append((number, set(places.values()), data))
    return found


def _plain(head: str) -> str:
    """A head as it is compared: folded, without brackets, units and signs."""
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"\(.*?\)", " ", fold(head))))


def _places(row: Sequence[str], columns: Sequence[Column]) -> dict[int, str]:
    known = {_plain(head): column.key for column in columns for head in (*column.heads, column.key)}
    return {place: known[_plain(cell)] for place, cell in enumerate(row) if cell and _plain(cell) in known}


def _check_heads(columns: Sequence[Column], places: Mapping[int, str], field: str) -> None:
    present = list(places.values())
    missing = [column.heads[0] for column in columns if column.required and column.key not in present]
    if missing:
        raise InvalidInput(_l("These columns are missing: %(heads)s.", heads=", ".join(missing)), field=field)
    twice = [column.heads[0] for column in columns if present.count(column.key) > 1]
    if twice:
        raise InvalidInput(_l("These columns stand there twice: %(heads)s.", heads=", ".join(twice)), field=field)


def _read(
    grid: Grid, at: int, places: Mapping[int, str], heads: Mapping[str, str], max_rows: int, field: str
) -> SheetData:
    data = SheetData(unknown_heads=[cell for place, cell in enumerate(grid.rows[at]) if cell and place not in places])
    merged = {
        row: heads[places[column]]
        for (top, left), (bottom, right) in grid.merged
        for row in range(max(top, at + 1), min(bottom, len(grid.rows) - 1) + 1)
        for column in range(left, right + 1)
        if column in places
    }
    for number in range(at + 1, len(grid.rows)):
        row = grid.rows[number]
        cells = {key: row[place] if place < len(row) else "" for place, key in places.items()}
        if not any(cells.values()) and number not in merged:
            continue
        if len(data.rows) >= max_rows:
            raise InvalidInput(_l("At most %(count)s rows at a time.", count=max_rows), field=field)
        data.rows.append(SheetRow(number + 1, cells))
        if number in merged:
            message = _l("Cells are merged here. Each row needs its own value.")
            data.problems.append(SheetProblem(number + 1, merged[number], message))
        for place, key in places.items():
            if cells[key].startswith("=") or ((number, place) in grid.formulas and not cells[key]):
                message = _l("A formula stands here without its value. Please write the value.")
                data.problems.append(SheetProblem(number + 1, heads[key], message))
    if not data.rows:
        raise NoRows(_l("There are no rows under the heads."), field=field)
    return data


def _grids(upload: Upload, field: str) -> Iterable[Grid]:
    if is_workbook(upload.content, field):
        return read_workbook(upload.content, field)
    return [Grid(_csv_rows(upload.content, field))]


def is_workbook(content: bytes, field: str = "file") -> bool:
    """Whether the file is packed as XLSX and ODS are, else it may be text; raises InvalidInput when it is neither."""
    if not content.strip():
        raise InvalidInput(_l("This file is empty."), field=field)
    if len(content) > _LARGEST:
        raise InvalidInput(_l("This file is too large; at most %(limit)s MB.", limit=_LARGEST // 2**20), field=field)
    if content.startswith(_OLE):
        raise InvalidInput(_l("This file is encrypted or of an old kind. Please save it as XLSX."), field=field)
    return content.startswith(b"PK")


def read_workbook(content: bytes, field: str = "file") -> list[Grid]:
    """The sheets of an XLSX or ODS file; raises InvalidInput when it is damaged, too large, or no spreadsheet."""
    from python_calamine import CalamineWorkbook

    broken = InvalidInput(_l("This spreadsheet cannot be read. Please save it anew as XLSX."), field=field)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if not _is_bearable(archive):
                raise InvalidInput(_l("This spreadsheet is too large."), field=field)
            parts = {entry.filename for entry in archive.infolist()}
            if not parts & {"xl/workbook.xml", "content.xml"}:
                raise InvalidInput(_l("Only spreadsheets (XLSX, ODS, CSV) can be handed in."), field=field)
            formulas = []
            for name in sorted(parts, key=lambda part: (len(part), part)):
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    xml = archive.read(name)
                    if _cells(xml) > _MOST_CELLS:
                        raise InvalidInput(_l("This spreadsheet is too large."), field=field)
                    if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):
                        formulas.append(_formulas(xml))
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = []
        for number in range(len(book.sheet_names)):
            sheet = book.get_sheet_by_index(number)
            rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            merged = list(sheet.merged_cell_ranges or ())
            grids.append(Grid(rows, merged, formulas[number] if number < len(formulas) else set()))
    except InvalidInput:
        raise
    except BaseException as error:
        # The reader is written in Rust: where it gives up on a damaged file, it raises what is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise broken from error
        raise
    return grids


def _is_bearable(archive: zipfile.ZipFile) -> bool:
    """Whether what is packed has a bearable size, whatever sizes the archive tells."""
    left = _MOST_UNPACKED
    for entry in archive.infolist():
        probe = copy.copy(entry)
        probe.file_size = 2**62  # the reader stops at the size that is told, which may be a lie
        with archive.open(probe) as part:
            while block := part.read(2**20):
                left -= len(block)
                if left < 0:
                    return False
    return True


def _cells(xml: bytes) -> int:
    """How many places the sheet has up to its last row and column."""
    rows = columns = 1
    for letters, digits in _PLACE.findall(xml):
        rows, columns = max(rows, int(digits)), max(columns, _column(letters) if letters else 1)
    return rows * columns


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column


def _formulas(xml: bytes) -> set[tuple[int, int]]:
    places = set()
    for letters, digits in _FORMULA.findall(xml):
        places.add((int(digits) - 1, _column(letters) - 1))
    return places


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        # Spreadsheets keep all numbers as binary fractions: 15 digits are what they show.
        whole = value.is_integer() and abs(value) < 1e15
        return SheetNumber(int(value)) if whole else SheetNumber(f"{value:.15g}")
    if isinstance(value, int):
        return SheetNumber(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return one_line(str(value))


def _csv_rows(content: bytes, field: str) -> list[list[str]]:
    try:
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = _l("Line %(line)s is not in UTF-8. Please save the file as “CSV UTF-8” or as XLSX.", line=line)
        raise InvalidInput(message, field=field) from error
    if "\0" in text:
        raise InvalidInput(_l("Only spreadsheets (XLSX, ODS, CSV) can be handed in."), field=field)
    top = "\n".join(text.splitlines()[:_HEAD_ROWS])
    delimiter = max(",;\t", key=top.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[one_line(cell) for cell in row] for row in lines]
    except csv.Error as error:
        message = _l("Line %(line)s cannot be read as CSV.", line=lines.line_num)
        raise InvalidInput(message, field=field) from error
