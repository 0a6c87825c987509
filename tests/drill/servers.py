"""Web server and worker of a drill: processes that can be ended at any moment, as a power cut ends them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from fairs.app import create_app
from fairs.config import ROOT, Config
from fairs.core.db import db
from scripts import setup
from scripts.progress import end_group
from tests.support.mail import free_port

PATIENCE = 30.0  # seconds until what must happen has happened


class DrillFailed(Exception):
    """Something was lost, done twice, or did not happen; the message says what."""


def until(what: str, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until it holds; raises DrillFailed."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise DrillFailed(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(0.05)


class Servers:
    """The processes of one installation. ``settings`` are added to those of the drill; ``public`` is what people type."""

    def __init__(self, folder: Path, database: str, settings: Mapping[str, str], public: str = "") -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        own = {name: value for name, value in setup.environment().items() if not name.startswith("FAIRS_")}
        self.env = own | {
            "FAIRS_INSTANCE": str(folder / "instance"), "FAIRS_DEMO": "1", "FAIRS_RATE_LIMITS": "0",
            "FAIRS_BASE_URL": public or self.address, "WEB_CONCURRENCY": "1", "PORT": str(self.port),
            "FAIRS_DATABASE_URL": database, **settings,
        }  # fmt: skip
        self.app: Flask = create_app(Config.from_env(self.env))
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Inside, the drill reads (and prepares) the installation's data as a process of its own."""
        with self.app.app_context():
            yield

    def scalar(self, query: Any) -> Any:
        """One value of the database, read afresh."""
        with self.looking():
            return db.session.scalar(query)

    def start(self, name: str, *, kill_at: str = "") -> None:
        """Start ``web`` or ``worker``, to end at that step; an earlier one of that name is ended."""
        self.kill(name)
        web = [str(setup.PYTHON), "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
        command = web if name == "web" else setup.flask("jobs", "run")
        tied = [str(setup.PYTHON), "-S", "-E", str(ROOT / "scripts" / "tied.py"), *command]
        env = self.env | ({"FAIRS_KILL_AT": kill_at} if kill_at else {})
        with self.log.open("ab") as out:
            self.children[name] = subprocess.Popen(
                tied, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        if name == "web":
            until("the web server answers", self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self, name: str) -> None:
        """End a process and all it started, unasked, as a power cut does."""
        child = self.children.pop(name, None)
        if child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def expect_death(self, name: str, step: str) -> None:
        """Wait until the process has ended at its step."""
        until(f"the {name} ends at {step}", lambda: self.children[name].poll() is not None)

    def end(self) -> None:
        """End everything."""
        for child in self.children.values():
            end_group(child, patience=5)
