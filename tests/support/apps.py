"""Applications under test: one per database and worker, and the outer transaction that takes everything back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from fairs.app import create_app
from fairs.core import crypto, storage
from fairs.core.db import WRITE, db
from fairs.jobs import queue
from tests.support.client import Client
from tests.support.databases import Databases, Kind, make_config


class Apps:
    """Makes applications; the shared ones are kept for the worker's whole run."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._shared: dict[Kind, Flask] = {}

    def shared(self, kind: Kind) -> Flask:
        """The worker's application on ``kind``; use it only inside rolled_back()."""
        if kind not in self._shared:
            self._shared[kind] = self._make(f"shared-{kind}", self._databases.migrated(kind))
        return self._shared[kind]

    @contextmanager
    def separate(self, kind: Kind, name: str) -> Iterator[Flask]:
        """An application with a database and an instance folder of its own; the database is dropped afterwards."""
        address = self._databases.migrated(kind)
        application = self._make(name, address)
        activate(application)
        try:
            yield application
        finally:
            _dispose(application)
            self._databases.drop(address)

    def close(self) -> None:
        """Close all connections of the shared applications."""
        for application in self._shared.values():
            _dispose(application)

    def _make(self, name: str, address: str) -> Flask:
        application = create_app(make_config(self._folder / name, address))
        keep_templates(application, self._databases.shared / "templates")
        application.test_client_class = Client
        return application


def keep_templates(application: Flask, folder: Path) -> None:
    """Compile each template once per run, not once per application: there are hundreds, and dozens of applications."""
    folder.mkdir(exist_ok=True)
    application.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))


def activate(application: Flask) -> None:
    """Point what a process has only once (job queue, file store, key) at this application; the queue starts empty."""
    config = application.extensions["fairs_config"]
    queue.init_app(application, config)
    storage.configure(config.resolved_files_url, config.max_upload_mb * 2**20)
    crypto.configure(config.secret("field_key"))


def _dispose(application: Flask) -> None:
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def rolled_back(application: Flask) -> Iterator[None]:
    """All that is committed inside becomes a savepoint of one outer transaction and is taken back at the end."""
    activate(application)
    with application.app_context():
        engine = db.engines[None]
        with engine.connect().execution_options(**{WRITE: True}) as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            try:
                yield
            finally:
                db.session.remove()
                db.engines[None] = engine
                outer.rollback()
