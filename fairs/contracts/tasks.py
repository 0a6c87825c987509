"""Contracts by the clock."""

from __future__ import annotations

from fairs.contracts.outliers import refresh_all
from fairs.jobs.queue import periodic


@periodic(hour="2", minute="50")
def look_for_outliers() -> None:
    """What became unusual, or is not any more, by contracts of other fairs and by the fair's own ratios."""
    refresh_all()
