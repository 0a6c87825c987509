"""The ground: which booths touch, which groups of them one exhibitor can take, and what lies near what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fairs.allocation.solver.problem import MOST_TOGETHER, Problem, Site

if TYPE_CHECKING:
    from numpy.typing import NDArray

JOINT = 10  # cm: walls that near are one wall
_CHUNK = 512


def pairs_within(sites: Sequence[Site], reach: int, *, side_by_side: bool) -> NDArray[np.int32]:
    """Pairs (i < j) of one hall whose gap is at most ``reach``; ``side_by_side``: sharing half of the shorter wall."""
    hall = np.array([site.hall for site in sites])
    left, top = np.array([s.x for s in sites]), np.array([s.y for s in sites])
    right, bottom = left + np.array([s.w for s in sites]), top + np.array([s.h for s in sites])
    found: list[NDArray[np.int64]] = []
    for begin in range(0, len(sites), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        across = np.maximum(left[part, None] - right, left - right[part, None])
        along = np.maximum(top[part, None] - bottom, top - bottom[part, None])
        near = (np.maximum(across, along) <= reach) & (hall[part, None] == hall)
        if side_by_side:
            near &= ((across >= -JOINT) & (-2 * along >= _shorter(bottom - top, part))) | (
                (along >= -JOINT) & (-2 * across >= _shorter(right - left, part))
            )
        rows, columns = np.nonzero(near)
        rows += begin
        keep = rows < columns
        found.append(np.column_stack([rows[keep], columns[keep]]))
    empty = np.empty((0, 2), dtype=np.int32)
    return np.concatenate(found).astype(np.int32) if found else empty


def _shorter(lengths: NDArray[np.int64], part: slice) -> NDArray[np.int64]:
    return np.minimum(lengths[part, None], lengths)


class Ground:
    """Booths by index, and every group of adjacent booths that somebody could take (a *spot*)."""

    def __init__(self, problem: Problem, also: Iterable[tuple[int, ...]] = ()) -> None:
        self.sites = problem.sites
        self.index = {site.id: number for number, site in enumerate(problem.sites)}
        self.touching = pairs_within(problem.sites, JOINT, side_by_side=True)
        self.rival_pairs = pairs_within(problem.sites, problem.weights.rival_reach, side_by_side=False)
        self.neighbours: list[list[int]] = [[] for _ in problem.sites]
        for one, other in self.touching.tolist():
            self.neighbours[one].append(other)
            self.neighbours[other].append(one)
        self.near: list[list[int]] = [[] for _ in problem.sites]
        for one, other in self.rival_pairs.tolist():
            self.near[one].append(other)
            self.near[other].append(one)
        self.is_open = np.array([not site.closed for site in problem.sites], dtype=bool)
        wanted = sorted({min(a.count, MOST_TOGETHER) for a in problem.applicants if not a.standing})
        spots: list[tuple[int, ...]] = []
        self.of_size: dict[int, NDArray[np.int32]] = {}
        for size in wanted:
            groups = sorted(set(self._groups(size)))
            self.of_size[size] = np.arange(len(spots), len(spots) + len(groups), dtype=np.int32)
            spots += groups
        self.spot_of = {spot: number for number, spot in enumerate(spots)}
        for booths in (*(applicant.lock for applicant in problem.applicants), *also):
            spot = tuple(sorted(self.index[site] for site in booths if site in self.index))
            if spot and spot not in self.spot_of:
                self.spot_of[spot] = len(spots)
                spots.append(spot)
        self.spots = spots
        self._measure()

    def _measure(self) -> None:
        sites = self.sites
        self.spot_zone = np.array([-1 if (z := sites[s[0]].zone) is None else z for s in self.spots], dtype=np.int64)
        kinds = {kind: number for number, kind in enumerate(sorted({site.kind for site in sites}))}
        self.kinds = kinds
        self.spot_kind = np.array([kinds[sites[spot[0]].kind] for spot in self.spots], dtype=np.int64)
        self.spot_open = np.array([max(sites[b].open_sides for b in spot) for spot in self.spots], dtype=np.int64)
        self.spot_area = np.array([sum(sites[b].area for b in spot) for spot in self.spots], dtype=np.int64)
        self.spot_size = np.array([len(spot) for spot in self.spots], dtype=np.int64)
        self.spot_hall = np.array([sites[spot[0]].hall for spot in self.spots], dtype=np.int64)
        centres = [
            (
                sum(2 * sites[b].x + sites[b].w for b in spot) // (2 * len(spot)),
                sum(2 * sites[b].y + sites[b].h for b in spot) // (2 * len(spot)),
            )
            for spot in self.spots
        ]
        self.spot_centre = np.array(centres, dtype=np.int64).reshape(-1, 2)
        self.start = np.concatenate([[0], np.cumsum(self.spot_size)]).astype(np.int64)
        flat = [b for spot in self.spots for b in spot]
        self.flat = np.array(flat, dtype=np.int32)

    def _groups(self, size: int) -> Iterator[tuple[int, ...]]:
        """Groups of ``size`` open booths of one zone and kind: straight runs, and blocks of two rows."""
        for number, site in enumerate(self.sites):
            if site.closed:
                continue
            if size == 1:
                yield (number,)
                continue
            for down in (False, True):
                run = self._run(number, size, down=down)
                if run:
                    yield tuple(sorted(run))
            if size >= 4 and size % 2 == 0:
                yield from self._block(number, size // 2)

    def _run(self, begin: int, size: int, *, down: bool) -> list[int]:
        run = [begin]
        while len(run) < size:
            following = self._next(run[-1], down=down)
            if following is None:
                return []
            run.append(following)
        return run

    def _next(self, number: int, *, down: bool) -> int | None:
        here = self.sites[number]
        for other in self.neighbours[number]:
            there = self.sites[other]
            if there.closed or there.zone != here.zone or there.kind != here.kind:
                continue
            if down and abs(there.x - here.x) <= JOINT and abs(there.y - here.y - here.h) <= JOINT:
                return other
            if not down and abs(there.y - here.y) <= JOINT and abs(there.x - here.x - here.w) <= JOINT:
                return other
        return None

    def _block(self, begin: int, length: int) -> Iterator[tuple[int, ...]]:
        top = self._run(begin, length, down=False)
        below = self._next(begin, down=True)
        if not top or below is None:
            return
        bottom = self._run(below, length, down=False)
        if bottom and all(self._next(one, down=True) == other for one, other in zip(top, bottom, strict=True)):
            yield tuple(sorted(top + bottom))

    def pay(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """The price of each spot when each booth has one."""
        if not len(self.flat):
            return np.zeros(0)
        return np.add.reduceat(prices[self.flat], self.start[:-1])

    def booths_of(self, spots: NDArray[Any]) -> NDArray[np.int32]:
        """The booths of these spots, one after another."""
        sizes = self.spot_size[spots]
        before = np.cumsum(sizes) - sizes
        return self.flat[np.repeat(self.start[spots] - before, sizes) + np.arange(int(sizes.sum()))]
