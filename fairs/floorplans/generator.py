"""Lays out rows of booths in a hall. Pure geometry: centimetres in, centimetres out, origin at the upper left corner.

Booths stand in runs, two rows back to back (an island), with an aisle around every island. A booth that would stand in the
way of a door or on a column is left out. The same hall and layout always give the same booths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairs.floorplans.geometry import Hall, Rect, look_around

LEAST_HALL, LARGEST_HALL = 500, 50_000
MOST_BOOTHS = 2_000


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
    columns = list(columns)
    blocked = [door.grown(layout.door_clear) for door in doors] + columns
    places = [place for place in _places(width, depth, layout) if not any(place.rect.overlaps(b) for b in blocked)]
    places = places[: min(layout.most, MOST_BOOTHS)]
    room = Hall(width, depth, columns)
    open_sides = look_around({number: place.rect for number, place in enumerate(places)}, room).open
    sides = [max(1, len(open_sides[number])) for number in range(len(places))]
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
