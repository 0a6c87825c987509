"""The statement on paper: A4, Vietnamese or English, the fingerprint of its numbers at the foot of every page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.core.i18n import format_date
from fairs.core.pdf import Block, Column, KeyValues, Letterhead, Paragraph, Table, build_document
from fairs.statements.sentence import sentence_vi
from fairs.statements.statement import Statement
from fairs.statements.tables import StatementTable, definitions, shown, tables_of


def statement_pdf(statement: Statement, language: str) -> bytes:
    """The document in the language of its reader (``vi`` or ``en``)."""
    with force_locale(language):
        return _document(statement, language)


def moment_of(statement: Statement) -> str:
    """The moment of the statement by the fair's clock."""
    there = statement.as_of.astimezone(ZoneInfo(statement.fair.time_zone))
    return f"{there:%H:%M} {format_date(there.date())}"


def _document(statement: Statement, language: str) -> bytes:
    fair = statement.fair
    config = current_app.extensions["fairs_config"]
    moment = moment_of(statement)
    until = _("figures as of %(day)s", day=moment)
    facts = [
        (_("Fair"), fair.name),
        (_("Days"), f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}"),
        (_("Place"), ", ".join(part for part in (fair.venue, fair.city) if part)),
        (_("As of"), moment),
        (_("Fingerprint of the numbers (SHA-256)"), statement.fingerprint),
    ]
    blocks: list[Block] = [KeyValues(facts)]
    sentence = sentence_vi(fair, list(statement.figures.values()), statement.as_of)
    if sentence and language == "vi":
        blocks.append(Paragraph(sentence, "strong"))
    for table in tables_of(statement):
        blocks += _blocks(table)
    blocks.append(Paragraph(_("Definitions and method"), "heading"))
    blocks.append(KeyValues(definitions()))
    return build_document(
        _("Statement of the fair’s figures"),
        blocks,
        language=language,
        letterhead=Letterhead(config.department if language == "vi" else config.department_en),
        subtitle=f"{fair.name} · {until}",
        footer=f"{fair.code} · {moment} · SHA-256 {statement.fingerprint[:32]}…",
    )


def _blocks(table: StatementTable) -> list[Block]:
    weights = table.weights or [1.0 if place in table.numeric else 1.8 for place in range(len(table.heads))]
    columns = [
        Column(head, weight, "right" if place in table.numeric else "left")
        for place, (head, weight) in enumerate(zip(table.heads, weights, strict=True))
    ]
    rows = [[shown(value) for value in row] for row in table.rows]
    sums = [shown(value) for value in table.total]
    blocks: list[Block] = [Paragraph(table.title, "heading"), Table(columns, rows, sums=sums)]
    if table.note:
        blocks.append(Paragraph(table.note, "small"))
    return blocks
