"""`flask setup code`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fairs.workplace.setup import is_fresh, setup_code

cli = AppGroup("setup", help="First run of an empty installation.")


@cli.command("code")
def code() -> None:
    """Print the code that the first-run page asks for; nothing when the installation is set up already."""
    if is_fresh():
        click.echo(setup_code())
