"""What public money tells the features above, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.funding.external_models import ExternalSupport
    from fairs.funding.models import Grant


@dataclass(frozen=True, slots=True)
class DuplicateConfirmed:
    """A second person found that a managed grant pays for the same twice: its feature ends the support."""

    grant: Grant
    note: str
    by: Actor


@dataclass(frozen=True, slots=True)
class SupportListed:
    """A list of another office came in: what is promised or claimed already is compared with its lines."""

    lines: Sequence[ExternalSupport]
    by: Actor
