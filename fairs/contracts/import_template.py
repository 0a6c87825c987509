"""The workbook that people fill in with contracts: two sheets with choices, and one that explains them."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import gettext as _

from fairs.contracts.importing import choices
from fairs.contracts.reading import CONTRACT_HEADS, LINE_HEADS, head_of
from fairs.core.i18n import current_locale
from fairs.core.units import unit_name

_ROWS = 5_000
_LINE_COLUMNS = ("key", "number", *LINE_HEADS)
_NEEDED = {"exporter", "importer", "signed_on", "value", "incoterm", "hs_code", "description", "quantity"}


def template() -> bytes:
    """The XLSX in the reader's language."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        needed = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#FFF3CD"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        offered = choices()
        sheets = {_("Contracts"): tuple(CONTRACT_HEADS), _("Lines"): _LINE_COLUMNS}
        pages = {title: book.add_worksheet(title) for title in sheets}
        explained, listed = book.add_worksheet(_("Explanation")), book.add_worksheet(_("Choices"))
        places = {}
        for column, (key, values) in enumerate(offered.items()):
            listed.write_string(0, column, head_of(key, _locale()), bold)
            for row, value in enumerate(values, start=1):
                listed.write_string(row, column, value)
            letter = chr(ord("A") + column)
            places[key] = f"='{_('Choices')}'!${letter}$2:${letter}${len(values) + 1}"
        for title, columns in sheets.items():
            page = pages[title]
            for column, key in enumerate(columns):
                page.write_string(0, column, head_of(key, _locale()), needed if key in _NEEDED else bold)
                style = day if key == "signed_on" else None if key in {"value", "quantity", "amount"} else text
                page.set_column(column, column, 24 if key in {"exporter", "importer", "description"} else 16, style)
                if key in places:
                    page.data_validation(1, column, _ROWS, column, {"validate": "list", "source": places[key]})
            page.freeze_panes(1, 0)
        _explain(explained, bold, wrapped)
    return out.getvalue()


def _locale() -> str:
    return "vi" if current_locale() == "vi" else "en"


def _explain(page: Any, bold: Any, wrapped: Any) -> None:
    page.set_column(0, 0, 28, wrapped)
    page.set_column(1, 1, 90, wrapped)
    page.write_string(0, 0, _("Column"), bold)
    page.write_string(0, 1, _("What to write"), bold)
    for row, (key, words) in enumerate(explanations().items(), start=1):
        page.write_string(row, 0, head_of(key, _locale()))
        page.write_string(row, 1, words)


def explanations() -> dict[str, str]:
    """What to write in each column."""
    return {
        "key": _("Any word or number of your own that links the lines of goods to their contract. Not needed where the contract number does."),
        "number": _("The number on the paper. The same file may come twice: what is known by parties, number and value is not logged again."),
        "exporter": _("Tax code, reference, badge or the name as in the register."),
        "importer": _("Reference, badge or the name as in the register, with the country beside it."),
        "importer_country": _("Name of the country or its two letters; needed where two companies have the same name."),
        "signed_on": _("Day of signature, as 31/12/2026."),
        "state": _("signed, mou or lead; empty means signed."),
        "currency": _("Three letters; empty means USD."),
        "value": _("The whole value. It must be equal to the sum of the lines."),
        "incoterm": _("Three letters of Incoterms 2020."),
        "reported_by": _("clerk, exporter or importer; empty means clerk."),
        "hs_code": _("4, 6 or 8 digits. Contracts signed since 2022 use HS 2022."),
        "unit": _("A code of the list: %(codes)s …", codes=", ".join(f"{code} = {unit_name(code)}" for code in ("PCE", "SET", "PR", "KGM", "CT"))),
        "amount": _("Value of the line in the contract's currency. With one line only it may stay empty."),
    }  # fmt: skip
