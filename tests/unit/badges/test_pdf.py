"""Badges on paper: every script drawn, nothing beyond its place, the QR code read back from the picture."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import zxingcpp
from PIL import Image
from reportlab.lib.units import mm

from fairs.badges.codes import new_serial, short_code, sign, verify
from fairs.badges.face import BadgeFace
from fairs.badges.layouts import hole_areas, quiet_mm
from fairs.badges.pdf import render_badges
from fairs.badges.standard import standard_layout
from fairs.core.fonts import missing_glyphs
from tests.unit.badges.faces import KEY, LONGEST, ORDINARY, PRESS, face

FACES = {**{f"ordinary-{k}": v for k, v in ORDINARY.items()}, **{f"longest-{k}": v for k, v in LONGEST.items()}}
DPI = 150
STANDARD = standard_layout()
WIDTH, HEIGHT = STANDARD.width * mm, STANDARD.height * mm
CODE = next(one for one in STANDARD.front if one.kind == "qr")
QR_SIZE, QR_QUIET = CODE.w * mm, quiet_mm(CODE.w, "M") * mm
QR_X, QR_Y = CODE.x * mm, HEIGHT - (CODE.y + CODE.h) * mm
[(_x, _y, _w, _h)] = hole_areas(STANDARD.size, STANDARD.hole)
SLOT = (_x * mm, HEIGHT - _h * mm, (_x + _w) * mm, HEIGHT)
FOOT_BAND = 14 * mm
Box = tuple[float, float, float, float]


@pytest.fixture(scope="module")
def document() -> Iterator[pdfium.PdfDocument]:
    document = pdfium.PdfDocument(render_badges(FACES.values()))
    yield document
    document.close()


def page_of(document: pdfium.PdfDocument, name: str) -> pdfium.PdfPage:
    return document[list(FACES).index(name)]


def text_boxes(page: pdfium.PdfPage) -> list[Box]:
    return [obj.get_bounds() for obj in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=3)]


def picture(page: pdfium.PdfPage) -> Image.Image:
    image: Image.Image = page.render(scale=DPI / 72).to_pil().convert("RGB")
    return image


def part(image: Image.Image, box: Box) -> Image.Image:
    left, bottom, right, top = (side * DPI / 72 for side in box)
    return image.crop((round(left), round(image.height - top), round(right), round(image.height - bottom)))


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_pages(document: pdfium.PdfDocument) -> None:
    assert len(document) == len(FACES)
    for page in document:
        assert page.get_size() == pytest.approx((96 * mm, 134 * mm), abs=0.01)


@pytest.mark.parametrize("name", FACES)
def test_qr_code_reads_back(document: pdfium.PdfDocument, name: str) -> None:
    codes = zxingcpp.read_barcodes(picture(page_of(document, name)))
    assert [code.format for code in codes] == [zxingcpp.BarcodeFormat.QRCode]
    assert codes[0].text == FACES[name].code
    assert len(verify(codes[0].text, [KEY.public_key()])) == 12


@pytest.mark.parametrize("name", FACES)
def test_text_keeps_to_its_place(document: pdfium.PdfDocument, name: str) -> None:
    boxes = text_boxes(page_of(document, name))
    assert len(boxes) >= 6
    qr = (QR_X - QR_QUIET, QR_Y - QR_QUIET, QR_X + QR_SIZE + QR_QUIET, QR_Y + QR_SIZE + QR_QUIET)
    for box in boxes:
        assert box[0] >= 5 * mm, box
        assert box[2] <= WIDTH - 5 * mm, box
        assert box[1] >= 1 * mm, box
        assert box[3] <= HEIGHT - 1 * mm, box
        assert not overlap(box, qr), box
        assert not overlap(box, SLOT), box
        assert box[3] <= FOOT_BAND or box[1] >= FOOT_BAND, box


@pytest.mark.parametrize("name", FACES)
def test_nothing_else_near_the_code_or_the_slot(document: pdfium.PdfDocument, name: str) -> None:
    """By the pixels, so that it holds for whatever was drawn, and however."""
    image = picture(page_of(document, name))
    quiet = QR_QUIET - 1
    left, right = QR_X - quiet, QR_X + QR_SIZE + quiet
    for strip in (
        (left, QR_Y - quiet, QR_X - 1, QR_Y + QR_SIZE + quiet),
        (QR_X + QR_SIZE + 1, QR_Y - quiet, right, QR_Y + QR_SIZE + quiet),
        (left, QR_Y + QR_SIZE + 1, right, QR_Y + QR_SIZE + quiet),
        (left, QR_Y - quiet, right, QR_Y - 1),
    ):
        assert part(image, strip).getcolors() == [
            (pytest.approx(part(image, strip).width * part(image, strip).height), (255, 255, 255))
        ]
    assert len(part(image, SLOT).getcolors() or []) == 1


@pytest.mark.parametrize("name", FACES)
def test_lines_of_text_do_not_overlap(document: pdfium.PdfDocument, name: str) -> None:
    """Ink of different lines: rows of the name block must have white between them or belong to one line."""
    boxes = [box for box in text_boxes(page_of(document, name)) if box[3] - box[1] > 8]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            if overlap(one, other):
                shared = min(one[3], other[3]) - max(one[1], other[1])
                # Pieces of one line share its height; of two lines, at most the tips of accents.
                lower = min(one[3] - one[1], other[3] - other[1])
                assert shared > lower * 0.6 or shared < lower * 0.12, (one, other)


@pytest.mark.parametrize("name", FACES)
def test_all_glyphs_exist(name: str) -> None:
    shown = FACES[name]
    for text in (
        shown.fair_name,
        shown.fair_dates,
        shown.native_name,
        shown.passport_name,
        shown.company,
        shown.country_name,
    ):
        assert missing_glyphs(text, shown.native_language) == ""


def text_of(page: pdfium.PdfPage) -> str:
    # PDFium writes U+0002 for a hyphen at the end of a line.
    raw = page.get_textpage().get_text_bounded().replace("\x02", "-\n")
    return " ".join(raw.split())


@pytest.mark.parametrize("name", [name for name in FACES if name != "longest-endless" and "arabic" not in name])
def test_text_can_be_copied(document: pdfium.PdfDocument, name: str) -> None:
    shown = FACES[name]
    joined = text_of(page_of(document, name)).replace(" ", "")
    for text in (shown.native_name, shown.company, shown.short_code):
        assert text.replace(" ", "") in joined


def test_name_is_large() -> None:
    """A short name is set as large as the box allows: letters of a centimetre and more."""
    for name in ("short", "japanese", "korean", "simplified"):
        with pdfium.PdfDocument(render_badges([ORDINARY[name]])) as document:
            assert max(box[3] - box[1] for box in text_boxes(document[0])) > 10 * mm


def words(badge: BadgeFace) -> str:
    with pdfium.PdfDocument(render_badges([badge])) as document:
        return text_of(document[0])


def test_the_passport_name_stands_under_the_large_one_and_leaves_its_room_when_it_is_not_needed() -> None:
    with_passport = replace(ORDINARY["vietnamese"], passport_name="TUYET ANH")
    heights = []
    for badge in (with_passport, ORDINARY["vietnamese"]):
        with pdfium.PdfDocument(render_badges([badge])) as document:
            heights.append(max(box[3] - box[1] for box in text_boxes(document[0])))
    assert heights[1] >= heights[0]


def test_passport_name_only_where_it_differs() -> None:
    assert "NGUYEN" not in words(ORDINARY["vietnamese"])
    assert "MUELLER" in words(ORDINARY["german"])
    assert "SATO MISAKI" in words(ORDINARY["japanese"])
    assert words(replace(ORDINARY["japanese"], native_name="")).count("SATO MISAKI") == 1


def test_a_name_no_font_can_draw_gives_way_to_the_passport() -> None:
    badge = face("ⴰⵎⴰⵣⵉⵖ 😀", None, "AMAZIGH", "Sample", "Morocco", "MA")
    assert "AMAZIGH" in words(badge)
    assert "\ufffd" not in words(badge)


def test_hostile_text_is_just_text() -> None:
    badge = face("<b>A</b> {{7*7}}", None, "=HYPERLINK(1)", "\u202eevil\u202c (x) \\) Tj", "X\u0000Y", "")
    shown = words(badge)
    assert "<b>A</b> {{7*7}}" in shown
    assert "evil (x) \\) Tj" in shown


def test_empty_fields_and_no_badges() -> None:
    assert render_badges(
        [replace(ORDINARY["short"], company="", country_name="", country_code="", native_name="", passport_name="")]
    )
    with pytest.raises(ValueError, match="no badges"):
        render_badges([])


def test_text_on_the_band_contrasts() -> None:
    for category, expected in ((PRESS, (29, 26, 24)), (("A", "B", "#9d2a2a"), (255, 255, 255))):
        badge = face("A", None, "A", "A", "A", "VN", category)
        with pdfium.PdfDocument(render_badges([badge])) as document:
            band = part(picture(document[0]), (6 * mm, 2 * mm, 40 * mm, 12 * mm))
            assert expected in {colour for _, colour in band.getcolors(100_000) or []}


def test_photo_stands_beside_the_name() -> None:
    data = io.BytesIO()
    Image.new("RGB", (300, 600), "#00ff00").save(data, "PNG")
    layout = standard_layout(photo=True)
    [frame] = [one for one in layout.front if one.kind == "photo"]
    middle = ((frame.x + 3) * mm, HEIGHT - (frame.y + 25) * mm, (frame.x + 20) * mm, HEIGHT - (frame.y + 5) * mm)
    for photo, colour in ((data.getvalue(), (0, 255, 0)), (None, (255, 255, 255)), (b"no picture", (255, 255, 255))):
        badge = replace(ORDINARY["russian"], photo=photo)
        with pdfium.PdfDocument(render_badges([badge], layout)) as document:
            image = picture(document[0])
            assert [found for _n, found in part(image, middle).getcolors() or []] == [pytest.approx(colour, abs=3)]
            assert zxingcpp.read_barcodes(image)[0].text == badge.code


def test_speed(capsys: pytest.CaptureFixture[str]) -> None:
    """500 badges a second on one core is the aim; a busy machine is given room."""
    base = [*ORDINARY.values()]
    faces = []
    for n in range(600):
        serial = new_serial()
        faces.append(
            replace(
                base[n % len(base)],
                code=sign(serial, KEY),
                short_code=short_code(serial),
                native_name=base[n % len(base)].native_name + " " + "ABCDEFGHIJKLM"[n % 13],
            )
        )
    render_badges(base)
    start = time.process_time()
    size = len(render_badges(faces))
    rate = len(faces) / (time.process_time() - start)
    with capsys.disabled():
        print(f"\n  {rate:.0f} badges per second of processor time, {size / len(faces) / 1000:.1f} kB each", end="")
    assert rate > 150


def test_several_at_once() -> None:
    """Two requests print at the same time: reportlab's shared fonts must not mix their pages."""
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(render_badges, [[badge] for badge in FACES.values()]))
    for badge, data in zip(FACES.values(), files, strict=True):
        with pdfium.PdfDocument(data) as document:
            assert zxingcpp.read_barcodes(picture(document[0]))[0].text == badge.code
            assert badge.short_code in text_of(document[0])
