"""What a new or changed contract makes people look at again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from fairs.calendar.models import Fair
from fairs.contracts import duplicates, outliers
from fairs.contracts.models import Contract
from fairs.core.db import db

_waiting: ContextVar[dict[int, set[int]] | None] = ContextVar("contracts_to_reconsider", default=None)


def reconsider(contract: Contract) -> None:
    """Find what may be the same deal, and what is unusual about the contract; after each change, in its transaction."""
    duplicates.refresh(contract)
    later = _waiting.get()
    if later is not None:
        later.setdefault(contract.fair_id, set()).add(contract.id)
        return
    outliers.refresh_contract(contract)


@contextmanager
def reconsider_together() -> Iterator[None]:
    """For many contracts in one act: they are looked at once, at the end, instead of each against all others."""
    token = _waiting.set({})
    try:
        with duplicates.compare_together():
            yield
        later = _waiting.get() or {}
    finally:
        _waiting.reset(token)
    for fair_id, ids in sorted(later.items()):
        outliers.refresh(db.session.get_one(Fair, fair_id), ids)
