"""A submission and a decision as DOCX in the form of Decree 30/2020 (clerical work): national title, number, bases, articles.

A4, Times New Roman 13–14, margins 20 mm above and below, 30 left, 20 right. The English form is a working translation.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from fairs.core.i18n import format_number
from fairs.core.money import Money
from fairs.documents.kinds import Column, Texts

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NATION = {"vi": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "en": "SOCIALIST REPUBLIC OF VIET NAM"}
_MOTTO = {"vi": "Độc lập - Tự do - Hạnh phúc", "en": "Independence - Freedom - Happiness"}
_TITLE = {
    ("submission", "vi"): "TỜ TRÌNH", ("submission", "en"): "SUBMISSION",
    ("decision", "vi"): "QUYẾT ĐỊNH", ("decision", "en"): "DECISION",
}  # fmt: skip
_RECIPIENTS = {"vi": "Nơi nhận:", "en": "Recipients:"}
_TRANSLATION = "Working translation. The Vietnamese text is binding."
#: The beginning of an article, set in bold.
_ARTICLE = re.compile(r"^((?:Điều|Article)\s+\d+\.)(.*)$")
_TEXT_WIDTH_CM = 16.0
_SIZE = 13.5  # points; the decree says 13 to 14
_WIDE_CM = 24.7


@dataclass(frozen=True, slots=True)
class Annex:
    """The table that goes with a decision; ``rows`` are the values by the columns' keys, without the running number."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, Any]]
    currency: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper says. ``number`` and ``day`` are open (blanks to be filled in by hand) until they are given."""

    part: str
    locale: str
    texts: Texts
    number: str = ""
    day: date | None = None
    annex: Annex | None = None


def long_day(day: date | None, locale: str) -> str:
    """The day as the decree writes it: two digits for days below 10 and for January and February; blanks when open."""
    if locale == "vi":
        if day is None:
            return "ngày      tháng      năm 20…"
        return f"ngày {day:%d} tháng {f'{day.month:02d}' if day.month < 3 else day.month} năm {day.year}"
    return "date: ………………" if day is None else f"{day.day} {day:%B %Y}"


def make_docx(paper: Paper) -> bytes:
    """The bytes of the DOCX file."""
    from docx import Document
    from docx.shared import Mm, Pt

    book = Document()
    style = book.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(_SIZE)
    _east_asian(style.element)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    page = book.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(20)
    page.header_distance = Mm(10)
    page.different_first_page_header_footer = True
    _page_number(page.header.paragraphs[0])
    book.core_properties.title = paper.texts.heading[:200]
    book.core_properties.author = paper.texts.organisation.replace("\n", " ")[:200]
    _head(book, paper)
    _title(book, paper)
    _body(book, paper)
    _foot(book, paper)
    if paper.annex is not None:
        _annex(book, paper, paper.annex)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _east_asian(element: Any) -> None:
    from docx.oxml.ns import qn

    element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Times New Roman")


def _page_number(paragraph: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = text
        run._r.append(mark)  # python-docx has no fields


def _line(
    place: Any, text: str, *, size: float = _SIZE, bold: bool = False, italic: bool = False, center: bool = False,
    before: float = 0, after: float = 0,
) -> Any:  # fmt: skip
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = place.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    return paragraph


def _rule(place: Any, share: float, width_cm: float) -> None:
    """A thin line under a block, as wide as ``share`` of it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    paragraph = _line(place, "", size=2)
    margin = Cm(width_cm * (1 - share) / 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = margin
    paragraph.paragraph_format.line_spacing = Pt(5)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)


def _grid(book: Any, widths: Sequence[float]) -> Any:
    """A table of one row without lines; its cells' first, empty paragraph is taken away when it is filled."""
    from docx.shared import Cm

    table = book.add_table(rows=1, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = Cm(width)
    return table


def _trim(cell: Any) -> None:
    first = cell.paragraphs[0]
    first._p.getparent().remove(first._p)


def _head(book: Any, paper: Paper) -> None:
    texts, locale = paper.texts, paper.locale
    left, right = 6.6, 9.9
    table = _grid(book, (left, right))
    ours, theirs = table.rows[0].cells
    for line in texts.superior.splitlines():
        _line(ours, line.upper(), size=12, center=True)
    for line in texts.organisation.splitlines():
        _line(ours, line.upper(), size=12, bold=True, center=True)
    _rule(ours, 0.4, left)
    sign = "Số" if locale == "vi" else "No."
    number = paper.number or f"           /{texts.symbol}"
    _line(ours, f"{sign}: {number}", size=13, center=True, before=4)
    _line(theirs, _NATION[locale], size=12, bold=True, center=True)
    _line(theirs, _MOTTO[locale], size=13, bold=True, center=True)
    _rule(theirs, 0.62, right)
    _line(theirs, f"{texts.place}, {long_day(paper.day, locale)}", size=13, italic=True, center=True, before=4)
    for cell in (ours, theirs):
        _trim(cell)


def _title(book: Any, paper: Paper) -> None:
    if paper.locale == "en":
        _line(book, _TRANSLATION, size=11, italic=True, center=True, before=10)
    _line(book, _TITLE[paper.part, paper.locale], bold=True, center=True, before=16)
    _line(book, paper.texts.heading, bold=True, center=True)
    _rule(book, 0.3, _TEXT_WIDTH_CM)
    if paper.part == "submission":
        to = "Kính gửi" if paper.locale == "vi" else "To"
        _line(book, f"{to}: {paper.texts.addressee}", center=True, before=10, after=8)
    else:
        _line(book, paper.texts.authority.upper(), bold=True, center=True, before=10, after=8)


def _justified(paragraph: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    form = paragraph.paragraph_format
    form.first_line_indent, form.space_after, form.line_spacing = Cm(1.27), Pt(6), 1.1


def _body(book: Any, paper: Paper) -> None:
    for line in _lines(paper.texts.bases):
        _justified(_line(book, line, italic=True))
    if paper.part == "decision":
        word = "QUYẾT ĐỊNH:" if paper.locale == "vi" else "DECIDES:"
        _line(book, word, bold=True, center=True, before=8, after=8)
    paragraph = None
    for line in _lines(paper.texts.body):
        article = _ARTICLE.match(line)
        paragraph = _line(book, article[1] if article else line, bold=article is not None)
        if article:
            paragraph.add_run(article[2])
        _justified(paragraph)
    if paragraph is not None:
        paragraph.paragraph_format.keep_with_next = True  # a signature never stands alone on a page


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _foot(book: Any, paper: Paper) -> None:
    from docx.shared import Pt

    _line(book, "", size=6).paragraph_format.keep_with_next = True
    table = _grid(book, (8.0, 8.5))
    _keep_together(table)
    ours, theirs = table.rows[0].cells
    _line(ours, _RECIPIENTS[paper.locale], size=12, bold=True, italic=True)
    for line in _lines(paper.texts.recipients):
        _line(ours, line if line.startswith("-") else f"- {line}", size=11)
    for line in _lines(paper.texts.signer):
        _line(theirs, line.upper(), bold=True, center=True)
    for _space in range(4):
        _line(theirs, "")
    for cell in (ours, theirs):
        _trim(cell)
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_after = Pt(0)


def _keep_together(table: Any) -> None:
    from docx.oxml import OxmlElement

    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _annex(book: Any, paper: Paper, annex: Annex) -> None:
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm

    page = book.add_section(WD_SECTION.NEW_PAGE)
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Mm(30), Mm(20), Mm(20), Mm(20)
    page.different_first_page_header_footer = False
    vi = paper.locale == "vi"
    _line(book, "PHỤ LỤC" if vi else "ANNEX", bold=True, center=True)
    _line(book, annex.title, bold=True, center=True)
    number = paper.number or f"        /{paper.texts.symbol}"
    issued = " ".join(_lines(paper.texts.authority))
    day = long_day(paper.day, paper.locale)
    goes_with = (
        f"(Kèm theo Quyết định số {number} {day} của {issued})"
        if vi
        else f"(To decision no. {number}, {day}, {issued})"
    )
    _line(book, goes_with, size=13, italic=True, center=True)
    _rule(book, 0.2, _WIDE_CM)
    _table(book, annex, locale=paper.locale)


def _table(book: Any, annex: Annex, *, locale: str) -> None:
    """The table, written as it stands in the file: python-docx needs seconds for some hundred rows."""
    _line(book, "", size=4)
    whole = sum(column.width for column in annex.columns)
    widths = [1.2, *((_WIDE_CM - 1.2) * column.width / whole for column in annex.columns)]
    heads = ["STT" if locale == "vi" else "No.", *(getattr(one, f"label_{locale}") for one in annex.columns)]
    sides = ["center", *(_side(column) for column in annex.columns)]
    rows = [_row(heads, widths, ["center"] * len(heads), bold=True, head=True)]
    for place, values in enumerate(annex.rows, 1):
        texts = [str(place), *(_shown(one, values.get(one.key), annex.currency, locale) for one in annex.columns)]
        rows.append(_row(texts, widths, sides))
    sums = _sums(annex, locale)
    if any(sums):
        rows.append(_row(["", "Tổng cộng" if locale == "vi" else "Total", *sums[1:]], widths, sides, bold=True))
    table = book.add_table(rows=0, cols=len(widths))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = _twips(width) * 635  # EMU of a twentieth of a point
    for row in rows:
        table._tbl.append(row)


def _side(column: Column) -> str:
    return "right" if column.money else "center" if column.width < 1 else "left"


def _twips(width_cm: float) -> int:
    return round(width_cm / 2.54 * 1440)


def _row(
    texts: Sequence[str], widths: Sequence[float], sides: Sequence[str], *, bold: bool = False, head: bool = False
) -> Any:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    strong = "<w:b/>" if bold else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{strong}<w:sz w:val="24"/><w:szCs w:val="24"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
        for text, width, side in zip(texts, widths, sides, strict=True)
    )
    repeated = "<w:tblHeader/>" if head else ""
    return parse_xml(f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>")


def _shown(column: Column, value: Any, currency: str, locale: str) -> str:
    if value is None or value == "":
        return ""
    return format_number(Money(int(value), currency).decimal, locale) if column.money else str(value)


def _sums(annex: Annex, locale: str) -> list[str]:
    return [
        format_number(Money(sum(int(row.get(one.key) or 0) for row in annex.rows), annex.currency).decimal, locale)
        if one.total
        else ""
        for one in annex.columns
    ]
