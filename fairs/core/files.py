"""Stored files on their way to a reader: handed out as they are, never able to act in our name."""

from __future__ import annotations

from typing import Literal

from flask import Response

from fairs.core.errors import NotFound
from fairs.core.storage import StoredFile

# Whatever a file holds, it runs nothing and reaches nothing.
LOCKED = "sandbox; default-src 'none'"


def stored_file(
    file: StoredFile | None,
    *,
    how: Literal["attachment", "inline"] = "attachment",
    name: str = "",
    cache: str = "",
) -> Response:
    """The answer with a stored file, called ``name`` instead of its own where one is given.

    Raises NotFound when there is none, or the store has lost it. Who may read it is the caller's to judge.
    """
    if file is None:
        raise NotFound
    try:
        answer = Response(file.read(), mimetype=file.content_type)
    except FileNotFoundError as error:
        raise NotFound from error
    answer.headers.set("Content-Disposition", how, filename=name or file.name)
    if cache:  # otherwise the usual rule: what somebody signed in reads is kept nowhere
        answer.headers["Cache-Control"] = cache
    # Readers of PDF inside the browser need their own styles: only a file that is kept aside is shut off wholly.
    answer.headers["Content-Security-Policy"] = LOCKED if how == "attachment" else "sandbox"
    return answer
