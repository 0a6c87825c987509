"""Settings that an administrator makes in the browser: department and mail. What the environment says goes before.

They lie in the database, so that every web server and worker of the installation has the same ones within seconds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Flask, current_app
from sqlalchemy import String, Text, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from fairs.config import Config
from fairs.core import crypto
from fairs.core.db import Record, db, in_transaction

EDITABLE = (
    "department", "department_en", "department_address", "department_contact",
    "mail_server", "mail_port", "mail_username", "mail_password", "mail_tls", "mail_sender",
)  # fmt: skip
SECRET = {"mail_password"}
_FRESH_FOR = 10.0  # seconds


class InstallationSetting(Record):
    """One setting; passwords are kept encrypted."""

    __tablename__ = "installation_settings"

    name: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[str] = mapped_column(Text)


class _Settings:
    def __init__(self, config: Config) -> None:
        self.from_environment = config
        self.read_at = float("-inf")

    @property
    def given(self) -> frozenset[str]:
        defaults = Config()
        return frozenset(name for name in EDITABLE if getattr(self.from_environment, name) != getattr(defaults, name))


def init_app(app: Flask, config: Config) -> None:
    """Let every request begin with the present settings; ``app.extensions["fairs_config"]`` has them."""
    app.extensions["fairs_config"] = config
    app.extensions["fairs_installation"] = _Settings(config)
    app.before_request(refresh)


def refresh(*, at_once: bool = False) -> None:
    """Read the settings again when those in memory are some seconds old."""
    settings: _Settings = current_app.extensions["fairs_installation"]
    config = settings.from_environment
    if not at_once and not config.testing and time.monotonic() - settings.read_at < _FRESH_FOR:
        return
    try:
        rows = db.session.execute(select(InstallationSetting.name, InstallationSetting.value)).all()
    except SQLAlchemyError:
        db.session.rollback()  # whatever is asked for says so itself; /healthz and static files need no database
        return
    known = {name: _typed(name, value) for name, value in rows if name in EDITABLE and name not in settings.given}
    current_app.extensions["fairs_config"] = replace(config, **known)
    settings.read_at = time.monotonic()


def fixed_by_environment() -> frozenset[str]:
    """The settings that are made where the server is started and cannot be changed in the browser."""
    settings: _Settings = current_app.extensions["fairs_installation"]
    return settings.given


def change(values: Mapping[str, Any]) -> None:
    """Keep settings, inside transaction(); raises KeyError for one that is not changed in the browser."""
    if not in_transaction():
        raise RuntimeError("change() needs transaction()")
    rows = {row.name: row for row in db.session.scalars(select(InstallationSetting).with_for_update())}
    for name, value in values.items():
        if name not in EDITABLE:
            raise KeyError(name)
        text = str(int(value)) if isinstance(value, bool) else str(value)
        text = crypto.encrypt(text.encode()).decode() if name in SECRET else text
        if name in rows:
            rows[name].value = text
        else:
            db.session.add(InstallationSetting(name=name, value=text))
    db.session.flush()
    refresh(at_once=True)


def _typed(name: str, text: str) -> Any:
    if name in SECRET:
        return crypto.decrypt(text.encode()).decode()
    kind = type(getattr(Config(), name))
    return bool(int(text)) if kind is bool else kind(text)
