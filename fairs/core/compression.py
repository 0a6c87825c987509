"""Compressed answers: pages by gzip on the way out, built files as the build has compressed them.

On BREACH (guessing a page's secrets from its compressed length): the session cookie is SameSite=Lax, so other sites cannot make
a browser fetch our pages with it, which the attack needs thousands of times; and answers to signed-in people get a random
length on top ("heal the BREACH": padding in gzip's file name), so that lengths say nothing reliable.
"""

from __future__ import annotations

import gzip
import io
import mimetypes
import secrets
import zlib
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, send_from_directory
from werkzeug.datastructures import HeaderSet

SMALLEST = 1000  # bytes; below, compressing costs more than it saves
LEVEL = 5
_TEXTS = {
    "text/html", "text/plain", "text/css", "text/javascript", "application/javascript", "application/json",
    "application/problem+json", "application/manifest+json", "image/svg+xml", "application/xml", "text/xml",
}  # fmt: skip
_BUILT = {"br": ".br", "gzip": ".gz"}


def compress(content: bytes, *, level: int = LEVEL, padded: bool = False) -> bytes:
    """The content as gzip; ``padded`` makes its length random by up to 100 bytes."""
    if not padded:
        packer = zlib.compressobj(level, zlib.DEFLATED, 31)
        return packer.compress(content) + packer.flush()
    out = io.BytesIO()
    name = "x" * (1 + secrets.randbelow(100))
    with gzip.GzipFile(filename=name, mode="wb", fileobj=out, compresslevel=level, mtime=0) as packed:
        packed.write(content)
    return out.getvalue()


def _may_compress(response: Response) -> bool:
    return (
        response.mimetype in _TEXTS
        and response.status_code not in {204, 206, 304}
        and not response.direct_passthrough
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
    )


def vary(response: Any, *names: str) -> None:
    """Say that the answer depends on these headers of the request."""
    known = HeaderSet(part.strip() for part in response.headers.get("Vary", "").split(",") if part.strip())
    known.update(names)
    response.headers["Vary"] = known.to_header()


def init_app(app: Flask) -> None:
    """Compress answers, and serve static files in the smallest form that the browser takes."""

    @app.after_request
    def shrink(response: Response) -> Response:
        if not _may_compress(response):
            return response
        vary(response, "Accept-Encoding")
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        content = response.get_data()
        if len(content) >= SMALLEST:
            response.set_data(compress(content, padded=g.get("user") is not None))
            response.headers["Content-Encoding"] = "gzip"
            etag, _weak = response.get_etag()
            if etag:
                response.set_etag(etag, weak=True)
        return response

    if "static" not in app.view_functions:
        return
    plain = app.view_functions["static"]

    def static(filename: str) -> Any:
        """A static file, compressed where the build has left a compressed twin and the browser takes it."""
        folder = Path(str(app.static_folder))
        accepted = request.headers.get("Accept-Encoding", "")
        for coding, ending in _BUILT.items():
            if coding in accepted and filename.startswith("dist/") and (folder / f"{filename}{ending}").is_file():
                answer: Any = send_from_directory(
                    folder,
                    f"{filename}{ending}",
                    mimetype=mimetypes.guess_type(filename)[0] or "application/octet-stream",
                )
                answer.headers["Content-Encoding"] = coding
                vary(answer, "Accept-Encoding")
                return answer
        answer = plain(filename=filename)
        if filename.startswith("dist/") or filename.endswith(".svg"):
            vary(answer, "Accept-Encoding")
        if filename.endswith(".svg") and answer.status_code == 200:
            answer.direct_passthrough = False
            answer.set_data(answer.get_data())  # a small drawing: read whole, so that it is compressed like a page
        return answer

    app.view_functions["static"] = static
