"""What the support of importers tells the features above, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.hosting.models import Hosting


@dataclass(frozen=True, slots=True)
class HostingGranted:
    """The decision is signed: letter, travel and hotel can be arranged."""

    hosting: Hosting
    by: Actor


@dataclass(frozen=True, slots=True)
class HostingEnded:
    """The support has ended before it was accounted for: given back, refused later or expired. Rooms become free."""

    hosting: Hosting
    by: Actor
    reason: str
