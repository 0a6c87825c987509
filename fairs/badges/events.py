"""What happens to badges and their keys, for features above."""

from __future__ import annotations

from dataclasses import dataclass

from fairs.core.actor import Actor


@dataclass(frozen=True, slots=True)
class BadgeReplaced:
    """A badge got another code: by the keys of both."""

    old_id: int
    new_id: int
    by: Actor


@dataclass(frozen=True, slots=True)
class KeyWithdrawn:
    """Somebody else may have a key: its signature opens nothing any more. The new one signs from now on. By their keys."""

    key_id: int
    new_id: int
    reason: str
    by: Actor
