"""QR codes: what is drawn is read back by an independent reader, in PDF and in SVG."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.pdfgen.canvas import Canvas

from fairs.core import qr


def scanned(modules: qr.Matrix) -> str:
    """Read through a picture of the matrix with its quiet zone."""
    side = len(modules) + 2 * qr.QUIET_ZONE
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + qr.QUIET_ZONE, y + qr.QUIET_ZONE), 0)
    found = zxingcpp.read_barcodes(image.resize((side * 4, side * 4), Image.Resampling.NEAREST))
    return found[0].text


@settings(deadline=None, max_examples=40)
@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x1EF9, exclude_categories=["Cs", "Cn", "Cc"]),
        min_size=1,
        max_size=120,
    )
)
def test_any_text_reads_back(text: str) -> None:
    assert scanned(qr.matrix(text)) == text


@pytest.mark.parametrize("text", ["A1 $%*+-./:" * 10, "https://fairs.example/f/abc", "0123456789"])
def test_another_encoder_draws_the_same(text: str) -> None:
    """By ISO/IEC 18004 only the choice among eight masks is free."""
    ours = qr.matrix(text, version=5)
    others = []
    for mask in range(8):
        code = QRCode(version=5, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=mask)
        code.add_data(text, optimize=0)
        code.make(fit=False)
        others.append(tuple(bytes(map(bool, row)) for row in code.modules))
    assert len(ours) == 37 and ours in others
    assert scanned(ours) == text


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_levels(level: str) -> None:
    assert scanned(qr.matrix("https://fairs.example/f/abc", level=level)) == "https://fairs.example/f/abc"  # type: ignore[arg-type]


def test_too_long() -> None:
    with pytest.raises(qr.TooLong):
        qr.matrix("x" * 3000)
    with pytest.raises(qr.TooLong):
        qr.matrix("x" * 200, version=5)


def test_pdf_path_is_one_path_in_its_square() -> None:
    modules = qr.matrix("hello", version=5)
    operators = qr.pdf_path(modules, 20, 30, 100)
    assert operators.split().count("f") == 1
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=(200, 200))
    canvas.addLiteral(operators)
    canvas.showPage()
    canvas.save()
    with pdfium.PdfDocument(data.getvalue()) as document:
        image = document[0].render(scale=3).to_pil().convert("L")
    assert zxingcpp.read_barcodes(image)[0].text == "hello"
    # The finder patterns touch three corners of the square: nothing is outside, nothing is missing.
    assert image.point(lambda shade: 255 - shade).getbbox() == (60, 210, 360, 510)


def test_svg() -> None:
    image = qr.svg(qr.matrix("hello"), title='<Badge> "1"')
    root = ElementTree.fromstring(str(image))
    assert "style" not in str(image)
    assert root.get("aria-label") == '<Badge> "1"'
    ground, dark = root
    assert ground.get("d", "").startswith("M0 0h29")
    corners = [tuple(map(int, pair)) for pair in re.findall(r"M(\d+) (\d+)h", dark.get("d", ""))]
    assert min(corners) == (4, 4)
    assert max(y for _, y in corners) == 24
    assert ElementTree.fromstring(str(qr.svg(qr.matrix("x")))).get("aria-hidden") == "true"
