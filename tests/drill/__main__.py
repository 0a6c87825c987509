"""`make drill`: a real installation loses its processes at every step of money and mail; then its books are checked."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.drill.checks import require
from tests.drill.servers import DrillFailed
from tests.drill.stage import Payer, Stage, set_up
from tests.drill.steps import STEPS, Scene
from tests.support.databases import Kind


def main(kind: Kind) -> int:
    """Run all steps on one database; gives the number of those that failed."""
    began, failed = time.monotonic(), 0
    print(f"Drill on {'SQLite' if kind is Kind.SQLITE else 'PostgreSQL'}: {len(STEPS)} steps", flush=True)
    with tempfile.TemporaryDirectory(prefix="fairs-drill-") as name, set_up(Path(name), kind) as stage:
        scene = _scene(stage, Path(name))
        for at, (title, step) in enumerate(STEPS, 1):
            since, word = time.monotonic(), "passed"
            try:
                step(scene)
                require(stage)
            except DrillFailed as problem:
                failed, word = failed + 1, f"FAILED: {problem}"
                stage.start("web")
                stage.start("worker")
            print(f"[{at:2} of {len(STEPS)}] {title:<62} {time.monotonic() - since:5.1f} s  {word}", flush=True)
        failed += _at_rest(stage)
        if failed:
            print(stage.log.read_text(errors="replace")[-4000:], file=sys.stderr)
    result = "nothing lost, nothing twice" if not failed else f"{failed} failed"
    print(f"{result} · {time.monotonic() - began:.0f} s", flush=True)
    return failed


def _scene(stage: Stage, folder: Path) -> Scene:
    place, _user = stage.prepare()
    stage.start("web")
    stage.start("worker")
    payer = Payer(stage)
    payer.sign_in()
    return Scene(stage, place, payer, folder)


def _at_rest(stage: Stage) -> int:
    """Once more over everything, when nothing is under way."""
    problem = ""
    for _try in range(20):
        stage.let_time_pass()
        time.sleep(0.5)
        try:
            require(stage, at_rest=True)
        except DrillFailed as found:
            problem = str(found)
        else:
            print("At rest: ledger, numbers, payments, refunds, messages and mail agree.", flush=True)
            return 0
    print(f"At rest: FAILED: {problem}", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(1 if sum(main(Kind(name)) for name in sys.argv[1:] or ["sqlite"]) else 0)
