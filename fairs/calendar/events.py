"""What a fair asks and tells the features above when its days move or it is called off.

The same event is published for the preview and for the act: handlers add to ``found`` what would happen and who is
told, each effect with the function that makes it happen. A preview shows them, an act runs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.calendar.effects import Effects, Move
    from fairs.calendar.models import Fair
    from fairs.calendar.states import FairState


@dataclass(frozen=True, slots=True)
class FairRescheduled:
    """The fair moves to other days, or would."""

    fair: Fair
    move: Move
    found: Effects
    by: Actor


@dataclass(frozen=True, slots=True)
class FairCalledOff:
    """The fair does not take place, or would not."""

    fair: Fair
    reason: str
    found: Effects
    by: Actor


@dataclass(frozen=True, slots=True)
class FairMoved:
    """The fair is about to enter a state of its lifecycle; a handler that may not have it raises."""

    fair: Fair
    target: FairState
    by: Actor
