"""``flask invitations …``."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from fairs.core.errors import DomainError
from fairs.invitations.bounces import read_mailbox

cli = AppGroup("invitations", help="Invitations of importers.")


@cli.command("read-bounces")
@click.argument("mailbox", type=click.Path(exists=True, path_type=Path))
def read_bounces(mailbox: Path) -> None:
    """Read delivery status notifications in MAILBOX (a Maildir or an mbox file) and mark whom mail does not reach."""
    try:
        reports, marked = read_mailbox(mailbox)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{reports} notifications of failure, {marked} invitees marked as unreachable")
