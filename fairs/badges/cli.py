"""flask badges …"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from fairs.badges.keys import rotate_key
from fairs.badges.models import Badge
from fairs.badges.queries import BadgeFilter, badge_list
from fairs.badges.service import mark_printed
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.queries import fair_by_slug
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError

cli = AppGroup("badges", help="Badges.")


@cli.command("print")
@click.argument("fair_slug", metavar="FAIR")
@click.option(
    "--category",
    type=click.Choice([str(category) for category in BadgeCategory]),
    help="Only this category; importer includes the hosted ones.",
)
@click.option("--unprinted", is_flag=True, help="Only badges that were not printed yet.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write.")
def print_command(fair_slug: str, category: str | None, unprinted: bool, out: Path) -> None:
    """Write the valid badges of FAIR as a PDF, one page each, and note that they were printed."""
    from fairs.badges.faces import print_run

    fair = fair_by_slug(fair_slug)
    if fair is None:
        raise click.ClickException(f"There is no fair {fair_slug!r}.")
    wanted = BadgeFilter(category=category or "", state=str(BadgeState.ACTIVE), printed="no" if unprinted else "")
    ids = db.session.scalars(badge_list(fair.id, wanted).with_only_columns(Badge.id).order_by(Badge.reference)).all()
    if not ids:
        raise click.ClickException("There are no badges to print.")
    try:
        with out.open("wb") as file:
            count = print_run(fair, ids, file)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    for start in range(0, len(ids), 500):
        some = db.session.scalars(select(Badge).where(Badge.id.in_(ids[start : start + 500]))).all()
        mark_printed(some, by=SYSTEM)
    click.echo(f"{count} badges in {out}.")


@cli.command("rotate-key")
@click.argument("fair_slug", metavar="FAIR")
@click.option("--reason", required=True, help="Why; it is kept in the history.")
def rotate_command(fair_slug: str, reason: str) -> None:
    """Sign the badges of FAIR with a new key from now on; those printed before stay valid."""
    fair = fair_by_slug(fair_slug)
    if fair is None:
        raise click.ClickException(f"There is no fair {fair_slug!r}.")
    try:
        key = rotate_key(fair, reason, by=SYSTEM)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Key {key.public_key.hex()[:8]} signs the badges of {fair_slug} from now on.")
