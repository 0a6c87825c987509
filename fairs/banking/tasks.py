"""The worker's part of bank statements."""

from __future__ import annotations

from datetime import timedelta

from fairs.banking.queries import unfinished
from fairs.banking.service import carry_on, forget_uploads
from fairs.core.clock import now
from fairs.core.db import transaction
from fairs.jobs.queue import periodic, task


@task()
def carry_on_later(statement_id: int) -> None:
    """Record the matched lines of a statement."""
    carry_on(statement_id)


@periodic(minute="*/5")
def carry_on_after_a_crash() -> None:
    """Go on with statements whose worker was ended in the middle."""
    for statement_id in unfinished(now() - timedelta(minutes=5)):
        carry_on(statement_id)


@periodic(hour="3", minute="45")
def forget_old_uploads() -> None:
    """Remove files that were handed in and never read."""
    with transaction():
        forget_uploads()
