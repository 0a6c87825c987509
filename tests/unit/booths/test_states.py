"""Which steps a booking can take, and which it cannot."""

from __future__ import annotations

from itertools import product

import pytest

from fairs.booths.models import BoothBooking
from fairs.booths.states import LIVE, TRANSITIONS, BookingState, BoothState
from fairs.core.errors import InvalidTransition

S = BookingState
ALLOWED = {
    (S.HELD, S.RESERVED), (S.HELD, S.CONFIRMED), (S.HELD, S.EXPIRED), (S.HELD, S.CANCELLED), (S.RESERVED, S.CONFIRMED),
    (S.RESERVED, S.EXPIRED), (S.RESERVED, S.CANCELLED), (S.CONFIRMED, S.CANCELLED),
}  # fmt: skip


@pytest.mark.parametrize(("start", "end"), list(product(S, S)))
def test_only_the_steps_of_the_table(start: BookingState, end: BookingState) -> None:
    booking = BoothBooking(state=start)
    if (start, end) in ALLOWED:
        booking.move_to(end)
        assert booking.state is end
    else:
        with pytest.raises(InvalidTransition):
            booking.move_to(end)
        assert booking.state is start


def test_every_state_has_a_row_and_what_has_ended_never_lives_again() -> None:
    assert set(TRANSITIONS) == set(S)
    assert all(not TRANSITIONS[state] for state in set(S) - LIVE)


def test_every_live_state_is_seen_on_the_plan() -> None:
    assert {state.value for state in LIVE} == {state.value for state in BoothState} - {"free", "blocked"}
    assert all(state.icon and str(state.label) for state in BoothState)
