"""Lays out rows of booths in a hall. Pure geometry: centimetres in, centimetres out, origin at the upper left corner.

Booths stand in runs, two rows back to back (an island), with an aisle around every island. A booth that would stand in the
way of a door or on a column is left out. The same hall and layout always give the same booths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_HALL, LARGEST_HALL = 500, 50_000
MOST_BOOTHS = 2_000


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


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows are laid out; lengths in centimetres.

    ``run`` booths stand side by side before a cross aisle; ``margin`` is kept along the walls, ``door_clear`` around doors.
    ``zones`` are (code, weight): islands go to them in order, in proportion to the weights.
    """

    booth_w: int = 300
    booth_d: int = 300
    aisle: int = 300
    margin: int = 300
    run: int = 10
    door_clear: int = 300
    back_to_back: bool = True
    most: int = MOST_BOOTHS
    prefix: str = "A"
    first_number: int = 1
    zones: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedBooth:
    """A booth to be: its code, place, open sides and zone code (None: no zones were asked for)."""

    code: str
    rect: Rect
    open_sides: int
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    island: int
    rect: Rect


def lay_out(
    width: int, depth: int, layout: Layout, *, doors: Iterable[Rect] = (), columns: Iterable[Rect] = ()
) -> list[PlannedBooth]:
    """The booths of a hall of ``width`` × ``depth`` cm, numbered row by row from the upper left (``A-001`` …)."""
    blocked = [door.grown(layout.door_clear) for door in doors] + list(columns)
    places = [place for place in _places(width, depth, layout) if not any(place.rect.overlaps(b) for b in blocked)]
    places = places[: min(layout.most, MOST_BOOTHS)]
    sides = open_sides([place.rect for place in places])
    zones = _zones([place.island for place in places], layout.zones)
    return [
        PlannedBooth(f"{layout.prefix}-{number:03d}", place.rect, side, zone)
        for number, (place, side, zone) in enumerate(zip(places, sides, zones, strict=True), layout.first_number)
    ]


def _places(width: int, depth: int, layout: Layout) -> list[_Place]:
    found: list[_Place] = []
    y, island = layout.margin, 0
    while y + layout.booth_d <= depth - layout.margin and len(found) < MOST_BOOTHS * 2:
        rows = [y]
        if layout.back_to_back and y + 2 * layout.booth_d <= depth - layout.margin:
            rows.append(y + layout.booth_d)
        runs = list(_runs(width, layout))
        for row in rows:
            for index, xs in enumerate(runs):
                found += [_Place(island + index, Rect(x, row, layout.booth_w, layout.booth_d)) for x in xs]
        island += len(runs)
        y = rows[-1] + layout.booth_d + layout.aisle
    return found


def _runs(width: int, layout: Layout) -> Iterable[list[int]]:
    x = layout.margin
    while x + layout.booth_w <= width - layout.margin:
        fitting = min(layout.run, (width - layout.margin - x) // layout.booth_w)
        yield [x + n * layout.booth_w for n in range(fitting)]
        x += fitting * layout.booth_w + layout.aisle


def open_sides(booths: Sequence[Rect]) -> list[int]:
    """How many sides of each booth face an aisle: 1 within a double row, 2 at a corner, 3 at the end of an island.

    Booths are of one size, as the generator makes them. A side is closed where a neighbour touches it, and so is the back
    of a row without a row behind it. A booth that stands alone is open on all four sides.
    """
    corners = {(booth.x, booth.y) for booth in booths}
    result = []
    for booth in booths:
        left, right = (booth.x - booth.w, booth.y) in corners, (booth.x + booth.w, booth.y) in corners
        behind = sum(y in corners for y in ((booth.x, booth.y - booth.h), (booth.x, booth.y + booth.h)))
        stands_free = not (left or right or behind)
        front = 2 if stands_free else (0 if behind == 2 else 1)
        result.append(max(1, (not left) + (not right) + front))
    return result


def _zones(islands: Sequence[int], shares: Sequence[tuple[str, int]]) -> list[str | None]:
    """A zone for each booth: whole islands, in order, as near to the weights as islands allow."""
    weights = [(code, max(0, weight)) for code, weight in shares]
    total = sum(weight for _, weight in weights)
    if not total:
        return [None] * len(islands)
    sizes: dict[int, int] = {}
    for island in islands:
        sizes[island] = sizes.get(island, 0) + 1
    zone_of: dict[int, str] = {}
    seen = 0
    for island in sorted(sizes):
        middle = seen + sizes[island] / 2
        reached = 0
        for code, weight in weights:
            reached += weight
            if weight and middle * total < reached * len(islands):
                zone_of[island] = code
                break
        seen += sizes[island]
    return [zone_of[island] for island in islands]


def overlapping(rects: Sequence[Rect]) -> tuple[int, int] | None:
    """The positions of two rectangles that share floor, or None. Sweeps from left to right, so 2,000 booths are no matter."""
    order = sorted(range(len(rects)), key=lambda i: rects[i].x)
    active: list[int] = []
    for i in order:
        active = [j for j in active if rects[j].right > rects[i].x]
        for j in active:
            if rects[i].overlaps(rects[j]):
                return (min(i, j), max(i, j))
        active.append(i)
    return None
