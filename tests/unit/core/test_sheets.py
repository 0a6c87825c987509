"""Spreadsheets: what people typed stays text, days and money are numbers, and rows are never held as a whole."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from fairs.core.money import Money
from fairs.core.sheets import Sheet, workbook, write
from tests.support.sheets import read_sheets


def test_every_kind_of_cell() -> None:
    moment = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    rows = [
        ["=1+1 <&>", date(2026, 11, 23), moment, Money(123_45, "USD"), Money(5_000, "VND"), Decimal("1E+2"), True, None]
    ]
    content = workbook([Sheet("Tờ [1]/2", list("ABCDEFGH"), rows), Sheet("", [], [])], time_zone="Asia/Ho_Chi_Minh")
    first, second = read_sheets(content)
    assert [kind for kind, _ in first[1]] == ["text", "number", "number", "number", "number", "number", "text"]
    assert first[1][0][1] == "=1+1 <&>"
    assert first[1][1][1] == "46349" and abs(float(first[1][2][1]) - (46349 + 1.5 / 24)) < 1e-6, "01:30 in Hà Nội"
    assert [value for _, value in first[1][3:6]] == ["123.45", "5000", "100"]
    assert second == []


def test_twelve_thousand_rows_are_written_while_they_are_read_and_never_held() -> None:
    def rows() -> Iterator[list[object]]:
        for number in range(12_000):
            yield [f"GR26-V-{number}", f"Công ty Mẫu {number * 7919 % 10_007}", number, "x" * 40]

    workbook([Sheet("", ["A"], [["once"]])], time_zone="UTC")  # what is loaded only once
    with tempfile.TemporaryFile() as file:
        tracemalloc.start()
        write(file, [Sheet("Rows", ["A", "B", "C", "D"], rows())], time_zone="UTC")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert file.tell() > 100_000
    assert peak < 4_000_000
