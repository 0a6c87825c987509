"""`flask booths allocate`: a run in the foreground."""

from __future__ import annotations

import json

import click
from sqlalchemy import select

from fairs.allocation.computing import carry_out
from fairs.allocation.models import AllocationRun
from fairs.allocation.results import as_json, as_text
from fairs.allocation.service import begin
from fairs.allocation.states import AllocationState
from fairs.booths.cli import cli
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError


@cli.command("allocate")
@click.argument("fair")
@click.option("--seed", default=1, show_default=True, help="The same input, seed and steps give the same allocation.")
@click.option("--seconds", default=60, show_default=True, help="How long to search at most.")
@click.option("--steps", type=int, default=None, help="Search exactly so many neighbourhoods instead: repeats a run.")
@click.option("--rounds", type=int, default=None, help="With --steps: rounds of the bound, as the run recorded them.")
@click.option("--json", "plain", is_flag=True, help="Print everything as JSON.")
def allocate(fair: str, seed: int, seconds: int, steps: int | None, rounds: int | None, plain: bool) -> None:
    """Draft an allocation of booths for all accepted exhibitors of FAIR (its slug) who have none; kept as a run."""
    found = db.session.scalar(select(Fair).where(Fair.slug == fair))
    if found is None:
        raise click.ClickException("There is no fair with this slug.")
    try:
        run = begin(found, by=SYSTEM, seed=seed, seconds=seconds, steps=steps, rounds=rounds)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    carry_out(run.id)
    db.session.expire_all()
    run = db.session.get_one(AllocationRun, run.id)
    if run.state is AllocationState.FAILED:
        raise click.ClickException("The run was stopped by an error; the log has it.")
    click.echo(json.dumps(as_json(run), ensure_ascii=False, indent=1) if plain else as_text(run))
