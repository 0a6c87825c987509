"""Backup and restore: row by row and file by file, from either database into the other."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.badges.models import Badge
from fairs.badges.service import code_of
from fairs.core import crypto, storage
from fairs.core.db import Base, db, transaction
from fairs.core.storage import StoredFile, Upload, store_upload
from fairs.operations import rows
from fairs.operations.backup import BackupRefused, make_backup, read_manifest, restore_backup
from tests.factories.checkin import entrance, scan_of
from tests.support.apps import activate
from tests.support.databases import Kind

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF"


@pytest.fixture
def filled(real_app: Flask) -> Flask:
    """An installation with people, badges (encrypted keys), a replaced badge (a row that points at a later one), files."""
    from fairs.badges.service import replace_badge
    from fairs.checkin.service import check_in
    from fairs.core.actor import SYSTEM

    with real_app.app_context():
        place = entrance()
        place.user()
        badges = [place.badge(person=place.person("Nguyễn Thị \u2028 Ánh")), place.badge(), place.badge()]
        check_in(place.fair, place.gate, [scan_of(badge) for badge in badges], by=SYSTEM)
        replace_badge(badges[0], 'lost \\ "quoted"', by=SYSTEM)
        with transaction():
            store_upload(Upload("Giấy phép.pdf", PDF))
    return real_app


@pytest.fixture
def other(apps: Any, filled: Flask, database: Kind, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An empty installation on the other database, with an instance folder and keys of its own."""
    kind = Kind.POSTGRES if database is Kind.SQLITE else Kind.SQLITE
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    with apps.separate(kind, f"other-{name}") as application:
        yield application
    use(filled)


def use(application: Flask) -> None:
    """Make the process work for this installation, as a process of its own would."""
    activate(application)
    crypto.configure(application.extensions["fairs_config"].secret("field_key"))


def everything() -> dict[str, list[str]]:
    """All rows of the present installation."""
    with rows.snapshot() as connection:
        return {table.name: list(rows.dump(connection, table)) for table in Base.metadata.sorted_tables}


def test_restored_into_the_other_database_nothing_is_lost(filled: Flask, other: Flask, tmp_path: Path) -> None:
    use(filled)
    archive = tmp_path / "whole.tar.gz"
    with filled.app_context():
        before = everything()
        made = make_backup(archive)
        codes = {badge.reference: code_of(badge) for badge in db.session.scalars(select(Badge))}
        stored = {row.key: row.read() for row in db.session.scalars(select(StoredFile))}
    assert archive.stat().st_mode & 0o777 == 0o600
    assert made.file_count == len(stored) == 1
    assert sum(len(lines) - 1 for lines in before.values()) == sum(made.rows.values()) > 30

    use(other)
    with other.app_context():
        restore_backup(archive)
    use(other)  # the process starts anew, with the keys that came with the backup
    with other.app_context():
        after = everything()
        notes = [line for line in after["audit_entries"] if "operations.restore" in line]
        assert len(notes) == 1
        after["audit_entries"] = [line for line in after["audit_entries"] if line not in notes]
        assert after == before
        assert {row.key: row.read() for row in db.session.scalars(select(StoredFile))} == stored
        assert {badge.reference: code_of(badge) for badge in db.session.scalars(select(Badge))} == codes
        # New rows go on after the old ones.
        with transaction():
            store_upload(Upload("another.pdf", PDF + b"%"))


def test_what_is_there_is_not_overwritten_unawares(filled: Flask, tmp_path: Path) -> None:
    archive = tmp_path / "whole.tar.gz"
    with filled.app_context():
        make_backup(archive)
        before = everything()
        with pytest.raises(BackupRefused, match="--force"):
            restore_backup(archive)
        assert everything() == before
        restore_backup(archive, force=True)
        after = everything()
        assert after["badges"] == before["badges"]
        assert [line for line in before["audit_entries"] if "operations.backup" in line]
        assert not [line for line in after["audit_entries"] if "operations.backup" in line]


@pytest.mark.parametrize("damage", ["changed", "missing", "added", "cut", "outside"])
def test_a_damaged_archive_is_refused_before_anything_changes(filled: Flask, tmp_path: Path, damage: str) -> None:
    archive, broken = tmp_path / "whole.tar.gz", tmp_path / "broken.tar.gz"
    with filled.app_context():
        make_backup(archive)
        _damage(archive, broken, damage)
        before = everything()
        with pytest.raises(BackupRefused):
            restore_backup(broken, force=True)
        assert everything() == before


def _damage(archive: Path, broken: Path, damage: str) -> None:
    if damage == "cut":
        content = archive.read_bytes()
        broken.write_bytes(content[: len(content) // 2])
        return
    with tarfile.open(archive) as source, tarfile.open(broken, "w:gz") as target:
        for member in source:
            content = source.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == "database/people.jsonl":
                if damage == "missing":
                    continue
                if damage == "changed":
                    content = content.replace("Ánh".encode(), b"Anh")
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))
        if damage in {"added", "outside"}:
            extra = tarfile.TarInfo("files/added" if damage == "added" else "files/../../outside")
            extra.size = 3
            target.addfile(extra, io.BytesIO(b"abc"))


def test_an_unknown_revision_is_refused(filled: Flask, tmp_path: Path) -> None:
    archive, older = tmp_path / "whole.tar.gz", tmp_path / "older.tar.gz"
    with filled.app_context():
        make_backup(archive)
        with tarfile.open(archive) as source, tarfile.open(older, "w:gz") as target:
            for member in source:
                content = source.extractfile(member).read()  # type: ignore[union-attr]
                if member.name == "manifest.json":
                    content = json.dumps(json.loads(content) | {"revision": "0000"}).encode()
                member.size = len(content)
                target.addfile(member, io.BytesIO(content))
        assert read_manifest(older).revision == "0000"
        with pytest.raises(BackupRefused, match="revision 0000"):
            restore_backup(older, force=True)


def test_the_commands(filled: Flask, tmp_path: Path) -> None:
    archive = tmp_path / "whole.tar.gz"
    runner = filled.test_cli_runner()
    done = runner.invoke(args=["backup", str(archive)])
    assert done.exit_code == 0 and "1 files" in done.output
    done = runner.invoke(args=["restore", str(archive)])
    assert done.exit_code == 1 and "--force" in done.output
    done = runner.invoke(args=["restore", "--force", str(archive)])
    assert done.exit_code == 0, done.output
    with filled.app_context():
        assert db.session.scalar(select(User.id)) is not None
        assert list(storage.stored_keys())
