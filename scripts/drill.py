"""`make drill`: set up, then try a running installation out: its processes are lost, or 5,000 contacts become guests, gates lose their network."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts import setup
from scripts.progress import ROOT, Problem, carry_out, one_sentence

MODULES = {"power": "tests.drill", "guests": "tests.drill.guests", "gates": "tests.drill.gates"}


def main() -> None:
    """Run the drill that DRILL names on SQLite, or on the databases that DATABASE names (sqlite, postgres, or both)."""
    with one_sentence():
        carry_out(setup.steps(tools=True))
        wanted = os.environ.get("DATABASE", "").split() or ["sqlite"]
        which = os.environ.get("DRILL") or "power"
        if which not in MODULES:
            raise Problem(f"There is no drill {which}: DRILL is {' or '.join(MODULES)}.")
        command = [str(setup.PYTHON), "-m", MODULES[which], *wanted]
        sys.exit(subprocess.run(command, cwd=ROOT, env=setup.environment(), check=False).returncode)


if __name__ == "__main__":
    main()
