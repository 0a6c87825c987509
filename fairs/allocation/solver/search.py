"""From the relaxation to an allocation: rounding, repair, then neighbourhood after neighbourhood. Deterministic by seed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fairs.allocation.solver.bound import Columns, Relaxation
from fairs.allocation.solver.choices import Choices
from fairs.allocation.solver.model import Neighbourhood, available
from fairs.allocation.solver.state import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEST = 25  # places that each applicant of a neighbourhood may choose from
SMALLEST, LARGEST = 45, 120
EFFORT = 0.35  # deterministic seconds for one neighbourhood
REPAIRS = 60
TINY = 4_000  # choices; below, everything is one model


class Search:
    """The search over neighbourhoods; ``step()`` tries one. ``state`` is the best so far."""

    def __init__(self, choices: Choices, columns: Columns, relaxation: Relaxation, seed: int) -> None:
        self.choices, self.seed = choices, seed
        self.rng = np.random.default_rng(seed)
        self.pay = choices.ground.pay(relaxation.prices[: columns.booths])
        self.state = round_down(choices, columns, relaxation)
        self.total = self.state.score().total
        self.steps = 0
        self.people = np.array(
            [n for n, a in enumerate(choices.applicants) if len(choices.spots[n]) > 1 and not a.lock], dtype=np.int64
        )
        self.size = min(70, len(self.people))
        self.ease = 0

    def step(self) -> bool:
        """Try one neighbourhood; whether it brought anything."""
        self.steps += 1
        if not len(self.people):
            return False
        people, moving = self._pick()
        return self.attempt(people, moving=moving)

    def attempt(self, people: Collection[int], *, moving: Collection[int] = (), best: int = BEST) -> bool:
        """Solve the neighbourhood of these people and keep what is no worse."""
        options = choose_options(self.state, people, self.pay, best=best, moving=moving)
        model = Neighbourhood(self.state, options, moving=moving)
        answer = model.solve(seed=self.seed + self.steps, effort=EFFORT)
        if answer is None:
            return False
        self._adapt(proven=answer.proven)
        found = answer.state
        found.centre_villages()
        total = found.score().total
        if total < self.total or (total == self.total and np.array_equal(found.spot, self.state.spot)):
            return False
        better = total > self.total
        self.state, self.total = found, total
        return better

    def _adapt(self, *, proven: bool) -> None:
        """Neighbourhoods that are solved to the end may grow, those that are not shrink."""
        if proven:
            self.ease += 1
            if self.ease >= 3:
                self.size, self.ease = min(LARGEST, len(self.people), self.size + 5), 0
        else:
            self.size, self.ease = max(min(SMALLEST, len(self.people)), self.size - 5), 0

    def _pick(self) -> tuple[list[int], list[int]]:
        unplaced = [n for n in self.state.unplaced() if n in set(self.people.tolist())]
        if unplaced and self.steps % 2:
            return self._around_unplaced(int(self.rng.choice(unplaced))), []
        kind = self.rng.random()
        if kind < 0.15:
            return sorted(self.rng.choice(self.people, self.size, replace=False).tolist()), []
        if kind < 0.55:
            return self._region(int(self.rng.choice(self.people))), []
        if kind < 0.70 and self.choices.villages:
            village = int(self.rng.integers(len(self.choices.villages)))
            return self._village(village), [village]
        return self._regret(), []

    def _region(self, middle: int) -> list[int]:
        """Those who stand nearest to one of them."""
        spot = int(self.state.spot[middle])
        if spot < 0:
            return self._around_unplaced(middle)
        return self._nearest(spot, self.size)

    def _nearest(self, spot: int, count: int) -> list[int]:
        ground, people = self.choices.ground, self.people
        spots = self.state.spot[people]
        gone = np.hypot(*(ground.spot_centre[spots] - ground.spot_centre[spot]).T)
        gone = np.where((spots < 0) | (ground.spot_hall[spots] != ground.spot_hall[spot]), 1e9, gone)
        order = np.argsort(gone, kind="stable")[:count]
        return sorted(people[order].tolist())

    def _around_unplaced(self, person: int) -> list[int]:
        """Those around a place that would suit somebody without one, where little stands in the way."""
        choices = self.choices
        spots = choices.spots[person]
        taken = np.add.reduceat(
            (self.state.owners() >= 0)[choices.ground.flat].astype(np.int64), choices.ground.start[:-1]
        )
        gains = choices.values(person, self.state.anchors) - self.pay[spots] - 40 * taken[spots]
        top = np.argsort(-gains, kind="stable")[: max(12, len(spots) // 8)]
        spot = int(spots[int(self.rng.choice(top))])
        others = self._nearest(spot, self.size)
        return sorted({*others, *self.state.unplaced()[:20], person} & set(self.people.tolist()))

    def _village(self, village: int) -> list[int]:
        """A village, and those who stand around one of the places where its centre may lie."""
        choices = self.choices
        members = [p for p in choices.members[village] if p in set(self.people.tolist())]
        site = int(self.rng.choice(choices.anchors[village]))
        near = int(np.argmin(np.hypot(*(choices.ground.spot_centre - self._middle(site)).T)))
        others = self._nearest(near, max(10, self.size - len(members)))
        return sorted({*members[: self.size], *others})

    def _middle(self, number: int) -> NDArray[np.int64]:
        site = self.choices.ground.sites[number]
        return np.array([site.x + site.w // 2, site.y + site.h // 2])

    def _regret(self) -> list[int]:
        """Those who could gain most, those who stand in their way, and some at random."""
        choices, state = self.choices, self.state
        owner = state.owners()
        lost = np.zeros(len(self.people))
        best: dict[int, int] = {}
        for number, person in enumerate(self.people.tolist()):
            gains = choices.values(person, state.anchors) - self.pay[choices.spots[person]]
            top = int(np.argmax(gains))
            best[person] = int(choices.spots[person][top])
            if state.spot[person] >= 0:
                lost[number] = gains[top] - gains[int(np.searchsorted(choices.spots[person], state.spot[person]))]
            else:
                lost[number] = gains[top] + choices.weights.unplaced
        chance = lost + 1.0
        count = max(1, self.size // 3)
        first = self.rng.choice(self.people, count, replace=False, p=chance / chance.sum()).tolist()
        group = set(first)
        for person in first:
            group |= {int(owner[b]) for b in choices.ground.spots[best[person]] if owner[b] >= 0}
        group &= set(self.people.tolist())
        if len(group) < self.size:
            rest = np.setdiff1d(self.people, sorted(group))
            group |= set(self.rng.choice(rest, min(len(rest), self.size - len(group)), replace=False).tolist())
        return sorted(group)


def choose_options(
    state: State, people: Collection[int], pay: NDArray[np.float64], *, best: int, moving: Collection[int] = ()
) -> dict[int, list[int]]:
    """For each of the people the best places that only they and free booths stand in, and the present one."""
    choices = state.choices
    inside = np.zeros(len(state.spot) + 1, dtype=bool)
    inside[list(people)] = True
    owner = state.owners()
    free = available(choices, np.where((owner >= 0) & ~inside[owner], owner, -1))
    options: dict[int, list[int]] = {}
    for person in people:
        spots = choices.spots[person]
        open_now = np.nonzero(free[spots])[0]
        village = int(choices.village_of[person])
        picked: set[int] = set()
        centres: Sequence[int] = range(len(choices.anchors[village])) if village in moving else [-1]
        each = best if len(centres) == 1 else max(6, best // 2)
        for centre in centres:
            extra = choices.village_points(person, centre) if centre >= 0 else None
            values = choices.values(person, state.anchors) if extra is None else choices.points[person] + extra
            gains = (values - pay[spots])[open_now]
            top = np.argpartition(-gains, each - 1)[:each] if len(gains) > each else np.arange(len(gains))
            picked |= set(spots[open_now[top]].tolist())
        now = int(state.spot[person])
        if now >= 0:
            picked.add(now)
        options[person] = sorted(picked)
    return options


def round_down(choices: Choices, columns: Columns, relaxation: Relaxation) -> State:
    """A first allocation: locks, then what the relaxation takes most of, then each the best that is left."""
    state = State(choices)
    state.anchors = list(relaxation.centres) if relaxation.centres else [0] * len(choices.villages)
    taken = np.zeros(len(choices.ground.sites), dtype=bool)
    room = _Room(choices)
    for person, applicant in enumerate(choices.applicants):
        if applicant.lock and len(choices.spots[person]):
            room.put(state, taken, person, int(choices.spots[person][0]))
    pay = choices.ground.pay(relaxation.prices[: columns.booths])
    share: dict[tuple[int, int], float] = {}
    for column, part in zip(relaxation.columns.tolist(), relaxation.shares.tolist(), strict=True):
        if part > 1e-6:
            key = (int(columns.owner[columns.segment[column]]), int(columns.spot[column]))
            share[key] = share.get(key, 0.0) + part
    order = sorted(share.items(), key=lambda item: (-choices.ground.spot_size[item[0][1]], -item[1], item[0]))
    for (person, spot), part in order:
        if part > 0.3 and state.spot[person] < 0:
            room.put(state, taken, person, spot)
    left = [n for n in state.unplaced() if len(choices.spots[n])]
    for person in sorted(left, key=lambda n: (-choices.applicants[n].count, n)):
        spots = choices.spots[person]
        free = np.add.reduceat(taken[choices.ground.flat].astype(np.int64), choices.ground.start[:-1])[spots] == 0
        gains = (choices.values(person, state.anchors) - pay[spots])[free]
        for spot in spots[free][np.argsort(-gains, kind="stable")].tolist():
            if room.put(state, taken, person, spot):
                break
    state.centre_villages()
    return state


class _Room:
    """What quotas and exclusions leave while places are given one by one."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.left = [[quota.booths, quota.area] for quota in choices.problem.quotas]

    def put(self, state: State, taken: NDArray[np.bool_], person: int, spot: int) -> bool:
        """Give the spot when every hard rule allows it."""
        choices, ground = self.choices, self.choices.ground
        booths = list(ground.spots[spot])
        if taken[booths].any():
            return False
        for other, same_zone in choices.apart_of.get(person, ()):
            if state.spot[other] >= 0 and choices.clash(spot, int(state.spot[other]), same_zone=same_zone):
                return False
        if choices.applicants[person].supported:
            mine = [
                left for quota, left in zip(choices.problem.quotas, self.left, strict=True)
                if quota.zone is None or quota.zone == ground.spot_zone[spot]
            ]  # fmt: skip
            need = (len(booths), int(ground.spot_area[spot]))
            if any(have is not None and have < want for left in mine for have, want in zip(left, need, strict=True)):
                return False
            for left in mine:
                for number in (0, 1):
                    if left[number] is not None:
                        left[number] -= need[number]  # type: ignore[operator]
        state.spot[person] = spot
        taken[booths] = True
        return True
