"""Reads XLSX files as they are on disk: what kind each cell is and what it holds."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_sheets(content: bytes) -> list[list[list[tuple[str, str]]]]:
    """Sheets, rows, cells; a cell is its kind (text, number, formula, empty) and what it holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = book.namelist()
        texts = []
        if "xl/sharedStrings.xml" in names:
            root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            texts = ["".join(part.text or "" for part in item.iter(f"{_NS}t")) for item in root]
        sheets = sorted(name for name in names if name.startswith("xl/worksheets/sheet"))
        return [_rows(ElementTree.fromstring(book.read(name)), texts) for name in sheets]


def _rows(root: ElementTree.Element, texts: list[str]) -> list[list[tuple[str, str]]]:
    return [[_cell(cell, texts) for cell in row] for row in root.iter(f"{_NS}row")]


def _cell(cell: ElementTree.Element, texts: list[str]) -> tuple[str, str]:
    if cell.find(f"{_NS}f") is not None:
        return "formula", cell.findtext(f"{_NS}f", "")
    value = cell.findtext(f"{_NS}v", "")
    if cell.get("t") == "inlineStr":
        return "text", "".join(part.text or "" for part in cell.iter(f"{_NS}t"))
    if cell.get("t") == "s":
        return "text", texts[int(value)]
    return ("number", value) if value else ("empty", "")


def sheet_rows(content: bytes) -> list[list[str]]:
    """The rows of the first sheet, as text."""
    return [[value for _kind, value in row] for row in read_sheets(content)[0]]
