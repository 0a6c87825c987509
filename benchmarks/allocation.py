"""How fast booths are allocated, and how near to the best that is proven to be.

    python benchmarks/allocation.py [quick | full | large]

``quick`` (part of ``make bench``): 480 booths, 300 exhibitors, 98 % taken, for 60 seconds. ``full``: the same for 120 seconds
at 90, 95 and 98 %. ``large``: 2,000 booths and 1,200 exhibitors for five minutes.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.halls import make_problem
from fairs.allocation.solver.run import Progress, solve

MODES: dict[str, Sequence[tuple[int, int, float, int, tuple[int, ...]]]] = {
    "quick": ((480, 300, 0.98, 1, (10, 30, 60)),),
    "full": tuple((480, 300, occupancy, seed, (10, 30, 60, 120)) for occupancy in (0.9, 0.95, 0.98) for seed in (1, 2)),
    "large": ((2_000, 1_200, 0.98, 1, (60, 120, 300)),),
}


def measure(booths: int, exhibitors: int, occupancy: float, seed: int, marks: Sequence[int]) -> None:
    """One run: the gap at each mark, when everybody had a place, how much was searched."""
    problem = make_problem(booths, exhibitors, occupancy=occupancy, seed=seed)
    placed: float | None = None
    last: dict[int, Progress] = {}

    def watch(now: Progress) -> bool:
        nonlocal placed
        if placed is None and now.unplaced == 0:
            placed = now.seconds
        for mark in marks:
            if now.seconds <= mark:
                last[mark] = now
        return True

    cpu = time.process_time()
    outcome, _ = solve(problem, seed=1, seconds=marks[-1], watch=watch)
    gaps = {f"gap_{mark}s": round(100 * last[mark].gap, 2) for mark in marks if mark in last}
    print(
        json.dumps(
            {
                "figure": "allocation", "booths": booths, "exhibitors": exhibitors, "occupancy": occupancy, "seed": seed,
                "all_placed_s": None if placed is None else round(placed, 1), **{f"{k}_percent": v for k, v in gaps.items()},
                "gap_percent": round(100 * outcome.gap, 2), "score": outcome.score.total, "bound": outcome.bound,
                "steps": outcome.steps, "cpu_s": round(time.process_time() - cpu, 1),
            }
        ),
        flush=True,
    )  # fmt: skip


def main(mode: str = "quick") -> None:
    """Measure what a mode consists of."""
    if mode not in MODES:
        raise SystemExit(__doc__)
    for booths, exhibitors, occupancy, seed, marks in MODES[mode]:
        measure(booths, exhibitors, occupancy, seed, marks)


if __name__ == "__main__":
    main(*sys.argv[1:2])
