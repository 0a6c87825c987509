"""`flask backup`, `flask restore`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from fairs.operations.backup import BackupRefused, make_backup, restore_backup


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write database, files and keys into FILE (tar.gz). The server may go on running."""
    try:
        manifest = make_backup(file)
    except (BackupRefused, OSError) as error:
        raise click.ClickException(str(error)) from error
    size = file.stat().st_size / 2**20
    click.echo(
        f"{file}: {sum(manifest.rows.values())} rows, {manifest.file_count} files and the keys, {size:.1f} MB."
        " It holds personal data and keys: keep it as safe as the server."
    )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Delete what is in the database first.")
@with_appcontext
def restore(file: Path, *, force: bool) -> None:
    """Put the backup FILE back. Stop web server and worker first, start them afterwards."""
    try:
        manifest = restore_backup(file, force=force)
    except (BackupRefused, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Restored {sum(manifest.rows.values())} rows and {manifest.file_count} files of {manifest.made_at[:16]}."
        " Start web server and worker anew: they read the keys when they start."
    )


groups = [backup, restore]
