"""Uploaded and made files: bytes in an fsspec store, a row with hash and type in the database.

What a file is gets decided by its content, never by its name or what the browser says.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from dataclasses import dataclass
from typing import Any

import fsspec
from flask_babel import lazy_gettext as _l
from PIL import Image, UnidentifiedImageError
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.db import Record, db
from fairs.core.errors import InvalidInput
from fairs.core.text import clean

MAX_PIXELS = 50_000_000
_IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
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
        if any(mark in content for mark in (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile")):
            raise InvalidInput(_l("This PDF contains active content. Please print it to a new PDF."), field=field)
        return "application/pdf"
    try:
        with Image.open(io.BytesIO(content), formats=list(_IMAGES)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidInput(_l("This picture has too many pixels."), field=field)
            kind = _IMAGES[str(picture.format)]
            picture.verify()
            return kind
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidInput(_l("Only PDF, PNG, JPEG or WebP files can be handed in."), field=field) from error


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
