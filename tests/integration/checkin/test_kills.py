"""Other processes at the same moment, and one that is killed in the middle of a batch: every scan is there exactly once."""

from __future__ import annotations

import os
import select as ready
import signal
import time

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
PATIENCE = 30.0


class Server:
    """A server's process: takes batches one after the other, and says each that was answered by one byte."""

    def __init__(self, app: Flask, fair_id: int, gate_id: int, batches: list[Batch]) -> None:
        self.answers, said = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(said)
            return
        try:
            with app.app_context():
                for batch in batches:
                    scans = [(gate_id, ScanInput(key, code, now())) for key, code in batch]
                    taken = take_scans(db.session.get_one(Fair, fair_id), scans, by=SYSTEM)
                    os.write(said, b"." if len(taken) == len(batch) else b"?")
        finally:
            os._exit(0)

    def next_answer(self) -> bytes:
        """Wait until a batch was answered; empty when the process has ended."""
        assert ready.select([self.answers], [], [], PATIENCE)[0], "no answer"
        return os.read(self.answers, 1)

    def end(self) -> None:
        """Kill it, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.answers)


def test_a_server_killed_in_a_batch_and_a_rival_lose_nothing(real_app: Flask) -> None:
    with real_app.app_context():
        place = entrance()
        codes = [code_of(place.badge()) for _ in range(20)]
        batches = [[(f"b{number}-{index}", code) for index, code in enumerate(codes * 3)] for number in range(12)]
        fair_id, gate_id = place.fair.id, place.gate.id
        db.session.remove()
        db.engine.dispose()  # no process shares a connection with another
    killed, rival = (Server(real_app, fair_id, gate_id, batches) for _ in range(2))
    try:
        assert killed.next_answer() == b"."  # one batch was answered; somewhere in one of the next it ends
        time.sleep(0.01)
        killed.end()
        assert [rival.next_answer() for _ in batches] == [b"."] * len(batches)
    finally:
        rival.end()
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scan)) == sum(map(len, batches))
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 20
        assert differences(db.session.get_one(Fair, fair_id)) == []
