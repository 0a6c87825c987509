"""Files with personal data on their way to a reader."""

from __future__ import annotations

from flask import Response

from fairs.core.files import LOCKED


def aside(content: bytes, name: str, content_type: str = "application/pdf") -> Response:
    """A file that is saved, not shown inside the browser, runs nothing, and is kept by no cache."""
    answer = Response(content, mimetype=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = LOCKED
    return answer
