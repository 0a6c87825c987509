"""Checking the books: a run over all fairs, kept with what it found."""

from __future__ import annotations

import logging

from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.books.equation import MOST_NUMBERS, balances
from fairs.books.models import BooksCheck, BooksDifference
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db, transaction

log = logging.getLogger(__name__)


def check_books(*, by: Actor = SYSTEM) -> BooksCheck:
    """Compare all accounts of all fairs and keep the result. Changes nothing else."""
    found = balances()
    wrong = {account: balance for account, balance in found.items() if not balance.is_right}
    if wrong:
        # Money that comes in between two of the statements is in one way and not yet in the other: what is really wrong is
        # so a moment later, too, by the same figures.
        again = balances()
        wrong = {account: balance for account, balance in wrong.items() if again.get(account) == balance}
    with transaction():
        run = BooksCheck(
            fairs=db.session.scalar(select(func.count()).select_from(Fair)) or 0, accounts=len(found),
            difference_count=len(wrong),
        )  # fmt: skip
        run.differences = [
            BooksDifference(
                fair_id=fair_id, company_id=company_id, currency=currency, documents_minor=balance.documents,
                ledger_minor=balance.ledger, open_minor=balance.open, numbers=balance.numbers[:MOST_NUMBERS],
            )
            for (fair_id, company_id, currency), balance in sorted(wrong.items())
        ]  # fmt: skip
        db.session.add(run)
        db.session.flush()
        record("books.check", run, by=by, after={"accounts": run.accounts, "differences": run.difference_count})
    if wrong:
        log.error("the books do not agree: %s of %s accounts", len(wrong), len(found))
    return run
