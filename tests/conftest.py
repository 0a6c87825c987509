"""Fixtures for all tests. `docs/development.md` says which to use when."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support.client import Client
from tests.support.network import Guard

_guard = Guard()


def _shared_folder(config: pytest.Config) -> Path:
    """A folder common to all workers of this run (a worker's own lies one level below it)."""
    base = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    folder = base.parent if hasattr(config, "workerinput") else base
    return Path(folder) / "shared"


def pytest_collection_finish() -> None:
    """Thousands of tests and modules stay to the end: the collector need not go through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that began the run ends what its workers may have left."""
    if not hasattr(config, "workerinput") and hasattr(config, "_tmp_path_factory"):
        from tests.support.databases import end_left_over_server

        end_left_over_server(_shared_folder(config))


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Fails a test that reaches beyond this machine, even when the code under test hides the error."""
    _guard.attempts.clear()
    _guard.armed = True
    yield
    _guard.armed = False
    assert not _guard.attempts, f"unplanned network use: {_guard.attempts}"


@pytest.fixture(scope="session")
def shared_folder(request: pytest.FixtureRequest) -> Path:
    """A folder common to all workers of this run."""
    folder = _shared_folder(request.config)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def databases(shared_folder: Path, worker_id: str) -> Iterator[Any]:
    """Makes databases on SQLite and PostgreSQL."""
    from tests.support.databases import Databases

    made = Databases(shared_folder, worker_id)
    yield made
    made.close()


@pytest.fixture(scope="session")
def apps(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Makes applications on those databases."""
    from fairs.core.db import db
    from tests.support.apps import Apps

    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    made = Apps(databases, tmp_path_factory.mktemp("apps"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Any:
    """The kind of database that the test runs on: both, one after the other."""
    from tests.support.databases import Kind

    return Kind(request.param)


@pytest.fixture
def app(apps: Any, database: Any) -> Iterator[Flask]:
    """An application with an empty, migrated database, in an application context; all is taken back afterwards.

    One connection serves the whole test: for threads that compete use ``real_app``.
    """
    from tests.support.apps import rolled_back

    application: Flask = apps.shared(database)
    with rolled_back(application):
        yield application


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without a face, signed in as nobody."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def new_client(app: Flask) -> Callable[[], Client]:
    """Makes further clients: another person, another browser."""
    return app.test_client  # type: ignore[return-value]


@pytest.fixture
def real_app(apps: Any, database: Any, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application on a database of its own in which commits are real, for tests with threads or processes.

    No application context is pushed: every thread takes its own, ``with real_app.app_context(): …``.
    """
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    with apps.separate(database, name) as application:
        yield application


@pytest.fixture
def smtp_server() -> Iterator[Any]:
    """A real SMTP server on this machine; ``messages`` has what it was given."""
    from tests.support.mail import running_smtp_server

    with running_smtp_server() as server:
        yield server
