"""Sheets as people hand them in: what can be read is read, everything else is refused with the row or a reason."""

from __future__ import annotations

import contextlib
import io
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload
from fairs.core.tables import Column, read_sheet

COLUMNS = [
    Column("name", ["Tên đơn vị", "Name"], required=True),
    Column("code", ["Mã số thuế", "Tax code"]),
    Column("area", ["Diện tích (m²)", "Area"]),
]


def book(fill: object) -> Upload:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        fill(workbook)  # type: ignore[operator]
    return Upload("x.xlsx", target.getvalue())


def test_titles_above_odd_heads_numbers_and_days() -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        workbook.add_worksheet("Ghi chú").write(0, 0, "Nothing here")
        sheet = workbook.add_worksheet("Danh sách")
        sheet.merge_range(0, 0, 0, 3, "DANH SÁCH HỘ LÀNG NGHỀ")
        sheet.write_row(2, 0, ["STT", "TÊN ĐƠN VỊ ", "dien tich", "Mã số thuế"])
        sheet.write_row(3, 0, [1, "Hộ  Nguyễn Thị Lụa", 9.5, 101234567])
        sheet.write_row(5, 0, [2, "Hộ Trần Văn Gốm", "", ""])
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(6, 1, ["Hộ ngày"])
        sheet.write_datetime(6, 2, datetime(2026, 5, 1), day)

    data = read_sheet(book(fill), COLUMNS)
    assert [(row.number, row["name"], row["area"], row["code"]) for row in data.rows] == [
        (4, "Hộ  Nguyễn Thị Lụa", "9.5", "101234567"),
        (6, "Hộ Trần Văn Gốm", "", ""),
        (7, "Hộ ngày", date(2026, 5, 1).isoformat(), ""),
    ]
    assert data.unknown_heads == ["STT"] and data.problems == []


def test_merged_cells_and_formulas_are_named_with_their_row() -> None:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Name", "Area"])
        sheet.merge_range(1, 0, 2, 0, "Two rows in one")
        sheet.write_column(1, 1, [9, 9])
        sheet.write_row(3, 0, ["Calculated"])
        sheet.write_formula(3, 1, "=3*3", value=9)
        sheet.write_row(4, 0, ["Without a value"])
        sheet.write_formula(4, 1, "=3*3", value="")

    data = read_sheet(book(fill), COLUMNS)
    assert [(problem.row, problem.head) for problem in data.problems] == [
        (2, "Tên đơn vị"), (3, "Tên đơn vị"), (5, "Diện tích (m²)"),
    ]  # fmt: skip
    assert [row["area"] for row in data.rows] == ["9", "9", "9", ""]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_in_every_usual_manner(delimiter: str, encoding: str) -> None:
    lines = [["Tên đơn vị", "Mã số thuế"], [f"Hộ {delimiter} Lụa", "0101234567"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    data = read_sheet(Upload("x.csv", text.encode(encoding)), COLUMNS)
    assert [(row.number, dict(row.cells)) for row in data.rows] == [
        (2, {"name": f"Hộ {delimiter} Lụa".replace("\t", " "), "code": "0101234567"})
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"Name\n", "no rows"),
        ("Tên đơn vị\nHộ Lụa\n".encode("cp1258", "replace"), "not in UTF-8"),
        ("Name\nx\n".encode("utf-16-le"), "Only spreadsheets"),
        (b"Name,Name\nx,y\n", "twice"),
        (b"Area\n9\n", "missing: Tên đơn vị"),
        (b"PK\x03\x04 not a book", "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "encrypted"),
        (b'Name\n"' + b"x" * 200_000 + b'"\n', "cannot be read as CSV"),
        (b"Name\n" + b"x\n" * 4, "At most 3 rows"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(content: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_sheet(Upload("x.xlsx", content), COLUMNS, max_rows=3)
    assert message in str(caught.value) and caught.value.field == "file"


def test_a_word_document_is_no_spreadsheet() -> None:
    from docx import Document

    target = io.BytesIO()
    Document().save(target)
    with pytest.raises(InvalidInput, match="Only spreadsheets"):
        read_sheet(Upload("x.xlsx", target.getvalue()), COLUMNS)


@given(st.binary(max_size=300), st.integers(0, 5_000))
def test_damaged_books_are_refused_never_a_crash(noise: bytes, place: int) -> None:
    whole = book(lambda workbook: workbook.add_worksheet().write_column(0, 0, ["Name", "x"])).content
    damaged = whole[: place % len(whole)] + noise + whole[place % len(whole) + len(noise) :]
    with contextlib.suppress(InvalidInput):
        read_sheet(Upload("x.xlsx", damaged), COLUMNS)
