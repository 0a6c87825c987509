"""`flask programme …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fairs.programme.queries import targets_of
from fairs.programme.reference import load_plan_2020

cli = AppGroup("programme", help="The annual plan.")


@cli.command("load")
def load() -> None:
    """Load the plan of 2020 with its targets, unless it is there."""
    programme = load_plan_2020()
    click.echo(f"{programme.year}: {len(targets_of(programme))} targets")
