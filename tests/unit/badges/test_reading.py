"""Codes on printed badges, read back from a picture of 150 dpi by two decoders that share no code: ZXing and OpenCV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp

from fairs.badges.codes import CODE_LENGTH, sign
from fairs.badges.layouts import QR_LEVELS, SIZES, Layout
from fairs.badges.pdf import render_badges
from fairs.badges.standard import standard_layout
from tests.unit.badges.faces import KEY, LONGEST, ORDINARY

DPI = 150
Picture = np.ndarray[Any, np.dtype[np.uint8]]
#: The same codes in every run, all of them different.
FACES = [
    replace(shown, code=sign(hashlib.sha256(bytes([n])).digest()[:12], KEY))
    for n, shown in enumerate(
        [LONGEST["vietnamese"], LONGEST["arabic"], LONGEST["thai"], LONGEST["endless"], ORDINARY["japanese"]]
    )
]


def pictures(layout: Layout) -> Iterator[Picture]:
    """Each badge as printed, cut out of its sheet."""
    size = layout.page
    with pdfium.PdfDocument(render_badges(FACES, layout)) as document:
        for page in document:
            whole = np.array(page.render(scale=DPI / 72).to_pil().convert("L"))
            across, down = page.get_width() / 72 * 25.4, page.get_height() / 72 * 25.4
            left, top = (across - size.columns * layout.width) / 2, (down - size.rows * layout.height) / 2
            for row in range(size.rows):
                for column in range(size.columns):
                    x, y = (
                        round(side / 25.4 * DPI) for side in (left + column * layout.width, top + row * layout.height)
                    )
                    width, height = (round(side / 25.4 * DPI) for side in (layout.width, layout.height))
                    yield whole[max(0, y) : y + height, max(0, x) : x + width]


def by_zxing(picture: Picture) -> str:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found[0].text if found else ""


def by_opencv(picture: Picture) -> str:
    text, _corners, _straight = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    return text


@pytest.mark.parametrize("level", QR_LEVELS)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_read_by_both(size: str, level: str) -> None:
    layout = standard_layout(size, level=level)
    for shown, picture in zip(FACES, pictures(layout), strict=False):
        assert (by_zxing(picture), by_opencv(picture)) == (shown.code, shown.code)


@pytest.mark.parametrize("level", QR_LEVELS)
def test_the_smallest_code_that_a_layout_may_have_is_read(level: str) -> None:
    layout = standard_layout(level=level)
    least = QR_LEVELS[level][2]
    front = tuple(replace(one, w=least, h=least) if one.kind == "qr" else one for one in layout.front)
    printed = list(pictures(replace(layout, front=front)))
    assert [by_zxing(picture) for picture in printed] == [shown.code for shown in FACES]
    # At four pixels a module OpenCV misses three of a hundred; from 27 mm on none.
    assert sum(by_opencv(picture) == shown.code for shown, picture in zip(FACES, printed, strict=True)) >= 4


# Shares of the code's side: a strip at the foot, a square right of the middle.
QUARTERS = {"strip": (0.32, 0.632, 1.0, 1.0), "square": (0.4, 0.4, 0.9, 0.9)}


@pytest.mark.parametrize("ink", [0, 120, 255])
@pytest.mark.parametrize("quarter", QUARTERS)
def test_level_h_is_read_with_a_quarter_covered_and_level_m_is_not(quarter: str, ink: int) -> None:
    left, top, right, bottom = QUARTERS[quarter]
    assert (right - left) * (bottom - top) == pytest.approx(0.25, abs=0.001)
    read = {}
    for level in QR_LEVELS:
        layout = standard_layout(level=level)
        [code] = [one for one in layout.front if one.kind == "qr"]
        texts = []
        for picture in pictures(layout):
            x, y, side = (value / 25.4 * DPI for value in (code.x, code.y, code.w))
            covered = picture.copy()
            covered[
                round(y + top * side) : round(y + bottom * side), round(x + left * side) : round(x + right * side)
            ] = ink
            texts.append(by_zxing(covered))
        read[level] = texts
    assert read["H"] == [shown.code for shown in FACES]
    assert not any(read["M"])


def test_codes_are_alphanumeric_and_of_the_version_that_layouts_count_on() -> None:
    for level, (version, modules, _least) in QR_LEVELS.items():
        [picture, *_rest] = pictures(standard_layout(level=level))
        [found] = zxingcpp.read_barcodes(picture)
        assert (found.ec_level, len(found.text), modules) == (level, CODE_LENGTH, 17 + 4 * version)
        assert found.content_type == zxingcpp.ContentType.Text
