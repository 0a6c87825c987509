"""`flask checkin …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fairs.calendar.queries import fair_by_slug
from fairs.checkin.recounting import differences, recount_tallies

cli = AppGroup("checkin", help="Gates: the tallies of visits, gates and zones.")


@cli.command("recount")
@click.argument("fair")
@click.option("--check", is_flag=True, help="Only compare; change nothing.")
def recount_command(fair: str, check: bool) -> None:
    """Count the tallies of FAIR (its slug) anew from visits, scans and acts, and mend what differs.

    With --check nothing is changed, and a difference ends with exit code 1.
    """
    found = fair_by_slug(fair)
    if found is None:
        raise click.ClickException(f"There is no fair {fair!r}.")
    changed = differences(found) if check else recount_tallies(found)
    for line in changed:
        click.echo(line)
    click.echo(f"{len(changed)} rows differ{'.' if check else 'ed and are mended.'}")
    if check and changed:
        raise click.exceptions.Exit(1)
