"""An allocation under way, and its exact score."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from fairs.allocation.solver.choices import NONE, Choices
from fairs.allocation.solver.problem import Outcome, Score

if TYPE_CHECKING:
    from numpy.typing import NDArray


class State:
    """Who stands where (``spot[a]``, -1 for nobody) and where the villages' centres lie."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.spot = np.full(len(choices.applicants), NONE, dtype=np.int64)
        self.anchors = [0] * len(choices.villages)

    def copy(self) -> State:
        """The same, to be changed."""
        other = State(self.choices)
        other.spot, other.anchors = self.spot.copy(), list(self.anchors)
        return other

    def owners(self) -> NDArray[np.int64]:
        """The applicant in each booth; -1 for none."""
        ground = self.choices.ground
        owner = np.full(len(ground.sites), NONE, dtype=np.int64)
        for applicant in np.nonzero(self.spot >= 0)[0].tolist():
            owner[list(ground.spots[self.spot[applicant]])] = applicant
        return owner

    def unplaced(self) -> list[int]:
        """Who has no place."""
        return [int(n) for n in np.nonzero(self.spot < 0)[0]]

    def centre_villages(self, villages: Iterable[int] | None = None) -> None:
        """Move each village's centre to where its members stand best."""
        choices = self.choices
        for village in range(len(choices.villages)) if villages is None else villages:
            people = [p for p in choices.members[village] if self.spot[p] >= 0 and not choices.applicants[p].standing]
            if people:
                sums = [int(reach[self.spot[people]].sum()) for reach in choices.reach[village]]
                if sums[self.anchors[village]] < max(sums):
                    self.anchors[village] = int(np.argmax(sums))

    def points_of(self, applicant: int) -> int:
        """The points of one applicant's place."""
        if self.spot[applicant] < 0:
            return 0
        return self.choices.parts(applicant, int(self.spot[applicant]), self.anchors).total

    def quick_points(self, applicant: int) -> int:
        """The same, looked up."""
        spots = self.choices.spots[applicant]
        at = int(np.searchsorted(spots, self.spot[applicant]))
        if at == len(spots) or spots[at] != self.spot[applicant]:
            return self.points_of(applicant)  # put there by hand
        return int(self.choices.values(applicant, self.anchors)[at])

    def score(self) -> Score:
        """The exact score."""
        weights, _choices = self.choices.weights, self.choices
        placed = np.nonzero(self.spot >= 0)[0].tolist()
        points = sum(self.quick_points(applicant) for applicant in placed)
        owner = self.owners()
        rivals = len(self.rival_pairs(owner))
        missing = len(self.spot) - len(placed)
        orphans = len(self.orphans(owner))
        return Score(points, weights.rival * rivals, weights.orphan * orphans, weights.unplaced * missing)

    def rival_pairs(self, owner: NDArray[np.int64]) -> list[tuple[int, int]]:
        """Pairs of direct competitors that stand too near, each once."""
        pairs = self.choices.ground.rival_pairs
        if not len(pairs):
            return []
        one, other = owner[pairs[:, 0]], owner[pairs[:, 1]]
        keep = (one >= 0) & (other >= 0) & (one != other)
        one, other = one[keep], other[keep]
        near = self.choices.rival[one, other]
        low, high = np.minimum(one[near], other[near]), np.maximum(one[near], other[near])
        found = np.unique(np.column_stack([low, high]), axis=0)
        standing = np.array([a.standing for a in self.choices.applicants], dtype=bool)
        return [(int(a), int(b)) for a, b in found.tolist() if not (standing[a] and standing[b])]

    def orphans(self, owner: NDArray[np.int64]) -> list[int]:
        """Free booths that were left alone: they have neighbours that could be free, and none is.

        Where all neighbours are booked or blocked anyway, no allocation is at fault.
        """
        ground = self.choices.ground
        free = ground.is_open & (owner < 0)
        beside = np.zeros(len(free), dtype=np.int64)
        there = np.zeros(len(free), dtype=np.int64)
        if len(ground.touching):
            one, other = ground.touching[:, 0], ground.touching[:, 1]
            np.add.at(beside, one, free[other])
            np.add.at(beside, other, free[one])
            np.add.at(there, one, ground.is_open[other])
            np.add.at(there, other, ground.is_open[one])
        return [int(n) for n in np.nonzero(free & (there > 0) & (beside == 0))[0]]

    def broken(self) -> list[str]:
        """Hard rules that this allocation breaks, in words for tests and for moves by hand; empty when sound."""
        return broken_rules(self)

    def outcome(self, bound: int, steps: int, rounds: int) -> Outcome:
        """As plain records."""
        choices = self.choices
        ground, score = choices.ground, self.score()
        places = {
            a.id: tuple(ground.sites[b].id for b in ground.spots[self.spot[n]]) if self.spot[n] >= 0 else ()
            for n, a in enumerate(choices.applicants)
        }
        parts = {
            a.id: choices.parts(n, int(self.spot[n]), self.anchors)
            for n, a in enumerate(choices.applicants)
            if self.spot[n] >= 0
        }
        centres = {
            name: ground.sites[choices.anchors[v][self.anchors[v]]].id for v, name in enumerate(choices.villages)
        }
        return Outcome(places, parts, score, max(bound, score.total), steps, rounds, centres)


def broken_rules(state: State) -> list[str]:
    """Which hard rules are broken: ``twice``, ``apart``, ``quota``, each with whom it concerns."""
    choices, found = state.choices, []
    taken: dict[int, int] = {}
    for number, spot in enumerate(state.spot.tolist()):
        if spot < 0:
            continue
        for booth in choices.ground.spots[spot]:
            if booth in taken:
                found.append(f"twice:{choices.ground.sites[booth].code}")
            taken[booth] = number
    for one, other, same_zone in choices.apart:
        if min(state.spot[one], state.spot[other]) >= 0 and choices.clash(
            int(state.spot[one]), int(state.spot[other]), same_zone=same_zone
        ):
            found.append(f"apart:{choices.applicants[one].id}:{choices.applicants[other].id}")
    for number, quota in enumerate(choices.problem.quotas):
        booths, area = quota_use(choices, state.spot, quota.zone)
        if (quota.booths is not None and booths > quota.booths) or (quota.area is not None and area > quota.area):
            found.append(f"quota:{number}")
    return found


def quota_use(choices: Choices, spots: NDArray[np.int64], zone: int | None) -> tuple[int, int]:
    """Booths and square centimetres that supported exhibitors take, in a zone or in all."""
    ground = choices.ground
    mine = [
        int(spot)
        for applicant, spot in zip(choices.applicants, spots.tolist(), strict=True)
        if applicant.supported and spot >= 0 and (zone is None or ground.spot_zone[spot] == zone)
    ]
    return int(ground.spot_size[mine].sum()), int(ground.spot_area[mine].sum())
