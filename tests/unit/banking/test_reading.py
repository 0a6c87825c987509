"""Amounts, days, letters and columns: read rightly, or refused with the row."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairs.banking.figures import COMMA, DOT, Unreadable, manner_of, read_amount, read_day
from fairs.banking.files import open_file
from fairs.banking.layouts import chosen, detect, is_enough
from fairs.banking.reading import Reading, read_lines
from fairs.core.errors import InvalidInput
from fairs.core.separated import decoded
from fairs.core.storage import Upload
from fairs.core.tables import SheetNumber
from tests.factories.statements import HEADS, Row, csv_file, figure, grid, xlsx_file

TODAY = date(2026, 5, 20)
DAY = date(2026, 5, 4)
ROWS = [
    Row(DAY, 12_960_000, "Nộp tiền gian hàng GS26000123K", "CÔNG TY MẪU", "FT26124000001"),
    Row(DAY, -22_000, "Phí dịch vụ", "", "FT26124000002"),
    Row(date(2026, 5, 5), 6_480_000, "IBFT; đặt cọc", "HỘ MẪU", "FT26125000003"),
]


def read(upload: Upload, currency: str = "VND") -> Reading:
    sheets = open_file(upload)
    return read_lines(sheets, detect(sheets), currency, today=TODAY)


@given(
    st.integers(0, 10**12),
    st.sampled_from([DOT, COMMA]),
    st.sampled_from([("", ""), ("-", ""), ("(", ")"), ("", "-"), ("−", "")]),
    st.sampled_from(["", " VND", " đ"]),
    st.sampled_from([0, 2]),
)
def test_amounts_in_both_manners(minor: int, manner: str, signs: tuple[str, str], unit: str, exponent: int) -> None:
    currency = "USD" if exponent else "VND"
    text = f"{signs[0]}{figure(minor, manner, exponent)}{signs[1]}{unit if not signs[1] and not exponent else ''}"
    assert read_amount(text, currency, manner) == (-minor if signs != ("", "") else minor)
    assert read_amount(text, currency) == (-minor if signs != ("", "") else minor)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1.234.567,89", "USD", 123_456_789), ("1,234,567.89", "USD", 123_456_789), ("1 234 567", "VND", 1_234_567),
     ("12.000.000,00", "VND", 12_000_000), ("+5", "VND", 5), ("'1,000", "VND", 1_000), ("1’234’567", "VND", 1_234_567),
     ("0", "VND", 0), ("", "VND", None), ("-", "VND", None), ("12.5", "USD", 1_250), ("VND 1,000", "VND", 1_000)],
)  # fmt: skip
def test_amounts(text: str, currency: str, minor: int | None) -> None:
    assert read_amount(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        "12,96,000",
        "1.234,567.8",
        "abc",
        "1..5",
        "1.5",
        "1,23E+08",
        "1.2960E+7",
        "--5",
        "(-5)",
        "0.123",
        "1e99",
        "٣",
        "9" * 39,
        "1-2",
    ],
)
def test_what_is_no_amount_in_dong(text: str) -> None:
    with pytest.raises(Unreadable):
        read_amount(text, "VND")


def test_the_column_decides_what_could_be_both() -> None:
    assert manner_of(["1.234", "12,50", "x"]) == DOT and manner_of(["1,234,567.00"]) == COMMA
    assert manner_of(["1.234", "1,234"]) is None and manner_of(["1,5", "1.5"]) is None
    with pytest.raises(Unreadable):
        read_amount("1.234", "USD", COMMA)
    assert read_amount(SheetNumber("1234.5"), "USD", DOT) == 123_450
    assert read_amount(SheetNumber("1234.5000000001"), "USD") == 123_450
    with pytest.raises(Unreadable):
        read_amount(SheetNumber("0.5"), "VND")


@pytest.mark.parametrize(
    "text",
    [
        "04/05/2026",
        "4/5/2026",
        "04-05-2026 10:15:00",
        "2026-05-04",
        "2026-05-04 00:00",
        "20260504",
        "04.05.26",
        "46146",
        "46146.43",
        "'04/05/2026",
    ],
)
def test_days(text: str) -> None:
    assert read_day(text, latest=TODAY) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "05/31/2026", "31/02/2026", "21/05/2026", "04/05/1998", "4 May", "20261301", "99999", "1/2", "04/05/20266"],
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(Unreadable):
        read_day(text, latest=TODAY)


@given(st.dates(date(2000, 1, 1), TODAY))
def test_every_day_in_every_manner(day: date) -> None:
    for text in (f"{day:%d/%m/%Y}", day.isoformat(), str((day - date(1899, 12, 30)).days), f"{day:%d-%m-%Y %H:%M}"):
        assert read_day(text, latest=TODAY) == day


@pytest.mark.parametrize("bank", HEADS)
@pytest.mark.parametrize("manner", [DOT, COMMA])
@pytest.mark.parametrize("form", ["csv", "semicolon", "xlsx"])
def test_three_banks(bank: str, manner: str, form: str) -> None:
    cells = grid(ROWS, bank, manner=manner)
    upload = xlsx_file(cells) if form == "xlsx" else csv_file(cells, delimiter=";" if form == "semicolon" else ",")
    reading = read(upload)
    assert not reading.problems and reading.balance_breaks_at is None
    assert [(line.booked_on, line.amount_minor, line.text) for line in reading.lines] == [
        (row.day, row.amount, row.text) for row in ROWS
    ]
    assert len({line.uid for line in reading.lines}) == 3
    if bank != "vietinbank":
        assert [line.number for line in reading.lines] == [row.number for row in ROWS]
    if bank != "vietcombank":
        assert [line.payer for line in reading.lines] == [row.payer for row in ROWS]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode(encoding: str) -> None:
    assert [line.text for line in read(csv_file(grid(ROWS, "bidv"), encoding=encoding)).lines] == [
        row.text for row in ROWS
    ]


def windows_1258(text: str) -> bytes:
    """As Vietnamese Windows writes it: the mark of the tone behind its letter."""
    out = b""
    for letter in text:
        for form in (letter, unicodedata.normalize("NFD", letter)):
            parts = form if len(form) < 3 else unicodedata.normalize("NFC", form[0] + form[1]) + form[2]
            for order in (
                parts,
                unicodedata.normalize("NFC", form[0] + form[2:]) + form[1] if len(form) > 2 else parts,
            ):
                try:
                    encoded = order.encode("cp1258")
                except UnicodeEncodeError:
                    continue
                break
            else:
                continue
            break
        else:
            raise AssertionError(letter)
        out += encoded
    return out


def test_windows_pages() -> None:
    text = "Ngày,Nội dung,Ghi nợ,Ghi có\n04/05/2026,Đặt cọc gian hàng ở Hà Nội — đợt một,,1.000.000\n"
    assert decoded(windows_1258(text)) == text
    western = "Date,Description,Debit,Credit\n04/05/2026,Société Générale Zürich,,100\n"
    assert decoded(western.encode("cp1252")) == western


@pytest.mark.parametrize(
    "content",
    ["Đặt cọc gian hàng".encode().decode("cp1252", "replace").encode(), b"C\xab ty TNHH G\xe8m s\xf8 B\xb8t Tr\xb5ng", b"\xff\xfe\x00", b"abc\xef\xbf\xbddef",
     "Nguyễn Thị Bình ü".replace("ü", "").encode("utf-8")[:-3] + b"\xe1\xbb"],
)  # fmt: skip
def test_letters_that_would_come_out_wrong_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        decoded(b"head,text\n1," + content if not content.startswith(b"\xff") else content)


def packed(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"   ", b"<html><table><tr><td>1</td></tr></table></html>", b"%PDF-1.7", b"{\\rtf1}", packed("word/document.xml"), packed("xl/workbook.xml"),
     b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG\r\n\x1a\n\x00\x00", b'a,b,c\n"' + b"\n" * 100, b"x\n" * 70_000, b"one,two\n1,2"],
)  # fmt: skip
def test_other_files_are_refused_by_their_content(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(Upload("sao-ke.xlsx", content))


def wrong(column: int, value: object, bank: str = "bidv", form: str = "csv") -> list[int]:
    cells: list[list[object]] = [list(row) for row in grid(ROWS, bank)]
    cells[6][column] = value
    upload = xlsx_file(cells) if form == "xlsx" else csv_file([[str(cell) for cell in row] for row in cells])
    return [problem.row for problem in read(upload).problems]


def test_each_wrong_row_is_named() -> None:
    assert wrong(0, "31/02/2026") == [7] and wrong(0, "hôm qua") == [7] and wrong(0, "04/05/2027") == [7]
    assert wrong(1, "22.0.00") == [7] and wrong(1, "") == [7] and wrong(1, "22,5") == [7]
    assert wrong(2, "X") == [7] and wrong(2, "") == [7]
    assert wrong(1, "=1+1") == [7] and wrong(4, '=HYPERLINK("x")') == [7]
    assert wrong(0, "") == [7]
    assert wrong(3, "22,000", "vietcombank") == [] and wrong(4, "5", "vietcombank") == [7]
    # A formula with a value is its value; a sheet's own dates and numbers are what they are.
    assert wrong(0, DAY, form="xlsx") == [] and wrong(1, 22_000, form="xlsx") == []


def test_signs_in_the_column_of_what_goes_out() -> None:
    cells = grid([ROWS[0], ROWS[1], Row(DAY, -5_000, "phi", "", "FT9999999")], "vietcombank")
    cells[6][3], cells[7][3] = "-22,000", "-5,000"
    assert [line.amount_minor for line in read(csv_file(cells)).lines] == [12_960_000, -22_000, -5_000]
    cells[7][3] = "5,000"
    assert [problem.row for problem in read(csv_file(cells)).problems] == [7]


def test_lines_are_named_by_the_bank_or_by_what_they_say() -> None:
    twice = read(csv_file(grid([*ROWS, ROWS[0]], "vietcombank")))
    assert (len(twice.lines), twice.doubled) == (3, 1)
    other = read(csv_file(grid([*ROWS, Row(DAY, 12_960_000, "ma khac", "", "FT26124000001")], "vietcombank")))
    assert [problem.row for problem in other.problems] == [9]
    # No number of transactions: two lines that say the same are two; read again they are the same two.
    same = [Row(DAY, 5_000, "nop tien")] * 2
    cells = [[*row[:4], "", *row[5:]] if len(row) > 6 else row for row in grid(same, "vietinbank")]
    first, second = (read(csv_file(cells)) for _n in range(2))
    assert [line.uid for line in first.lines] == [line.uid for line in second.lines]
    assert len({line.uid for line in first.lines}) == 2
    # A counter of the day is no number of a transaction.
    counted = read(
        csv_file(grid([Row(DAY, 5_000, "a", "", "1"), Row(DAY + timedelta(days=1), 5_000, "b", "", "1")], "bidv"))
    )
    assert len(counted.lines) == 2 and counted.doubled == 0


def test_a_balance_that_does_not_follow_is_said() -> None:
    cells = grid(ROWS, "vietcombank")
    del cells[6]
    assert read(csv_file(cells)).balance_breaks_at is None  # two lines say nothing
    cells = grid([*ROWS, Row(DAY, 1_000, "x", "", "FT9999998")], "vietcombank")
    del cells[6]
    assert read(csv_file(cells)).balance_breaks_at == 7


def test_columns() -> None:
    sheets = open_file(csv_file([["a", "b", "c"], ["04/05/2026", "x", "5"]]))
    unknown = detect(sheets)
    assert not is_enough(unknown.columns)
    layout = chosen(unknown, {"date": 0, "text": 1, "amount": 2})
    assert [line.amount_minor for line in read_lines(sheets, layout, "VND", today=TODAY).lines] == [5]
    for columns in (
        {"date": 0, "text": 1},
        {"date": 0, "text": 0, "amount": 2},
        {"date": 0, "text": 1, "amount": 2, "credit": 1},
        {"date": 0, "text": 1, "amount": 9},
    ):
        with pytest.raises(InvalidInput):
            chosen(unknown, columns)
    # Another order of the columns, the same heads: as it was remembered.
    moved = open_file(csv_file([["c", "a", "b"], ["7", "04/05/2026", "x"]]))
    remembered = detect(moved, layout.remembered())
    assert dict(remembered.columns) == {"date": 1, "text": 2, "amount": 0}
