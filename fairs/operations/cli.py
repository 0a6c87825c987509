"""`flask backup`, `flask restore`, `flask operations rotate-keys`."""

from __future__ import annotations

from pathlib import Path

import click
from cryptography.fernet import InvalidToken
from flask.cli import AppGroup, with_appcontext

from fairs.operations.backup import BackupRefused, make_backup, restore_backup
from fairs.operations.rotation import rotate_keys

cli = AppGroup("operations", help="Running the installation.")


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


@cli.command("rotate-keys")
def rotate_keys_command() -> None:
    """Encrypt all encrypted fields anew by the first key of FAIRS_FIELD_KEY."""
    try:
        count = rotate_keys()
    except InvalidToken as error:
        raise click.ClickException(
            "A field can be decrypted by none of the keys in FAIRS_FIELD_KEY; nothing was changed. Is the old key among them?"
        ) from error
    click.echo(f"{count} fields are encrypted by the newest key. The old keys can be left out of FAIRS_FIELD_KEY now.")


groups = [backup, restore, cli]
