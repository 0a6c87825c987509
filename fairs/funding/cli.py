"""`flask funding …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fairs.funding.reference import load_rules

cli = AppGroup("funding", help="Rules of support.")


@cli.command("load-rules")
def load() -> None:
    """Add the known rules of support that are not there; what was changed stays."""
    click.echo(f"{load_rules()} rules")
