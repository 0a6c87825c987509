"""The whole installation in one file: rows, uploaded files, keys. Restored on either database, whichever it came from.

The archive is a tar.gz with ``database/<table>.jsonl``, ``files/<key>``, ``keys/<name>`` and, last, ``manifest.json``
with version, revision and the SHA-256 of every member. It holds personal data and the keys: keep it like the server itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from flask import current_app
from sqlalchemy import inspect, text

from fairs import __version__
from fairs.audit.models import AuditEntry
from fairs.config import ROOT, Config
from fairs.core import storage
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.operations import rows

FORMAT = 1
ACTION = "operations.backup"
KEYS = ("secret_key", "password_salt", "field_key", "totp")


class BackupRefused(RuntimeError):
    """A backup or a restore cannot be done; the message says why and what to do."""


@dataclass(slots=True)
class Manifest:
    """What an archive says of itself. ``members`` has the SHA-256 of each file in it."""

    format: int
    version: str
    revision: str
    database: str
    made_at: str
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)

    @property
    def file_count(self) -> int:
        """How many uploaded files are in it."""
        return sum(name.startswith("files/") for name in self.members)


def _config() -> Config:
    config: Config = current_app.extensions["fairs_config"]
    return config


def make_backup(target: Path) -> Manifest:
    """Write the archive (mode 0600; the name appears only when it is complete) and note in the history that it was made.

    Files are read after the rows: they are only ever added, so that no row of the snapshot misses its file.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive:
            manifest = _write(archive)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    with transaction():
        _note(
            ACTION, {"bytes": target.stat().st_size, "rows": sum(manifest.rows.values()), "files": manifest.file_count}
        )
    return manifest


def _note(action: str, facts: dict[str, Any]) -> None:
    db.session.add(
        AuditEntry(actor_label="Fairs", action=action, subject_type="Installation", subject_id=0, after=facts)
    )


def _write(archive: tarfile.TarFile) -> Manifest:
    with rows.snapshot() as connection:
        revision = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
        manifest = Manifest(FORMAT, __version__, revision, connection.dialect.name, now().isoformat())
        for table, _late in rows.ordered_tables():
            with tempfile.TemporaryFile() as buffer:
                manifest.rows[table.name] = -1  # the first line has the names of the columns
                for line in rows.dump(connection, table):
                    buffer.write(line.encode() + b"\n")
                    manifest.rows[table.name] += 1
                _add(archive, manifest, f"database/{table.name}.jsonl", buffer)
    for key in storage.stored_keys():
        with storage.open_key(key) as source:
            _add(archive, manifest, f"files/{key}", source)
    for name in _key_names():
        _add(archive, manifest, f"keys/{name}", io.BytesIO(_config().secret(name).encode()))
    content = json.dumps(asdict(manifest), indent=1).encode()
    _add(archive, manifest, "manifest.json", io.BytesIO(content))
    return manifest


def _key_names() -> list[str]:
    folder = _config().instance_path / "keys"
    kept = {path.name for path in folder.iterdir() if path.is_file()} if folder.exists() else set()
    return sorted(kept | set(KEYS))


def _add(archive: tarfile.TarFile, manifest: Manifest, name: str, source: IO[bytes]) -> None:
    source.seek(0, os.SEEK_END)
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = source.tell(), 0o600, int(now().timestamp())
    source.seek(0)
    reader = _Hashing(source)
    archive.addfile(info, reader)
    if name != "manifest.json":
        manifest.members[name] = reader.digest


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._hash = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        content = self._source.read(size)
        self._hash.update(content)
        return content

    @property
    def digest(self) -> str:
        """SHA-256 of what was read."""
        return self._hash.hexdigest()


def read_manifest(source: Path) -> Manifest:
    """Check every member of an archive against its hash; raises BackupRefused when anything is missing, added or changed."""
    hashes: dict[str, str] = {}
    said: dict[str, Any] | None = None
    try:
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                opened = archive.extractfile(member)
                if not member.isfile() or opened is None or not _is_ours(member.name) or member.name in hashes:
                    raise BackupRefused(f"{source} is no backup of Fairs: it has {member.name!r}.")
                if member.name == "manifest.json":
                    said = json.load(opened)
                    continue
                reader = _Hashing(opened)
                while reader.read(2**20):
                    pass
                hashes[member.name] = reader.digest
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BackupRefused(f"{source} cannot be read as a backup ({error}).") from error
    if said is None or said.get("format") != FORMAT:
        raise BackupRefused(f"{source} is no complete backup of this format.")
    manifest = Manifest(**said)
    if manifest.members != hashes:
        odd = sorted(
            name for name in manifest.members.keys() | hashes.keys() if manifest.members.get(name) != hashes.get(name)
        )
        raise BackupRefused(f"{source} is damaged: {odd[0]} is not what was backed up. Take another backup.")
    return manifest


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    safe = not path.is_absolute() and ".." not in path.parts and str(path) == name
    return safe and (
        name == "manifest.json" or (len(path.parts) > 1 and path.parts[0] in {"database", "files", "keys"})
    )


def restore_backup(source: Path, *, force: bool = False) -> Manifest:
    """Put an archive back: rows, files, keys. Web server and worker must be stopped, and started anew afterwards.

    An archive of an earlier version goes into an empty database: its tables are made as they were, filled, and brought to
    today's. Raises BackupRefused: the archive is damaged or of a version that this program does not know, the database has
    rows (``force`` deletes them), or a key is set in the environment to another value than the backup's.
    """
    manifest = read_manifest(source)
    _check_keys(source)
    _prepare(manifest)
    with rows.writing() as connection:
        filled = rows.first_filled_table(connection)
        if filled is not None and not force:
            raise BackupRefused(f"The database is not empty ({filled} has rows). --force deletes what is there first.")
        if filled is not None:
            rows.empty_all(connection)
        rows.empty_seeded(connection)
        _load(connection, source, manifest)
    with tarfile.open(source, "r:gz") as archive:
        for member in archive:
            kind, _, name = member.name.partition("/")
            opened = archive.extractfile(member)
            if opened is not None and kind == "files":
                storage.put_key(name, opened)
            elif opened is not None and kind == "keys":
                _put_key(name, opened.read())
    _upgrade("head")
    with transaction():
        _note("operations.restore", {"made_at": manifest.made_at, "version": manifest.version})
    return manifest


def _check_keys(source: Path) -> None:
    config = _config()
    given = {name: getattr(config, name, "") for name in KEYS}
    with tarfile.open(source, "r:gz") as archive:
        for member in archive:
            name = member.name.removeprefix("keys/")
            opened = archive.extractfile(member)
            if not member.name.startswith("keys/") or not given.get(name) or opened is None:
                continue
            # While a key is being changed the setting holds several: one of them must be the backup's.
            if not set(opened.read().decode().split(",")) & set(given[name].split(",")):
                raise BackupRefused(
                    f"FAIRS_{name.upper()} is set to another value than the backup's: leave it empty, or set the one in force"
                    " when the backup was made. Otherwise encrypted fields could not be read."
                )


def _prepare(manifest: Manifest) -> None:
    """Tables at the backup's revision; an empty database gets them."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(ROOT / "migrations"))
    if manifest.revision not in {script.revision for script in scripts.walk_revisions()}:
        raise BackupRefused(
            f"The backup is of version {manifest.version} (revision {manifest.revision}), which this program does not know."
            f" Install version {manifest.version} or a later one."
        )
    with db.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        here = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if tables else None
    if here is None:
        _upgrade(manifest.revision)
    elif manifest.revision != scripts.get_current_head():
        raise BackupRefused(
            f"The backup is of an earlier version ({manifest.version}, revision {manifest.revision}): restore it into a new,"
            " empty database, where it is brought to today's."
        )
    elif here != manifest.revision:
        raise BackupRefused("The database is not at the newest revision: run `flask db upgrade` first.")


def _upgrade(revision: str) -> None:
    from flask_migrate import upgrade

    upgrade(directory=str(ROOT / "migrations"), revision=revision)


def _load(connection: Any, source: Path, manifest: Manifest) -> None:
    with tempfile.TemporaryDirectory(prefix="fairs-restore-") as folder:
        with tarfile.open(source, "r:gz") as archive:
            members = [member for member in archive if member.name.startswith("database/")]
            for member in members:
                opened = archive.extractfile(member)
                assert opened is not None  # noqa: S101 - read_manifest() has seen that it is a file
                with (Path(folder) / PurePosixPath(member.name).name).open("wb") as out:
                    for chunk in iter(lambda source=opened: source.read(2**20), b""):  # type: ignore[misc]
                        out.write(chunk)
        tables = rows.ordered_tables(manifest.rows.keys())
        if {table.name for table, _late in tables} != manifest.rows.keys():
            raise BackupRefused("The backup has other tables than this version of the program.")
        for table, late in tables:
            with _lines(folder, table.name) as lines:
                count = rows.load(connection, table, lines, late)
            if count != manifest.rows[table.name]:
                raise BackupRefused(f"{table.name}: {count} rows instead of {manifest.rows[table.name]}.")
        for table, late in tables:
            if late:
                with _lines(folder, table.name) as lines:
                    rows.fill_late(connection, table, lines, late)
        rows.count_on(connection, manifest.rows.keys())


@contextmanager
def _lines(folder: str, table: str) -> Iterator[Iterator[str]]:
    with (Path(folder) / f"{table}.jsonl").open(encoding="utf-8", newline="\n") as source:
        yield iter(source)


def _put_key(name: str, content: bytes) -> None:
    folder = _config().instance_path / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if path.exists() and path.read_bytes() != content:
        path.replace(folder / f"{name}.before-restore")
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
