"""Where a person is on a day: a fold over passes, whatever the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

from fairs.badges.states import BadgeCategory
from fairs.checkin.passes import Pass, Stay, clash, fold, step

AT = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
Move = tuple[bool, int, int | None]
IN, OUT = True, False


def at(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def passed(is_in: bool, minutes: int, zone: int | None = None, *, is_inner: bool = False, gate: int = 1) -> Pass:
    return Pass(at(minutes), f"s{minutes}-{gate}", is_in, gate, zone, is_inner, 1, BadgeCategory.TRADE, "VN", True)


def after(*moves: Pass) -> Stay:
    stay = fold(moves)
    assert stay is not None
    return stay


def _ways(*moves: Move) -> Iterator[Stay]:
    for order in permutations(moves):
        yield after(*(passed(*move) for move in order))


def test_a_day_of_coming_and_going() -> None:
    came = after(passed(IN, 0))
    assert (came.first_in_at, came.inside_since, came.left_at) == (at(0), at(0), None)
    twice = step(came, passed(IN, 10))
    assert twice is not None
    assert (twice.inside_since, twice.is_unsure) == (at(0), True)
    left = step(twice, passed(OUT, 60))
    assert left is not None
    assert (left.first_in_at, left.inside_since, left.left_at, left.is_unsure) == (at(0), None, at(60), False)
    back = step(left, passed(IN, 90))
    assert back is not None
    assert (back.first_in_at, back.inside_since, back.left_at) == (at(0), at(90), at(60))


def test_leaving_first_proves_no_entry() -> None:
    assert fold([passed(OUT, 5)]) is None


def test_passes_that_arrive_late_lead_to_the_same_place() -> None:
    ends = {
        (one.first_in_at, one.inside_since, one.left_at, one.zone_id)
        for one in _ways((IN, 0, None), (OUT, 60, None), (IN, 90, None), (OUT, 200, None))
    }
    assert ends == {(at(0), None, at(200), None)}


def test_one_is_in_one_hall_at_a_time_whatever_arrives_first() -> None:
    for stay in _ways((IN, 0, 1), (IN, 30, 2), (IN, 50, 1), (IN, 70, 2)):
        assert stay.first_in_at == at(0)
        assert stay.since_in(None) == at(0)
        assert stay.since_in(1) is None
        assert stay.since_in(2) is not None
    gone = after(passed(IN, 0, 1), passed(OUT, 30, 1))
    assert (gone.since_in(1), gone.since_in(None)) == (None, None)


def test_who_leaves_a_room_inside_the_fair_is_still_at_the_fair() -> None:
    lounge = after(passed(IN, 0), passed(IN, 10, 7))
    assert lounge.zone_id == 7
    hall = step(lounge, passed(OUT, 20, 7, is_inner=True))
    assert hall is not None
    assert (hall.since_in(7), hall.since_in(None), hall.left_at) == (None, at(0), None)


def test_a_late_leaving_does_not_throw_out_who_came_back() -> None:
    ends = {
        (one.first_in_at, one.inside_since, one.left_at, one.zone_id)
        for one in _ways((IN, 0, 1), (OUT, 60, 1), (IN, 90, 1))
    }
    assert ends == {(at(0), at(90), at(60), 1)}


def test_only_entries_by_two_gates_of_one_place_clash() -> None:
    here = passed(IN, 10, 1)
    near, far, other_hall, way_out = (
        passed(IN, 12, 1, gate=2), passed(IN, 20, 1, gate=2), passed(IN, 12, 2, gate=3), passed(OUT, 12, 1, gate=2)
    )  # fmt: skip
    assert clash([far, other_hall, way_out, near], here) is near
    assert clash([far, other_hall, way_out, passed(IN, 11, 1)], here) is None
    assert clash([near], passed(OUT, 11, 1)) is None
