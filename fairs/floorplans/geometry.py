"""Booths, walls and aisles as rectangles: who touches whom, what overlaps, which sides are open, where aisles are too narrow.

Pure and exact: whole centimetres, origin at the hall's upper left corner, the same input always gives the same answer. A grid
of squares finds what lies near, so that a hall of 10,000 booths takes a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

#: The least width of a way on which a person walks; narrower gaps are technical space behind walls.
PASSAGE = 100
#: The square of the grid that finds what lies near.
_SQUARE = 400


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in centimetres."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """Its lower edge."""
        return self.y + self.h

    def overlaps(self, other: Rect) -> bool:
        """Whether both share floor; touching edges do not."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def touches(self, other: Rect) -> bool:
        """Whether both share a part of an edge (a corner alone is not enough) and no floor."""
        across = min(self.right, other.right) - max(self.x, other.x)
        along = min(self.bottom, other.bottom) - max(self.y, other.y)
        return (across == 0 and along > 0) or (along == 0 and across > 0)

    def inside(self, width: int, depth: int) -> bool:
        """Whether it lies within a hall of that size."""
        return self.x >= 0 and self.y >= 0 and self.right <= width and self.bottom <= depth

    def grown(self, by: int) -> Rect:
        """The same with ``by`` more on each side."""
        return Rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def distance(self, other: Rect) -> int:
        """The larger of the gaps along both axes; 0 when they touch or overlap."""
        across = max(self.x - other.right, other.x - self.right, 0)
        along = max(self.y - other.bottom, other.y - self.bottom, 0)
        return max(across, along)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Rect:
        """From the form kept with a hall: ``{x, y, w, h}``."""
        return cls(int(values["x"]), int(values["y"]), int(values["w"]), int(values["h"]))


class Nearby(Generic[K]):
    """Finds the rectangles near a place by a grid of squares."""

    def __init__(self, rects: Mapping[K, Rect]) -> None:
        self.rects = rects
        self._squares: dict[tuple[int, int], list[K]] = {}
        for key, rect in rects.items():
            for square in _squares(rect):
                self._squares.setdefault(square, []).append(key)

    def around(self, rect: Rect) -> list[K]:
        """The keys of what overlaps or touches ``rect``, in the order of the mapping's squares, each once."""
        found: dict[K, None] = {}
        for square in _squares(rect):
            for key in self._squares.get(square, ()):
                other = self.rects[key]
                if (
                    other.x <= rect.right
                    and rect.x <= other.right
                    and other.y <= rect.bottom
                    and rect.y <= other.bottom
                ):
                    found[key] = None
        return list(found)


def _squares(rect: Rect) -> Iterator[tuple[int, int]]:
    # One more on each side than the rectangle covers: what touches at the edge of a square is found, too.
    for across in range((rect.x - 1) // _SQUARE, (rect.right + 1) // _SQUARE + 1):
        for along in range((rect.y - 1) // _SQUARE, (rect.bottom + 1) // _SQUARE + 1):
            yield across, along


def neighbours(rects: Mapping[K, Rect]) -> dict[K, set[K]]:
    """For each rectangle those that share a part of an edge with it; every key is there, alone or not."""
    near = Nearby(rects)
    return {
        key: {other for other in near.around(rect) if other != key and rect.touches(rects[other])}
        for key, rect in rects.items()
    }


def overlaps(rects: Mapping[K, Rect]) -> list[tuple[K, K]]:
    """The pairs that share floor, each once, in the order of the mapping."""
    near, place = Nearby(rects), {key: number for number, key in enumerate(rects)}
    return [
        (key, other)
        for key, rect in rects.items()
        for other in sorted(near.around(rect), key=place.__getitem__)
        if place[other] > place[key] and rect.overlaps(rects[other])
    ]


@dataclass(frozen=True, slots=True)
class Hall:
    """The room: its size, what stands in it for good, and the least width of an aisle. All in centimetres."""

    width: int
    depth: int
    columns: Sequence[Rect] = ()
    aisle: int = 200


@dataclass(frozen=True, slots=True)
class Narrow(Generic[K]):
    """An aisle in front of an open side that is too narrow: ``other`` is the booth across it, None a wall or a column."""

    key: K
    other: K | None
    gap: int
    is_column: bool = False


@dataclass(frozen=True, slots=True)
class Sides(Generic[K]):
    """What :func:`look_around` found: the open sides of each booth (of ``top right bottom left``), and narrow aisles."""

    open: dict[K, tuple[str, ...]]
    narrow: list[Narrow[K]]

    def count(self, key: K) -> int:
        """How many sides of a booth are open."""
        return len(self.open[key])


_COLUMN = object()  # stands for any column among the names of booths
SIDES = ("top", "right", "bottom", "left")


def look_around(booths: Mapping[K, Rect], hall: Hall) -> Sides[K]:
    """Which sides of each booth are open, and where the aisle before an open side is narrower than the hall's.

    A side is open when along more than half of it a person can walk (1 m at least) before the next booth, column or wall.
    A gap between two booths that is too narrow is named once.
    """
    near = Nearby(booths)
    columns = Nearby(dict(enumerate(hall.columns)))
    place = {key: number for number, key in enumerate(booths)}
    opened: dict[K, tuple[str, ...]] = {}
    narrow: dict[tuple[K, Any], Narrow[K]] = {}
    deep = max(hall.aisle, PASSAGE)
    for key, rect in booths.items():
        sides = []
        for side in SIDES:
            strip = _strip(rect, side, deep)
            # What stands before the side: its gap to it, the part of the side that it covers, and its name.
            before: list[tuple[int, int, int, Any]] = []
            for other in near.around(strip):
                if other != key:
                    before += _before(rect, side, booths[other], other)
            for number in columns.around(strip):
                before += _before(rect, side, hall.columns[number], _COLUMN)
            wall = {"top": rect.y, "left": rect.x, "right": hall.width - rect.right, "bottom": hall.depth - rect.bottom}
            start, end = (rect.x, rect.right) if side in ("top", "bottom") else (rect.y, rect.bottom)
            before.append((wall[side], start, end, None))
            gaps = _profile(before, start, end)
            closed = sum(to - since for gap, since, to, _ in gaps if gap < PASSAGE)
            if 2 * closed >= end - start:
                continue
            sides.append(side)
            for gap, _since, _to, across in gaps:
                if 0 < gap < hall.aisle:
                    pair = (key, across)
                    if across in place and place[across] < place[key]:
                        pair = (across, key)
                    if pair not in narrow or narrow[pair].gap > gap:
                        booth = pair[1] if pair[1] in place else None
                        narrow[pair] = Narrow(pair[0], booth, gap, across is _COLUMN)
        opened[key] = tuple(sides)
    return Sides(opened, list(narrow.values()))


def _strip(rect: Rect, side: str, deep: int) -> Rect:
    if side == "top":
        return Rect(rect.x, rect.y - deep, rect.w, deep)
    if side == "bottom":
        return Rect(rect.x, rect.bottom, rect.w, deep)
    if side == "left":
        return Rect(rect.x - deep, rect.y, deep, rect.h)
    return Rect(rect.right, rect.y, deep, rect.h)


def _before(rect: Rect, side: str, other: Rect, name: Any) -> list[tuple[int, int, int, Any]]:
    if side in ("top", "bottom"):
        start, end = max(rect.x, other.x), min(rect.right, other.right)
        gap = rect.y - other.bottom if side == "top" else other.y - rect.bottom
    else:
        start, end = max(rect.y, other.y), min(rect.bottom, other.bottom)
        gap = rect.x - other.right if side == "left" else other.x - rect.right
    return [(gap, start, end, name)] if start < end and gap >= 0 else []


def _profile(before: list[tuple[int, int, int, Any]], start: int, end: int) -> list[tuple[int, int, int, Any]]:
    """The parts of a side with the nearest thing before each: what stands behind something else is not seen."""
    left = [(start, end)]
    seen = []
    for gap, since, to, name in sorted(before, key=lambda one: one[0]):
        rest = []
        for a, b in left:
            low, high = max(a, since), min(b, to)
            if low >= high:
                rest.append((a, b))
                continue
            seen.append((gap, low, high, name))
            rest += [part for part in ((a, low), (high, b)) if part[0] < part[1]]
        left = rest
        if not left:
            break
    return seen
