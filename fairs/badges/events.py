"""What badges tell the features above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.badges.states import BadgeCategory

if TYPE_CHECKING:
    from fairs.calendar.models import Fair


@dataclass(frozen=True, slots=True)
class CountingDecided:
    """From now on a category counts as a visitor at this fair, or does no longer: what was counted follows."""

    fair: Fair
    category: BadgeCategory
    counts: bool
