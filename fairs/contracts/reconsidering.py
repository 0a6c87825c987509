"""What a new or changed contract makes people look at again."""

from __future__ import annotations

from fairs.contracts import duplicates, outliers
from fairs.contracts.models import Contract


def reconsider(contract: Contract) -> None:
    """Find what may be the same deal, and what is unusual about the contract; after each change, in its transaction."""
    duplicates.refresh(contract)
    outliers.refresh_contract(contract)
