"""`flask accounts create` and `flask accounts token`."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from fairs.accounts.queries import user_by_email
from fairs.accounts.security import password_link
from fairs.accounts.service import create_token, grant_role, invite
from fairs.core.actor import SYSTEM
from fairs.core.db import transaction
from fairs.core.errors import DomainError
from fairs.core.permissions import Role

cli = AppGroup("accounts", help="Users, roles and API tokens.")


@cli.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--fair", "slug", default=None, help="The fair's slug; not for admin and leadership.")
@click.option("--name", default="")
def create(email: str, role: str, slug: str | None, name: str) -> None:
    """Create a user with a role and print the link that sets the password."""
    try:
        fair_id = current_app.extensions["fair_id_by_slug"](slug) if slug else None
        with transaction():
            user, _ = invite(email, name, by=SYSTEM)
            grant_role(user, Role(role), fair_id=fair_id, by=SYSTEM)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(password_link(user))


@cli.command("token")
@click.argument("email")
@click.option("--name", default="command line")
def token(email: str, name: str) -> None:
    """Print a new API token of a user, alone on the last line."""
    user = user_by_email(email)
    if user is None:
        raise click.ClickException("Nobody has an account with this address.")
    click.echo(f"Token for {user.email}. It is shown only now:")
    click.echo(create_token(user, name, by=SYSTEM))
