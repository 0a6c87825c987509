"""Proves the bound on a processor of its own: reads a problem from standard input, prints a bound after each round.

A process, not a thread: HiGHS would keep the search from running. The same input gives the same lines.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from fairs.allocation.solver.problem import Problem

_ROOT = Path(__file__).resolve().parents[3]


class Prover:
    """The process, and the best bound it has printed so far."""

    def __init__(self, problem: Problem, *, rounds: int) -> None:
        environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(  # noqa: S603  our own module, by the interpreter that runs us
            [sys.executable, "-m", "fairs.allocation.solver.prover", str(rounds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=_ROOT,
        )  # fmt: skip
        self.bound: int | None = None
        self.rounds = 0
        self._text = json.dumps(problem.as_json())
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        if self._process.stdin is None or self._process.stdout is None:
            return
        try:
            self._process.stdin.write(self._text)
            self._process.stdin.close()
            for line in self._process.stdout:
                rounds, bound = line.split()
                self.rounds, self.bound = int(rounds), int(bound)
        except (BrokenPipeError, ValueError):
            return  # it was ended in the middle of a line

    def wait(self, timeout: float | None = None) -> None:
        """Wait until it has printed all it will."""
        self._thread.join(timeout)

    def end(self) -> None:
        """End it; what it has printed stays."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._thread.join()


def prove(problem: Problem, *, rounds: int, say: Callable[[int, int], None]) -> int:
    """Print the bound after each round up to ``rounds``; returns the last."""
    from fairs.allocation.solver.bound import Columns, relax
    from fairs.allocation.solver.choices import Choices

    return relax(Columns(Choices(problem)), rounds=rounds, say=say).bound


def main() -> None:
    """The process."""
    problem = Problem.of(json.load(sys.stdin))
    prove(problem, rounds=int(sys.argv[1]), say=lambda number, bound: print(number, bound, flush=True))


if __name__ == "__main__":
    main()
