"""The worker's part of identity documents."""

from __future__ import annotations

from fairs.identity.service import remove_due
from fairs.jobs.queue import periodic


@periodic(hour="3", minute="50")
def remove_old_passports() -> None:
    """Remove passports that are not needed any more."""
    remove_due()
