"""Who wants to know of finished requests: metrics and logs. They learn the endpoint's name, never the address."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request

ENDPOINT = "fairs.endpoint"
REQUEST_ID = "fairs.request_id"


@dataclass(frozen=True, slots=True)
class Seen:
    """A finished request. ``endpoint`` is the name of the view (``visitors.visit``), not the address with what is in it."""

    request_id: str
    endpoint: str
    method: str
    status: int
    seconds: float


_observers: list[Callable[[Seen], None]] = []
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def register_observer(observer: Callable[[Seen], None]) -> None:
    """Call ``observer`` after each request."""
    if observer not in _observers:
        _observers.append(observer)


def forget_observer(observer: Callable[[Seen], None]) -> None:
    """Call it no longer."""
    if observer in _observers:
        _observers.remove(observer)


class Observed:
    """The outermost layer: gives each request an id and a time, and tells the observers when it is answered."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        started = time.perf_counter()
        request_id = environ[REQUEST_ID] = secrets.token_hex(8)
        status = 500

        def start(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, [*headers, ("X-Request-ID", request_id)], *rest)

        answer = self._app(environ, start)
        method = environ["REQUEST_METHOD"]
        seen = Seen(
            request_id, environ.get(ENDPOINT) or "none", method if method in _METHODS else "OTHER", status,
            time.perf_counter() - started,
        )  # fmt: skip
        for observer in _observers:
            observer(seen)
        return answer


def init_app(app: Flask) -> None:
    """Put the layer on top of all others and let it know the endpoint."""

    @app.after_request
    def name_endpoint(response: Response) -> Response:
        request.environ[ENDPOINT] = request.endpoint
        return response

    app.wsgi_app = Observed(app.wsgi_app)  # type: ignore[method-assign]
