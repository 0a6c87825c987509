"""The minutes of an allocation (biên bản), for appeals: inputs, weights, seed, bound, score, each result with its reason.

As PDF and Word, in the reader's language, with the country's name and motto as Decree 30/2020/NĐ-CP asks of
administrative documents.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from fairs.allocation.forms import RulesForm
from fairs.allocation.results import Result, Row, gap_text
from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.i18n import current_locale, format_date, format_number

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIMETYPES = {"pdf": "application/pdf", "docx": DOCX}
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def make(fair: Fair, result: Result, form: str) -> bytes:
    """The bytes in one of FORMATS."""
    return FORMATS[form](fair, result)


def _department() -> str:
    config = current_app.extensions["fairs_config"]
    return str(config.department if current_locale() == "vi" else config.department_en)


def _place_and_day(fair: Fair, result: Result) -> str:
    """The place and day of the minutes, written out as administrative documents do."""
    day = local_day(result.run.finished_at or result.run.created_at, fair.time_zone)
    if current_locale() != "vi":
        return f"{fair.city or 'Hà Nội'}, {format_date(day)}"
    return f"{fair.city or 'Hà Nội'}, ngày {day:%d} tháng {day:%m} năm {day.year}"


def _title() -> str:
    return str(_("MINUTES OF THE ALLOCATION OF BOOTHS"))


def _opening(fair: Fair, result: Result) -> str:
    run = result.run
    day = format_date(local_day(run.finished_at or run.created_at, fair.time_zone))
    return str(_(
        "On %(day)s the organisers of %(fair)s (%(opening)s) allocated booths to the accepted exhibitors who had none, by "
        "run no. %(number)s of the program, begun by %(person)s. The input, the weights and the result are recorded below; "
        "who has the input can repeat the computation and gets the same result.",
        day=day, fair=fair.name, opening=format_date(fair.starts_on), number=run.number, person=run.actor_name,
    ))  # fmt: skip


def _facts(result: Result) -> list[tuple[str, str]]:
    run, problem = result.run, result.problem
    waiting = [a for a in problem.applicants if not a.standing]
    free = sum(not site.closed for site in problem.sites)
    rows = [
        (_("Exhibitors to be placed"), format_number(len(waiting))),
        (_("Booths they ask for"), format_number(sum(a.count for a in waiting))),
        (_("Free booths"), _("%(free)s of %(all)s", free=format_number(free), all=format_number(len(problem.sites)))),
        (_("Seed, steps, rounds"), f"{run.seed} · {run.steps} · {run.rounds}"),
        (_("Mark of the input (SHA-256)"), run.mark),
        (_("Score"), format_number(run.score)),
        (
            _("Made of"),
            _(
                "%(points)s points for places, less %(rivals)s for competitors, %(orphans)s for single free booths and "
                "%(unplaced)s for exhibitors without a place",
                points=format_number(run.points), rivals=format_number(run.rivals), orphans=format_number(run.orphans),
                unplaced=format_number(run.unplaced),
            ),
        ),
        (_("Bound"), _("%(bound)s: no allocation of this input can have more", bound=format_number(run.bound or 0))),
        (_("Gap"), gap_text(run.gap)),
    ]  # fmt: skip
    if run.edited:
        moved = "; ".join(f"{row.name} ({row.booths or '—'})" for row in result.rows if row.place.moved)
        rows.append((_("Moved by the organiser afterwards"), moved or "—"))
    return rows


def _weights(result: Result) -> list[tuple[str, str, str]]:
    form = RulesForm(formdata=None, meta={"csrf": False})
    return [
        (str(form[name].label.text), format_number(value), str(form[name].description or ""))
        for name, value in asdict(result.problem.weights).items()
    ]


def _binding(result: Result) -> list[str]:
    names, problem = result.names, result.problem
    lines = [
        _(
            "Each booth goes to one exhibitor; size, type and booths side by side are as asked for; booked booths and those not for sale stay untouched."
        )
    ]
    exclusive = [names.zones.get(area.id, area.code) for area in problem.areas if area.exclusive]
    if exclusive:
        lines.append(_("Zones that take their own products only: %(zones)s.", zones=", ".join(exclusive)))
    for quota in problem.quotas:
        where = names.zones.get(quota.zone, "—") if quota.zone is not None else _("all zones together")
        if quota.booths is not None:
            lines.append(_("Supported exhibitors: at most %(n)s booths in %(where)s.", n=quota.booths, where=where))
        if quota.area is not None:
            lines.append(_("Supported exhibitors: at most %(n)s m² in %(where)s.", n=quota.area // 10_000, where=where))
    for one in problem.exclusions:
        both = f"{names.person(one.first)} – {names.person(one.second)}"
        lines.append(_("Kept apart: %(both)s.", both=both))
    locked = [row for row in result.rows if row.applicant.lock]
    if locked:
        lines.append(
            _("Fixed before the run: %(names)s.", names="; ".join(f"{row.name} ({row.booths})" for row in locked))
        )
    return lines


def _heads() -> list[str]:
    return [_("No."), _("Exhibitor"), _("Seniority"), _("Booths"), _("Points"), _("Result and reason")]


def _cells(number: int, row: Row) -> list[str]:
    facts = row.facts
    seniority = format_number(row.applicant.seniority)
    if facts:
        seniority += " (" + _("earlier fairs %(years)s, floor %(area)s m², weeks ahead %(weeks)s", years=facts["years"], area=facts["area_m2"],
                              weeks=facts["weeks"]) + ")"  # fmt: skip
    said = ". ".join(part.rstrip(".") for part in (row.wish, row.reason) if part)
    return [
        str(number), f"{row.name} ({row.reference})", seniority, row.booths or "—", format_number(row.place.total),
        f"{said}." if said else "",
    ]  # fmt: skip


def _method() -> str:
    return str(
        _(
            "How reasons are found: “by seniority” is said only where whoever stands there has more points of seniority and got "
            "points for them there. A cost is computed: the wish is given, those around are arranged anew, and the scores are "
            "compared. The bound comes from a linear programme; costs for competitors and single booths, and pairs kept apart, "
            "are left out of it, which can only make it higher."
        )
    )


def _roles() -> list[str]:
    return [_("Written by"), _("Representative of the exhibitors"), _("For the organisers")]


def pdf(fair: Fair, result: Result) -> bytes:
    """On A4, upright."""
    from fairs.core.pdf import (
        Block,
        Column,
        KeyValues,
        Letterhead,
        Paragraph,
        Signature,
        SignatureBlock,
        Table,
        build_document,
    )

    heads = _heads()
    widths: Sequence[tuple[float, Any]] = (
        (0.6, "right"),
        (3.2, "left"),
        (2.2, "left"),
        (1.3, "left"),
        (0.9, "right"),
        (4.6, "left"),
    )
    blocks: list[Block] = [
        Paragraph(_opening(fair, result)),
        Paragraph(_("1. Input and result"), "heading"),
        KeyValues(_facts(result)),
        Paragraph(_("2. What counted"), "heading"),
        Table(
            [Column(_("Criterion"), 2.4), Column(_("Weight"), 1, "right"), Column(_("Meaning"), 5)], _weights(result)
        ),
        Paragraph(_("3. What bound"), "heading"),
        *[Paragraph(f"– {line}") for line in _binding(result)],
        *[Paragraph(f"– {line}") for line in result.findings],
        Paragraph(_("4. Who got what, and why"), "heading"),
        Table(
            [Column(head, weight, align) for head, (weight, align) in zip(heads, widths, strict=True)],
            [_cells(number, row) for number, row in enumerate(result.rows, 1)],
        ),
        Paragraph(_method(), "small"),
        SignatureBlock(
            [Signature(role, _("Signature and full name")) for role in _roles()], _place_and_day(fair, result)
        ),
    ]
    return build_document(
        _title(), blocks, language=current_locale(), letterhead=Letterhead(_department(), national=True),
        subtitle=_("%(fair)s · run no. %(number)s", fair=fair.name, number=result.run.number),
        footer=f"{fair.code} · {result.run.mark[:16]}",
    )  # fmt: skip


def docx(fair: Fair, result: Result) -> bytes:
    """A Word document in the form of administrative documents, to be completed, signed and filed."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(13)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    document.core_properties.title = _title()
    document.core_properties.author = _department()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(2)

    def line(
        text: str, *, bold: bool = False, centre: bool = False, size: float | None = None, into: Any = None
    ) -> Any:
        paragraph = (into or document).add_paragraph()
        run = paragraph.add_run(text)
        run.bold = bold
        if size:
            run.font.size = Pt(size)
        if centre:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = bold
        return paragraph

    def grid(
        heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], *, numbers: set[int]
    ) -> None:
        table = document.add_table(rows=1, cols=len(heads))
        table.style = "Table Grid"
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for cells, texts, bold in [
            (table.rows[0].cells, heads, True),
            *((table.add_row().cells, row, False) for row in rows),
        ]:
            for place, (cell, text, width) in enumerate(zip(cells, texts, widths, strict=True)):
                cell.width = Cm(width)
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                run = paragraph.add_run(text)
                run.bold, run.font.size = bold, Pt(10)
                if place in numbers:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _keep_rows_whole(table)

    head = document.add_table(rows=1, cols=2)
    head.autofit = False
    number_line = _("No.: ……/BB-……")
    sides = ((6.0, (_department().upper(), number_line)), (10.5, (*MOTTO, _place_and_day(fair, result))))
    for column, cell, (width, lines) in zip(head.columns, head.rows[0].cells, sides, strict=True):
        column.width = cell.width = Cm(width)
        for number, text in enumerate(lines):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = paragraph.add_run(text)
            run.font.size = Pt(13 if text == MOTTO[1] else 12)
            run.bold = text in {*MOTTO, _department().upper()}
            run.italic = number == 2
            run.underline = text == MOTTO[1]
    line("")
    line(_title(), bold=True, centre=True, size=14)
    line(_("%(fair)s · run no. %(number)s", fair=fair.name, number=result.run.number), centre=True)
    line(_opening(fair, result))
    line(_("1. Input and result"), bold=True)
    grid([_("Item"), _("As recorded")], _facts(result), [6.0, 10.5], numbers=set())
    line("", size=4)
    line(_("2. What counted"), bold=True)
    grid([_("Criterion"), _("Weight"), _("Meaning")], _weights(result), [5.0, 2.0, 9.5], numbers={1})
    line("", size=4)
    line(_("3. What bound"), bold=True)
    for text in (*_binding(result), *result.findings):
        line(f"– {text}")
    line(_("4. Who got what, and why"), bold=True)
    rows = [_cells(number, row) for number, row in enumerate(result.rows, 1)]
    grid(_heads(), rows, [1.2, 3.9, 2.7, 1.8, 1.4, 5.5], numbers={0, 4})
    line("", size=4)
    line(_method(), size=10)
    line("")
    signatures = document.add_table(rows=1, cols=3)
    for cell, role in zip(signatures.rows[0].cells, _roles(), strict=True):
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        cell.paragraphs[0].add_run(role.upper()).bold = True
        hint = line(_("Signature and full name"), centre=True, size=11, into=cell)
        hint.runs[0].italic = True
        for _number in range(4):
            cell.add_paragraph()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _keep_rows_whole(table: Any) -> None:
    """The heads stand on every page, and no row is torn by one."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for number, row in enumerate(table.rows):
        for name in ("w:cantSplit", "w:tblHeader")[: 2 if number == 0 else 1]:
            mark = OxmlElement(name)
            mark.set(qn("w:val"), "true")
            row._tr.get_or_add_trPr().append(mark)


FORMATS: dict[str, Callable[[Fair, Result], bytes]] = {"pdf": pdf, "docx": docx}
