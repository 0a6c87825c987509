"""`flask demo load`."""

from __future__ import annotations

import time
from datetime import date, datetime

import click
from flask.cli import AppGroup

from fairs.core.clock import today

cli = AppGroup("demo", help="The demonstration.")


@cli.command("load")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day that counts as today (default: today)."
)
@click.option(
    "--scale",
    type=click.IntRange(1, 50),
    default=1,
    show_default=True,
    help="Times as many exhibitors, importers, visitors.",
)
def load(as_of: datetime | None, scale: int) -> None:
    """Load the demonstration into an empty database."""
    from fairs.demo.loader import NotEmpty, load_demo  # heavy, and no server needs it

    started = time.monotonic()
    day: date = as_of.date() if as_of else today("Asia/Ho_Chi_Minh")
    try:
        counts = load_demo(day, scale=scale)
    except NotEmpty as error:
        raise click.ClickException(str(error)) from error
    made = ", ".join(f"{number} {what}" for what, number in counts.items())
    click.echo(f"Demonstration as of {day:%Y-%m-%d}: {made} in {time.monotonic() - started:.1f} s")


@cli.command("remember-allocation")
def remember_allocation() -> None:
    """Keep what came of the demonstration's allocation beside its code, so that loading it needs no solver."""
    from sqlalchemy import select

    from fairs.allocation.models import AllocationRun
    from fairs.core.db import db
    from fairs.demo.allocation import REMEMBERED, remember

    run = db.session.scalars(select(AllocationRun).order_by(AllocationRun.id).limit(1)).first()
    if run is None:
        raise click.ClickException("Load the demonstration first.")
    remember(run)
    click.echo(f"Written: {REMEMBERED.name}")
