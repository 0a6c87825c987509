"""`flask importers import`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.contacts.columns import Layout, detect, missing
from fairs.contacts.files import open_file
from fairs.contacts.importing import carry_on
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.queries import counts_of
from fairs.contacts.reading import in_words
from fairs.contacts.service import READY, ListSource, check, check_source, choose_layout, hand_in, judge, start_import
from fairs.contacts.states import ImportKind, RowState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.storage import Upload

cli = AppGroup("importers", help="Importers and those who are to be invited.")


@cli.command("import")
@click.argument("slug", metavar="FAIR")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source-kind", default="organiser", help="organiser, embassy, trade_office or partner.", show_default=True
)
@click.option("--source", help="Who gave the list (default: the file's name).")
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and import nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_contacts(slug: str, file: Path, source_kind: str, source: str | None, dry_run: bool, as_json: bool) -> None:
    """Import the contacts of FILE (XLSX, CSV) as invitees of FAIR.

    Rows that may be somebody known are left for a person and counted. Ends with 1 when the file is refused.
    """
    try:
        fair = db.session.scalar(select(Fair).where(Fair.slug == slug))
        if fair is None:
            raise NotFound(f"There is no fair {slug}.")
        given = check_source(ListSource(source or file.stem, source_kind), ImportKind.CONTACTS)
        upload = Upload(file.name, file.read_bytes())
        result = _would(fair, upload, given) if dry_run else _did(fair, upload, given)
    except DomainError as error:
        with force_locale("en"):
            result = {"error": {"code": error.code, "message": str(error)}}
    result = {"file": file.name, "dry_run": dry_run, **result}
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else _in_words(result))
    if "error" in result:
        sys.exit(1)


def _would(fair: Fair, upload: Upload, source: ListSource) -> dict[str, Any]:
    sheets = open_file(upload)
    layout = detect(sheets, ImportKind.CONTACTS)
    _enough(layout)
    judged = judge(fair, ImportKind.CONTACTS, sheets, layout, source.name)
    states: Counter[str] = Counter(str(one.state) for one in judged)
    wrong = [(one.line.row, one.line.problems) for one in judged if one.state is RowState.WRONG]
    return {"fair": fair.slug, "import": None, "rows": dict(sorted(states.items())), "problems": _problems(wrong)}


def _enough(layout: Layout) -> None:
    lacks = missing(layout, ImportKind.CONTACTS)
    if lacks is not None:
        raise InvalidInput(lacks, field="columns")


def _did(fair: Fair, upload: Upload, source: ListSource) -> dict[str, Any]:
    _enough(detect(open_file(upload), ImportKind.CONTACTS))
    found = hand_in(fair, ImportKind.CONTACTS, upload, source, by=SYSTEM)
    choose_layout(found, Layout.from_json(found.layout), by=SYSTEM)
    check(found.id)
    counts = counts_of([found.id])[found.id]
    if any(counts.get(state) for state in READY):
        start_import(found, by=SYSTEM)
        carry_on(found.id)
    query = select(ContactRow.row, ContactRow.problems).where(
        ContactRow.import_id == found.id, ContactRow.state == RowState.WRONG
    )
    wrong = [(one.row, one.problems) for one in db.session.execute(query.order_by(ContactRow.row))]
    counts = counts_of([found.id])[found.id]
    state = db.session.get_one(ContactImport, found.id, populate_existing=True).state
    return {
        "fair": fair.slug, "import": found.id, "state": str(state), "rows": {str(one): many for one, many in sorted(counts.items())},
        "problems": _problems(wrong),
    }  # fmt: skip


def _problems(wrong: list[tuple[int, list[Any]]]) -> list[dict[str, Any]]:
    with force_locale("en"):
        return [{"row": row, "messages": [in_words(one) for one in said]} for row, said in wrong]


def _in_words(result: dict[str, Any]) -> str:
    if "error" in result:
        return str(result["error"]["message"])
    counts = ", ".join(f"{many} {state}" for state, many in result["rows"].items()) or "no rows"
    rows = [f"  row {one['row']}: {'; '.join(one['messages'])}" for one in result["problems"]]
    return "\n".join([counts, *rows])
