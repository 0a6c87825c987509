"""A backup of an earlier version goes into an empty database and is today's afterwards: every migration on real data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from fairs.accounts.queries import user_by_email
from fairs.app import create_app
from fairs.audit.models import AuditEntry
from fairs.calendar.models import Fair
from fairs.core.db import Base, db
from fairs.funding.external import normal_ticket
from fairs.funding.models import Grant
from fairs.operations.backup import BackupRefused, restore_backup
from tests.support.apps import activate
from tests.support.client import Client, login
from tests.support.databases import make_config

# Demonstrations as they were, a part of the visits left out; the number is the revision.
ARCHIVES = sorted((Path(__file__).parents[2] / "data").glob("demonstration-*.tar.gz"))


@pytest.fixture
def start(databases: Any, database: Any, tmp_path: Path) -> Iterator[Any]:
    """Starts the application on one empty database, again and again."""
    address = databases.empty(database)

    def make() -> Flask:
        config = replace(make_config(tmp_path / "instance", address), secret_key="", password_salt="")
        application = create_app(config)
        application.test_client_class = Client
        activate(application)
        return application

    yield make
    databases.drop(address)


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name.split(".")[0])
def test_an_earlier_demonstration_comes_forward(start: Any, archive: Path) -> None:
    with start().app_context():
        manifest = restore_backup(archive)
        db.engine.dispose()
    application: Flask = start()
    with application.app_context():
        revision = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        assert revision > manifest.revision
        for name, count in manifest.rows.items():
            now = db.session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
            assert now >= count, name
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
        tickets = db.session.scalars(select(Grant.ticket_number).where(Grant.ticket_number != "")).all()
        assert all(number == normal_ticket(number) for number in tickets)
        client: Any = application.test_client()
        admin = user_by_email("admin@fairs.example")
        assert admin is not None
        login(client, admin)
        slugs = db.session.scalars(select(Fair.slug).order_by(Fair.id)).all()
        db.session.remove()
        seen = 0
        for slug in slugs[:1]:
            for rule in application.url_map.iter_rules():
                if "GET" in (rule.methods or ()) and rule.arguments == {"fair_slug"} and "/api/" not in rule.rule:
                    answer = client.get(rule.rule.replace("<fair_slug>", slug))
                    assert answer.status_code < 500, f"{rule.rule} at {slug}"
                    seen += answer.status_code == 200
        assert seen > 40
        db.session.remove()
        db.engine.dispose()


def test_an_earlier_backup_does_not_replace_what_is_there(start: Any) -> None:
    application = start()
    with application.app_context():
        restore_backup(ARCHIVES[0])
        before = db.session.scalar(select(func.count()).select_from(AuditEntry))
        db.session.remove()
        with pytest.raises(BackupRefused, match="empty database"):
            restore_backup(ARCHIVES[0], force=True)
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before
        db.session.remove()
        db.engine.dispose()
