"""`flask contracts …`."""

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
from fairs.contracts.duplicates_cli import duplicates_command
from fairs.contracts.importing import LOGGED, log_good, look_over, told
from fairs.contracts.reading import read_contracts
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.storage import Upload

cli = AppGroup("contracts", help="Export contracts.")
cli.add_command(duplicates_command)


@cli.command("import")
@click.argument("slug", metavar="FAIR")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and import nothing.")
@click.option("--all-or-nothing", is_flag=True, help="Import only when nothing is wrong in the file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_contracts(slug: str, file: Path, dry_run: bool, all_or_nothing: bool, as_json: bool) -> None:
    """Import the contracts of FILE (XLSX, ODS, CSV) into FAIR: what is new is logged, what is known is left alone.

    Ends with 1 when the file is refused, and with 2 when some of its contracts are wrong.
    """
    result: dict[str, Any] = {"file": file.name, "fair": slug, "dry_run": dry_run}
    with force_locale("en"):
        try:
            result |= _done(slug, Upload(file.name, file.read_bytes()), dry_run=dry_run, whole=all_or_nothing)
        except DomainError as error:
            result["error"] = {"code": error.code, "message": str(error)}
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else _in_words(result))
    if "error" in result:
        sys.exit(1)
    if result["problems"]:
        sys.exit(2)


def _done(slug: str, upload: Upload, *, dry_run: bool, whole: bool) -> dict[str, Any]:
    fair = db.session.scalar(select(Fair).where(Fair.slug == slug))
    if fair is None:
        raise NotFound(f"There is no fair {slug}.")
    read = read_contracts(upload)
    judged = look_over(fair, read, SYSTEM)
    if not dry_run:
        log_good(fair, judged, by=SYSTEM, whole=whole)
    problems = [told(problem) for one in judged for problem in one.problems] + [told(one) for one in read.problems]
    return {
        "contracts": dict(sorted(Counter(one.outcome for one in judged).items())),
        "logged": [one.reference for one in judged if one.outcome == LOGGED],
        "problems": [
            {"sheet": one["sheet"], "row": one["row"], "column": one["head"]["en"], "message": one["message"]["en"]} for one in problems
        ],
    }  # fmt: skip


def _in_words(result: dict[str, Any]) -> str:
    if "error" in result:
        return str(result["error"]["message"])
    counts = ", ".join(f"{many} {outcome}" for outcome, many in result["contracts"].items())
    lines = [
        f"  sheet {one['sheet']}, row {one['row']}, {one['column']}: {one['message']}" for one in result["problems"]
    ]
    return "\n".join([counts, *lines])
