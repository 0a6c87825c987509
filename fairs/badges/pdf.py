"""Badges as PDF: one page of 96 × 134 mm each, in any script, fast enough to print a hall's worth while one waits.

From top to bottom: band in the colour of the category with room for the slot, fair and dates; the name in its own
script as large as fits on two lines, the name of the passport under it; company and country beside the QR code;
the short code under that; the category in both languages.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from fairs.badges.faces import BadgeFace
from fairs.badges.layouts import Layout
from fairs.core import fonts, qr
from fairs.core.text import fold
from fairs.core.typeset import Block, fit, line

WIDTH, HEIGHT = 96 * mm, 134 * mm
MARGIN = 6 * mm
#: Nothing is printed here: (left, bottom, right, top) of the slot or hole for the lanyard.
SLOT = (WIDTH / 2 - 10 * mm, HEIGHT - 12 * mm, WIDTH / 2 + 10 * mm, HEIGHT)
TOP_BAND, FOOT_BAND = 34 * mm, 14 * mm
# 114 characters at level M are version 5 with 37 modules.
QR_VERSION, QR_MODULES = 5, 37
QR_SIZE = 32 * mm
QR_QUIET = QR_SIZE / QR_MODULES * qr.QUIET_ZONE
QR_X, QR_Y = WIDTH - MARGIN - QR_SIZE, FOOT_BAND + 9 * mm

INK, MUTED = HexColor("#1d1a18"), HexColor("#5d5752")


def preview_png(face: BadgeFace, layout: Layout, side: str = "front", *, dpi: int = 150) -> bytes:
    """One side of a badge as a picture; ``side`` is front or back. A back without elements is white."""
    import pypdfium2

    with pypdfium2.PdfDocument(render_badges([face], layout)) as document:
        picture = document[0].render(scale=dpi / 72).to_pil()
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def render_badges(faces: Iterable[BadgeFace], layout: Layout | None = None) -> bytes:
    """A PDF with one page per face, in their order. Raises ValueError when there is none."""
    with fonts.LOCK:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(WIDTH, HEIGHT))
        forms: dict[tuple[str, ...], str] = {}
        for face in faces:
            if not forms:
                canvas.setTitle(face.fair_name)
            _draw(canvas, face, forms)
            canvas.showPage()
        if not forms:
            raise ValueError("There are no badges to print.")
        canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, face: BadgeFace, forms: dict[tuple[str, ...], str]) -> None:
    labels = (face.category_label_vi, face.category_label_en, face.category_colour)
    _once(canvas, forms, (face.fair_name, face.fair_dates, *labels), lambda: _draw_frame(canvas, face))
    country = (face.country_code, face.country_name, face.category_colour)
    _once(canvas, forms, country, lambda: _draw_country(canvas, face))
    _draw_names(canvas, face)
    _draw_company(canvas, face)
    canvas.addLiteral(qr.pdf_path(qr.matrix(face.code, version=QR_VERSION), QR_X, QR_Y, QR_SIZE))
    canvas.setFillColor(INK)
    short = fit(face.short_code, QR_SIZE, 4 * mm, largest=9.5, smallest=5, bold=True)
    short.draw(canvas, QR_X, QR_Y - QR_QUIET, QR_SIZE, "center")


def _once(canvas: Canvas, forms: dict[tuple[str, ...], str], key: tuple[str, ...], draw: Callable[[], None]) -> None:
    """What many badges share is stored once in the file and referred to."""
    if key not in forms:
        forms[key] = f"part{len(forms)}"
        canvas.beginForm(forms[key], 0, 0, WIDTH, HEIGHT)
        draw()
        canvas.endForm()
    canvas.doForm(forms[key])


def _draw_frame(canvas: Canvas, face: BadgeFace) -> None:
    """What all badges of a category share: both bands with their text."""
    colour = HexColor(face.category_colour)
    text_colour = _readable_on(colour)
    canvas.setFillColor(colour)
    canvas.rect(0, HEIGHT - TOP_BAND, WIDTH, TOP_BAND, stroke=0, fill=1)
    canvas.rect(0, 0, WIDTH, FOOT_BAND, stroke=0, fill=1)
    _draw_weave(canvas, colour)
    canvas.setFillColor(text_colour)
    width = WIDTH - 2 * MARGIN
    dates = fit(face.fair_dates, width, 6 * mm, largest=11, smallest=5, lines=2)
    room = TOP_BAND - (HEIGHT - SLOT[1]) - dates.height - 4.5 * mm
    name = fit(face.fair_name, width, room, largest=18, smallest=7, lines=2, bold=True)
    bottom = name.draw(canvas, MARGIN, SLOT[1] - (room - name.height) / 2, width)
    dates.draw(canvas, MARGIN, bottom - 1 * mm, width)

    height = FOOT_BAND - 4 * mm
    word = fit(face.category_label_vi, width * 0.62, height, largest=19, smallest=6, lines=2, bold=True)
    english = fit(face.category_label_en, width - word.width - 4 * mm, height, largest=13, smallest=6, lines=3)
    top = (FOOT_BAND + word.height) / 2
    word.draw(canvas, MARGIN, top)
    if len(word.lines) == len(english.lines) == 1:
        # On the baseline of the Vietnamese word.
        top += english.lines[0].ascent * english.size - word.lines[0].ascent * word.size
    else:
        top = (FOOT_BAND + english.height) / 2
    english.draw(canvas, MARGIN, top, width, "right")


def _draw_weave(canvas: Canvas, colour: Color) -> None:
    """A woven edge under the top band: lozenges in the category's colour, as on the rim of a basket."""
    step, half = 3 * mm, 0.85 * mm
    y = HEIGHT - TOP_BAND - 1.75 * mm
    edge = canvas.beginPath()
    for n in range(round(WIDTH / step) + 1):
        x = n * step
        edge.moveTo(x - half, y)
        edge.lineTo(x, y + half)
        edge.lineTo(x + half, y)
        edge.lineTo(x, y - half)
        edge.close()
    canvas.setFillColor(colour)
    canvas.drawPath(edge, stroke=0, fill=1)


def _readable_on(background: Color) -> Color:
    """White or ink, whichever contrasts more by WCAG 2."""

    def luminance(colour: Color) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.rgb()]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    ground = luminance(background)
    return white if 1.05 / (ground + 0.05) >= (ground + 0.05) / (luminance(INK) + 0.05) else INK


def _names(face: BadgeFace) -> tuple[str, str]:
    """The large name and the one under it: native and passport, unless they are the same but for accents."""
    native, passport = fonts.tidy(face.native_name), fonts.tidy(face.passport_name)
    if not native or fonts.missing_glyphs(native, face.native_language):
        return passport, ""
    return native, "" if fold(native) == fold(passport) else passport


def _draw_names(canvas: Canvas, face: BadgeFace) -> None:
    large, under = _names(face)
    language = face.native_language or fonts.language_of_country(face.country_code)
    width = WIDTH - 2 * MARGIN
    top = HEIGHT - TOP_BAND - 5.5 * mm
    bottom = QR_Y + QR_SIZE + QR_QUIET
    if face.photo:
        photo_height, photo_width = top - bottom - 1 * mm, (top - bottom - 1 * mm) * 3 / 4
        _draw_photo(canvas, face.photo, WIDTH - MARGIN - photo_width, bottom + 1 * mm, photo_width, photo_height)
        width -= photo_width + 4 * mm
    canvas.setFillColor(MUTED)
    second = fit(under, width, 11 * mm, largest=15, smallest=7, lines=2)
    gap = 1.5 * mm if under else 0
    canvas.setFillColor(INK)
    room = top - bottom - second.height - gap
    first = fit(large, width, room, language=language, largest=46, smallest=8, lines=2, bold=True)
    align = "right" if _right_to_left(large) else "left"
    y = top - (room - first.height) * 0.35
    y = first.draw(canvas, MARGIN, y, width, align)
    canvas.setFillColor(MUTED)
    second.draw(canvas, MARGIN, y - gap, width, align)


def _right_to_left(text: str) -> bool:
    pieces = fonts.runs(text)
    return bool(pieces) and pieces[-1].rtl


def _draw_company(canvas: Canvas, face: BadgeFace) -> None:
    """Left of the QR code, from its top."""
    width = QR_X - QR_QUIET - MARGIN
    language = face.native_language or fonts.language_of_country(face.country_code)
    canvas.setFillColor(INK)
    company = fit(face.company, width, 22 * mm, language=language, largest=15, smallest=7, lines=4, bold=True)
    align = "right" if _right_to_left(face.company) else "left"
    # The top of the letters, not of the accents, stands level with the QR code.
    rise = (company.lines[0].ascent - 0.8) * company.size if company.lines else 0.0
    company.draw(canvas, MARGIN, QR_Y + QR_SIZE + rise, width, align)


def _draw_country(canvas: Canvas, face: BadgeFace) -> None:
    left, right = MARGIN, QR_X - QR_QUIET
    if face.country_code:
        label = line(face.country_code, bold=True)
        chip = label.width * 9 + 3 * mm
        canvas.setFillColor(HexColor(face.category_colour))
        canvas.roundRect(left, QR_Y, chip, 5.4 * mm, 1 * mm, stroke=0, fill=1)
        canvas.setFillColor(_readable_on(HexColor(face.category_colour)))
        label.draw(canvas, left + 1.5 * mm, QR_Y + 1.6 * mm, 9)
        left += chip + 2 * mm
    canvas.setFillColor(INK)
    name: Block = fit(face.country_name, right - left, 9 * mm, largest=12, smallest=6.5, lines=2)
    name.draw(canvas, left, QR_Y + 2.7 * mm + name.height / 2)


def _draw_photo(canvas: Canvas, photo: bytes, x: float, y: float, width: float, height: float) -> None:
    """The middle of the picture, cut to the frame."""
    image = ImageReader(io.BytesIO(photo))
    across, down = image.getSize()
    scale = max(width / across, height / down)
    canvas.saveState()
    frame = canvas.beginPath()
    frame.roundRect(x, y, width, height, 1.5 * mm)
    canvas.clipPath(frame, stroke=0, fill=0)
    canvas.drawImage(
        image,
        x + (width - across * scale) / 2,
        y + (height - down * scale) / 2,
        across * scale,
        down * scale,
        mask="auto",
    )
    canvas.restoreState()
