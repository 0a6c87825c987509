"""Department and mail are changed in the browser by an administrator; what the environment says goes before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.app import create_app
from fairs.audit.models import AuditEntry
from fairs.core import installation
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.messages.models import OutboxMessage
from tests.factories.people import make_fair, make_user
from tests.support.client import Client, login
from tests.support.databases import make_config

FORM = {
    "department": "Sở Công Thương Huế", "department_en": "Hue Department", "department_address": "1 Lê Lợi", "department_contact": "",
    "mail_server": "smtp.hue.example", "mail_port": "2525", "mail_username": "", "mail_password": "geheim", "mail_sender": "fairs@hue.example",
}  # fmt: skip


@pytest.fixture
def admin(client: Client) -> Client:
    """An administrator's browser."""
    login(client, make_user("An", Role.ADMIN, locale="en"))
    return client


def test_every_process_has_the_new_settings_with_its_next_request(app: Flask, admin: Client) -> None:
    assert admin.submit("/admin/installation", FORM).status_code == 303
    page = admin.get("/admin/installation").text
    assert 'value="smtp.hue.example"' in page and "geheim" not in page
    assert "Hue Department" in app.test_client().get("/privacy", headers={"Accept-Language": "en"}).text
    config = app.extensions["fairs_config"]
    assert (config.mail_tls, config.mail_port, config.mail_password) == (False, 2525, "geheim")
    admin.submit("/admin/installation", FORM | {"mail_password": "", "mail_tls": "y"})
    assert app.extensions["fairs_config"].mail_password == "geheim", "an empty field keeps the password"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "workplace.change_installation")).first()
    assert entry is not None and entry.after is not None and "mail_password" not in entry.after


def test_a_test_mail_goes_to_oneself(admin: Client) -> None:
    assert admin.submit("/admin/installation/test-mail").status_code == 303
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.recipient, message.subject) == ("an@people.example", "Mail from Fairs works")


def test_nobody_else_may(app: Flask, client: Client) -> None:
    for role in (Role.LEADERSHIP, Role.ORGANISER):
        login(client, make_user(role=role, fair=None if role.is_system_wide else make_fair()))
        assert client.get("/admin/installation").status_code == 403
        assert client.submit("/admin/installation/test-mail").status_code == 403


def test_what_the_environment_fixes_is_shown_and_not_asked(databases: Any, database: Any, tmp_path: Any) -> None:
    config = replace(
        make_config(tmp_path, databases.migrated(database)),
        department="Sở từ máy chủ",
        mail_server="smtp.fixed.example",
    )
    fixed = create_app(config)
    fixed.test_client_class = Client
    try:
        with fixed.app_context():
            user = make_user("An", Role.ADMIN, locale="en")
        client: Any = fixed.test_client()
        login(client, user)
        page = client.get("/admin/installation").text
        assert "Sở từ máy chủ" in page and 'name="department"' not in page and 'name="department_en"' in page
        assert client.submit("/admin/installation", FORM).status_code == 303
        assert fixed.extensions["fairs_config"].department == "Sở từ máy chủ"
        assert fixed.extensions["fairs_config"].department_en == "Hue Department"
        assert fixed.extensions["fairs_config"].mail_server == "smtp.fixed.example"
    finally:
        with fixed.app_context():
            db.engine.dispose()


def test_only_some_settings_are_made_in_the_browser(app: Flask) -> None:
    with pytest.raises(RuntimeError):
        installation.change({"department": "x"})
    with pytest.raises(KeyError), transaction():
        installation.change({"secret_key": "x"})
