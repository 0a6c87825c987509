"""What the outbox tells the features above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairs.messages.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class MessageFailed:
    """A mail will not arrive: its reader's server refused it for good, or all tries were in vain (``last_error`` says why)."""

    message: OutboxMessage
