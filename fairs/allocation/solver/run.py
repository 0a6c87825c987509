"""A whole run: the bound in one process, the search in this one, until the time, the steps or the gap say stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.allocation.solver.problem import Outcome, Problem
from fairs.allocation.solver.prover import Prover

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fairs.allocation.solver.choices import Choices
    from fairs.allocation.solver.state import State

ROUNDS = 12  # of the relaxation, at most
FIRST_ROUNDS = 2  # before the search begins
IDLE = 150  # steps without any gain, after which a run without a time limit ends
EXACT_CHOICES, EXACT_PEOPLE = 6_000, 12
EXACT_EFFORT = 120.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    seconds: float
    steps: int
    total: int
    bound: int
    unplaced: int

    @property
    def gap(self) -> float:
        """How far the score may be from the best, as a share of the bound."""
        return max(0.0, (self.bound - self.total) / max(1, abs(self.bound)))


class Stopped(Exception):
    """Whoever watched the run asked to stop it."""


class ContradictingLocks(Exception):
    """Not all locks can be kept; ``check`` names those that stand against each other."""


def solve(
    problem: Problem,
    *,
    seed: int = 1,
    seconds: float | None = None,
    steps: int | None = None,
    rounds: int | None = None,
    close: float = 0.0,
    watch: Callable[[Progress], bool] | None = None,
) -> tuple[Outcome, State]:
    """Allocate. Stops after ``seconds``, or exactly ``steps`` neighbourhoods, or at a gap of ``close``.

    Only ``steps`` can be repeated: the outcome tells how many there were, and the same problem, seed, steps and rounds
    give the same outcome. ``watch`` sees the progress; when it returns False the run ends with Stopped. Raises
    ContradictingLocks.
    """
    from fairs.allocation.solver.choices import Choices

    choices = Choices(problem)
    if _is_small(choices):
        return _exact(choices, seed)
    return _Run(choices, seed, watch).carry_out(seconds=seconds, steps=steps, rounds=rounds, close=close)


def _is_small(choices: Choices) -> bool:
    size = sum(
        len(spots) * (len(choices.anchors[v]) if (v := int(choices.village_of[n])) >= 0 else 1)
        for n, spots in enumerate(choices.spots)
    )
    return len(choices.applicants) <= EXACT_PEOPLE and size <= EXACT_CHOICES


def _exact(choices: Choices, seed: int) -> tuple[Outcome, State]:
    """A small hall is one model, solved to the end."""
    from fairs.allocation.solver.model import Neighbourhood
    from fairs.allocation.solver.state import State

    state = State(choices)
    if not choices.applicants:
        return state.outcome(state.score().total, 0, 0), state
    options = {number: spots.tolist() for number, spots in enumerate(choices.spots)}
    model = Neighbourhood(state, options, moving=range(len(choices.villages)), most_rivals=None)
    answer = model.solve(seed=seed, effort=EXACT_EFFORT)
    if answer is None:
        raise ContradictingLocks
    found = answer.state
    found.centre_villages()
    # Orphans on booths that nobody here may take stand outside the model.
    total = found.score().total
    return found.outcome(total if answer.proven else max(total, int(answer.bound)), 0, 0), found


class _Run:
    def __init__(self, choices: Choices, seed: int, watch: Callable[[Progress], bool] | None) -> None:
        self.choices, self.seed, self.watch = choices, seed, watch
        self.begun = time.monotonic()

    def carry_out(
        self, *, seconds: float | None, steps: int | None, rounds: int | None, close: float
    ) -> tuple[Outcome, State]:
        from fairs.allocation.solver.bound import Columns, relax
        from fairs.allocation.solver.search import Search

        # The search begins with a few rounds of its own: who asks for no more needs no other process.
        more = rounds is None or rounds > FIRST_ROUNDS
        prover = Prover(self.choices.problem, rounds=ROUNDS if rounds is None else rounds) if more else None
        try:
            columns = Columns(self.choices)
            first = relax(columns, rounds=FIRST_ROUNDS if rounds is None else min(rounds, FIRST_ROUNDS))
            search = Search(self.choices, columns, first, self.seed)
            if any(a.lock and search.state.spot[n] < 0 for n, a in enumerate(self.choices.applicants)):
                raise ContradictingLocks
            idle = 0
            while True:
                bound = _least(first.bound, prover)
                now = Progress(self._elapsed(), search.steps, search.total, bound, len(search.state.unplaced()))
                if self.watch is not None and not self.watch(now):
                    raise Stopped
                if self._is_over(now, idle, seconds=seconds, steps=steps, close=close):
                    break
                idle = 0 if search.step() else idle + 1
            if steps is not None and prover is not None:  # to be repeated to the letter: the bound, too
                prover.wait()
        finally:
            if prover is not None:
                prover.end()
        done = first.rounds if prover is None else max(prover.rounds, first.rounds)
        return search.state.outcome(_least(first.bound, prover), search.steps, done), search.state

    def _elapsed(self) -> float:
        return time.monotonic() - self.begun

    def _is_over(self, now: Progress, idle: int, *, seconds: float | None, steps: int | None, close: float) -> bool:
        if steps is not None:
            return now.steps >= steps
        if seconds is not None and now.seconds >= seconds:
            return True
        return now.unplaced == 0 and (now.gap <= close or idle >= IDLE)


def _least(bound: int, prover: Prover | None) -> int:
    return bound if prover is None or prover.bound is None else min(bound, prover.bound)


def pay_of(state: State) -> NDArray[np.float64]:
    """Prices of spots for who looks at alternatives: half of what those who stand there have of them.

    A stand-in for the relaxation's prices; it only decides which alternatives are looked at first.
    """
    import numpy as np

    prices = np.zeros(len(state.choices.ground.sites))
    for person in np.nonzero(state.spot >= 0)[0].tolist():
        booths = list(state.choices.ground.spots[state.spot[person]])
        prices[booths] = state.quick_points(person) / (2 * len(booths))
    return state.choices.ground.pay(prices)
