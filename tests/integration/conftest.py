"""Fixtures of the integration tests that need a whole fair with everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask


@pytest.fixture(scope="session")
def demonstrations(apps: Any, databases: Any, shared_folder: Path) -> Iterator[Any]:
    """Makes applications with the demonstration in them."""
    from tests.support.demonstration import Demonstrations

    made = Demonstrations(databases, shared_folder)
    yield made
    made.close()


@pytest.fixture
def demo(demonstrations: Any, database: Any) -> Iterator[Flask]:
    """As ``app``, with the demonstration as of today; whatever the test changes is taken back afterwards."""
    application: Flask = demonstrations.app(database)
    with demonstrations.taken_back(application):
        yield application


@pytest.fixture
def addresses(demonstrations: Any, database: Any) -> Iterator[Any]:
    """All addresses of the fair that runs, in the demonstration with what they need made; taken back afterwards."""
    with demonstrations.sampled(database) as made:
        yield made
