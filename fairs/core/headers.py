"""Security headers: a strict Content-Security-Policy with a nonce, and the rest that ASVS level 2 asks for."""

from __future__ import annotations

import secrets
import unicodedata
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request
from werkzeug.http import parse_options_header

from fairs.config import Config


def csp_nonce() -> str:
    """This answer's nonce, made once; empty on a page that is kept for many readers."""
    if g.get("is_shared_page"):
        return ""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def policy(*, scanner: bool = False, frames: bool = False, framed: bool = False) -> str:
    """The policy of a page. Only the scanner may compile WebAssembly (it decodes QR codes on the device).

    ``frames``: it shows a file of ours in a frame, to print it; ``framed``: it is such a file.
    """
    config: Config = current_app.extensions["fairs_config"]
    wasm = " 'wasm-unsafe-eval'" if scanner else ""
    # A page that is kept for many readers has no nonce: one that many know would be none. Its scripts are our own files.
    nonce = "" if g.get("is_shared_page") else f" 'nonce-{csp_nonce()}'"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self'{nonce}{wasm}",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "media-src 'self' blob:",
            "manifest-src 'self'",
            "worker-src 'self'",
            # A form that ends at the page for card data is followed there by Chromium only if the policy names it.
            f"form-action 'self' {config.card_page_origin}".rstrip(),
            *(["frame-src 'self' blob:"] if frames else []),
            "frame-ancestors 'self'" if framed else "frame-ancestors 'none'",
            "base-uri 'none'",
        ]
    )


def _name_in_ascii(response: Response) -> None:
    """A file's name with accents (465-QĐ-SCT.pdf) as RFC 6266 has it: plain, and encoded beside it. Raw, no server sends it."""
    value = response.headers.get("Content-Disposition", "")
    if value.isascii():
        return
    how, options = parse_options_header(value)
    name = options.get("filename", "")
    folded = unicodedata.normalize("NFKD", name.replace("Đ", "D").replace("đ", "d"))
    plain = folded.encode("ascii", "ignore").decode()
    encoded = f"UTF-8''{quote(name, safe='')}"
    response.headers.set("Content-Disposition", how, filename=plain, **{"filename*": encoded})


def init_app(app: Flask, config: Config) -> None:
    """Add the headers to every answer."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        _name_in_ascii(response)
        signed_in = g.get("user") is not None  # who prints badges does so from many pages
        headers.setdefault("Content-Security-Policy", policy(scanner=g.get("is_scanner", False), frames=signed_in))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        if config.secure_cookies:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if (request.endpoint or "").endswith("static"):
            # Built files carry a hash in their name; pictures and the like do not.
            built = request.path.startswith("/static/dist/")
            headers["Cache-Control"] = (
                f"public, max-age={31_536_000 if built else 3_600}{', immutable' if built else ''}"
            )
        elif "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store" if g.get("user") is not None else "private, no-cache"
        return response
