"""Guessing is slow: codes, PINs and invitations from one address are refused after ten tries in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from fairs.app import create_app
from fairs.core.limits import limiter
from tests.support.apps import activate
from tests.support.client import Client
from tests.support.databases import Databases, Kind, make_config


@pytest.fixture
def limited(databases: Databases, database: Kind, tmp_path: Path) -> Iterator[Flask]:
    """An application that counts requests."""
    address = databases.migrated(database)
    application = create_app(replace(make_config(tmp_path, address), rate_limits=True))
    application.test_client_class = Client
    activate(application)
    yield application
    limiter.enabled = False
    databases.drop(address)


def test_pins_cannot_be_tried_quickly(limited: Flask) -> None:
    client = limited.test_client()
    assert isinstance(client, Client)
    answers = [client.submit("/r/no-such-token", {"pin": f"{number:06d}"}).status_code for number in range(12)]
    assert answers == [403] * 10 + [429] * 2
    assert client.get("/r/no-such-token").status_code == 200
