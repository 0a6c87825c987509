"""Every place that every applicant could take, with its points: flat arrays, so that a million of them cost nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from fairs.allocation.solver.ground import Ground
from fairs.allocation.solver.problem import SHARES, Applicant, Parts, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_ANCHORS = 8  # places at which the centre of a village may lie
NONE = -1


class Choices:
    """The problem by index. ``spots[a]`` and ``points[a]`` are what applicant a may take, without village points.

    A village's points depend on where its centre lies: ``reach[v][k]`` are those of each spot for anchor k.
    ``also`` are groups of booths (sites' ids) that somebody was put into by hand.
    """

    def __init__(self, problem: Problem, also: Iterable[tuple[int, ...]] = ()) -> None:
        self.problem, self.weights = problem, problem.weights
        self.applicants = problem.applicants
        self.index = {applicant.id: number for number, applicant in enumerate(self.applicants)}
        self.ground = Ground(problem, also)
        names = sorted({a.village for a in self.applicants if a.village and not a.standing})
        members = {name: [n for n, a in enumerate(self.applicants) if a.village == name] for name in names}
        self.villages = [name for name in names if len(members[name]) > 1]
        self.members = [members[name] for name in self.villages]
        self.village_of = np.full(len(self.applicants), NONE, dtype=np.int64)
        for village, people in enumerate(self.members):
            self.village_of[people] = village
        self._zones()
        self.spots: list[NDArray[np.int32]] = []
        self.points: list[NDArray[np.int64]] = []
        for applicant in self.applicants:
            spots = self._allowed(applicant)
            self.spots.append(spots)
            self.points.append(sum(self._parts(applicant, spots)[:4], start=np.zeros(len(spots), dtype=np.int64)))
        self._anchors()
        self._pairs()

    def _zones(self) -> None:
        self.fits: dict[int, frozenset[str]] = {area.id: frozenset(area.groups) for area in self.problem.areas}
        self.exclusive = {area.id for area in self.problem.areas if area.exclusive}

    def _suits(self, applicant: Applicant) -> NDArray[np.bool_]:
        """For each spot whether its zone is one of the applicant's products."""
        zones = [zone for zone, groups in self.fits.items() if groups & set(applicant.groups)]
        return np.isin(self.ground.spot_zone, zones)

    def _allowed(self, applicant: Applicant) -> NDArray[np.int32]:
        ground = self.ground
        if applicant.lock:
            spot = tuple(sorted(ground.index[site] for site in applicant.lock if site in ground.index))
            return np.array([ground.spot_of[spot]] if spot else [], dtype=np.int32)
        return self.fitting(applicant)

    def fitting(self, applicant: Applicant) -> NDArray[np.int32]:
        """The spots that the hard rules of size, kind and zone leave to an applicant, locked or not."""
        ground = self.ground
        spots = ground.of_size.get(applicant.count)
        if spots is None:
            return np.empty(0, dtype=np.int32)
        good = np.ones(len(spots), dtype=bool)
        if applicant.kind:
            good &= ground.spot_kind[spots] == ground.kinds.get(applicant.kind, NONE)
        if self.exclusive:
            foreign = np.isin(ground.spot_zone[spots], sorted(self.exclusive)) & ~self._suits(applicant)[spots]
            good &= ~foreign
        return spots[good]

    def _parts(self, applicant: Applicant, spots: NDArray[np.int32]) -> list[NDArray[np.int64]]:
        """Points for zone, wish, seniority and open sides, and the rank of the wish that is met (0: none)."""
        ground, weights = self.ground, self.weights
        nothing = np.zeros(len(spots), dtype=np.int64)
        if applicant.standing or not len(spots):
            return [nothing] * 5
        rank = nothing.copy()
        for number, wish in reversed(list(enumerate(applicant.wishes, 1))):
            if wish.zone is not None:
                rank[ground.spot_zone[spots] == wish.zone] = number
            elif wish.site in ground.index:
                wanted = ground.index[wish.site]
                rank[[wanted in ground.spots[spot] for spot in spots.tolist()]] = number
        shares = np.array([0, *SHARES], dtype=np.int64)[np.minimum(rank, len(SHARES))]
        zone = weights.zone * self._suits(applicant)[spots].astype(np.int64)
        open_sides = weights.open_sides * (ground.spot_open[spots] >= applicant.open_sides).astype(np.int64)
        seniority = weights.seniority * applicant.seniority * shares // 100
        return [zone, weights.wish * shares // 100, seniority, open_sides, rank]

    def _anchors(self) -> None:
        """Where each village's centre may lie: spread over the ground of its members, the best suited first."""
        ground, reach = self.ground, max(1, self.weights.village_reach)
        self.anchors: list[list[int]] = []
        self.reach: list[list[NDArray[np.int64]]] = []
        for people in self.members:
            worth = np.zeros(len(ground.sites), dtype=np.int64)
            for person in people:
                if not self.applicants[person].standing:
                    worth += self._worth(person)
            chosen = self._spread(worth)
            self.anchors.append(chosen)
            self.reach.append([self._fading(site, reach) for site in chosen])

    def _worth(self, person: int) -> NDArray[np.int64]:
        """For each booth the points of the best place with it. A lock changes nothing: centres must not leap by one."""
        ground, applicant = self.ground, self.applicants[person]
        spots = self.fitting(applicant)
        points = sum(self._parts(applicant, spots)[:4], start=np.zeros(len(spots), dtype=np.int64))
        best = np.zeros(len(ground.sites), dtype=np.int64)
        if len(spots):
            for booths in np.array([ground.spots[s] for s in spots.tolist()], dtype=np.int64).T:
                np.maximum.at(best, booths, points)
        return best

    def _spread(self, worth: NDArray[np.int64]) -> list[int]:
        sites = self.ground.sites
        good = np.nonzero(worth >= 0.9 * worth.max())[0] if worth.max() > 0 else np.arange(len(sites))
        x = np.array([sites[n].x + sites[n].w // 2 for n in good])
        y = np.array([sites[n].y + sites[n].h // 2 for n in good])
        hall = np.array([sites[n].hall for n in good])
        # The middle of the best ground first, then always the one farthest from those chosen.
        away = np.abs(x - np.median(x)) + np.abs(y - np.median(y))
        first = int(np.argmin(away))
        distance = np.full(len(good), np.inf)
        chosen: list[int] = []
        pick = first
        while len(chosen) < MOST_ANCHORS and distance[pick] > self.weights.village_reach / 3:
            chosen.append(int(good[pick]))
            gone = np.hypot(x - x[pick], y - y[pick]) + np.where(hall == hall[pick], 0, 1e7)
            distance = np.minimum(distance, gone)
            pick = int(np.argmax(distance))
        return chosen or [int(good[first])]

    def _fading(self, number: int, reach: int) -> NDArray[np.int64]:
        site, ground = self.ground.sites[number], self.ground
        x, y = site.x + site.w // 2, site.y + site.h // 2
        away = np.hypot(ground.spot_centre[:, 0] - x, ground.spot_centre[:, 1] - y).astype(np.int64)
        points = self.weights.village * np.maximum(0, reach - away) // reach
        return np.where(ground.spot_hall == site.hall, points, 0)

    def _pairs(self) -> None:
        count = len(self.applicants)
        self.rival = np.zeros((count, count), dtype=bool)
        holders: dict[str, list[int]] = {}
        for number, applicant in enumerate(self.applicants):
            for key in applicant.rival_keys:
                holders.setdefault(key, []).append(number)
        for people in holders.values():
            self.rival[np.ix_(people, people)] = True
        for people in self.members:  # a village wants to stand together
            self.rival[np.ix_(people, people)] = False
        np.fill_diagonal(self.rival, val=False)
        self.apart: list[tuple[int, int, bool]] = [
            (self.index[e.first], self.index[e.second], e.same_zone)
            for e in self.problem.exclusions
            if e.first in self.index and e.second in self.index and e.first != e.second
        ]
        self.apart_of: dict[int, list[tuple[int, bool]]] = {}
        for one, other, same_zone in self.apart:
            self.apart_of.setdefault(one, []).append((other, same_zone))
            self.apart_of.setdefault(other, []).append((one, same_zone))

    def village_points(self, applicant: int, anchor: int) -> NDArray[np.int64]:
        """Village points of each of an applicant's choices when the centre is the village's ``anchor``-th."""
        village = int(self.village_of[applicant])
        if village < 0 or self.applicants[applicant].standing:
            return np.zeros(len(self.spots[applicant]), dtype=np.int64)
        return self.reach[village][anchor][self.spots[applicant]]

    def values(self, applicant: int, anchors: list[int]) -> NDArray[np.int64]:
        """All points of each of an applicant's choices with the villages' centres as given."""
        village = int(self.village_of[applicant])
        if village < 0:
            return self.points[applicant]
        return self.points[applicant] + self.village_points(applicant, anchors[village])

    def parts(self, applicant: int, spot: int, anchors: list[int]) -> Parts:
        """The points of one place by what they are for."""
        zone, wish, seniority, sides, rank = (
            int(values[0])
            for values in self._parts(self.applicants[applicant], np.array([spot], dtype=np.int32))
        )  # fmt: skip
        village = int(self.village_of[applicant])
        near = 0
        if village >= 0 and not self.applicants[applicant].standing:
            near = int(self.reach[village][anchors[village]][spot])
        return Parts(zone, wish, seniority, sides, near, rank)

    def clash(self, one_spot: int, other_spot: int, *, same_zone: bool) -> bool:
        """Whether an excluded pair on these two spots would break the rule."""
        ground = self.ground
        if same_zone:
            return bool(ground.spot_zone[one_spot] == ground.spot_zone[other_spot] != NONE)
        other = set(ground.spots[other_spot])
        return any(n in other for booth in ground.spots[one_spot] for n in ground.neighbours[booth])
