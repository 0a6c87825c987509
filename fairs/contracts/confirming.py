"""What the other side says of a contract."""

from __future__ import annotations

from fairs.contracts.content import content_hash
from fairs.contracts.models import Contract
from fairs.contracts.states import Answer


def lapse(contract: Contract) -> None:
    """Questions and answers of a contract that changed since belong to what it said before; inside transaction()."""
    present = content_hash(contract)
    for confirmation in contract.confirmations:
        if confirmation.state is not Answer.LAPSED and confirmation.content_sha256 != present:
            confirmation.move_to(Answer.LAPSED)
