"""Who acts, and for whom when the role is lent."""

from __future__ import annotations

from dataclasses import dataclass

from fairs.core.errors import SamePerson


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind an act. ``for_user_id`` is the one whose lent role is used ("A for B")."""

    user_id: int | None
    name: str
    for_user_id: int | None = None
    for_name: str | None = None

    @property
    def label(self) -> str:
        """As shown beside an act: the name, or "A ⟶ B" where A acts in B's place."""
        return f"{self.name} → {self.for_name}" if self.for_name else self.name

    @property
    def involved(self) -> frozenset[int]:
        """The users who answer for this act: the one who did it and the one in whose place."""
        return frozenset(i for i in (self.user_id, self.for_user_id) if i is not None)


SYSTEM = Actor(None, "Fairs")


def require_second_person(by: Actor, *first: int | None) -> None:
    """Raise SamePerson when ``by``, or the one they act for, is among the users who took the first step."""
    if by.involved & {user for user in first if user is not None}:
        raise SamePerson


def involved_columns(by: Actor) -> dict[str, int | None]:
    """The two columns that remember an act for the rule of the second person."""
    return {"by_id": by.user_id, "for_id": by.for_user_id}
