"""`flask contracts duplicates`."""

from __future__ import annotations

import json

import click

from fairs.calendar.queries import fair_by_slug
from fairs.contracts.duplicates import candidates
from fairs.contracts.likeness_words import why_text


@click.command("duplicates")
@click.argument("fair")
@click.option("--json", "as_json", is_flag=True, help='Print a JSON list of {"a", "b", "score", "reasons"}.')
@click.option("--this-fair", is_flag=True, help="Leave out contracts of other fairs and years.")
def duplicates_command(fair: str, as_json: bool, this_fair: bool) -> None:
    """Pairs of contracts of FAIR (its slug) that may be one deal and that nobody has decided, the likeliest first.

    The score goes from 0 to 1.
    """
    found = fair_by_slug(fair)
    if found is None:
        raise click.ClickException(f"There is no fair {fair!r}.")
    pairs = candidates(found, all_years=not this_fair)
    if as_json:
        rows = [
            {
                "a": pair.a,
                "b": pair.b,
                "score": pair.score / 100,
                "reasons": [f"{key} {measure}".strip() for key, measure in pair.reasons],
            }
            for pair in pairs
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for pair in pairs:
        click.echo(f"{pair.a}  {pair.b}  {pair.score}  {why_text(pair.reasons)}")
    click.echo(f"{len(pairs)} pairs")
