"""The verdicts, and where a person is, as pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product

import pytest

from fairs.checkin.rules import Direction, Presence, Presented, judge
from fairs.checkin.states import Verdict

DAYS = [date(2026, 11, day) for day in (12, 13, 14, 15)]
IN, OUT = Direction.IN, Direction.OUT
AT = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


VALID = Presented(is_known=True, is_of_this_fair=True)
INSIDE = Presented(is_known=True, is_of_this_fair=True, inside=True)
REVOKED = Presented(is_known=True, is_of_this_fair=True, is_revoked=True)
FOREIGN = Presented(is_known=True)
CALLED_OFF = Presented(is_known=True, is_of_this_fair=True, is_called_off=True)


@pytest.mark.parametrize(
    ("presented", "direction", "day", "verdict"),
    [
        (VALID, IN, DAYS[0], Verdict.WELCOME),
        (VALID, IN, DAYS[-1], Verdict.WELCOME),
        (INSIDE, IN, DAYS[0], Verdict.ALREADY_INSIDE),
        (VALID, IN, date(2026, 11, 11), Verdict.WRONG_DAY),
        (VALID, IN, date(2026, 11, 16), Verdict.WRONG_DAY),
        (INSIDE, IN, date(2027, 11, 12), Verdict.WRONG_DAY),
        (INSIDE, OUT, DAYS[0], Verdict.GOODBYE),
        (VALID, OUT, DAYS[0], Verdict.GOODBYE),
        (VALID, OUT, date(2026, 11, 16), Verdict.GOODBYE),
        (REVOKED, IN, DAYS[0], Verdict.REVOKED),
        (REVOKED, IN, date(2026, 11, 11), Verdict.REVOKED),
        (REVOKED, OUT, DAYS[0], Verdict.REVOKED),
        (CALLED_OFF, IN, DAYS[0], Verdict.FAIR_CANCELLED),
        (CALLED_OFF, IN, date(2026, 11, 11), Verdict.FAIR_CANCELLED),
        (CALLED_OFF, OUT, DAYS[0], Verdict.GOODBYE),
        (FOREIGN, IN, DAYS[0], Verdict.OTHER_FAIR),
        (FOREIGN, OUT, DAYS[0], Verdict.OTHER_FAIR),
        (Presented(is_known=False), IN, DAYS[0], Verdict.UNKNOWN),
        (Presented(is_known=False), OUT, date(2020, 1, 1), Verdict.UNKNOWN),
    ],
)
def test_verdicts(presented: Presented, direction: Direction, day: date, verdict: Verdict) -> None:
    assert judge(presented, direction, day, DAYS) is verdict


def test_every_verdict_is_reached_and_nothing_is_without_one() -> None:
    reached = {
        judge(Presented(known, known and own, known and own and revoked, inside, called_off), direction, day, DAYS)
        for known, own, revoked, inside, called_off in product((True, False), repeat=5)
        for direction in Direction
        for day in (DAYS[0], date(2026, 1, 1))
    }
    assert reached == set(Verdict)


def test_only_what_lets_in_lets_in() -> None:
    assert {verdict for verdict in Verdict if verdict.lets_in} == {
        Verdict.WELCOME,
        Verdict.ALREADY_INSIDE,
        Verdict.GOODBYE,
    }


def test_presence_of_a_day() -> None:
    came = Presence().after(IN, at(0))
    assert came == Presence(at(0), at(0))
    again = came.after(IN, at(10))
    assert again == Presence(at(0), at(0))
    left = again.after(OUT, at(60))
    assert left == Presence(at(0), None, at(60))
    back = left.after(IN, at(90))
    assert back == Presence(at(0), at(90), at(60))
    assert back.is_inside_at(at(91))
    assert not back.is_inside_at(at(80))


def test_two_gates_whose_clocks_differ_a_little_do_not_both_welcome() -> None:
    known = Presence().after(IN, at(30))
    assert known.is_inside_at(at(29))
    assert not known.is_inside_at(at(27))


def test_leaving_first_proves_no_entry() -> None:
    assert Presence().after(OUT, at(5)).first_in_at is None


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_scans_that_arrive_late_lead_to_the_same_place(order: tuple[int, ...]) -> None:
    moves = [(IN, at(0)), (OUT, at(60)), (IN, at(90)), (OUT, at(200))]
    presence = Presence()
    for index in order:
        presence = presence.after(*moves[index])
    assert presence.first_in_at == at(0)
    assert presence.inside_since is None
    assert presence.left_at == at(200)


def test_a_late_entry_is_no_re_entry() -> None:
    known = Presence().after(IN, at(30))
    assert not known.is_inside_at(at(10))
    assert known.after(IN, at(10)) == Presence(at(10), at(10))


def test_a_late_leaving_does_not_throw_out_who_came_back() -> None:
    back = Presence().after(IN, at(0)).after(IN, at(90))
    assert Presence(at(0), at(90)).after(OUT, at(60)) == Presence(at(0), at(90), at(60))
    assert back.inside_since == at(0)
