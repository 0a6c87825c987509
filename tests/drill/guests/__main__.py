"""`make drill DRILL=guests`: 5,000 contacts become 690 registered and 230 supported importers, through pages, worker and mail alone."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.drill.guests import hosting, inviting
from tests.drill.guests.counts import count
from tests.drill.guests.installation import Installation, running
from tests.drill.guests.scene import Scene
from tests.drill.guests.visitor import SLOW
from tests.drill.servers import DrillFailed
from tests.support.databases import Kind

STEPS = (
    ("the pace of the mails is set", inviting.settings),
    ("a list is read and compared", inviting.read_list),
    ("unsure rows are decided", inviting.decide),
    ("the list is imported", inviting.take_in),
    ("a campaign goes out", inviting.campaign),
    ("mails that do not arrive", inviting.bounces),
    ("mail scanners open links", inviting.scanners),
    ("answers", inviting.answers),
    ("registrations", inviting.register),
    ("registrations are approved", inviting.approve),
    ("amounts and ceilings", hosting.make_room),
    ("support is proposed by score", hosting.propose),
    ("two people approve", hosting.approve_support),
    ("reserve list", hosting.reserve),
    ("the decision is signed", hosting.sign),
    ("guests confirm or give back", hosting.answer_support),
    ("passports", hosting.passports),
    ("letters as one job", hosting.letters),
    ("rooms", hosting.hotels),
    ("flights", hosting.flights),
    ("transfers", hosting.transfers),
    ("rooming lists", hosting.rooming),
    ("pages of staff", hosting.pages),
    ("everything is counted", count),
)


def main(kind: Kind) -> int:
    """Run all steps on one database; gives the number of failures. A step that fails ends the run: the next need it."""
    began, failed = time.monotonic(), 0
    print(f"Guests on {'SQLite' if kind is Kind.SQLITE else 'PostgreSQL'}: {len(STEPS)} steps", flush=True)
    with tempfile.TemporaryDirectory(prefix="fairs-guests-") as name, running(Path(name), kind) as at:
        print(f"The demonstration runs after {time.monotonic() - began:.0f} s.", flush=True)
        failed = _steps(at)
        _say_times(at)
        if failed:
            print((Path(name) / "log").read_text(errors="replace")[-4000:], file=sys.stderr)
    result = "nothing lost, nothing twice" if not failed else f"{failed} failed"
    print(f"{result} · {time.monotonic() - began:.0f} s", flush=True)
    return failed


def _steps(at: Installation) -> int:
    scene = Scene(at, at.staff("hospitality"), at.staff("organiser"), at.staff("finance"))
    for number, (title, step) in enumerate(STEPS, 1):
        since = time.monotonic()
        try:
            word = step(scene)
        except DrillFailed as problem:
            print(
                f"[{number:2} of {len(STEPS)}] {title:<30} {time.monotonic() - since:6.1f} s  FAILED: {problem}",
                flush=True,
            )
            return 1
        print(f"[{number:2} of {len(STEPS)}] {title:<30} {time.monotonic() - since:6.1f} s  {word}", flush=True)
    return 0


def _say_times(at: Installation) -> None:
    """The slowest pages; those that keep people waiting are named."""
    print(f"{len(at.clock.taken):,} pages were asked for; the slowest:")
    for kind, longest, middle, number in at.clock.slowest(8):
        note = "  SLOW" if middle > SLOW else ""
        print(f"  {longest:5.2f} s at most, {middle:5.2f} s in the middle, {number:5} times: {kind}{note}")


if __name__ == "__main__":
    sys.exit(1 if sum(main(Kind(name)) for name in sys.argv[1:] or ["sqlite"]) else 0)
