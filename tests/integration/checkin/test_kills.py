"""Other processes at the same moment, and one that is killed in the middle of a batch: every scan is there exactly once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from fairs.badges.service import code_of
from fairs.calendar.models import Fair
from fairs.checkin.models import Scan, Visit
from fairs.checkin.recounting import differences
from fairs.config import ROOT
from fairs.core.clock import now
from fairs.core.db import db
from tests.factories.checkin import entrance

#: A device's upload by a process of its own: batches from a file, one after the other; says each that was answered.
UPLOAD = """
import json, sys
from datetime import datetime
from fairs.app import create_app
from fairs.calendar.models import Fair
from fairs.checkin.entries import ScanInput
from fairs.checkin.service import take_scans
from fairs.core.actor import SYSTEM
from fairs.core.db import db
work = json.load(open(sys.argv[1]))
with create_app().app_context():
    for batch in work["batches"]:
        fair = db.session.get_one(Fair, work["fair"])
        scans = [(gate, ScanInput(key, code, datetime.fromisoformat(at))) for key, code, gate, at in batch]
        answers = take_scans(fair, scans, by=SYSTEM)
        print(len(answers), flush=True)
"""


def _start(app: Flask, work: Path) -> subprocess.Popen[str]:
    config = app.extensions["fairs_config"]
    environment = {
        **os.environ, "FAIRS_INSTANCE": str(config.instance_path), "FAIRS_DATABASE_URL": config.resolved_database_url,
        "FAIRS_SECRET_KEY": config.secret_key, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", UPLOAD, str(work)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_server_killed_in_a_batch_and_a_rival_lose_nothing(real_app: Flask, tmp_path: Path) -> None:
    with real_app.app_context():
        place = entrance()
        codes = [code_of(place.badge()) for _ in range(20)]
        moment = now().isoformat()
        batches = [
            [[f"b{number}-{index}", code, place.gate.id, moment] for index, code in enumerate(codes * 5)]
            for number in range(30)
        ]
        fair_id = place.fair.id
    work = tmp_path / "work.json"
    work.write_text(json.dumps({"fair": fair_id, "batches": batches}))
    first, rival = _start(real_app, work), _start(real_app, work)
    assert first.stdout is not None
    first.stdout.readline()  # one batch was answered; somewhere in one of the next it ends
    time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert rival.wait(120) == 0
    with real_app.app_context():
        count: Any = db.session.scalar(select(func.count()).select_from(Scan))
        assert count == sum(map(len, batches))
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 20
        assert differences(db.session.get_one(Fair, fair_id)) == []

