"""A letter on A4: head of the department, both languages side by side, the table of the guest, signature and code.

Drawn straight on the canvas: seven hundred letters in one file share their fonts and take seconds. The text shrinks until
a letter fits on one page; what is still too long goes on to a second one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import IO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from fairs.core import fonts, qr, typeset

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, WIDTH - 18 * mm, HEIGHT - 16 * mm, 17 * mm
COLUMN = RIGHT - LEFT
GUTTER = 7 * mm
HALF = (COLUMN - GUTTER) / 2
INK, MUTED, RULE, RED = HexColor("#1d1a18"), HexColor("#5d5752"), HexColor("#b9aea2"), HexColor("#9d2a2a")
SIZES = (10.2, 9.6, 9.0, 8.4, 7.8)
QR_SIZE = 27 * mm
FOOT_HEIGHT = 49 * mm
_MOTTO = (
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM"),
    ("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"),
)
# Most of a letter is in every letter: measured once.
_fit = lru_cache(maxsize=2048)(typeset.fit)
_wrap = lru_cache(maxsize=2048)(typeset.wrap)


@dataclass(frozen=True, slots=True)
class Cell:
    """A box of the table of the guest: labels in both languages, the value, its share of the width."""

    label_vi: str
    label_en: str
    value: str
    share: float = 1.0
    language: str = ""
    second: str = ""  # below the value: the name in its own script, the other language


@dataclass(frozen=True, slots=True)
class LetterSheet:
    """What stands on one letter, in words. Pairs are Vietnamese and English. ``mark`` goes across: revoked, preview."""

    number: str
    superior: tuple[str, str]
    organisation: tuple[str, str]
    place_and_date: tuple[str, str]
    title: tuple[str, str]
    addressee: tuple[str, str]
    before: tuple[Sequence[str], Sequence[str]]
    cells: Sequence[Sequence[Cell]]
    after: tuple[Sequence[str], Sequence[str]]
    signer: tuple[str, str, str]  # title in both languages, name
    picture: bytes | None
    recipients: Sequence[str]
    valid_until: tuple[str, str]
    check_address: str  # what the code of the check opens; empty on a preview
    typed_at: str  # address at which number and code are typed
    code: str
    mark: str = ""


def letters_pdf(sheets: Iterable[LetterSheet], target: IO[bytes] | None = None) -> bytes:
    """One PDF of letters, each on a page of its own, in their order; to ``target`` where one is given (the answer is empty
    then). Raises ValueError when there is none."""
    out = io.BytesIO()
    canvas: Canvas | None = None
    for sheet in sheets:
        # Letter by letter: between two of them others draw, and the caller may use the database.
        with fonts.LOCK:
            if canvas is None:
                canvas = Canvas(target or out, pagesize=A4, lang="vi")
                canvas.setTitle(f"{sheet.title[0]} {sheet.number}")
                canvas.setAuthor(sheet.organisation[0])
            _Page(canvas, sheet).draw()
    if canvas is None:
        raise ValueError("There are no letters to draw.")
    with fonts.LOCK:
        canvas.save()
    return out.getvalue()


class _Page:
    """One letter."""

    def __init__(self, canvas: Canvas, sheet: LetterSheet) -> None:
        self.canvas, self.sheet = canvas, sheet
        self.y = TOP
        self.size = SIZES[-1]

    def draw(self) -> None:
        """The letter, and its second page where the text is long."""
        self._head()
        start = self.y
        for self.size in SIZES:
            # The smallest size is taken as it is; what does not fit goes on to the next page.
            if start - self._height() >= BOTTOM + FOOT_HEIGHT:
                break
        self._rows(*self.sheet.before)
        self._table()
        self._rows(*self.sheet.after)
        if self.y < BOTTOM + FOOT_HEIGHT:
            self._next_page()
        self._foot()
        self._finish()

    def _finish(self) -> None:
        self._edge()
        self.canvas.showPage()

    def _next_page(self) -> None:
        self._finish()
        self.y = TOP
        self._text(f"{self.sheet.number}", LEFT, COLUMN, 8, colour=MUTED)
        self.y -= 3 * mm

    def _text(
        self, text: str, x: float, width: float, size: float, *, bold: bool = False, align: str = "left",
        colour: Color = INK, lines: int = 2, height: float = 0.0, smallest: float = 6.0, language: str = "",
    ) -> float:  # fmt: skip
        """Draw from the present height, shrunk to the width; moves the height and gives it back."""
        if text:
            block = _fit(
                text, width, height or size * 1.5 * lines, bold=bold, largest=size, smallest=smallest, lines=lines,
                language=language or None,
            )  # fmt: skip
            self.canvas.setFillColor(colour)
            self.y = block.draw(self.canvas, x, self.y, width, align)
        return self.y

    def _pair(self, pair: tuple[str, str], x: float, width: float, size: float, *, bold: bool = True) -> None:
        self._text(pair[0], x, width, size, bold=bold, align="center")
        self.y -= 0.4 * mm
        self._text(pair[1], x, width, size - 1.8, align="center", colour=MUTED)

    def _rule(self, x: float, width: float, share: float) -> None:
        self.y -= 1.2 * mm
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(0.6)
        inset = width * (1 - share) / 2
        self.canvas.line(x + inset, self.y, x + width - inset, self.y)
        self.y -= 1.6 * mm

    def _head(self) -> None:
        """Left the department with the number, right the country's name with place and day (Decree 30/2020/NĐ-CP)."""
        sheet, top = self.sheet, self.y
        left, right = COLUMN * 0.44, COLUMN * 0.52
        self._text(sheet.superior[0].upper(), LEFT, left, 9.5, align="center")
        self._pair((sheet.organisation[0].upper(), sheet.organisation[1]), LEFT, left, 10.5)
        self._rule(LEFT, left, 0.35)
        self._text(f"Số/No.: {sheet.number}", LEFT, left, 10.5, align="center")
        bottom, self.y = self.y, top
        x = RIGHT - right
        self._pair(_MOTTO[0], x, right, 10)
        self.y -= 0.6 * mm
        self._pair(_MOTTO[1], x, right, 10)
        self._rule(x, right, 0.5)
        self._text(sheet.place_and_date[0], x, right, 9.5, align="center")
        self._text(sheet.place_and_date[1], x, right, 8.5, align="center", colour=MUTED)
        self.y = min(self.y, bottom) - 7 * mm
        self._text(sheet.title[0], LEFT, COLUMN, 17, bold=True, align="center", colour=RED)
        self.y -= 0.6 * mm
        self._text(sheet.title[1], LEFT, COLUMN, 11.5, bold=True, align="center")
        self.y -= 5 * mm
        self._columns(*sheet.addressee, size=10.5, bold=True)
        self.y -= 3.5 * mm

    def _columns(self, vi: str, en: str, *, size: float, bold: bool = False) -> None:
        """One paragraph in both languages, side by side; breaks over the page where it must."""
        blocks = [_wrap(text, HALF, size, bold=bold) if text else None for text in (vi, en)]
        height = max((block.height for block in blocks if block), default=0.0)
        if self.y - height < BOTTOM and self.y < TOP - 40 * mm:
            self._next_page()
        self.canvas.setFillColor(INK)
        for place, block in enumerate(blocks):
            if block:
                block.draw(self.canvas, LEFT + place * (HALF + GUTTER), self.y)
        self.y -= height

    def _rows(self, vi: Sequence[str], en: Sequence[str]) -> None:
        for first, second in zip_longest(vi, en, fillvalue=""):
            self._columns(first, second, size=self.size)
            self.y -= self._gap

    @property
    def _gap(self) -> float:
        return self.size * 0.55

    def _height(self) -> float:
        """Of everything between head and foot at the present size."""
        total = self._table_height()
        for vi, en in (self.sheet.before, self.sheet.after):
            for pair in zip_longest(vi, en, fillvalue=""):
                found = (_wrap(text, HALF, self.size).height for text in pair if text)
                total += max(found, default=0.0) + self._gap
        return total

    @property
    def _cell_height(self) -> float:
        return 11 * mm if self.size > SIZES[-1] else 9 * mm

    def _table_height(self) -> float:
        return sum(self._row_height(row) for row in self.sheet.cells) + 5 * mm

    def _row_height(self, row: Sequence[Cell]) -> float:
        return self._cell_height + (4.6 * mm if any(cell.second for cell in row) else 0)

    def _table(self) -> None:
        self.y -= 1 * mm
        if self.y - self._table_height() < BOTTOM:
            self._next_page()
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.5)
        for row in self.sheet.cells:
            height, top, x = self._row_height(row), self.y, LEFT
            whole = sum(cell.share for cell in row)
            for cell in row:
                width = COLUMN * cell.share / whole
                self.canvas.rect(x, top - height, width, height, stroke=1, fill=0)
                self._cell(cell, x + 2 * mm, top - 1.1 * mm, width - 4 * mm, height - 2.2 * mm)
                x += width
            self.y = top - height
        self.y -= 4 * mm

    def _cell(self, cell: Cell, x: float, top: float, width: float, height: float) -> None:
        self.y = top
        self._text(f"{cell.label_vi} / {cell.label_en}", x, width, 6.8, colour=MUTED, lines=1, smallest=4.5)
        self.y -= 0.3 * mm
        room = height - (top - self.y) - (4.4 * mm if cell.second else 0)
        self._text(cell.value or "—", x, width, 10, bold=True, lines=2, height=room, smallest=5)
        if cell.second:
            self.y -= 0.5 * mm
            self._text(
                cell.second, x, width, 9, colour=MUTED, lines=1, height=4.2 * mm, smallest=5, language=cell.language
            )

    def _foot(self) -> None:
        """Left the recipients and the check, right the signature."""
        sheet, top = self.sheet, min(self.y - 1 * mm, HEIGHT)
        right = COLUMN * 0.46
        x = RIGHT - right
        self.y = top
        self._text(sheet.signer[0].upper(), x, right, 10.5, bold=True, align="center")
        self._text(sheet.signer[1], x, right, 9, align="center", colour=MUTED)
        space = 24 * mm
        if sheet.picture:
            self._picture(sheet.picture, x + right * 0.15, self.y - space + 1 * mm, right * 0.7, space - 2 * mm)
        self.y -= space
        self._text(sheet.signer[2], x, right, 11, bold=True, align="center")
        self.y = top
        width = COLUMN * 0.5
        self._check(width)
        self.y -= 2.5 * mm
        if sheet.recipients:
            self._text("Nơi nhận:", LEFT, width, 8.5, bold=True)
            for line in sheet.recipients[:6]:
                self._text(f"- {line}", LEFT, width, 8, lines=1)

    def _check(self, width: float) -> None:
        sheet, top = self.sheet, self.y
        text_x = LEFT
        if sheet.check_address:
            modules = qr.matrix(sheet.check_address)
            quiet = QR_SIZE * qr.QUIET_ZONE / (len(modules) + 2 * qr.QUIET_ZONE)
            side = QR_SIZE - 2 * quiet
            self.canvas.addLiteral(qr.pdf_path(modules, LEFT + quiet, top - QR_SIZE + quiet, side))
            text_x = LEFT + QR_SIZE + 1 * mm
        room = LEFT + width - text_x
        self.y = top - 1.5 * mm
        self._text("Kiểm tra thư này / Verify this letter", text_x, room, 8.5, bold=True)
        self.y -= 0.8 * mm
        self._text(sheet.typed_at, text_x, room, 7.5, lines=2)
        self._text(f"Số/No. {sheet.number}", text_x, room, 7.5, lines=1)
        self._text(sheet.code, text_x, room, 9, bold=True, lines=1)
        self.y -= 0.8 * mm
        self._text(f"Có giá trị đến hết ngày {sheet.valid_until[0]}", text_x, room, 7.5, lines=1)
        self._text(f"Valid until {sheet.valid_until[1]}", text_x, room, 7.5, lines=1, colour=MUTED)
        self.y = min(self.y, top - (QR_SIZE if sheet.check_address else 0))

    def _picture(self, content: bytes, x: float, y: float, width: float, height: float) -> None:
        image = ImageReader(io.BytesIO(content))
        across, down = image.getSize()
        scale = min(width / across, height / down)
        self.canvas.drawImage(
            image, x + (width - across * scale) / 2, y + (height - down * scale) / 2, across * scale, down * scale,
            mask="auto",
        )  # fmt: skip

    def _edge(self) -> None:
        """What stands on every page: the number at the foot, and the mark across."""
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(LEFT, 13 * mm, RIGHT, 13 * mm)
        self.y = 12 * mm
        self._text(f"{self.sheet.number} · {self.sheet.organisation[1]}", LEFT, COLUMN, 7, colour=MUTED, lines=1)
        if self.sheet.mark:
            self.canvas.saveState()
            self.canvas.translate(WIDTH / 2, HEIGHT / 2)
            self.canvas.rotate(38)
            self.canvas.setFillColor(RED)
            self.canvas.setFillAlpha(0.16)
            mark = _fit(self.sheet.mark, 230 * mm, 30 * mm, largest=48, smallest=10, bold=True)
            mark.draw(self.canvas, -115 * mm, mark.height / 2, 230 * mm, "center")
            self.canvas.restoreState()
