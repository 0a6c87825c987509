"""The real thing for browser tests: gunicorn and the worker on a loaded demonstration."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fairs.config import ROOT
from scripts import setup
from scripts.supervise import Processes
from tests.support.databases import SECRETS, Databases, Kind
from tests.support.demonstration import Demonstrations
from tests.support.mail import free_port

PASSWORD = "fairs-demo"


@dataclass(frozen=True)
class LiveServer:
    """A running installation; ``log`` has what its processes wrote."""

    url: str
    instance: Path
    log: Path

    def flask(self, *arguments: str) -> str:
        """Run a Flask command on this installation and give back what it printed; raises on failure."""
        return _flask(self.instance, *arguments)


def environment(instance: Path) -> dict[str, str]:
    """Settings of the installation in ``instance``: the demonstration, without limits, mail kept in the outbox."""
    own = {name: value for name, value in setup.environment().items() if not name.startswith("FAIRS_")}
    secrets = {f"FAIRS_{name.upper()}": value for name, value in SECRETS.items()}
    return own | secrets | {"FAIRS_INSTANCE": str(instance), "FAIRS_DEMO": "1", "FAIRS_RATE_LIMITS": "0"}


def demonstration(databases: Databases, shared: Path, instance: Path) -> None:
    """Fill the folder ``instance`` with the loaded demonstration; it is loaded once per run, for all tests."""
    demonstrations = Demonstrations(databases, shared)
    loaded = demonstrations.file()
    shutil.copytree(demonstrations.instance(Kind.SQLITE), instance)
    shutil.copyfile(loaded, instance / "fairs.db")


@contextmanager
def running(instance: Path, **settings: str) -> Iterator[LiveServer]:
    """Web server and worker on ``instance``, which exists already, with further settings by their names."""
    port = free_port()
    log = instance / "server.log"
    env = environment(instance) | {"FAIRS_BASE_URL": f"http://127.0.0.1:{port}", "WEB_CONCURRENCY": "1"}
    env |= {f"FAIRS_{name.upper()}": value for name, value in settings.items()}
    with log.open("ab") as out, Processes(port, env, out) as processes:
        yield LiveServer(processes.address, instance, log)


def _flask(instance: Path, *arguments: str) -> str:
    done = subprocess.run(
        setup.flask(*arguments), cwd=ROOT, env=environment(instance), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"flask {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def missing_front_end() -> str | None:
    """What to do when the front end is not built; None when it is."""
    built = ROOT / "static" / "dist" / "manifest.json"
    return (
        None if built.exists() else f"the front end is not built: run 'make test' or {os.fspath(setup.PYTHON)} -m npm"
    )
