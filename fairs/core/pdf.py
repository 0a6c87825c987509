"""Documents on paper: letterhead, title and a column of blocks, in any script, with page numbers.

Other features say what a document contains and this module how it looks::

    build_document("Phiếu tiếp nhận hồ sơ", [
        KeyValues([("Mã hồ sơ", "GS26-F-00042"), ("Người nộp", "Nguyễn Văn An")]),
        QrBlock("https://…", "Mở hồ sơ", ["Quét mã, rồi nhập mã PIN:"], large="4821"),
    ], letterhead=Letterhead("Sở Công Thương Hà Nội"), language="vi", footer="GS26-F-00042")

All text is plain: markup in it is shown, not obeyed. Money and dates come formatted for the document's reader.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reportlab import platypus
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, A5, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from fairs.core import fonts, qr, typeset
from fairs.core.pdf_blocks import (
    Align,
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
)

__all__ = [
    "Align",
    "Block",
    "Column",
    "Gap",
    "KeyValues",
    "Letterhead",
    "Notice",
    "Paragraph",
    "QrBlock",
    "Signature",
    "SignatureBlock",
    "Table",
    "build_document",
]

LACQUER, INK, MUTED = HexColor("#9d2a2a"), HexColor("#1d1a18"), HexColor("#5d5752")
RULE, TINT = HexColor("#d9d0c4"), HexColor("#f8f3ea")

_PAGES = {"A4": A4, "A4 landscape": landscape(A4), "A5": A5}
_PAGE_LABEL = {"vi": "Trang {page}/{pages}", "en": "Page {page} of {pages}"}
_STYLES: dict[str, dict[str, Any]] = {
    "body": {"size": 10},
    "small": {"size": 8, "colour": MUTED},
    "heading": {"size": 12, "bold": True, "colour": LACQUER},
    "strong": {"size": 10, "bold": True},
}
_MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def build_document(
    title: str,
    blocks: Sequence[Block],
    *,
    language: str = "vi",
    letterhead: Letterhead | None = None,
    subtitle: str = "",
    footer: str = "",
    page: Literal["A4", "A4 landscape", "A5"] = "A4",
) -> bytes:
    """The document as PDF. ``language`` is the reader's: it names the pages, and decides how Han characters look.

    ``footer`` stands at the foot of every page, beside the page's number.
    """
    with fonts.LOCK:
        width, height = _PAGES[page]
        side = 20 * mm if page != "A5" else 14 * mm
        out = io.BytesIO()
        document = platypus.BaseDocTemplate(
            out,
            pagesize=(width, height),
            title=title,
            author=letterhead.name if letterhead else "",
            lang=language,
        )
        frame = platypus.Frame(side, 20 * mm, width - 2 * side, height - 34 * mm, 0, 0, 0, 0)
        document.addPageTemplates(platypus.PageTemplate(frames=[frame]))
        layout = _Layout(language, width - 2 * side)
        story = [*layout.head(letterhead, title, subtitle)]
        for block in blocks:
            story += [*layout.flow(block), platypus.Spacer(1, 4 * mm)]
        furniture = _Furniture(footer, _PAGE_LABEL.get(language[:2], _PAGE_LABEL["en"]), language, side)
        document.build(story, canvasmaker=furniture.canvas)
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Furniture:
    """What stands on every page; the number of pages is known only at the end, so pages are kept until then."""

    footer: str
    label: str
    language: str
    side: float

    def canvas(self, *args: Any, **kwargs: Any) -> Canvas:
        furniture = self

        class Numbered(Canvas):
            def __init__(self) -> None:
                super().__init__(*args, **kwargs)
                self._kept: list[dict[str, Any]] = []

            def showPage(self) -> None:  # noqa: N802  reportlab's name
                self._kept.append(dict(self.__dict__))
                self._startPage()  # type: ignore[attr-defined]

            def save(self) -> None:
                kept = self._kept
                for number, state in enumerate(kept, 1):
                    self.__dict__.update(state)
                    furniture.draw(self, number, len(kept))
                    super().showPage()
                super().save()

        return Numbered()

    def draw(self, canvas: Canvas, page: int, pages: int) -> None:
        width, height = canvas._pagesize  # type: ignore[attr-defined]
        canvas.saveState()
        canvas.setFillColor(LACQUER)
        canvas.rect(0, height - 4 * mm, width, 4 * mm, stroke=0, fill=1)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(self.side, 15 * mm, width - self.side, 15 * mm)
        canvas.setFillColor(MUTED)
        number = typeset.line(self.label.format(page=page, pages=pages))
        number.draw(canvas, width - self.side - number.width * 8, 10.5 * mm, 8)
        room = width - 2 * self.side - number.width * 8 - 6 * mm
        foot = typeset.fit(self.footer, room, 8 * mm, language=self.language, largest=8, smallest=6, lines=2)
        foot.draw(canvas, self.side, 10.5 * mm + (foot.lines[0].ascent * foot.size if foot.lines else 0))
        canvas.restoreState()


class _Text(platypus.Flowable):
    """Text in a cell or column; breaks over pages line by line."""

    def __init__(
        self,
        text: str,
        size: float = 9.5,
        *,
        language: str,
        bold: bool = False,
        colour: Color = INK,
        align: Align = "left",
        lines: typeset.Block | None = None,
    ) -> None:
        super().__init__()
        self.text, self.size, self.lines = text, size, lines
        self.style: dict[str, Any] = {"language": language, "bold": bold, "colour": colour, "align": align}

    def wrap(self, available_width: float, _available_height: float) -> tuple[float, float]:
        if self.lines is None:
            language, bold = self.style["language"], self.style["bold"]
            self.lines = typeset.wrap(self.text, available_width, self.size, language=language, bold=bold)
        self.width = available_width
        self.height = self.lines.height
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[platypus.Flowable]:
        self.wrap(available_width, available_height)
        block = self.lines
        if block is None or available_height < block.leading:
            return []
        fitting = min(int(available_height / block.leading), len(block.lines))
        halves = (block.lines[:fitting], block.lines[fitting:])
        return [
            _Text("", self.size, lines=typeset.Block(lines, block.size, block.leading), **self.style)
            for lines in halves
            if lines
        ]

    def draw(self) -> None:
        if self.lines is not None:
            self.canv.setFillColor(self.style["colour"])
            self.lines.draw(self.canv, 0, self.height, self.width, self.style["align"])


class _Qr(platypus.Flowable):
    """A QR code on white, with its quiet zone."""

    def __init__(self, data: str, size: float) -> None:
        super().__init__()
        self.modules = qr.matrix(data)
        self.width = self.height = size
        self.code = size * len(self.modules) / (len(self.modules) + 2 * qr.QUIET_ZONE)

    def draw(self) -> None:
        self.canv.setFillColor(HexColor("#ffffff"))
        self.canv.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        edge = (self.width - self.code) / 2
        self.canv.addLiteral(qr.pdf_path(self.modules, edge, edge, self.code))


def _drawn(picture: bytes) -> platypus.Flowable:
    """The room for a signature, 22 mm high, with the one that is there."""
    if not picture:
        return platypus.Spacer(1, 22 * mm)
    return platypus.Image(io.BytesIO(picture), 60 * mm, 20 * mm, kind="proportional", hAlign="CENTER")


class _Layout:
    """Turns blocks into reportlab's flowables for a column of ``width`` points."""

    def __init__(self, language: str, width: float) -> None:
        self.language = language
        self.width = width

    def text(self, text: str, size: float = 9.5, **style: Any) -> _Text:
        return _Text(text, size, language=self.language, **style)

    def grid(self, rows: list[list[Any]], widths: Sequence[float], *style: Any, **options: Any) -> platypus.Table:
        """A table without borders and with little room around its cells, to which ``style`` is added."""
        base = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
        base += [(f"{edge}PADDING", (0, 0), (-1, -1), 2.2) for edge in ("TOP", "BOTTOM")]
        base += [("RIGHTPADDING", (0, 0), (-1, -1), 6)]
        return platypus.Table(rows, colWidths=list(widths), style=[*base, *style], hAlign="LEFT", **options)

    def head(self, letterhead: Letterhead | None, title: str, subtitle: str) -> list[platypus.Flowable]:
        story: list[platypus.Flowable] = []
        centred: Align = "left"
        if letterhead:
            centred = "center" if letterhead.national else "left"
            story += [self.letterhead(letterhead), platypus.Spacer(1, 7 * mm)]
        story += [self.text(title, 18, bold=True, align=centred)]
        if subtitle:
            story += [platypus.Spacer(1, 1 * mm), self.text(subtitle, 10, colour=MUTED, align=centred)]
        return [*story, platypus.Spacer(1, 6 * mm)]

    def letterhead(self, letterhead: Letterhead) -> platypus.Flowable:
        if letterhead.national:
            left = [self.text(letterhead.parent, 9.5, align="center")] if letterhead.parent else []
            left += [self.text(letterhead.name, 10, bold=True, align="center")]
            right = [self.text(line, 10, bold=True, align="center") for line in _MOTTO]
            widths = [self.width * 0.45, self.width * 0.55]
            return self.grid([[left, right]], widths, ("RIGHTPADDING", (0, 0), (-1, -1), 0))
        left = [self.text(letterhead.name, 12, bold=True, colour=LACQUER)]
        left += [self.text(line, 8, colour=MUTED) for line in letterhead.details]
        right = [self.text(line, 8.5, colour=MUTED, align="right") for line in letterhead.right]
        widths = [self.width * 0.62, self.width * 0.38]
        under = ("LINEBELOW", (0, 0), (-1, -1), 1.1, LACQUER)
        room = ("BOTTOMPADDING", (0, 0), (-1, -1), 8)
        return self.grid([[left, right]], widths, under, room, ("RIGHTPADDING", (-1, 0), (-1, -1), 0))

    def flow(self, block: Block) -> list[platypus.Flowable]:
        match block:
            case Paragraph():
                text = self.text(block.text, align=block.align, **_STYLES[block.style])
                # A heading at the foot of a page would stand there alone.
                return [platypus.CondPageBreak(30 * mm), text] if block.style == "heading" else [text]
            case KeyValues():
                return [self.key_values(block)]
            case Table():
                return self.table(block)
            case QrBlock():
                return [platypus.KeepTogether([self.qr(block)])]
            case SignatureBlock():
                return [platypus.KeepTogether(self.signatures(block))]
            case Notice():
                box = [("BACKGROUND", (0, 0), (-1, -1), TINT), ("LINEBEFORE", (0, 0), (0, -1), 3, LACQUER)]
                pads = [(f"{edge}PADDING", (0, 0), (-1, -1), 8) for edge in ("TOP", "BOTTOM", "LEFT", "RIGHT")]
                return [self.grid([[self.text(block.text, 10)]], [self.width], *box, *pads)]
            case Gap():
                return [platypus.Spacer(1, block.height * mm)]

    def key_values(self, block: KeyValues) -> platypus.Flowable:
        pairs: list[list[Any]] = [
            [self.text(label, 9.5, colour=MUTED), self.text(value, 9.5)] for label, value in block.rows
        ]
        share = self.width / block.columns
        label = min(48 * mm, share * 0.34)
        if block.columns == 2:
            half = (len(pairs) + 1) // 2
            right = [*pairs[half:], ["", ""]]
            pairs = [[*pair, *right[i]] for i, pair in enumerate(pairs[:half])]
        return self.grid(pairs or [["", ""]], [label, share - label] * (block.columns if pairs else 1))

    def table(self, block: Table) -> list[platypus.Flowable]:
        total = sum(column.weight for column in block.columns)
        widths = [self.width * column.weight / total for column in block.columns]
        rows = [[self.text(column.label, 8.5, bold=True, colour=MUTED, align=column.align) for column in block.columns]]
        for row in block.rows:
            cells = zip(row, block.columns, strict=True)
            rows.append([self.text(text, 9.5, align=column.align) for text, column in cells])
        if block.sums:
            ends = zip(block.sums, block.columns, strict=True)
            rows.append([self.text(text, 9.5, bold=True, align=column.align) for text, column in ends])
        style: list[tuple[Any, ...]] = [
            ("BACKGROUND", (0, 0), (-1, 0), TINT),
            ("LINEBELOW", (0, 0), (-1, 0), 0.9, LACQUER),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
            *((f"{edge}PADDING", (0, 0), (-1, -1), 4) for edge in ("TOP", "BOTTOM", "LEFT", "RIGHT")),
        ]
        if block.sums:
            style.append(("LINEABOVE", (0, -1), (-1, -1), 0.9, INK))
        story: list[platypus.Flowable] = [self.grid(rows, widths, *style, repeatRows=1)]
        if block.totals:
            story.append(platypus.KeepTogether([platypus.Spacer(1, 2 * mm), self.totals(block)]))
        return story

    def totals(self, block: Table) -> platypus.Flowable:
        rows = []
        for i, (label, value) in enumerate(block.totals):
            last = i == len(block.totals) - 1
            size, colour = (11.5, INK) if last else (9.5, MUTED)
            texts = [self.text(label, size, bold=last, colour=colour), self.text(value, size, bold=last, align="right")]
            rows.append(texts)
        over = ("LINEABOVE", (0, -1), (-1, -1), 0.9, INK)
        pads = [("RIGHTPADDING", (1, 0), (1, -1), 4), ("TOPPADDING", (0, -1), (-1, -1), 5)]
        wide = min(self.width, 92 * mm)
        grid = self.grid(rows, [wide * 0.52, wide * 0.48], over, *pads)
        grid.hAlign = "RIGHT"
        return grid

    def qr(self, block: QrBlock) -> platypus.Flowable:
        size = block.size * mm
        words: list[platypus.Flowable] = []
        if block.heading:
            words += [self.text(block.heading, 11.5, bold=True, colour=LACQUER), platypus.Spacer(1, 1.5 * mm)]
        for text in block.lines:
            words += [self.text(text, 9.5), platypus.Spacer(1, 0.8 * mm)]
        if block.large:
            words += [platypus.Spacer(1, 1.5 * mm), self.text(block.large, 22, bold=True)]
        cells: list[list[Any]] = [[_Qr(block.data, size), words or ""]]
        box = [("BACKGROUND", (0, 0), (-1, -1), TINT), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        pads = [(f"{edge}PADDING", (0, 0), (-1, -1), 8) for edge in ("TOP", "BOTTOM", "LEFT", "RIGHT")]
        return self.grid(cells, [size + 16, self.width - size - 16], *box, *pads)

    def signatures(self, block: SignatureBlock) -> list[platypus.Flowable]:
        story: list[platypus.Flowable] = [platypus.Spacer(1, 4 * mm)]
        if block.place_and_date:
            story += [self.text(block.place_and_date, 9.5, align="right"), platypus.Spacer(1, 2 * mm)]
        cells = []
        for signature in block.signatures:
            cell: list[platypus.Flowable] = [self.text(signature.role, 10, bold=True, align="center")]
            if signature.hint:
                cell.append(self.text(signature.hint, 8, colour=MUTED, align="center"))
            cell += [_drawn(signature.picture), self.text(signature.name, 10, bold=True, align="center")]
            cells.append(cell)
        middle = ("ALIGN", (0, 0), (-1, -1), "CENTER")
        return [*story, self.grid([cells], [self.width / len(cells)] * len(cells), middle)]
