"""Opening a list: what the file is by its content, never by its name; what can do harm is refused with the reason."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput
from fairs.core.separated import MOST_COLUMNS, decoded, divided
from fairs.core.storage import Upload
from fairs.core.tables import is_workbook, read_workbook
from fairs.core.text import clean

MOST_ROWS = 20_000
LONGEST = 2_000  # signs of a cell; what comes behind is no contact
_MARKS = (
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"MZ",
    b"\x7fELF",
)


@dataclass(slots=True)
class Sheet:
    """The rows of a sheet, all cells as text, as wide as each other; ``merged`` are (top, left, bottom, right) from 0.

    ``numbers`` has the number of each row in the file, for people.
    """

    name: str
    rows: list[list[str]]
    numbers: list[int]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)

    @property
    def width(self) -> int:
        """How many columns the sheet has."""
        return max((len(row) for row in self.rows), default=0)


def open_file(upload: Upload) -> list[Sheet]:
    """The sheets of an XLSX or CSV file that have anything in them.

    Raises InvalidInput when it is empty, too large, damaged, protected by a password, has macros, is of another kind whatever its
    name says, is written in letters that cannot be told, or has more than MOST_ROWS rows or MOST_COLUMNS columns.
    """
    content = upload.content
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise InvalidInput(_l("This file is protected by a password. Please save it without one."), field="file")
    if is_workbook(content):
        _refuse_active(content)
        sheets = _sheets(content)
    else:
        start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:8]
        if start.startswith(b"<") or start.startswith(_MARKS) or content.startswith(_MARKS):
            raise InvalidInput(
                _l("This is not a spreadsheet, whatever its name says. Please save it as XLSX or CSV."), field="file"
            )
        lines = divided(_text(content))
        sheets = [Sheet("", [[cell[:LONGEST] for cell in row] for _, row in lines], [number for number, _ in lines])]
    sheets = [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]
    if not sheets:
        raise InvalidInput(_l("There is nothing in this sheet."), field="file")
    for sheet in sheets:
        if len(sheet.rows) > MOST_ROWS:
            raise InvalidInput(_l("At most %(count)s rows at a time.", count=MOST_ROWS), field="file")
        if sheet.width > MOST_COLUMNS:
            raise InvalidInput(_l("At most %(count)s columns.", count=MOST_COLUMNS), field="file")
        wide = sheet.width
        sheet.rows = [row + [""] * (wide - len(row)) for row in sheet.rows]
    return sheets


def _refuse_active(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [entry.filename.lower() for entry in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InvalidInput(_l("This spreadsheet cannot be read. Please save it anew as XLSX."), field="file") from error
    if any(
        name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/", "xl/macrosheets/")) for name in names
    ):
        raise InvalidInput(
            _l("This workbook contains macros. Please save it without them, as XLSX or CSV."), field="file"
        )
    if "xl/workbook.xml" not in names:
        # An OpenDocument sheet may say "this cell a billion times" in a few letters.
        raise InvalidInput(_l("This is no XLSX workbook. Please save it as XLSX or CSV."), field="file")


def _sheets(content: bytes) -> list[Sheet]:
    found = []
    for number, grid in enumerate(read_workbook(content)):
        rows = [[clean(cell)[:LONGEST] for cell in row] for row in grid.rows]
        merged = [(top, left, bottom, right) for (top, left), (bottom, right) in grid.merged]
        found.append(Sheet(f"{number + 1}", rows, [at + 1 for at in range(len(rows))], merged, grid.formulas))
    return found


def _text(content: bytes) -> str:
    """The text of a CSV; also of one that a Japanese program has written (Shift JIS), where it has kana."""
    try:
        return decoded(content)
    except InvalidInput:
        try:
            text = content.decode("cp932")
        except UnicodeDecodeError:
            text = ""
        kana = sum(1 for letter in text if "\u3041" <= letter <= "\u30ff")
        odd = sum(1 for letter in text if "\uff61" <= letter <= "\uff9f" or letter == "\ufffd")
        if kana < 2 or odd * 4 > kana:
            raise
        return text
