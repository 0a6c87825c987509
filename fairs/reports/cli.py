"""`flask reports kpi`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from fairs.core.errors import DomainError
from fairs.reports.outputs import FORMATS, make
from fairs.reports.queries import kpi

cli = AppGroup("reports", help="Reports.")


@cli.command("kpi")
@click.argument("year", type=int)
@click.option("--format", "form", type=click.Choice(["json", *FORMATS]), default="json", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; without it, the terminal.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day of the figures (default: today).")
def kpi_command(year: int, form: str, out: Path | None, as_of: datetime | None) -> None:
    """The plan of YEAR against what happened."""
    try:
        result = kpi(year, as_of.date() if as_of else None)
    except DomainError as error:
        raise click.ClickException(f"There is no plan of {year}.") from error
    if form == "json":
        content = (json.dumps(result.as_dict(), ensure_ascii=False, indent=2) + "\n").encode()
    else:
        content = make(result, form)
    if out is not None:
        out.write_bytes(content)
        click.echo(f"{out}: {len(content)} bytes", err=True)
    elif form != "json" and sys.stdout.isatty():
        raise click.ClickException(f"Name a file for {form}: --out FILE.{form}")
    else:
        click.echo(content, nl=False)
