"""States of a thing: one enum, one table of transitions, one way to move."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from fairs.core.errors import InvalidTransition


class State(StrEnum):
    """A state with what people see of it: a word, a tone (Tabler colour) and an icon (Tabler icon name).

    Members are declared as ``NAME = "value", _l("Label"), "tone", "icon"``.
    """

    def __new__(cls, value: str, label: Any = "", tone: str = "secondary", icon: str = "circle") -> State:  # noqa: PYI034
        member = str.__new__(cls, value)
        member._value_ = value
        member._label = label  # type: ignore[attr-defined]
        member._tone = tone  # type: ignore[attr-defined]
        member._icon = icon  # type: ignore[attr-defined]
        return member

    @property
    def label(self) -> Any:
        """The word for people, translated lazily."""
        return self._label  # type: ignore[attr-defined]

    @property
    def tone(self) -> str:
        """Tabler colour name; never the only sign (icon and word stand beside it)."""
        return str(self._tone)  # type: ignore[attr-defined]

    @property
    def icon(self) -> str:
        """Tabler icon name."""
        return str(self._icon)  # type: ignore[attr-defined]


class HasState:
    """Mixin for a model with a ``state`` column and a class table ``TRANSITIONS``."""

    TRANSITIONS: ClassVar[Mapping[Any, frozenset[Any]]]
    state: Any

    def may_move_to(self, target: State) -> bool:
        """Whether the table allows the step from the present state to ``target``."""
        return target in self.TRANSITIONS.get(self.state, frozenset())

    def require_move(self, target: State) -> None:
        """Raise InvalidTransition when the table has no step from the present state to ``target``."""
        if not self.may_move_to(target):
            raise InvalidTransition(**{"from": str(self.state), "to": str(target)})

    def move_to(self, target: State) -> None:
        """Go to ``target``; raises InvalidTransition when the table has no such step."""
        self.require_move(target)
        self.state = target
