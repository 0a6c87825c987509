"""What happens to badges, their keys and their categories, for features above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.badges.states import BadgeCategory
from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.calendar.models import Fair


@dataclass(frozen=True, slots=True)
class BadgeReplaced:
    """A badge got another code: by the keys of both."""

    old_id: int
    new_id: int
    by: Actor


@dataclass(frozen=True, slots=True)
class BadgesPrinted:
    """Badges came to paper, by a station or without one: by their keys."""

    ids: tuple[int, ...]
    by: Actor


@dataclass(frozen=True, slots=True)
class KeyWithdrawn:
    """Somebody else may have a key: its signature opens nothing any more. The new one signs from now on. By their keys."""

    key_id: int
    new_id: int
    reason: str
    by: Actor


@dataclass(frozen=True, slots=True)
class CountingDecided:
    """From now on a category counts as a visitor at this fair, or does no longer: what was counted follows."""

    fair: Fair
    category: BadgeCategory
    counts: bool
