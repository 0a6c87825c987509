"""Uploaded and made files: bytes in an fsspec store, a row with hash and type in the database.

What a file is gets decided by its content, never by its name or what the browser says.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import fsspec
from flask_babel import lazy_gettext as _l
from PIL import Image, UnidentifiedImageError
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.db import Record, after_commit, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import clean

MAX_PIXELS = 50_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
# MPO is what telephones make of a JPEG with a second, smaller picture inside; every program reads it as JPEG.
_IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}
_EXTENSIONS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/csv": "csv",
}  # fmt: skip
_settings: dict[str, Any] = {}


class StoredFile(Record):
    """A file in the store; ``sha256`` finds the same file handed in twice."""

    __tablename__ = "stored_files"

    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)

    def read(self) -> bytes:
        """The file's bytes; raises FileNotFoundError when the store has lost it."""
        with _fs().open(_path(self.key), "rb") as source:
            return bytes(source.read())


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as handed in, before it is judged."""

    name: str
    content: bytes


def configure(url: str, max_bytes: int) -> None:
    """Set the store's address (fsspec) and the largest upload in bytes."""
    _settings.update(url=url.rstrip("/"), max_bytes=max_bytes)


def _fs() -> Any:
    filesystem, _ = fsspec.core.url_to_fs(_settings["url"], auto_mkdir=True)
    return filesystem


def _path(key: str) -> str:
    _, root = fsspec.core.url_to_fs(_settings["url"])
    return f"{root}/{key}"


def judge(upload: Upload, *, field: str = "file") -> str:
    """The content type of an acceptable upload (PDF, PNG, JPEG, WebP); raises InvalidInput otherwise.

    Refused: empty or too large files, pictures that do not decode or have absurdly many pixels, PDFs with
    scripts or programs inside, everything else whatever it is called.
    """
    content = upload.content
    if not content:
        raise InvalidInput(_l("This file is empty."), field=field)
    if len(content) > _settings["max_bytes"]:
        limit = _settings["max_bytes"] // 2**20
        raise InvalidInput(_l("This file is too large; at most %(limit)s MB.", limit=limit), field=field)
    if content.startswith(b"%PDF-"):
        if _is_active(content):
            raise InvalidInput(_l("This PDF contains active content. Please print it to a new PDF."), field=field)
        return "application/pdf"
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidInput(_l("This picture has too many pixels."), field=field)
            kind = _IMAGES[str(picture.format)]
            picture.draft("RGB", (64, 64))  # a JPEG need not be decoded in full size to see whether it decodes
            picture.load()
            return kind
    except Image.DecompressionBombError as error:
        raise InvalidInput(_l("This picture has too many pixels."), field=field) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InvalidInput(_l("Only PDF, PNG, JPEG or WebP files can be handed in."), field=field) from error


# Every script action says /S /JavaScript; the shorter /JS would be found by chance in any large scan.
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_MOST_UNPACKED = 32 * 2**20


def _is_active(pdf: bytes) -> bool:
    """Whether a PDF holds scripts, programs or files: named plainly, with escaped letters, or in packed objects.

    One that unpacks to absurdly much is taken for active, too.
    """
    left = _MOST_UNPACKED
    parts = [pdf]
    for found in _OBJECTS.finditer(pdf):
        try:
            parts.append(zlib.decompressobj().decompress(memoryview(pdf)[found.end() :], left))
        except zlib.error:
            continue
        left -= len(parts[-1])
        if left <= 0:
            return True
    return any(_ACTIVE.search(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), part)) for part in parts)


def store_upload(upload: Upload, *, field: str = "file") -> StoredFile:
    """Judge and keep an upload (inside transaction()); raises InvalidInput. The kept name carries the true extension."""
    content_type = judge(upload, field=field)
    return keep(upload.name, upload.content, content_type)


def keep(name: str, content: bytes, content_type: str) -> StoredFile:
    """Keep bytes that we made or have judged; inside transaction()."""
    key = f"{secrets.token_hex(2)}/{secrets.token_urlsafe(24)}"
    with _fs().open(_path(key), "wb") as target:
        target.write(content)
    stem = clean(name).replace("/", "_").replace("\\", "_").rsplit(".", 1)[0][:150] or "file"
    stored = StoredFile(
        key=key,
        name=f"{stem}.{_EXTENSIONS.get(content_type, 'bin')}",
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    db.session.add(stored)
    db.session.flush()
    return stored


class _Counted:
    """A file on its way into the store, with its size and hash."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target, self.size, self.hash = target, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.hash.update(data)
        return self._target.write(data)


def keep_written(name: str, content_type: str, write: Callable[[Any], None]) -> StoredFile:
    """Keep what ``write(target)`` writes, piece by piece as it comes. Outside transaction(): writing may take minutes, and
    others write in between; only the row is made in one. When ``write`` fails nothing is kept."""
    key = f"{secrets.token_hex(2)}/{secrets.token_urlsafe(24)}"
    try:
        with _fs().open(_path(key), "wb") as target:
            counted = _Counted(target)
            write(counted)
        with transaction():
            stored = StoredFile(
                key=key, name=name[:200], content_type=content_type, size=counted.size, sha256=counted.hash.hexdigest()
            )
            db.session.add(stored)
    except BaseException:
        if _fs().exists(_path(key)):
            _fs().rm(_path(key))
        raise
    return stored


def discard(stored: StoredFile) -> None:
    """Forget a file that no record names any more (inside transaction()); its bytes go after the commit."""
    key = stored.key
    db.session.delete(stored)
    db.session.flush()
    after_commit(lambda: _remove(key))


def _remove(key: str) -> None:
    # The transaction may have been taken back to a savepoint: a file that still has a row stays.
    if db.session.scalar(select(StoredFile.id).where(StoredFile.key == key)) is None and _fs().exists(_path(key)):
        _fs().rm(_path(key))


def stored_keys() -> Iterator[str]:
    """The keys of all files in the store, in order; for backups."""
    filesystem, root = fsspec.core.url_to_fs(_settings["url"])
    if filesystem.exists(root):
        for path in sorted(filesystem.find(root)):
            yield str(path)[len(root) :].lstrip("/")


def open_key(key: str) -> IO[bytes]:
    """A file of the store for reading; raises FileNotFoundError."""
    opened: IO[bytes] = _fs().open(_path(key), "rb")
    return opened


def put_key(key: str, source: IO[bytes]) -> None:
    """Put a file back under the key that it had; for backups."""
    with _fs().open(_path(key), "wb") as target:
        shutil.copyfileobj(source, target)
