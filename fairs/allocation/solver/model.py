"""One neighbourhood as an exact model: some applicants, some places each, everybody else stays where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fairs.allocation.solver.choices import Choices
from fairs.allocation.solver.state import State, quota_use

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_RIVALS = 250  # pairs modelled in one neighbourhood; the exact score decides afterwards anyway


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model found: a state, and whether there is none better among the choices it was given."""

    state: State
    proven: bool
    bound: float


class Neighbourhood:
    """The model. ``options`` are the spots that each of the people may take; ``moving`` villages may move their centre."""

    def __init__(
        self, state: State, options: Mapping[int, Sequence[int]], *, moving: Collection[int] = (),
        must: Mapping[int, Collection[int]] | None = None, most_rivals: int | None = MOST_RIVALS,
    ) -> None:  # fmt: skip
        from ortools.sat.python import cp_model

        self.cp, self.state, self.choices = cp_model, state, state.choices
        self.options = {person: list(spots) for person, spots in options.items()}
        self.moving, self.must = sorted(moving), must or {}
        self.model = cp_model.CpModel()
        self.owner = state.owners()
        inside = np.zeros(len(state.spot), dtype=bool)
        inside[list(self.options)] = True
        self.outside = np.where((self.owner >= 0) & ~inside[self.owner], self.owner, -1)
        self.goal: list[Any] = []
        self.worth: list[int] = []
        self.at: dict[int, dict[int, Any]] = {}
        self.on: dict[int, list[Any]] = {}
        self._choose()
        self._villages()
        self._rivals(most_rivals)
        self._apart()
        self._orphans()
        self._quotas()
        self.model.maximize(cp_model.LinearExpr.weighted_sum(self.goal, self.worth))

    def _gain(self, variable: Any, worth: int) -> None:
        if worth:
            self.goal.append(variable)
            self.worth.append(worth)

    def _choose(self) -> None:
        choices, ground = self.choices, self.choices.ground
        for person, spots in self.options.items():
            values = choices.values(person, self.state.anchors)
            if int(choices.village_of[person]) in self.moving:
                values = choices.points[person]
            values = values[np.searchsorted(choices.spots[person], spots)] if len(spots) else values[:0]
            self.at[person] = {}
            for spot, value in zip(spots, values.tolist(), strict=True):
                x = self.model.new_bool_var("")
                self.at[person][spot] = x
                self._gain(x, value - choices.weights.rival * self._rivals_outside(person, spot))
                for booth in ground.spots[spot]:
                    self.on.setdefault(booth, []).append(x)
            if not choices.applicants[person].lock:  # locks are kept, whatever they cost others
                nowhere = self.model.new_bool_var("")
                self.at[person][-1] = nowhere
                self._gain(nowhere, -choices.weights.unplaced)
            self.model.add_exactly_one(self.at[person].values())
            if person in self.must:
                self.model.add_bool_or([self.at[person][s] for s in self.must[person] if s in self.at[person]])
        for users in self.on.values():
            if len(users) > 1:
                self.model.add_at_most_one(users)

    def _rivals_outside(self, person: int, spot: int) -> int:
        rival, ground = self.choices.rival[person], self.choices.ground
        near = {int(self.outside[n]) for booth in ground.spots[spot] for n in ground.near[booth]}
        return sum(1 for other in near if other >= 0 and rival[other])

    def _villages(self) -> None:
        choices = self.choices
        self.centre: dict[int, list[Any]] = {}
        for village in self.moving:
            centres = [self.model.new_bool_var("") for _ in choices.anchors[village]]
            self.centre[village] = centres
            self.model.add_exactly_one(centres)
            inside = [p for p in choices.members[village] if p in self.options and not choices.applicants[p].standing]
            outside = [
                int(self.state.spot[p]) for p in choices.members[village]
                if p not in self.options and self.state.spot[p] >= 0 and not choices.applicants[p].standing
            ]  # fmt: skip
            for number, centre in enumerate(centres):
                reach = choices.reach[village][number]
                self._gain(centre, int(reach[outside].sum()) if outside else 0)
                for person in inside:
                    for spot, x in self.at[person].items():
                        if spot >= 0 and reach[spot]:
                            both = self.model.new_bool_var("")
                            self.model.add_implication(both, x)
                            self.model.add_implication(both, centre)
                            self._gain(both, int(reach[spot]))

    def _near(self, spot: int) -> set[int]:
        ground = self.choices.ground
        return {n for booth in ground.spots[spot] for n in ground.near[booth]}

    def _rivals(self, most: int | None) -> None:
        choices, ground = self.choices, self.choices.ground
        if not choices.weights.rival:
            return
        people = sorted(self.options)
        table = choices.rival[np.ix_(people, people)]
        pairs = [(people[i], people[j]) for i, j in zip(*np.nonzero(np.triu(table)), strict=True)]
        near = {spot: self._near(spot) for one, _ in pairs for spot in self.at[one] if spot >= 0}
        for one, other in pairs[:most]:
            standing = choices.applicants[one].standing and choices.applicants[other].standing
            both = None
            for spot, x in self.at[one].items():
                if spot < 0 or standing:
                    continue
                close = [y for s, y in self.at[other].items() if s >= 0 and not near[spot].isdisjoint(ground.spots[s])]
                if close:
                    if both is None:
                        both = self.model.new_bool_var("")
                        self._gain(both, -choices.weights.rival)
                    self.model.add(sum(close) + x - both <= 1)

    def _apart(self) -> None:
        choices = self.choices
        for one, other, same_zone in choices.apart:
            if one not in self.options and other not in self.options:
                continue
            if one not in self.options or other not in self.options:
                inside, fixed = (one, other) if one in self.options else (other, one)
                there = int(self.state.spot[fixed])
                for spot, x in self.at[inside].items():
                    if min(spot, there) >= 0 and choices.clash(spot, there, same_zone=same_zone):
                        self.model.add(x == 0)
                continue
            for spot, x in self.at[one].items():
                close = [
                    y for s, y in self.at[other].items()
                    if min(s, spot) >= 0 and choices.clash(spot, s, same_zone=same_zone)
                ]  # fmt: skip
                if close:
                    self.model.add(sum(close) + x <= 1)

    def _orphans(self) -> None:
        ground, cost = self.choices.ground, self.choices.weights.orphan
        if not cost:
            return
        # Booths that may become free or taken here; all other booths stay as they are.
        mine = set(self.on) | {
            booth for person in self.options if self.state.spot[person] >= 0
            for booth in ground.spots[int(self.state.spot[person])]
        }  # fmt: skip
        mine = {booth for booth in mine if ground.is_open[booth]}
        for booth in sorted(mine | {n for b in mine for n in ground.neighbours[b]}):
            beside = [n for n in ground.neighbours[booth] if ground.is_open[n]]
            if not beside or not ground.is_open[booth] or (booth not in mine and self.owner[booth] >= 0):
                continue
            if any(n not in mine and ground.is_open[n] and self.owner[n] < 0 for n in beside):
                continue
            lonely = self.model.new_bool_var("")
            self._gain(lonely, -cost)
            # lonely >= 1 - taken(booth) - number of free neighbours
            terms, free = list(self.on.get(booth, ())), 0
            minus: list[Any] = []
            for n in beside:
                if n in mine:
                    minus += self.on.get(n, ())
                    free += 1
            self.model.add(lonely + sum(terms) - sum(minus) >= 1 - free)

    def _quotas(self) -> None:
        choices, ground = self.choices, self.choices.ground
        others = self.state.spot.copy()
        others[list(self.options)] = -1
        for quota in choices.problem.quotas:
            booths, area = quota_use(choices, others, quota.zone)
            mine = [
                (x, int(spot))
                for person in self.options
                if choices.applicants[person].supported
                for spot, x in self.at[person].items()
                if spot >= 0 and (quota.zone is None or ground.spot_zone[spot] == quota.zone)
            ]
            if quota.booths is not None:
                self.model.add(sum(x * int(ground.spot_size[s]) for x, s in mine) <= quota.booths - booths)
            if quota.area is not None:
                self.model.add(sum(x * int(ground.spot_area[s]) for x, s in mine) <= quota.area - area)

    def solve(self, *, seed: int, effort: float) -> Answer | None:
        """The best state found with ``effort`` (OR-Tools' deterministic seconds); None when there is none at all."""
        for person, spots in self.at.items():
            now = int(self.state.spot[person])
            for spot, x in spots.items():
                self.model.add_hint(x, spot == (now if now in spots else -1))
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self.model)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return None
        found = self.state.copy()
        for person, spots in self.at.items():
            found.spot[person] = next(spot for spot, x in spots.items() if solver.boolean_value(x))
        for village, centres in self.centre.items():
            found.anchors[village] = next(n for n, y in enumerate(centres) if solver.boolean_value(y))
        return Answer(found, status == self.cp.OPTIMAL, solver.best_objective_bound)


def available(choices: Choices, outside: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each spot whether nobody outside the neighbourhood stands in it."""
    ground = choices.ground
    if not ground.spots:
        return np.zeros(0, dtype=bool)
    taken: NDArray[np.int64] = np.add.reduceat((outside >= 0)[ground.flat].astype(np.int64), ground.start[:-1])
    free: NDArray[np.bool_] = taken == 0
    return free
