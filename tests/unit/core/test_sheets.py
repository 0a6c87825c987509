"""Spreadsheets: what people typed stays text, days and money are numbers, and rows are read only when they are sent."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

from fairs.core.money import Money
from fairs.core.sheets import Sheet, stream, workbook
from tests.support.sheets import read_sheets

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_every_kind_of_cell() -> None:
    odd = "=1+1 <&> \x01_x0041_\ud800"
    moment = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    rows = [
        [odd, date(2026, 11, 23), moment, Money(123_45, "USD"), Money(5_000, "VND"), Decimal("1E+2"), True, None, ""]
    ]
    content = workbook([Sheet("Tờ [1]/2", list("ABCDEFGHI"), rows), Sheet("", [], [])], time_zone="Asia/Ho_Chi_Minh")
    first, second = read_sheets(content)
    assert [kind for kind, _ in first[1]] == ["text", "number", "number", "number", "number", "number", "text"]
    assert first[1][0][1] == "=1+1 <&> _x005F_x0041_", "Excel reads _x005F_ as an underscore"
    assert first[1][1][1] == "46349" and first[1][2][1] == f"{46349 + 1.5 / 24:.8f}", "01:30 in Hà Nội"
    assert [value for _, value in first[1][3:6]] == ["123.45", "5000", "100"]
    assert second == [[]]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None and book.namelist()[0] == "[Content_Types].xml"
        names = [
            sheet.get("name") for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
    assert names == ["Tờ 12", "1"]


def test_twelve_thousand_rows_are_sent_while_they_are_read_and_never_held() -> None:
    read = 0

    def rows() -> Iterator[list[object]]:
        nonlocal read
        for number in range(12_000):
            read = number + 1
            yield [f"GR26-V-{number}", f"Công ty Mẫu {number * 7919 % 10_007}", number, "x" * 40]

    tracemalloc.start()
    parts = stream([Sheet("Rows", ["A", "B", "C", "D"], rows())], time_zone="UTC")
    size = len(next(parts))
    assert read < 6_000, "the answer begins before all is read"
    size += sum(len(part) for part in parts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == 12_000 and size > 100_000
    assert peak < 4_000_000
