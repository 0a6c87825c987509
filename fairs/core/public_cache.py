"""Pages that look the same to everybody who is not signed in: kept for seconds, answered before Flask does any work.

A view marked with :func:`shared_page` is kept by address, language and coding. A commit in this process forgets all pages at
once, other processes' pages live ``FAIRS_PUBLIC_CACHE_SECONDS``. Scans, mail and the history show on no public page and forget nothing.
Such a page carries no CSRF token and no nonce, so that its bytes, and with them its ETag, are the same for all readers.
"""

from __future__ import annotations

import functools
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, make_response, request, session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from fairs.config import Config
from fairs.core import changes
from fairs.core.compression import compress, vary
from fairs.core.i18n import LOCALES, current_locale
from fairs.core.observe import ENDPOINT

MOST_BYTES = 24 * 2**20
LONGEST_ADDRESS = 300
QUIET_TABLES = {
    "scans", "visits", "outbox_messages", "audit_entries", "stored_answers", "api_tokens", "stored_files", "filings",
    "count_entries", "public_counts", "sales_returns", "sales_return_revisions",
    "sales_reminders", "exit_surveys", "exit_survey_revisions", "survey_reminders",  # public pages show figures of reported fairs only
}  # fmt: skip
SHARED = "fairs.shared_page"

Key = tuple[str, str]


@dataclass(slots=True)
class Entry:
    """A kept page: both codings, its headers, when it must be made anew."""

    endpoint: str
    etag: str
    headers: list[tuple[str, str]]
    plain: bytes
    packed: bytes
    fresh_until: float
    generation: int


class PageCache:
    """The pages of this process, the least recently read forgotten first. Safe for threads."""

    def __init__(self, seconds: float, default_locale: str) -> None:
        self.seconds = seconds
        self.default_locale = default_locale
        self.generation = 0
        self._pages: OrderedDict[Key, Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self.best_locale = functools.lru_cache(maxsize=256)(self._best_locale)

    def forget(self) -> None:
        """Forget all pages, also those that are being made at this moment."""
        with self._lock:
            self.generation += 1
            self._pages.clear()
            self._bytes = 0

    def get(self, key: Key) -> Entry | None:
        """The page, while it is fresh. The first to find it stale makes it anew, the others get the old one meanwhile."""
        with self._lock:
            entry = self._pages.get(key)
            if entry is None:
                return None
            self._pages.move_to_end(key)
            now = time.monotonic()
            if now >= entry.fresh_until:
                entry.fresh_until = now + 2
                return None
            return entry

    def put(self, key: Key, entry: Entry) -> None:
        """Keep a page, unless something was committed while it was made."""
        with self._lock:
            if entry.generation != self.generation:
                return
            before = self._pages.pop(key, None)
            if before is not None:
                self._bytes -= len(before.plain) + len(before.packed)
            self._pages[key] = entry
            self._bytes += len(entry.plain) + len(entry.packed)
            while self._bytes > MOST_BYTES:
                _, oldest = self._pages.popitem(last=False)
                self._bytes -= len(oldest.plain) + len(oldest.packed)

    def _best_locale(self, accepted: str) -> str:
        languages = parse_accept_header(accepted, LanguageAccept)
        return languages.best_match(LOCALES, self.default_locale) or self.default_locale


class FrontOfHouse:
    """Answers kept pages to readers without a session, before Flask is asked."""

    def __init__(self, app: Callable[..., Iterable[bytes]], cache: PageCache, cookies: tuple[str, ...]) -> None:
        self._app, self._cache, self._cookies = app, cache, cookies

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"} and not self._has_session(environ):
            locale = self._cache.best_locale(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
            key = _address(environ)
            entry = self._cache.get((key, locale)) if key and "HTTP_HX_REQUEST" not in environ else None
            if entry is not None and entry.headers:  # the one who makes it has not finished answering
                environ[ENDPOINT] = entry.endpoint
                return self._answer(entry, environ, start_response)
        return self._app(environ, start_response)

    def _has_session(self, environ: dict[str, Any]) -> bool:
        cookies = environ.get("HTTP_COOKIE", "")
        return (
            bool(cookies) and any(f"{name}=" in cookies for name in self._cookies)
        ) or "HTTP_AUTHORIZATION" in environ

    def _answer(self, entry: Entry, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if _etag_matches(environ.get("HTTP_IF_NONE_MATCH", ""), entry.etag):
            start_response("304 NOT MODIFIED", [pair for pair in entry.headers if pair[0] != "Content-Type"])
            return [b""]
        packs = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        body = entry.packed if packs else entry.plain
        headers = [*entry.headers, ("Content-Length", str(len(body)))]
        if packs:
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _etag_matches(header: str, etag: str) -> bool:
    return bool(header) and (header.strip() == "*" or etag in header)


def _address(environ: dict[str, Any]) -> str:
    query = environ.get("QUERY_STRING", "")
    address = f"{environ.get('PATH_INFO', '')}?{query}"
    return address if len(address) <= LONGEST_ADDRESS else ""


def shared_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a public view whose page is the same for all who are not signed in (language apart).

    For them it is kept, and answered with 304 when the browser has it; for all others the view runs as ever.
    """

    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        from flask import current_app

        cache: PageCache | None = current_app.extensions.get("fairs_page_cache")
        ordinary = g.get("user") is None and request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers
        key = _address(request.environ)
        if cache is None or not ordinary or not key or session.get("_flashes"):
            return view(*args, **kwargs)
        locale = current_locale()
        entry = cache.get((key, locale))
        if entry is None:
            made = _make(cache, view, *args, **kwargs)
            if isinstance(made, Response):
                return made
            entry = made
            cache.put((key, locale), entry)
        return _respond(entry)

    return wrapper


def _make(cache: PageCache, view: Callable[..., Any], *args: Any, **kwargs: Any) -> Entry | Response:
    g.is_shared_page = True
    had_token = "csrf_token" in session
    was_modified = session.modified
    generation = cache.generation
    response = make_response(view(*args, **kwargs))
    token = g.pop("csrf_token", None)
    if (
        response.status_code != 200
        or response.mimetype != "text/html"
        or (token and token in response.get_data(as_text=True))
    ):
        if token:
            g.csrf_token = token
        return response
    if token and not had_token:
        # A form was made but not shown: its token need not open a session.
        session.pop("csrf_token", None)
        session.modified = was_modified
    content = response.get_data()
    return Entry(
        endpoint=request.endpoint or "", etag=f'W/"{hashlib.sha256(content).hexdigest()[:24]}"', headers=[], plain=content,
        packed=compress(content, level=9 if len(content) < 60_000 else 6), fresh_until=time.monotonic() + cache.seconds,
        generation=generation,
    )  # fmt: skip


def _respond(entry: Entry) -> Response:
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(entry.packed if packs else entry.plain, mimetype="text/html")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = entry.etag
    response.headers["Cache-Control"] = "no-cache"
    vary(response, "Accept-Encoding", "Accept-Language", "Cookie")
    g.is_shared_page = True
    request.environ[SHARED] = entry
    response.make_conditional(request)
    return response


def init_app(app: Flask, config: Config) -> None:
    """Keep shared pages, and answer them before Flask."""
    if config.public_cache_seconds <= 0:
        return
    cache = PageCache(config.public_cache_seconds, config.default_locale)
    app.extensions["fairs_page_cache"] = cache
    changes.on_commit(_forget)

    @app.after_request
    def remember_headers(response: Response) -> Response:
        # Registered first, so it runs last: what FrontOfHouse sends are the very headers that Flask would.
        entry = request.environ.get(SHARED)
        if entry is not None and not entry.headers and response.status_code == 200:
            left_out = {"content-length", "content-encoding", "set-cookie"}
            entry.headers = [
                pair
                for pair in response.headers.to_wsgi_list()
                if pair[0].lower() not in left_out and not pair[0].lower().startswith("x-ratelimit")
            ]
        return response

    app.wsgi_app = FrontOfHouse(  # type: ignore[method-assign]
        app.wsgi_app,
        cache,
        (app.config["SESSION_COOKIE_NAME"], app.config.get("REMEMBER_COOKIE_NAME", "remember_token")),
    )


def _forget(changed: set[str]) -> None:
    from flask import current_app, has_app_context

    if not changed <= QUIET_TABLES and has_app_context():
        cache: PageCache | None = current_app.extensions.get("fairs_page_cache")
        if cache is not None:
            cache.forget()
