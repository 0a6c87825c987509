"""`make drill`: set up, then let a running installation lose its processes at every step of money and mail."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts import setup
from scripts.progress import ROOT, carry_out, one_sentence


def main() -> None:
    """Run the drill on SQLite, or on the databases that DATABASE names (sqlite, postgres, or both)."""
    with one_sentence():
        carry_out(setup.steps(tools=True))
        wanted = os.environ.get("DATABASE", "").split() or ["sqlite"]
        command = [str(setup.PYTHON), "-m", "tests.drill", *wanted]
        sys.exit(subprocess.run(command, cwd=ROOT, env=setup.environment(), check=False).returncode)


if __name__ == "__main__":
    main()
