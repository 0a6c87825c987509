"""Contracts by the clock, and the worker's part of imported ones."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from fairs.contracts import duplicates, outliers
from fairs.contracts.import_models import ContractImport
from fairs.contracts.importing import carry_on, check
from fairs.core.clock import now
from fairs.core.db import db
from fairs.jobs.queue import periodic, task


def go_on(import_id: int) -> None:
    """Whatever the import is in the middle of."""
    if db.session.get(ContractImport, import_id) is not None:
        check(import_id)
        carry_on(import_id)


@task()
def go_on_later(import_id: int) -> None:
    """Go on with an import, while the person does something else."""
    go_on(import_id)


@periodic(minute="*/5")
def go_on_with_contracts_after_a_crash() -> None:
    """Go on with imports whose worker was ended in the middle."""
    old = now() - timedelta(minutes=5)
    stages = ContractImport.stage.in_(["checking", "running"])
    for import_id in db.session.scalars(select(ContractImport.id).where(stages, ContractImport.touched_at < old)).all():
        go_on(import_id)


@periodic(hour="2", minute="50")
def look_for_outliers() -> None:
    """What became unusual, or is not any more, by contracts of other fairs and by the fair's own ratios."""
    outliers.refresh_all()


@periodic(hour="3", minute="50")
def compare_contracts() -> None:
    """Compare all contracts anew: names, rates and rules may have changed without any of them."""
    duplicates.refresh_all()
