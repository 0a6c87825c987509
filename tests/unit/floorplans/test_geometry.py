"""What the plan's geometry promises: the same as the slow and obvious way, and fast for the largest fairs."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from fairs.floorplans.geometry import Hall, Rect, look_around, neighbours, overlaps

SIZES = st.sampled_from([1, 50, 100, 300, 450])
PLACES = st.integers(0, 30).map(lambda n: n * 50)
RECTS = st.lists(st.builds(Rect, PLACES, PLACES, SIZES, SIZES), max_size=14).map(lambda rects: dict(enumerate(rects)))


def row(count: int, *, x: int = 300, y: int = 300) -> dict[int, Rect]:
    return {n: Rect(x + 300 * n, y, 300, 300) for n in range(count)}


@given(RECTS)
def test_pairs_are_those_of_the_obvious_way(rects: dict[int, Rect]) -> None:
    pairs = [(a, b) for a in rects for b in rects if a < b]
    assert overlaps(rects) == [(a, b) for a, b in pairs if rects[a].overlaps(rects[b])]
    touching = {(a, b) for a, b in pairs if rects[a].touches(rects[b])}
    found = neighbours(rects)
    assert found.keys() == rects.keys()
    assert {(a, b) for a, near in found.items() for b in near if a < b} == touching
    assert all(a in found[b] for a, near in found.items() for b in near)


def test_a_corner_alone_is_no_neighbour() -> None:
    booths = {"a": Rect(0, 0, 300, 300), "b": Rect(300, 300, 300, 300), "c": Rect(300, 100, 300, 200)}
    assert neighbours(booths) == {"a": {"c"}, "b": {"c"}, "c": {"a", "b"}}


def test_open_sides_follow_from_what_stands_around() -> None:
    hall = Hall(3_000, 3_000)
    assert look_around({0: Rect(1_000, 1_000, 300, 300)}, hall).open == {0: ("top", "right", "bottom", "left")}
    rows = look_around(row(3), hall)
    assert [rows.count(n) for n in range(3)] == [3, 2, 3]
    island = row(3) | {n + 3: rect for n, rect in row(3, y=600).items()}
    assert look_around(island, hall).open == {
        0: ("top", "left"), 1: ("top",), 2: ("top", "right"), 3: ("bottom", "left"), 4: ("bottom",), 5: ("right", "bottom"),
    }  # fmt: skip
    at_the_wall = look_around({0: Rect(0, 0, 300, 300), 1: Rect(300, 0, 300, 300)}, hall)
    assert at_the_wall.open == {0: ("bottom",), 1: ("right", "bottom")}


def test_the_larger_part_of_a_side_decides() -> None:
    hall = Hall(3_000, 3_000)
    beside = {0: Rect(1_000, 1_000, 300, 300), 1: Rect(1_300, 1_000, 300, 140)}
    assert "right" in look_around(beside, hall).open[0]
    beside[1] = Rect(1_300, 1_000, 300, 150)
    assert "right" not in look_around(beside, hall).open[0]
    technical = {0: Rect(1_000, 1_000, 300, 300), 1: Rect(1_000, 1_390, 300, 300)}
    assert "bottom" not in look_around(technical, hall).open[0]
    column = Hall(3_000, 3_000, [Rect(1_020, 1_350, 200, 200)])
    assert "bottom" not in look_around({0: Rect(1_000, 1_000, 300, 300)}, column).open[0]


def test_narrow_aisles_are_named_once_with_their_gap() -> None:
    hall = Hall(3_000, 3_000, aisle=200)
    two = {"a": Rect(500, 500, 300, 300), "b": Rect(500, 950, 300, 300)}
    [narrow] = look_around(two, hall).narrow
    assert (narrow.key, narrow.other, narrow.gap) == ("a", "b", 150)
    two["b"] = Rect(500, 1_000, 300, 300)
    assert look_around(two, hall).narrow == []
    [wall] = look_around({"a": Rect(120, 500, 300, 300)}, hall).narrow
    assert (wall.key, wall.other, wall.gap) == ("a", None, 120)
    [column] = look_around({"a": Rect(500, 500, 300, 300)}, Hall(3_000, 3_000, [Rect(500, 950, 50, 50)])).narrow
    assert (column.other, column.gap, column.is_column) == (None, 150, True)
    # What stands behind a neighbour is not across the aisle.
    behind = {"a": Rect(500, 500, 300, 300), "b": Rect(800, 500, 100, 100), "c": Rect(950, 400, 300, 200)}
    assert not [one for one in look_around(behind, hall).narrow if {one.key, one.other} == {"a", "c"}]


def test_ten_thousand_booths_take_a_moment() -> None:
    booths = {
        n: Rect(300 + 300 * (n % 100), 300 + (n // 200) * 900 + (n // 100) % 2 * 300, 300, 300) for n in range(10_000)
    }
    started = time.process_time()
    assert overlaps(booths) == []
    assert sum(len(near) for near in neighbours(booths).values()) == 2 * (99 * 100 + 50 * 100)
    assert look_around(booths, Hall(31_000, 46_000)).narrow == []
    assert time.process_time() - started < 5
