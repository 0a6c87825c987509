"""`make bench`: set up, then run the benchmarks."""

from __future__ import annotations

import subprocess
import sys

from scripts import setup
from scripts.progress import ROOT, Problem, carry_out, one_sentence


def main() -> None:
    """Run benchmarks/run.py with the arguments given; raises Problem while there is none."""
    with one_sentence():
        script = ROOT / "benchmarks" / "run.py"
        if not script.exists():
            raise Problem("There are no benchmarks yet: benchmarks/run.py is missing.")
        carry_out(setup.steps(tools=True))
        command = [str(setup.PYTHON), str(script), *sys.argv[1:]]
        sys.exit(subprocess.run(command, cwd=ROOT, env=setup.environment(), check=False).returncode)


if __name__ == "__main__":
    main()
