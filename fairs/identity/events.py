"""What identity documents tell the features above, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass

from fairs.core.actor import Actor


@dataclass(frozen=True, slots=True)
class PassportRemoved:
    """A person's passport was removed: what was made of its number goes with it."""

    person_id: int
    by: Actor
