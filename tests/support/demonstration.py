"""The demonstration in the test's own process: loaded once per run and database, copied by each worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask

from fairs.app import create_app
from fairs.calendar.models import Fair
from fairs.core.clock import today
from fairs.core.db import db
from fairs.demo.loader import load_demo
from tests.support.addresses import Addresses, addresses_of
from tests.support.apps import activate, keep_templates, rolled_back
from tests.support.client import Client
from tests.support.databases import Databases, Kind, locked, make_config

PASSWORD = "fairs-demo"
_NAME = "fairs_demonstration"


class Demonstrations:
    """Applications with the demonstration as of today; they share the keys, which sign the badges, not the files."""

    def __init__(self, databases: Databases, shared: Path) -> None:
        self._databases = databases
        self._shared = shared
        self._made: dict[Kind, Flask] = {}
        self._sampled: dict[tuple[Kind, bool], tuple[Addresses, int]] = {}

    def app(self, kind: Kind) -> Flask:
        """This worker's application on ``kind``; use it only inside rolled_back()."""
        if kind not in self._made:
            self._load_once(kind)
            self._made[kind] = self._copy(kind)
        return self._made[kind]

    @contextmanager
    def taken_back(self, application: Flask) -> Iterator[None]:
        """As rolled_back(), and files that were thrown away inside are there again afterwards: their rows are, too."""
        folder = Path(application.extensions["fairs_config"].resolved_files_url.removeprefix("file://"))
        kept = folder.with_name(f"{folder.name}-kept")
        if not kept.exists():
            shutil.copytree(folder, kept, copy_function=os.link)
        with rolled_back(application):
            yield
        for path in kept.rglob("*"):
            there = folder / path.relative_to(kept)
            if path.is_file() and not there.exists():
                os.link(path, there)

    @contextmanager
    def sampled(self, kind: Kind, *, running: bool = True) -> Iterator[Addresses]:
        """All addresses with what they need, made once per worker; what is changed inside is taken back afterwards."""
        if (kind, running) not in self._sampled:
            self._load_once(kind)
            application = self._copy(kind)
            activate(application)
            with application.app_context():
                made = addresses_of(application, running=running)
                self._sampled[kind, running] = made, made.fair.id
                db.session.remove()
        made, fair_id = self._sampled[kind, running]
        with self.taken_back(made.app):
            yield replace(made, fair=db.session.get_one(Fair, fair_id))

    def close(self) -> None:
        """Let go of the databases."""
        for application in (*self._made.values(), *(made.app for made, _fair in self._sampled.values())):
            with application.app_context():
                db.engine.dispose()

    def _application(self, kind: Kind, address: str, files_url: str = "") -> Flask:
        config = replace(make_config(self.instance(kind), address), demo=True, files_url=files_url)
        application = create_app(config)
        keep_templates(application, self._shared / "templates")
        application.test_client_class = Client
        return application

    def _load_once(self, kind: Kind) -> None:
        done = self._shared / f"demonstration-{kind}.loaded"
        with locked(self._shared / f"demonstration-{kind}.lock"):
            if done.exists():
                return
            address = self._databases.migrated(kind)
            application = self._application(kind, address)
            activate(application)
            with application.app_context():
                load_demo(today("Asia/Ho_Chi_Minh"))
                db.session.remove()
                db.engine.dispose()
            if kind is Kind.SQLITE:
                shutil.copyfile(address.removeprefix("sqlite:///"), self._template)
            else:
                name = address.partition("?")[0].rpartition("/")[2]
                self._databases._execute(f'alter database "{name}" rename to "{_NAME}"')
            done.touch()

    def _copy(self, kind: Kind) -> Flask:
        name = self._databases._new_name()
        if kind is Kind.SQLITE:
            shutil.copyfile(self._template, self._shared / f"{name}.db")
            address = f"sqlite:///{self._shared / name}.db"
        else:
            self._databases._execute(f'create database "{name}" template "{_NAME}"')
            address = self._databases._address(name)
        files = self._shared / f"{name}-{kind}-files"
        shutil.copytree(self.instance(kind) / "files", files)
        return self._application(kind, address, f"file://{files}")

    def instance(self, kind: Kind) -> Path:
        """The folder with keys and files of the demonstration on ``kind``."""
        return self._shared / f"demonstration-{kind}"

    def file(self) -> Path:
        """The SQLite database with the demonstration: copy it, do not use it."""
        self._load_once(Kind.SQLITE)
        return self._template

    @property
    def _template(self) -> Path:
        return self._shared / "demonstration.db"
