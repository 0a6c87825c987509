"""Other processes at the same moment, and one that is killed in the middle of a batch: every scan is there exactly once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from fairs.badges.service import code_of
from fairs.calendar.models import Fair
from fairs.checkin.entries import ScanInput
from fairs.checkin.models import Scan, Visit
from fairs.checkin.recounting import differences
from fairs.checkin.service import take_scans
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from tests.factories.checkin import entrance

Batch = list[tuple[str, str]]


def _upload(app: Flask, fair_id: int, gate_id: int, batches: list[Batch], answered: Any) -> None:
    """A server's process: batches one after the other; says each that was answered."""
    with app.app_context():
        db.engine.dispose(close=False)  # connections of the process before the fork are not ours
        for batch in batches:
            scans = [(gate_id, ScanInput(key, code, now())) for key, code in batch]
            answered.put(len(take_scans(db.session.get_one(Fair, fair_id), scans, by=SYSTEM)))
    os._exit(0)


def test_a_server_killed_in_a_batch_and_a_rival_lose_nothing(real_app: Flask) -> None:
    with real_app.app_context():
        place = entrance()
        codes = [code_of(place.badge()) for _ in range(20)]
        batches = [[(f"b{number}-{index}", code) for index, code in enumerate(codes * 3)] for number in range(12)]
        fair_id, gate_id = place.fair.id, place.gate.id
        db.session.remove()
        db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    queues = [fork.Queue(), fork.Queue()]
    work = [
        fork.Process(target=_upload, args=(real_app, fair_id, gate_id, batches, queue), daemon=True) for queue in queues
    ]
    for process in work:
        process.start()
    assert queues[0].get(timeout=50) == 60  # one batch was answered; somewhere in one of the next it ends
    time.sleep(0.01)
    os.kill(work[0].pid or 0, signal.SIGKILL)
    for _ in batches:
        queues[1].get(timeout=50)
    work[1].join(50)
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scan)) == sum(map(len, batches))
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 20
        assert differences(db.session.get_one(Fair, fair_id)) == []
