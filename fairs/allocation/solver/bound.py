"""How good any allocation can be: a linear programme by column generation, and the bound that its prices prove.

Each booth has a price. Whatever the prices are, no allocation is worth more than all prices together plus what each
applicant can gain at most beyond the prices of its place, so the bound holds from the first round on. Costs for rivals and
orphans, and excluded pairs, can only lower a score: the bound leaves them out. A village takes one centre as a whole.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fairs.allocation.solver.choices import Choices

if TYPE_CHECKING:
    from numpy.typing import NDArray

DESCENTS = 400  # steps of the first descent towards good prices
REFRESH = 20  # after so many of them all columns are looked at again
BOX = 12.0  # points by which a linear programme may raise a booth's price over the best known
ENOUGH = 0.0005  # a relaxation that is solved to this share is solved
_PER_SEGMENT, _ACTIVE = 6, 24


@dataclass(slots=True)
class Relaxation:
    """The best of the relaxed problem: its bound, the prices, and how much of each column it takes."""

    bound: int
    prices: NDArray[np.float64]  # of booths, then of quotas
    rounds: int
    columns: NDArray[np.int64]  # into Columns
    shares: NDArray[np.float64]
    centres: list[int]  # the anchor that each village takes most of
    solved: bool = False


class Columns:
    """All choices in one row of arrays, cut into segments: an applicant, or an applicant with one centre of its village."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        spots: list[NDArray[np.int32]] = []
        points: list[NDArray[np.int64]] = []
        owner: list[int] = []
        anchor: list[int] = []
        for number in range(len(choices.applicants)):
            village = int(choices.village_of[number])
            for centre in range(len(choices.anchors[village])) if village >= 0 else (0,):
                spots.append(choices.spots[number])
                extra = choices.village_points(number, centre) if village >= 0 else 0
                points.append(choices.points[number] + extra)
                owner.append(number)
                anchor.append(centre)
        self.owner, self.anchor = np.array(owner, dtype=np.int64), np.array(anchor, dtype=np.int64)
        self.village = choices.village_of[self.owner] if owner else np.empty(0, dtype=np.int64)
        self.spot = np.concatenate(spots) if spots else np.empty(0, dtype=np.int32)
        self.points = np.concatenate(points).astype(np.float64) if points else np.empty(0)
        lengths = np.array([len(part) for part in spots], dtype=np.int64)
        self.start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self.segment = np.repeat(np.arange(len(lengths)), lengths)
        self.filled = np.nonzero(lengths)[0]
        self.origin = np.arange(len(self.spot))
        self.worst = -float(choices.weights.unplaced)
        ground, problem = choices.ground, choices.problem
        self.booths = len(ground.sites)
        supported = np.array([a.supported for a in choices.applicants], dtype=bool)[self.owner[self.segment]]
        self.uses: list[NDArray[np.float64]] = []
        self.limits: list[float] = []
        for quota in problem.quotas:
            inside = supported & (True if quota.zone is None else ground.spot_zone[self.spot] == quota.zone)
            for limit, amount in ((quota.booths, ground.spot_size), (quota.area, ground.spot_area / 10_000)):
                if limit is not None:
                    self.uses.append((inside * amount[self.spot]).astype(np.float64))
                    self.limits.append(float(limit) if amount is ground.spot_size else limit / 10_000)

    def only(self, kept: NDArray[np.int64]) -> Columns:
        """These columns alone, with ``origin`` telling which they were; every segment stays."""
        part = copy.copy(self)
        part.spot, part.points, part.segment = self.spot[kept], self.points[kept], self.segment[kept]
        part.uses = [use[kept] for use in self.uses]
        lengths = np.bincount(part.segment, minlength=len(self.owner))
        part.start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        part.filled, part.origin = np.nonzero(lengths)[0], kept
        return part

    def gains(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each column is worth beyond the prices of what it uses."""
        gains = self.points - self.choices.ground.pay(prices[: self.booths])[self.spot]
        for number, use in enumerate(self.uses):
            gains = gains - prices[self.booths + number] * use
        return gains

    def bound(
        self, prices: NDArray[np.float64], gains: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.bool_]]:
        """The bound by these prices, the best gain of each segment, and which segments count."""
        best = np.full(len(self.owner), self.worst)
        if len(self.filled):
            best[self.filled] = np.maximum(self.worst, np.maximum.reduceat(gains, self.start[self.filled]))
        counts = self.village < 0
        for village in range(len(self.choices.villages)):
            mine = np.nonzero(self.village == village)[0]
            sums = np.bincount(self.anchor[mine], weights=best[mine])
            counts[mine[self.anchor[mine] == int(np.argmax(sums))]] = True
        limits = np.concatenate([np.ones(self.booths), self.limits])
        return float(limits @ prices + best[counts].sum()), best, counts

    def used(self, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """How much of each booth and quota these columns use together."""
        ground = self.choices.ground
        use = np.zeros(self.booths + len(self.uses))
        use[: self.booths] = np.bincount(ground.booths_of(self.spot[columns]), minlength=self.booths)
        for number, amount in enumerate(self.uses):
            use[self.booths + number] = amount[columns].sum()
        return use


def whole(bound: float) -> int:
    """Scores are whole numbers: the bound rounded down, with a hair's breadth for the arithmetic of floats."""
    return math.floor(bound + 1e-6 * max(1.0, abs(bound)) / 10)


def descend(columns: Columns, *, steps: int = DESCENTS) -> tuple[float, NDArray[np.float64], NDArray[np.int64]]:
    """Good prices by a subgradient method, the bound they prove, and the columns that were the best on the way.

    Most steps look at the columns that matter at the present prices only; what counts as proven looked at all.
    """
    prices = np.zeros(columns.booths + len(columns.limits))
    limits = np.concatenate([np.ones(columns.booths), columns.limits])
    best, best_prices, seen = np.inf, prices, np.zeros(len(columns.spot), dtype=bool)
    active = columns
    near, near_prices, pace, idle = np.inf, prices, 1.0, 0
    for step in range(steps):
        if step % REFRESH == 0:
            prices = near_prices
            gains = columns.gains(prices)
            bound, values, _ = columns.bound(prices, gains)
            if bound < best:
                best, best_prices = bound, prices
            kept = np.union1d(_promising(columns, gains, values, -np.inf, _ACTIVE), np.nonzero(seen)[0])
            active = columns.only(kept)
            near = bound
        gains = active.gains(prices)
        bound, values, counts = active.bound(prices, gains)
        if bound < near - 1e-6 * abs(near):
            near, near_prices, idle = bound, prices, 0
        else:
            idle += 1
            if idle >= 8:
                pace, idle, prices = pace / 1.5, 0, near_prices
                continue
        taken = _best_columns(active, gains, values, counts)
        if step > steps // 3:
            seen[active.origin[taken]] = True
        slope = limits - active.used(taken)
        norm = float(slope @ slope)
        if norm < 1e-9 or pace < 1e-3:
            break
        prices = np.maximum(0.0, prices - pace * 0.02 * abs(bound) / norm * slope)
    bound = columns.bound(near_prices, columns.gains(near_prices))[0]
    if bound < best:
        best, best_prices = bound, near_prices
    return float(best), best_prices, np.nonzero(seen)[0]


def _best_columns(
    columns: Columns, gains: NDArray[np.float64], values: NDArray[np.float64], counts: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The best column of each segment that counts."""
    wanted = counts & (values > columns.worst)
    at = np.nonzero(wanted[columns.segment] & (gains >= values[columns.segment]))[0]
    _, first = np.unique(columns.segment[at], return_index=True)
    return at[first]


def relax(columns: Columns, *, rounds: int, say: Callable[[int, int], None] | None = None) -> Relaxation:
    """Solve the relaxation in at most ``rounds`` linear programmes; deterministic. ``say`` hears of each round's bound."""
    best, prices, seen = descend(columns)
    gains = columns.gains(prices)
    floor = columns.bound(prices, gains)[1]
    kept = np.union1d(_promising(columns, gains, floor, -np.inf, _PER_SEGMENT), seen)
    result = Relaxation(whole(best), prices, 0, kept, np.zeros(len(kept)), [0] * len(columns.choices.villages))
    if say is not None:
        say(0, result.bound)
    box = BOX
    for number in range(1, rounds + 1):
        value, new_prices, shares, duals = _master(columns, kept, result.prices + box)
        gains = columns.gains(new_prices)
        bound = columns.bound(new_prices, gains)[0]
        if bound < best:
            best, result.prices = bound, new_prices
        else:
            box /= 2  # the prices leapt too far
        result.bound, result.rounds, result.columns, result.shares = whole(best), number, kept, shares
        result.centres = _centres(columns, kept, shares)
        if say is not None:
            say(number, result.bound)
        if best - value <= ENOUGH * max(1.0, abs(best)):
            result.solved = True
            break
        fresh = np.setdiff1d(_promising(columns, gains, duals, 1e-6, _PER_SEGMENT), kept, assume_unique=True)
        if not len(fresh):
            box *= 8
        if len(kept) > 40 * len(columns.owner):
            kept = kept[(shares > 0) | (gains[kept] - duals[columns.segment[kept]] > -25)]
        kept = np.union1d(kept, fresh)
    return result


def _promising(
    columns: Columns, gains: NDArray[np.float64], floor: NDArray[np.float64], least: float, most: int
) -> NDArray[np.int64]:
    """The best few columns of each segment that beat its floor by ``least``."""
    over = gains - floor[columns.segment]
    picked = []
    for segment in columns.filled.tolist():
        part = over[columns.start[segment] : columns.start[segment + 1]]
        if len(part) > most:
            top = np.argpartition(-part, most - 1)[:most]
            top = top[part[top] > least]
        else:
            top = np.nonzero(part > least)[0]
        if len(top):
            picked.append(np.sort(top) + columns.start[segment])
    return np.concatenate(picked) if picked else np.empty(0, dtype=np.int64)


class _Entries:
    """The entries of a sparse matrix, gathered part by part."""

    def __init__(self) -> None:
        self._parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []

    def add(self, rows: NDArray[Any], columns: NDArray[Any], values: NDArray[Any] | float) -> None:
        """More entries; one value may serve them all."""
        self._parts.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=np.float64), rows.shape)))

    def matrix(self, rows: int, columns: int) -> Any:
        """The matrix."""
        from scipy.sparse import csc_matrix

        row, column, value = (np.concatenate(parts) for parts in zip(*self._parts, strict=True))
        return csc_matrix((value, (row, column)), shape=(rows, columns))


def _master(
    columns: Columns, kept: NDArray[np.int64], caps: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The linear programme over the columns kept: value, prices, shares, and the price of each segment.

    A booth may be used twice at the price of its cap, which keeps prices from leaping while good columns are missing.
    """
    from scipy.optimize import linprog

    choices, ground = columns.choices, columns.choices.ground
    segments, booths, quotas = len(columns.owner), columns.booths, len(columns.uses)
    centres = [(v, k) for v, anchors in enumerate(choices.anchors) for k in range(len(anchors))]
    at = {pair: number for number, pair in enumerate(centres)}
    # Columns: choices, staying without a place (per segment), a village's centre, more than there is. Rows: <= then =.
    n, m = len(kept), len(kept) + segments
    over, all_columns = m + len(centres), m + len(centres) + booths + quotas
    upper = _Entries()
    sizes = ground.spot_size[columns.spot[kept]]
    upper.add(ground.booths_of(columns.spot[kept]), np.repeat(np.arange(n), sizes), 1.0)
    for number, use in enumerate(columns.uses):
        there = np.nonzero(use[kept])[0]
        upper.add(np.full(len(there), booths + number), there, use[kept][there])
    upper.add(np.arange(booths + quotas), np.arange(over, all_columns), -1.0)
    equal = _Entries()
    equal.add(columns.segment[kept], np.arange(n), 1.0)
    equal.add(np.arange(segments), np.arange(n, m), 1.0)
    in_village = np.nonzero(columns.village >= 0)[0]
    which = np.array([at[int(columns.village[s]), int(columns.anchor[s])] for s in in_village], dtype=np.int64)
    equal.add(in_village, m + which, -1.0)
    equal.add(segments + np.array([v for v, _ in centres], dtype=np.int64), np.arange(m, m + len(centres)), 1.0)
    right = np.concatenate([(columns.village < 0).astype(float), np.ones(len(choices.villages))])
    cost = np.concatenate([-columns.points[kept], np.full(segments, -columns.worst), np.zeros(len(centres)), caps])
    limits = np.concatenate([np.ones(booths), columns.limits])
    answer = linprog(
        cost, A_ub=upper.matrix(booths + quotas, all_columns), b_ub=limits,
        A_eq=equal.matrix(segments + len(choices.villages), all_columns), b_eq=right, bounds=(0, None), method="highs-ipm",
    )  # fmt: skip
    if answer.x is None:
        raise ArithmeticError(answer.message)
    prices = np.maximum(0.0, -answer.ineqlin.marginals)
    return -float(answer.fun), prices, answer.x[:n], -answer.eqlin.marginals[:segments]


def _centres(columns: Columns, kept: NDArray[np.int64], shares: NDArray[np.float64]) -> list[int]:
    weight = np.bincount(columns.segment[kept], weights=shares, minlength=len(columns.owner))
    found = []
    for village, anchors in enumerate(columns.choices.anchors):
        mine = columns.village == village
        sums = np.bincount(columns.anchor[mine], weights=weight[mine], minlength=len(anchors))
        found.append(int(np.argmax(sums)))
    return found
