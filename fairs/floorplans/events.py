"""What floor plans tell the features above, before anything is changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoothsWillChange:
    """Booths are about to be moved, blocked or (``removed``) taken off the plan. A handler raises to forbid it."""

    fair_id: int
    changed: Collection[int]
    removed: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class BoothsOpened:
    """Booths of a fair have been added or are on sale again."""

    fair_id: int
