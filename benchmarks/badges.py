"""Badges as PDF: how many a second on one core and on two, and all 12,000 from the database into a file with the memory it takes.

Run as a process of its own, so that memory is its own. Seconds of the clock and of the processors: on a busy machine the
second figure says what it costs.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DRAWN, ALL = 4000, 12_000


def main() -> None:
    """Print the badges of the running fair and the figures."""
    # Here, for processes that only draw import this module again and shall stay small.
    from sqlalchemy import select

    from fairs.app import create_app
    from fairs.badges.faces import each_face, print_run
    from fairs.badges.layout_service import layouts_for
    from fairs.badges.models import Badge
    from fairs.badges.pdf import write_badges
    from fairs.calendar.models import Fair
    from fairs.calendar.states import FairState
    from fairs.core.db import db

    app = create_app()
    with app.app_context():
        fair = db.session.scalars(select(Fair).where(Fair.state == FairState.RUNNING)).one()
        ids = db.session.scalars(
            select(Badge.id)
            .where(Badge.fair_id == fair.id, Badge.reference.startswith("BN-P-"))
            .order_by(Badge.reference)
        ).all()[:ALL]
        figures: dict[str, Any] = {"load": round(os.getloadavg()[0], 2)}
        # First of all, for what is read and drawn later stays in memory.
        with tempfile.TemporaryFile() as out, _measured() as whole:
            whole["badges"] = print_run(fair, ids, out)
            whole["mb_file"] = round(out.tell() / 2**20, 1)
        figures["all"] = whole
        layouts = layouts_for(fair.id)
        jobs = [(face, layouts[face.category]) for face in each_face(ids[:DRAWN])]
        write_badges(jobs[:20], io.BytesIO())
        for name, count in (("one_core", 1), ("two_cores", 2)):
            with _measured() as figure:
                write_badges(jobs, io.BytesIO(), processes=count)
            figure["per_second"] = round(len(jobs) / figure["seconds"])
            figure["per_cpu_second"] = round(len(jobs) / figure["cpu_seconds"])
            figures[name] = figure
    json.dump(figures, sys.stdout)


@contextmanager
def _measured() -> Iterator[dict[str, Any]]:
    """Seconds by the clock and of all processes together, and the most memory they held at once."""
    figure: dict[str, Any] = {}
    done = threading.Event()
    peak = 0.0

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, _memory())

    thread = threading.Thread(target=watch)
    thread.start()
    started, worked = time.perf_counter(), sum(os.times()[:4])
    try:
        yield figure
    finally:
        figure["seconds"] = round(time.perf_counter() - started, 2)
        figure["cpu_seconds"] = round(sum(os.times()[:4]) - worked, 2)
        done.set()
        thread.join()
        figure["peak_mb"] = round(max(peak, _memory()))


def _memory() -> float:
    """Megabytes of this process and its children, what they share counted once."""
    found = 0
    for number in [os.getpid(), *_children(os.getpid())]:
        try:
            lines = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        found += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return found / 1024


def _children(number: int) -> list[int]:
    try:
        texts = [path.read_text(encoding="ascii") for path in Path(f"/proc/{number}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for text in texts for child in text.split()]


if __name__ == "__main__":
    main()
