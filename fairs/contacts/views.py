"""What the pages of contacts and of support lists have in common: mapping, preview, progress, errors as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.contacts.columns import Layout, chosen, heads_of, moved, roles_of
from fairs.contacts.deciding import decide_all
from fairs.contacts.files import Sheet
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.queries import counts_of, import_by_id, imported_before, rows_matching
from fairs.contacts.reading import in_words
from fairs.contacts.service import (
    AT_ONCE,
    READY,
    choose_layout,
    columns_again,
    drop_import,
    keep_layout,
    sheets_of,
    start_import,
    start_undo,
)
from fairs.contacts.states import BUSY, ImportKind, ImportState, RowState
from fairs.contacts.tasks import go_on, go_on_later
from fairs.contacts.undo import kept_because
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.permissions import Permission
from fairs.core.sheets import Sheet as SheetOut
from fairs.core.sheets import each, sheet_response
from fairs.core.web import actor, go, paginate, wants_fragment
from fairs.lists.tools import may_here

_SAMPLE = 3  # values of each column
_ROWS = 8  # first rows of the sheet


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one kind of list: their endpoints begin with ``name``, ``acts`` is who may change anything."""

    kind: ImportKind
    name: str
    acts: Permission

    def url(self, view: str, **values: Any) -> str:
        """The address of one of the pages."""
        return url_for(f"{self.name}.{view}", **values)

    def found(self, import_id: int) -> ContactImport:
        """An import of this kind at the present fair; raises NotFound."""
        return import_by_id(current_fair().id, import_id, self.kind)


def show_page(pages: Pages, found: ContactImport, error: DomainError | None = None) -> str:
    """The page that fits the state of an import."""
    if found.state is ImportState.UPLOADED:
        return _columns_page(pages, found, error)
    counts = counts_of([found.id])[found.id]
    facts = {
        "pages": pages, "found": found, "counts": counts, "RowState": RowState, "ImportState": ImportState, "error": error,
        "is_busy": found.state in BUSY, "total": sum(counts.values()), "ready": sum(counts.get(state, 0) for state in _ready(pages)),
        "may": may_here(pages.acts), "ImportKind": ImportKind,
    }  # fmt: skip
    if wants_fragment() and request.method == "GET":
        return render_template("contacts/_progress.html", **facts)
    text = request.args.get("state", "")
    state = RowState(text) if text in set(RowState) else None
    page = paginate(
        rows_matching(found.id, state),
        (ContactRow.row, False),
        (ContactRow.id, False),
        cursor=request.args.get("cursor"),
    )
    return render_template(
        "contacts/show.html", **facts, page=page, state=state, said=lambda one: in_words(one, pages.kind), kept_because=kept_because,
        before=imported_before(found) if found.state is ImportState.PREVIEW else None,
        row_states=[(str(one), one.label) for one in RowState if counts.get(one) or one is state],
    )  # fmt: skip


def _ready(pages: Pages) -> Sequence[RowState]:
    return READY if pages.kind is ImportKind.CONTACTS else (RowState.NEW,)


def _columns_page(pages: Pages, found: ContactImport, error: DomainError | None) -> str:
    layout, sheets = Layout.from_json(found.layout), []
    try:
        sheets = sheets_of(found)
    except DomainError as wrong:
        error = error or wrong
    sheet = sheets[layout.sheet] if sheets else Sheet("", [], [])
    first = sheet.rows[layout.row : layout.row + _ROWS]
    heads = heads_of(sheet, layout.row, layout.head_rows)
    columns = [
        (
            at,
            column_name(at),
            heads[at],
            [row[at] for row in sheet.rows[layout.row : layout.row + 40] if row[at]][:_SAMPLE],
        )
        for at in range(sheet.width)
    ]
    return render_template(
        "contacts/columns.html", pages=pages, found=found, layout=layout, sheets=sheets, columns=columns, roles=roles_of(pages.kind),
        typed=request.form if error and request.method == "POST" else {}, error=error, may=may_here(pages.acts),
        first=[(sheet.numbers[layout.row + at], row) for at, row in enumerate(first)],
        above=list(zip(sheet.numbers[: layout.row], sheet.rows[: layout.row], strict=True))[-6:],
        masked={at for at, role in enumerate(layout.columns) if role == "passport"},
    )  # fmt: skip


def column_name(at: int) -> str:
    """The letter of a spreadsheet's column."""
    name, at = "", at + 1
    while at:
        at, letter = divmod(at - 1, 26)
        name = chr(65 + letter) + name
    return name


def act(pages: Pages, import_id: int) -> Any:
    """What the pressed button says is done with an import."""
    found, by = pages.found(import_id), actor()
    try:
        match request.form.get("do", ""):
            case "look":
                keep_layout(found, _moved(found))
            case "check":
                choose_layout(found, _typed(found), by=by)
                _on(found.id, _lines_in(found))
            case "again":
                columns_again(found, by=by)
            case "all":
                number = decide_all(found, people=_how("people"), companies=_how("companies"), by=by)
                flash(ngettext("%(num)s row is decided.", "%(num)s rows are decided.", number), "success")
            case "import":
                start_import(found, by=by)
                _on(found.id, sum(counts_of([found.id])[found.id].values()))
            case "undo":
                start_undo(found, by=by)
                _on(found.id, sum(counts_of([found.id])[found.id].values()))
            case "drop":
                drop_import(found, by=by)
                flash(_("Thrown away. Nothing of it was imported."), "success")
                return go(pages.url("index"))
            case _:
                raise InvalidInput(_("Please choose one of the buttons."))
    except InvalidInput as error:
        return show_page(pages, pages.found(import_id), error), 422
    except DomainError as error:
        if error.status != 409:
            raise
        flash(str(error), "warning")
    return go(pages.url("show", import_id=import_id))


def _how(name: str) -> Any:
    how = request.form.get(name, "")
    if how not in ("new", "same"):
        raise InvalidInput(_("Please choose from the list."), field=name)
    return how


def _on(import_id: int, rows: int) -> None:
    if rows <= AT_ONCE:
        go_on(import_id)
    else:
        go_on_later(import_id)


def _lines_in(found: ContactImport) -> int:
    return len(sheets_of(found)[found.layout["sheet"]].rows)


def _number(name: str) -> int:
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


def _typed(found: ContactImport) -> Layout:
    """The layout as it stands in the form."""
    sheets, old = sheets_of(found), Layout.from_json(found.layout)
    columns = {at: request.form.get(f"column-{at}", "") for at in range(len(old.columns))}
    head_rows = _number("head_rows") if _number("row") != 0 else 1
    return chosen(sheets, found.kind, _number("sheet") if len(sheets) > 1 else 0, _number("row"), head_rows, columns)


def _moved(found: ContactImport) -> Layout:
    sheets, old = sheets_of(found), Layout.from_json(found.layout)
    return moved(sheets, found.kind, old, _typed(found))


def errors_sheet(pages: Pages, import_id: int) -> Response:
    """The rows with errors as they stood in the file, with the reason: to be mended and handed in again."""
    fair: Fair = current_fair()
    found = pages.found(import_id)
    heads = found.layout.get("heads", [])
    names = [head or column_name(at) for at, head in enumerate(heads)]
    sheet = SheetOut(
        _("Rows with errors"), [*names, _("Row"), _("What is wrong")], _error_rows(pages.kind, found, len(heads))
    )
    return sheet_response([sheet], f"{fair.slug}-errors-{found.id}", time_zone=fair.time_zone)


def _error_rows(kind: ImportKind, found: ContactImport, width: int) -> Iterator[list[Any]]:
    query = rows_matching(found.id, RowState.WRONG).order_by(ContactRow.row, ContactRow.id)
    for row in each(query):
        cells = (list(row.cells) + [""] * width)[:width]
        yield [*cells, row.row, "; ".join(in_words(one, kind) for one in row.problems)]
