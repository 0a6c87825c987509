"""The worker's part of imported lists."""

from __future__ import annotations

from datetime import timedelta

from fairs.contacts.importing import carry_on
from fairs.contacts.models import ContactImport
from fairs.contacts.queries import unfinished
from fairs.contacts.service import check, forget_uploads
from fairs.contacts.undo import carry_on_undo
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.jobs.queue import periodic, task


def go_on(import_id: int) -> None:
    """Whatever the import is in the middle of: comparing, importing, undoing."""
    if db.session.get(ContactImport, import_id) is not None:
        check(import_id)
        carry_on(import_id)
        carry_on_undo(import_id)


@task()
def go_on_later(import_id: int) -> None:
    """Go on with an import, while the person does something else."""
    go_on(import_id)


@periodic(minute="*/5")
def go_on_after_a_crash() -> None:
    """Go on with imports whose worker was ended in the middle."""
    for import_id in unfinished(now() - timedelta(minutes=5)):
        go_on(import_id)


@periodic(hour="3", minute="50")
def forget_old_uploads() -> None:
    """Remove lists that were handed in and that nobody went on with."""
    with transaction():
        forget_uploads()
