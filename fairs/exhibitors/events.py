"""What exhibitors tell the features above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.exhibitors.models import Exhibitor


@dataclass(frozen=True, slots=True)
class ExhibitorAccepted:
    """An application was accepted; the company may book a booth now."""

    exhibitor: Exhibitor
    by: Actor


@dataclass(frozen=True, slots=True)
class ExhibitorWithdrawn:
    """A company withdrew: bookings that it holds end."""

    exhibitor: Exhibitor
    by: Actor
    reason: str
