"""What public money tells the features above, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.funding.models import Grant


@dataclass(frozen=True, slots=True)
class DuplicateConfirmed:
    """A second person found that a managed grant pays for the same twice: its feature ends the support."""

    grant: Grant
    note: str
    by: Actor
