"""What contracts do by themselves."""

from __future__ import annotations

from fairs.contracts.duplicates import refresh_all
from fairs.jobs.queue import periodic


@periodic(hour="3", minute="50")
def compare_contracts() -> None:
    """Compare all contracts anew: names, rates and rules may have changed without any of them."""
    refresh_all()
