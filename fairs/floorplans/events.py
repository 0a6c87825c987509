"""What floor plans tell the features above, before anything is changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fairs.core.actor import Actor


@dataclass(frozen=True, slots=True)
class BoothPlace:
    """Where a booth stands: centimetres from the hall's upper left corner, and the numbers of the booths beside it."""

    x: int
    y: int
    w: int
    h: int
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoothMove:
    """A booth that keeps its number and goes elsewhere in its hall (or is turned)."""

    booth_id: int
    before: BoothPlace
    after: BoothPlace


@dataclass(frozen=True, slots=True)
class BoothsWillChange:
    """Booths (by id) are about to change; told inside the transaction, with their rows locked. A handler raises to forbid it.

    ``dropped`` leave the plan, ``shrunk`` get smaller, ``renumbered`` get another number, ``retyped`` become another kind,
    ``blocked`` go off sale, ``moved`` stand elsewhere afterwards.
    """

    fair_id: int
    by: Actor
    dropped: Collection[int] = ()
    shrunk: Collection[int] = ()
    renumbered: Collection[int] = ()
    retyped: Collection[int] = ()
    blocked: Collection[int] = ()
    moved: Sequence[BoothMove] = ()


@dataclass(frozen=True, slots=True)
class BoothsOpened:
    """Booths of a fair have been added or are on sale again."""

    fair_id: int
