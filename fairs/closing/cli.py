"""`flask closing verify FAIR`, `flask closing snapshot FAIR`, `flask closing archive FAIR`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from fairs.calendar.models import Fair
from fairs.calendar.queries import fair_by_slug
from fairs.closing.archive import make_archive
from fairs.closing.snapshots import KINDS, recompute, snapshots_of, take_snapshot
from fairs.core.actor import SYSTEM
from fairs.core.errors import DomainError

cli = AppGroup("closing", help="Figures kept at closing, and archives.")


def _fair(slug: str) -> Fair:
    fair = fair_by_slug(slug)
    if fair is None:
        raise click.ClickException("There is no fair with this address.")
    return fair


@cli.command("verify")
@click.argument("slug", metavar="FAIR")
def verify(slug: str) -> None:
    """Compute the kept figures of FAIR again from their records and check every hash; exit code 1 when anything differs."""
    snapshots = snapshots_of(_fair(slug))
    if not snapshots:
        raise click.ClickException("No figures of this fair are kept.")
    sound = True
    with force_locale("en"):
        for snapshot in reversed(snapshots):
            verdict = recompute(snapshot)
            click.echo(
                f"Snapshot {snapshot.id} ({snapshot.kind}) of {snapshot.taken_at:%Y-%m-%d %H:%M} UTC, {snapshot.records} records"
            )
            for one in snapshot.figures:
                again = verdict.figures[one["key"]]
                unit = f" {one['unit']}" if one["unit"] else ""
                result = "equal" if again.agrees else f"DIFFERS: {again.value:f}{unit} from {again.count} records"
                click.echo(f"  {one['key']}: {one['value']}{unit} from {one['count']} records, {result}")
                for problem in again.problems:
                    click.echo(f"    {problem}")
            for problem in verdict.problems:
                click.echo(f"  {problem}")
            click.echo(f"  {'sound' if verdict.is_sound else 'CHANGED SINCE'}, sha256 {snapshot.sha256}")
            sound = sound and verdict.is_sound
    if not sound:
        raise SystemExit(1)


@cli.command("snapshot")
@click.argument("slug", metavar="FAIR")
@click.option("--kind", type=click.Choice(list(KINDS)), default="closing")
def snapshot(slug: str, kind: str) -> None:
    """Keep the figures of FAIR with their records now."""
    try:
        taken = take_snapshot(_fair(slug), kind=kind, by=SYSTEM)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Kept {len(taken.figures)} figures of {taken.records} records, sha256 {taken.sha256}")


@cli.command("archive")
@click.argument("slug", metavar="FAIR")
@click.option("--out", type=click.Path(dir_okay=False, writable=True), required=True)
def archive(slug: str, out: str) -> None:
    """Write the archive of FAIR to a ZIP file."""
    file = make_archive(_fair(slug), by=SYSTEM)
    with open(out, "wb") as target:
        target.write(file.read())
    click.echo(f"{out}: {file.size} bytes, sha256 {file.sha256}")
