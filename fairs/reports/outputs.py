"""The plan of a year as XLSX, PDF and Word, in the reader's language."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask import current_app
from flask_babel import gettext as _

from fairs.core.i18n import current_locale, format_date, format_percent
from fairs.core.sheets import XLSX, Sheet, workbook
from fairs.reports.queries import ZONE, Figure, Kpi, plain
from fairs.reports.words import amount, span, summary_vi

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIMETYPES = {"xlsx": XLSX, "pdf": "application/pdf", "docx": DOCX}


def make(kpi: Kpi, form: str) -> bytes:
    """The bytes in one of FORMATS."""
    return FORMATS[form](kpi)


def _department() -> str:
    config = current_app.extensions["fairs_config"]
    return str(config.department if current_locale() == "vi" else config.department_en)


def _heads() -> list[str]:
    return [
        _("Item"),
        _("Programme"),
        _("Target"),
        _("Planned"),
        _("Actual"),
        _("Share of the plan"),
        _("Label"),
        _("Result"),
    ]


def _row(figure: Figure) -> list[str]:
    target, locale = figure.target, current_locale()
    unit = "" if target.is_money or target.unit == "percent" else f" {target.unit_name}".rstrip()
    plan = span(target, locale)
    return [
        target.item.number if target.item.number != "budget" else "",
        target.item.name,
        target.metric_name,
        f"{plan}{unit}" if plan else "—",
        amount(figure.actual, target.unit) if figure.actual is not None else "—",
        format_percent(figure.share),
        str(figure.label.label) if figure.label else "—",
        str(figure.standing.label),
    ]


def _table(kpi: Kpi) -> list[list[str]]:
    """All rows; an item's number and name stand only where it begins."""
    rows, item = [], None
    for figure in kpi.figures:
        row = _row(figure)
        rows.append(row if figure.target.item_id != item else ["", "", *row[2:]])
        item = figure.target.item_id
    return rows


def xlsx(kpi: Kpi) -> bytes:
    """Two sheets: the targets with plain numbers, and the numbers that stand beside them."""
    heads = [
        _("Item"), _("Programme"), _("Target"), _("Least"), _("Most"), _("Unit"), _("Actual"), _("Label"), _("Result"),
        _("Updated on"), _("Who answers"), _("Counting rule"), _("Evidence to keep"), _("Growth on last year in percent"),
        _("Last year"), _("Records"),
    ]  # fmt: skip
    base = current_app.config["BASE_URL"]
    rows = [
        [
            f.target.item.number, f.target.item.name, f.target.metric_name, plain(f.target.minimum),
            plain(f.target.maximum), f.target.unit_name, plain(f.actual), str(f.label.label) if f.label else "",
            str(f.standing.label), f.updated_on, f.target.item.owner, f.target.counting_rule, f.target.evidence,
            plain(f.target.growth_percent), plain(f.target.base), base + f.records_url,
        ]
        for f in kpi.figures
    ]  # fmt: skip
    beside = [
        [f.target.item.number, f.target.metric_name, str(b.label), plain(b.value), b.unit]
        for f in kpi.figures
        for b in f.beside
    ]
    sheets = [
        Sheet(_("Plan of %(year)s", year=kpi.programme.year), heads, rows),
        Sheet(
            _("Beside the figures"),
            [_("Item"), _("Target"), _("Further number"), _("Amount as a number"), _("Unit")],
            beside,
        ),
    ]
    return workbook(sheets, time_zone=ZONE)


def _subtitle(kpi: Kpi) -> str:
    programme = kpi.programme
    decision = _(
        "Decision %(number)s of %(day)s", number=programme.decision_number, day=format_date(programme.decision_on)
    )
    return f"{decision} · {_('figures as of %(day)s', day=format_date(kpi.as_of))}"


def pdf(kpi: Kpi) -> bytes:
    """On A4 landscape: the table of targets, the sentence, how the labels are meant."""
    from fairs.core.pdf import Block, Column, Letterhead, Paragraph, Table, build_document

    weights: list[tuple[float, str]] = [
        (0.6, "left"), (4.2, "left"), (2.2, "left"), (2.6, "right"), (1.9, "right"), (1, "right"), (1.3, "left"), (1.6, "left"),
    ]  # fmt: skip
    columns = [
        Column(head, weight, align)  # type: ignore[arg-type]
        for head, (weight, align) in zip(_heads(), weights, strict=True)
    ]
    blocks: list[Block] = [
        Table(columns, _table(kpi)),
        Paragraph(_("Sentence for the report"), "heading"),
        Paragraph(summary_vi(kpi)),
        Paragraph(labels_note(), "small"),
    ]
    return build_document(
        kpi.programme.name,
        blocks,
        language=current_locale(),
        letterhead=Letterhead(_department()),
        subtitle=_subtitle(kpi),
        footer=_("Plan of %(year)s", year=kpi.programme.year),
        page="A4 landscape",
    )


def labels_note() -> str:
    """What the labels mean."""
    return str(
        _(
            "Counted: from records of the gates and bookings. Verified: contracts that a second person has checked. "
            "Declared, estimated, announced: as told, entered by hand or declared by exhibitors."
        )
    )


def docx(kpi: Kpi) -> bytes:
    """A Word document on A4 landscape to go on writing in."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(11)
    document.core_properties.title = kpi.programme.name
    document.core_properties.author = _department()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2)
    document.add_paragraph(_department())
    document.add_heading(kpi.programme.name, level=1)
    document.add_paragraph(_subtitle(kpi))
    heads = _heads()
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    widths = [1.1, 7.2, 3.4, 4.0, 3.4, 1.8, 2.2, 2.6]
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    for texts in _table(kpi):
        cells = table.add_row().cells
        for place, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            cell.text = text
            if place in {3, 4, 5}:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(9)
    document.add_heading(_("Sentence for the report"), level=2)
    document.add_paragraph(summary_vi(kpi))
    document.add_paragraph(labels_note()).runs[0].font.size = Pt(9)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


FORMATS: dict[str, Callable[[Kpi], bytes]] = {"xlsx": xlsx, "pdf": pdf, "docx": docx}
