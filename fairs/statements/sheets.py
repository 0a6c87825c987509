"""The statement as a spreadsheet: a sheet for each table, then the records behind each figure as far as the reader may see them."""

from __future__ import annotations

from flask_babel import gettext as _

from fairs.core.sheets import Sheet
from fairs.statements.figures import day_of, kind_of
from fairs.statements.listing import May, Wanted, sheets_of
from fairs.statements.statement import Statement
from fairs.statements.tables import definitions, tables_of


def statement_sheets(statement: Statement, moment: str, may: May) -> list[Sheet]:
    """All sheets; names that Excel would find twice are told apart by a number."""
    fair = statement.fair
    facts = [
        [_("Fair"), fair.name], [_("As of"), moment], [_("Fingerprint of the numbers (SHA-256)"), statement.fingerprint],
        *([term, text] for term, text in definitions()),
    ]  # fmt: skip
    sheets = [Sheet(_("Definitions and method"), [_("Figure"), _("Content")], facts)]
    for table in tables_of(statement):
        rows = [*table.rows, list(table.total)] if table.total else table.rows
        sheets.append(Sheet(table.title, table.heads, rows))
    day = day_of(fair, statement.as_of)
    for key in statement.figures:
        sheets += sheets_of(fair, kind_of(fair, key, day), day, Wanted(), may=may)
    return _numbered(sheets)


def _numbered(sheets: list[Sheet]) -> list[Sheet]:
    seen: dict[str, int] = {}
    found = []
    for sheet in sheets:
        name = sheet.title[:28]
        seen[name.lower()] = number = seen.get(name.lower(), 0) + 1
        found.append(Sheet(f"{name} {number}" if number > 1 else name, sheet.heads, sheet.rows))
    return found
