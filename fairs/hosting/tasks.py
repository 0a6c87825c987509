"""The worker's part of the support of importers."""

from __future__ import annotations

from fairs.hosting.service import expire_due
from fairs.jobs.queue import periodic


@periodic(minute="20")
def expire_supports() -> None:
    """Supports that nobody confirmed in time are free again."""
    expire_due()
