"""Stand-in until the branch of hosting is merged."""

from __future__ import annotations

from fairs.core.actor import Actor
from fairs.core.money import Money
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState


def settle_hosting(hosting: Hosting, travel_actual: Money | None, lodging_actual: Money | None, *, by: Actor) -> Hosting:
    """Account for what a guest has cost."""
    if hosting.state is HostingState.GRANTED:
        hosting.move_to(HostingState.CONFIRMED)
    hosting.move_to(HostingState.SETTLED)
    return hosting


def recover_hosting(hosting: Hosting, amount: Money, reason: str, *, by: Actor) -> Hosting:
    """Note what came back."""
    return hosting
