"""Large files on their way to a reader: sent as they are read, and who fetches one is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.db import transaction
from fairs.core.errors import NotFound
from fairs.core.files import LOCKED
from fairs.core.storage import StoredFile, open_key
from fairs.core.web import actor

_PIECE = 256 * 1024


def handed_out(fair: Fair, subject: Any, file: StoredFile, name: str) -> Response:
    """A large stored file, sent as it is read."""
    try:
        source = open_key(file.key)
    except FileNotFoundError as error:
        raise NotFound from error
    with transaction():
        record("closing.download", subject, by=actor(), fair_id=fair.id, after={"sha256": file.sha256})

    def pieces() -> Iterator[bytes]:
        with source:
            while piece := source.read(_PIECE):
                yield piece

    answer = Response(pieces(), mimetype=file.content_type)
    answer.content_length = file.size
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = LOCKED
    return answer
