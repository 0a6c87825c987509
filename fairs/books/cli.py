"""`flask books …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fairs.books.service import check_books
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.i18n import format_money

cli = AppGroup("books", help="Books: the check that documents, ledger and open balances agree.")


@cli.command("check")
def check_command() -> None:
    """Check all fairs now; fails (exit code 1) when they do not agree."""
    run = check_books()
    for one in run.differences:
        fair = db.session.get_one(Fair, one.fair_id)
        amounts = " / ".join(format_money(amount, "en") for amount in (one.documents, one.ledger, one.open))
        click.echo(f"{fair.code} · {one.company.name}: {amounts}{' · ' if one.numbers else ''}{', '.join(one.numbers)}")
    click.echo(f"{run.accounts} accounts of {run.fairs} fairs: {run.difference_count} differ.")
    if not run.is_clean:
        raise click.exceptions.Exit(1)
