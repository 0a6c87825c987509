"""The generator keeps its promises for any hall and layout."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairs.floorplans.generator import Layout, PlannedBooth, lay_out
from fairs.floorplans.geometry import Rect, overlaps

LAYOUTS = st.builds(
    Layout,
    booth_w=st.sampled_from([200, 300, 400]),
    booth_d=st.sampled_from([200, 300]),
    aisle=st.integers(150, 600),
    margin=st.integers(0, 500),
    run=st.integers(1, 14),
    door_clear=st.integers(0, 400),
    back_to_back=st.booleans(),
    most=st.integers(1, 400),
    zones=st.sampled_from([(), (("A", 1), ("B", 2)), (("A", 1), ("B", 0), ("C", 1))]),
)
SIDES = st.integers(500, 6_000)


def _doors(width: int, depth: int) -> list[Rect]:
    return [Rect(width // 2, depth - 50, 300, 50), Rect(0, depth // 3, 50, 300)]


@settings(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(SIDES, SIDES, LAYOUTS)
def test_booths_stand_inside_apart_and_clear_of_doors(width: int, depth: int, layout: Layout) -> None:
    doors, column = _doors(width, depth), Rect(width // 3, depth // 3, 60, 60)
    booths = lay_out(width, depth, layout, doors=doors, columns=[column])
    rects = [booth.rect for booth in booths]
    assert all(rect.grown(layout.margin).inside(width, depth) for rect in rects)
    assert not overlaps(dict(enumerate(rects)))
    assert not any(rect.overlaps(door.grown(layout.door_clear)) for rect in rects for door in doors)
    assert not any(rect.overlaps(column) for rect in rects)
    assert len(booths) <= layout.most


@given(SIDES, SIDES, LAYOUTS)
def test_booths_touch_or_leave_an_aisle(width: int, depth: int, layout: Layout) -> None:
    rects = [booth.rect for booth in lay_out(width, depth, layout)]
    for index, one in enumerate(rects):
        for other in rects[index + 1 :]:
            gap = one.distance(other)
            assert gap == 0 or gap >= min(layout.aisle, layout.booth_w, layout.booth_d)


@given(SIDES, SIDES, LAYOUTS)
def test_numbers_run_without_gaps_and_the_same_layout_gives_the_same_booths(
    width: int, depth: int, layout: Layout
) -> None:
    booths = lay_out(width, depth, layout)
    assert [booth.code for booth in booths] == [f"A-{number:03d}" for number in range(1, len(booths) + 1)]
    assert booths == lay_out(width, depth, layout)
    assert all(1 <= booth.open_sides <= 4 for booth in booths)
    wanted = {code for code, weight in layout.zones if weight}
    assert all((booth.zone in wanted) if wanted else booth.zone is None for booth in booths)


def _hall(**settings: object) -> list[PlannedBooth]:
    return lay_out(2_400, 2_400, Layout(run=6, **settings))  # type: ignore[arg-type]


def test_a_hall_of_two_islands() -> None:
    booths = _hall()
    assert len(booths) == 24
    assert [booth.open_sides for booth in booths[:6]] == [2, 1, 1, 1, 1, 2]
    assert booths[0].rect == Rect(300, 300, 300, 300)
    assert booths[12].rect.y - booths[6].rect.bottom == 300


def test_the_end_of_an_island_is_open_on_three_sides() -> None:
    assert {booth.open_sides for booth in lay_out(2_400, 2_400, Layout(run=1))} == {3}


def test_zones_get_whole_islands_by_weight() -> None:
    booths = lay_out(2_400, 5_000, Layout(run=6, zones=(("A", 1), ("B", 2))))
    zones = [booth.zone for booth in booths]
    assert zones == sorted(zones, key=str)
    assert zones.count("B") > zones.count("A") > 0


def test_a_door_keeps_its_way_free() -> None:
    door = Rect(300, 0, 300, 50)
    booths = lay_out(2_400, 2_400, Layout(run=6, door_clear=300), doors=[door])
    assert Rect(300, 300, 300, 300) not in [booth.rect for booth in booths]
    assert booths[0].rect == Rect(900, 300, 300, 300)
