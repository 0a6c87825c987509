"""`flask accounts create` and `flask accounts token`."""

from __future__ import annotations

from datetime import timedelta

import click
from flask import current_app
from flask.cli import AppGroup

from fairs.accounts.queries import user_by_email
from fairs.accounts.security import password_link
from fairs.accounts.service import create_token, grant_role, invite
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import transaction
from fairs.core.errors import DomainError
from fairs.core.permissions import Role

AUDITOR_DAYS = 90
"""How long an auditor has access where nothing else is said: an audit of a fair takes a quarter of a year at most."""

cli = AppGroup("accounts", help="Users, roles and API tokens.")


@cli.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--fair", "slug", default=None, help="The fair's slug; not for admin and leadership.")
@click.option("--name", default="")
@click.option(
    "--days",
    default=None,
    type=click.IntRange(min=1),
    help="How long the role lasts; an auditor's 90 unless said otherwise.",
)
def create(email: str, role: str, slug: str | None, name: str, days: int | None) -> None:
    """Create a user with a role and print the link that sets the password."""
    try:
        fair_id = current_app.extensions["fair_id_by_slug"](slug) if slug else None
        with transaction():
            user, _ = invite(email, name, by=SYSTEM)
            days = days or (AUDITOR_DAYS if role == Role.AUDITOR else None)
            ends_at = now() + timedelta(days=days) if days else None
            grant_role(user, Role(role), fair_id=fair_id, by=SYSTEM, ends_at=ends_at)
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
