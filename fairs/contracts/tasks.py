"""Contracts by the clock."""

from __future__ import annotations

from fairs.contracts import duplicates, outliers
from fairs.jobs.queue import periodic


@periodic(hour="2", minute="50")
def look_for_outliers() -> None:
    """What became unusual, or is not any more, by contracts of other fairs and by the fair's own ratios."""
    outliers.refresh_all()


@periodic(hour="3", minute="50")
def compare_contracts() -> None:
    """Compare all contracts anew: names, rates and rules may have changed without any of them."""
    duplicates.refresh_all()
