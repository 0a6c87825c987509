"""`make drill DRILL=gates`: networks are cut, telephones lose their power, servers are killed; no scan is lost, none is taken twice."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Error

from tests.drill.gates import steps
from tests.drill.gates.counts import count
from tests.drill.gates.hall import opened
from tests.drill.servers import DrillFailed
from tests.support.databases import Kind

STEPS = (
    ("telephones are enrolled and scan", steps.telephones),
    ("the network is gone", steps.network_gone),
    ("answers are lost", steps.answers_lost),
    ("a power cut in the middle of a scan", steps.power_cut),
    ("the server is killed during a batch", steps.server_killed),
    ("a batch is sent twice at once", steps.sent_twice),
    ("48 hours without a network", steps.two_days),
    ("one badge at two gates", steps.photocopy),
    ("codes of nobody", steps.bad_codes),
    ("a hand scanner", steps.hand_scanner),
    ("somebody else answers, or nothing is taken", steps.strangers),
    ("what a supervisor does without a network", steps.supervisor),
    ("clocks a day off", steps.clock_wrong),
    ("a telephone's clock is a day off", steps.other_day),
    ("storage is full, storage is cleared", steps.storage),
    ("a device is revoked", steps.revoked),
    ("logs against the database", count),
)


def main(kind: Kind) -> int:
    """Run all steps on one database; gives the number of failures. A step that fails ends the run: the next need it."""
    began = time.monotonic()
    print(f"Gates on {'SQLite' if kind is Kind.SQLITE else 'PostgreSQL'}: {len(STEPS)} steps", flush=True)
    with tempfile.TemporaryDirectory(prefix="fairs-gates-") as name, opened(Path(name), kind) as hall:
        print(f"The demonstration runs after {time.monotonic() - began:.0f} s.", flush=True)
        failed = 0
        for number, (title, step) in enumerate(STEPS, 1):
            since = time.monotonic()
            try:
                word = step(hall)
            except (DrillFailed, AssertionError, Error) as problem:
                failed, word = 1, f"FAILED: {problem}"
            print(f"[{number:2} of {len(STEPS)}] {title:<43} {time.monotonic() - since:6.1f} s  {word}", flush=True)
            if failed:
                print(hall.log.read_text(errors="replace")[-4000:], file=sys.stderr)
                break
    result = "nothing lost, nothing twice" if not failed else "failed"
    print(f"{result} · {time.monotonic() - began:.0f} s", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(1 if sum(main(Kind(name)) for name in sys.argv[1:] or ["sqlite"]) else 0)
