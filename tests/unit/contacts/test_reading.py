"""Reading of lists: heads in five languages, countries, days, hostile files, whatever bytes come."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from fairs.contacts.columns import Layout, detect, role_of
from fairs.contacts.countries import country_of
from fairs.contacts.days import read_amount, read_day
from fairs.contacts.files import open_file
from fairs.contacts.reading import read_contacts
from fairs.contacts.states import ImportKind
from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload
from fairs.directory.names import company_key
from tests.factories.contacts import contact, csv_list


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nhật", "JP"), ("Nhật Bản / Japan", "JP"), ("日本", "JP"), ("Japon", "JP"), ("Tokyo, Japan", "JP"), ("jpn", "JP"), ("Hàn Quốc", "KR"),
        ("Corée du Sud", "KR"), ("USA", "US"), ("U.S.A.", "US"), ("Mỹ", "US"), ("アメリカ", "US"), ("UK", "GB"), ("Anh", "GB"), ("England", "GB"),
        ("Deutschland", "DE"), ("Allemagne", "DE"), ("Đức", "DE"), ("the Netherlands", "NL"), ("CH Séc", "CZ"), ("Россия", "RU"),
        ("Japan, France", ""), ("Atlantis", ""), ("", ""), ("?!", ""),
    ],
)  # fmt: skip
def test_countries(text: str, code: str) -> None:
    assert country_of(text) == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/2025", date(2025, 12, 31)), ("12/31/2025", date(2025, 12, 31)), ("31.12.25", date(2025, 12, 31)), ("2025-12-31", date(2025, 12, 31)),
        ("2025-12-31 10:15", date(2025, 12, 31)), ("2025年12月31日", date(2025, 12, 31)), ("46022", date(2025, 12, 31)), ("20251231", date(2025, 12, 31)),
        ("12 May 2024", date(2024, 5, 12)), ("May 12, 2024", date(2024, 5, 12)), ("12 février 2024", date(2024, 2, 12)), ("1. März 2024", date(2024, 3, 1)),
        ("31/02/2025", None), ("soon", None), ("", None), ("99999", None), ("0001-01-01", None),
    ],
)  # fmt: skip
def test_days(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.500.000", "VND", 12_500_000), ("12,500,000 đ", "VND", 12_500_000), ("1.234,50", "EUR", 123_450), ("1,234.5", "USD", 123_450),
        ("$ 70", "USD", 7_000), ("1.234", "VND", 1_234), ("-5", "VND", None), ("abc", "VND", None), ("9" * 40, "VND", None), ("1,5", "VND", None),
    ],
)  # fmt: skip
def test_amounts(text: str, currency: str, minor: int | None) -> None:
    assert read_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Công ty TNHH ABC", "ABC Co., Ltd."),
        ("株式会社見本", "見本"),
        ("Muster GmbH & Co. KG", "MUSTER"),
        ("㈱カガミ", "カガミ"),
        ("Đại Việt JSC", "dai viet"),
    ],
)
def test_names_of_companies(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(
    ("heads", "roles"),
    [
        ("STT,Họ và tên,Chức vụ,Tên công ty,Quốc gia,Điện thoại,E-mail", ",name,job,company,country,phone,email"),
        ("会社名,国名,担当者,役職,メールアドレス,電話番号", "company,country,name,job,email,phone"),
        ("Firma,Land,Ansprechpartner,Funktion,E-Mail,Telefon,Bemerkung", "company,country,name,job,email,phone,note"),
        ("Société,Pays,Nom,Prénom,Courriel,Téléphone", "company,country,family,given,email,phone"),
        (
            "No,Company,Country,First name,Last name,Position,Mobile,Website",
            ",company,country,given,family,job,phone,website",
        ),
        ("a,b,c", ",,"),
    ],
)
def test_heads(heads: str, roles: str) -> None:
    sheets = open_file(Upload("x.csv", f"LIST OF GUESTS\n\n{heads}\n".encode()))
    assert ",".join(detect(sheets, ImportKind.CONTACTS).columns) == roles


def test_without_heads_the_cells_tell() -> None:
    sheets = open_file(Upload("x.csv", "Tanaka;a@b.jp;Japan\nMüller;c@d.de;Deutschland\n".encode()))
    layout = detect(sheets, ImportKind.CONTACTS)
    assert (layout.row, layout.columns) == (0, ("", "email", "country"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_letters_of_japanese_programs(encoding: str) -> None:
    text = "会社名;国;担当者;メール\nみほん商会;日本;田中 はなこ;a@b.jp\n"
    assert open_file(Upload("x.csv", text.encode(encoding)))[0].rows[1][2] == "田中 はなこ"


def packed(parts: dict[str, bytes], *, told: int | None = None) -> bytes:
    """A ZIP file; ``told``: the size that its directory says the last part has."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    content = file.getvalue()
    if told is None:
        return content
    true = len(next(reversed(parts.values()))).to_bytes(4, "little")
    return content.replace(true, told.to_bytes(4, "little"))


def book(*, sheet: bytes = b"", **more: bytes) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        made.add_worksheet().write_row(0, 0, ["Name", "E-mail"])
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if sheet:
        parts["xl/worksheets/sheet1.xml"] = sheet
    return packed(parts | more)


_CELLS = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="%d"><c r="%s" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
HOSTILE = {
    "empty": (b"", "empty"), "blank": (b" \n ", "empty"), "pdf": (b"%PDF-1.7 ...", "not a spreadsheet"),
    "html": (b"\xef\xbb\xbf<html><table></table></html>", "not a spreadsheet"), "picture": (b"\x89PNG\r\n\x1a\n....", "not a spreadsheet"),
    "program": (b"MZ\x90\x00", "not a spreadsheet"), "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted or of an old kind"),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99 + "EncryptedPackage".encode("utf-16-le"), "password"),
    "macros": (book(**{"xl/vbaProject.bin": b"x"}), "macros"), "zip": (packed({"a.txt": b"x"}), "no XLSX workbook"),
    "ods": (packed({"content.xml": b"<x/>", "mimetype": b"x"}), "no XLSX workbook"), "broken": (b"PK\x03\x04" + b"\0" * 100, "cannot be read"),
    "cut": (book()[:-400], "cannot be read"), "bomb": (book(**{"xl/media/x.bin": bytes(301 * 2**20)}), "too large"),
    "lying bomb": (packed({"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": b"\0" * (301 * 2**20)}, told=1000), "too large"),
    "a million rows and columns": (book(sheet=_CELLS % (1048576, b"XFD1048576")), "too large"),
    "wide": (("a," * 100_000).encode(), "columns"), "long": (b"a,b\n" * 30_000, "rows at a time"),
    "letters": (b"Name,Mail\n\x8f\x9d\x81\xff,a@b.de\n", ""), "nul": (b"a,b\0c\n", ""), "quotation": (b'a,b\n"' + b"x\n" * 50, "not closed"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_with_a_reason(what: str) -> None:
    content, reason = HOSTILE[what]
    with pytest.raises(InvalidInput) as refused:
        open_file(Upload("list.xls", content))
    assert reason in str(refused.value)


@settings(max_examples=120, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=400), st.text(max_size=400).map(str.encode),
        st.lists(st.lists(st.text(max_size=20), max_size=6), max_size=8).map(lambda rows: "\n".join(";".join(row) for row in rows).encode(errors="ignore")),
        st.binary(max_size=60).map(lambda rubbish: book(**{"xl/sharedStrings.xml": rubbish})),
        st.binary(max_size=200).map(lambda rubbish: book(sheet=rubbish)),
    )
)  # fmt: skip
def test_no_bytes_bring_it_down(content: bytes) -> None:
    try:
        sheets = open_file(Upload("x", content))
        for kind in ImportKind:
            layout = detect(sheets, kind)
        layout = detect(sheets, ImportKind.CONTACTS)
        read_contacts(sheets[layout.sheet], layout, lambda _text: [])
    except InvalidInput:
        return


_WILD = st.text(max_size=40)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(_WILD, _WILD, _WILD, _WILD, _WILD), min_size=1, max_size=4))
def test_no_cells_bring_it_down(rows: list[tuple[str, ...]]) -> None:
    clean = [contact(*row) for row in rows]
    try:
        sheets = open_file(csv_list([[cell.encode(errors="ignore").decode() for cell in row] for row in clean]))
        columns = ("", "name", "job", "company", "country", "phone", "email", "date")
        lines = read_contacts(sheets[0], Layout(0, 1, 1, columns[: sheets[0].width]), lambda _text: [])
    except InvalidInput:
        return
    for line in lines:
        assert line.problems or (line.contact.name and line.contact.company and line.contact.country)


def test_a_counter_is_not_needed() -> None:
    assert role_of("No.") == "" and role_of("Passport No", ImportKind.SUPPORT) == "passport" and role_of("???") is None
