"""Documents: everything that was put in can be read, in order, on numbered pages."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import zxingcpp
from PIL import Image
from reportlab.lib.units import mm

from fairs.core.pdf import (
    Block,
    Column,
    Gap,
    KeyValues,
    Letterhead,
    Notice,
    Paragraph,
    QrBlock,
    Signature,
    SignatureBlock,
    Table,
    build_document,
)

LETTERHEAD = Letterhead("Sở Công Thương Hà Nội", ["Hà Nội", "MST 0100000000"], right=["Số: GS26-I-00042"])
BLOCKS: list[Block] = [
    Paragraph("Mục một", "heading"),
    KeyValues([("Đơn vị", "Công ty Mẫu"), ("Mã số thuế", "0101234567"), ("Khách", "東京サンプル株式会社")], columns=2),
    KeyValues([]),
    Table(
        [Column("Nội dung", 3), Column("Thành tiền", 1, "right")],
        [["Gian hàng A017", "24.000.000 ₫"], ["Phụ thu góc", "1.200.000 ₫"]],
        [("Thuế GTGT 8 %", "2.016.000 ₫"), ("Tổng cộng", "27.216.000 ₫")],
    ),
    QrBlock("https://fairs.example/f/abc", "Mở hồ sơ", ["Quét mã rồi nhập PIN:"], large="4821"),
    Notice("Ghi đúng nội dung chuyển khoản."),
    Gap(6),
    Paragraph("<b>{{7*7}}</b> =HYPERLINK(1) \u202eevil\u202c", "small"),
    SignatureBlock([Signature("Bên A", "(ký tên)", "Nguyễn Văn An"), Signature("Bên B")], "Hà Nội, ngày 14/10/2026"),
]


def words(page: pdfium.PdfPage) -> str:
    return " ".join(page.get_textpage().get_text_bounded().split())


def test_everything_is_there_in_order() -> None:
    with pdfium.PdfDocument(
        build_document("Hóa đơn", BLOCKS, letterhead=LETTERHEAD, subtitle="Hội chợ Mẫu", footer="GS26")
    ) as document:
        assert len(document) == 1
        text = words(document[0])
        assert document.get_metadata_value("Title") == "Hóa đơn"
        image: Image.Image = document[0].render(scale=2).to_pil()
    places = [
        text.index(part)
        for part in (
            "Sở Công Thương Hà Nội", "Hóa đơn", "Hội chợ Mẫu", "Mục một", "Công ty Mẫu", "Gian hàng A017", "24.000.000 ₫",
            "Tổng cộng", "27.216.000 ₫", "Mở hồ sơ", "4821", "Ghi đúng", "<b>{{7*7}}</b> =HYPERLINK(1) evil", "Bên A", "Nguyễn Văn An",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert "東京サンプル株式会社" in text
    assert "GS26 Trang 1/1" in text
    assert zxingcpp.read_barcodes(image)[0].text == "https://fairs.example/f/abc"


def test_long_tables_repeat_their_heading_and_pages_are_counted() -> None:
    rows = [[str(n), f"Việc {n} " * (1 + n % 9)] for n in range(150)]
    blocks: list[Block] = [Paragraph("Một đoạn dài. " * 700), Table([Column("Số"), Column("Nội dung", 4)], rows)]
    with pdfium.PdfDocument(build_document("Danh sách", blocks, language="en", footer="x" * 500)) as document:
        pages = [words(page) for page in document]
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
    with_rows = [page for page in pages if "Việc" in page]
    assert all("Số" in page and "Nội dung" in page for page in with_rows)
    assert sum(page.count("Một đoạn dài.") for page in pages) >= 690


def test_nothing_leaves_the_margins() -> None:
    blocks: list[Block] = [
        Paragraph("W" * 500),
        KeyValues([("Nhãn " * 30, "0" * 200)], columns=2),
        Table(
            [Column("A" * 80), Column("B"), Column("C", 1, "right")],
            [["x" * 200, "y", "9" * 60]],
            [("T" * 60, "1" * 60)],
        ),
        QrBlock("x", "H" * 90, ["L" * 200], large="P" * 60),
        SignatureBlock([Signature("R" * 80, "h" * 90, "n" * 80)] * 3),
    ]
    for page_size, side in (("A4", 20), ("A5", 14), ("A4 landscape", 20)):
        data = build_document("T" * 200, blocks, letterhead=LETTERHEAD, footer="f" * 300, page=page_size)  # type: ignore[arg-type]
        with pdfium.PdfDocument(data) as document:
            for page in document:
                width, height = page.get_size()
                for obj in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT]):
                    left, bottom, right, top = obj.get_bounds()
                    assert left >= side * mm - 2
                    assert right <= width - side * mm + 2
                    assert bottom >= 6 * mm
                    assert top <= height - 4 * mm


def test_administrative_letterhead() -> None:
    head = Letterhead("SỞ CÔNG THƯƠNG", parent="UBND THÀNH PHỐ HÀ NỘI", national=True)
    with pdfium.PdfDocument(build_document("GIẤY MỜI", [Paragraph("محمد بن راشد")], letterhead=head)) as document:
        text = words(document[0])
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "UBND THÀNH PHỐ HÀ NỘI" in text


def test_an_empty_document_is_a_page() -> None:
    with pdfium.PdfDocument(io.BytesIO(build_document("Trống", []))) as document:
        assert words(document[0]) == "Trống Trang 1/1"
