"""Opening a statement file: what it is by its content, and which rows it has."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput
from fairs.core.separated import decoded, divided
from fairs.core.storage import Upload
from fairs.core.tables import is_workbook, read_workbook

MOST_ROWS = 60_000


@dataclass(slots=True)
class Sheet:
    """Rows of one sheet with their number in the file, all cells as text; ``formulas`` are (row number, column)."""

    rows: list[tuple[int, list[str]]]
    formulas: set[tuple[int, int]] = field(default_factory=set)


def open_file(upload: Upload) -> list[Sheet]:
    """The sheets of an XLSX, ODS or CSV file; a CSV is one sheet.

    Raises InvalidInput when it is empty, too large, damaged, encrypted, of another kind, in letters that cannot be told, or
    has more than MOST_ROWS rows.
    """
    content = upload.content
    if is_workbook(content):
        sheets = [
            Sheet(
                [(at + 1, row) for at, row in enumerate(grid.rows)],
                {(row + 1, column) for row, column in grid.formulas},
            )
            for grid in read_workbook(content)
        ]
    else:
        if content.lstrip()[:1] == b"<" or content.startswith((b"%PDF", b"{\\rtf")):
            raise InvalidInput(
                _l("This is not a spreadsheet, whatever its name says. Please save it as XLSX or CSV."), field="file"
            )
        sheets = [Sheet(divided(decoded(content)))]
    if any(len(sheet.rows) > MOST_ROWS for sheet in sheets):
        raise InvalidInput(_l("At most %(count)s rows at a time.", count=MOST_ROWS), field="file")
    return sheets
