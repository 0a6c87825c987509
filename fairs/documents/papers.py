"""The papers of a selection as they are now: what fills the placeholders, and which rows the annex has."""

from __future__ import annotations

from datetime import date
from typing import Any

from fairs.core.i18n import format_number
from fairs.core.money import Money
from fairs.core.sheets import Sheet, workbook
from fairs.documents.kinds import SelectionKind, kind_of
from fairs.documents.models import Selection
from fairs.documents.official import Annex, Paper, long_day, make_docx
from fairs.documents.queries import texts_of

_BLANK = "……………"


def words_of(selection: Selection, locale: str) -> dict[str, str]:
    """What stands for each placeholder in a paper of the selection."""
    before = selection.amends
    return {
        "title": selection.title,
        "reference": selection.reference,
        "count": str(len(selection.items)),
        "total": format_number(total_of(selection).decimal, locale),
        "number": selection.decision_number or _BLANK,
        "date": _day(selection.decided_on, locale),
        "submission_number": selection.submission_number or _BLANK,
        "submission_date": _day(selection.submitted_on, locale),
        "amended_number": before.decision_number if before is not None else "",
        "amended_date": _day(before.decided_on, locale) if before is not None else "",
        "signer": selection.signer,
        **kind_of(selection.kind).words(selection, locale),
    }


def _day(day: date | None, locale: str) -> str:
    return long_day(day, locale) if day is not None else f"ngày {_BLANK}" if locale == "vi" else _BLANK


def total_of(selection: Selection) -> Money:
    """The sum of what is granted, in the currency of the first subject."""
    currency = selection.items[0].currency if selection.items else "VND"
    return Money(sum(item.amount_minor or 0 for item in selection.items), currency)


def texts_part(selection: Selection, part: str) -> str:
    """Which texts a paper has: a decision that amends or revokes another one has its own."""
    return (
        {"amends": "amendment", "revokes": "revocation"}.get(selection.correction, part) if part == "decision" else part
    )


def paper_of(selection: Selection, part: str, locale: str) -> bytes:
    """A paper as DOCX, from the texts that count now."""
    kind = kind_of(selection.kind)
    _version, texts = texts_of(kind, texts_part(selection, part), locale, selection.fair_id)
    is_decision = part == "decision"
    return make_docx(
        Paper(
            part, locale, texts.filled(words_of(selection, locale)),
            number=selection.decision_number if is_decision else selection.submission_number,
            day=selection.decided_on if is_decision else selection.submitted_on,
            annex=annex_of(selection, kind, locale) if is_decision else None,
        )
    )  # fmt: skip


def annex_of(selection: Selection, kind: SelectionKind, locale: str) -> Annex:
    """The annex: a row for each subject, in their order."""
    title = kind.annex_title_vi if locale == "vi" else kind.annex_title_en
    rows = [{"title": item.title, "amount": item.amount_minor, **item.details} for item in selection.items]
    return Annex(title, kind.columns, rows, total_of(selection).currency)


def annex_sheet(selection: Selection, locale: str) -> bytes:
    """The annex as a spreadsheet, with a sum below."""
    kind = kind_of(selection.kind)
    annex = annex_of(selection, kind, locale)
    heads = ["STT" if locale == "vi" else "No.", *(getattr(one, f"label_{locale}") for one in annex.columns)]
    rows: list[list[Any]] = []
    for place, values in enumerate(annex.rows, 1):
        cells = []
        for column in annex.columns:
            value = values.get(column.key)
            cells.append(Money(int(value), annex.currency) if column.money and value not in (None, "") else value)
        rows.append([place, *cells])
    sums = [
        Money(sum(int(row.get(one.key) or 0) for row in annex.rows), annex.currency) if one.total else None
        for one in annex.columns
    ]
    if any(total is not None for total in sums):
        rows.append(["", "Tổng cộng" if locale == "vi" else "Total", *sums[1:]])
    return workbook([Sheet("Phụ lục" if locale == "vi" else "Annex", heads, rows)], time_zone="Asia/Ho_Chi_Minh")
