"""One handler for every error: a page, a fragment for htmx, or problem+json for programs."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, json, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from jinja2 import Template
from markupsafe import escape
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.i18n import current_locale
from fairs.core.web import wants_fragment, wants_json

log = logging.getLogger(__name__)

MESSAGES: dict[int, Any] = {
    400: _l("This request cannot be understood."),
    401: _l("Please sign in."),
    403: _l("Your role does not allow this."),
    404: _l("We could not find this."),
    405: _l("This address does not take this kind of request."),
    409: _l("This has changed in the meantime. Please look again."),
    413: _l("This file is too large."),
    415: _l("This kind of content is not accepted here."),
    422: _l("Please check what was sent."),
    429: _l("Too many tries. Please wait a minute."),
    500: _l("Something went wrong on our side. Nothing was lost; please try again."),
    503: _l("Busy for a moment. Please try again."),
}
CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 413: "too_large", 415: "unsupported_media_type", 422: "invalid_input", 429: "too_many_requests",
    500: "internal_error", 503: "busy",
}  # fmt: skip


def problem(status: int, code: str, message: str, field: str | None = None, **details: Any) -> Response:
    """An answer in ``application/problem+json`` (RFC 9457)."""
    body: dict[str, Any] = {"type": "about:blank", "title": message, "status": status, "code": code, **details}
    if field:
        body["field"] = field
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def _answer(status: int, code: str, message: str, field: str | None = None, **details: Any) -> Response:
    if wants_json():
        answer = problem(status, code, message, field, **details)
        if status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"  # RFC 9110: a 401 says how to sign in
        return answer
    try:
        # A failed statement leaves PostgreSQL's transaction unusable, and the page's frame reads from the database.
        db.session.rollback()
        return Response(_rendered(status, code, message), status)
    except Exception as error:
        if not isinstance(error, SQLAlchemyError):
            log.exception("the page of error %s cannot be made", status)
        return Response(_BARE.format(status=status, message=escape(message), lang=current_locale()), status)


_BARE = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{status}</title></head>'
    '<body><h1>{message}</h1><p><a href="/">Fairs</a></p></body></html>'
)


def _rendered(status: int, code: str, message: str) -> str:
    if wants_fragment():
        return render_template("errors/_problem.html", status=status, code=code, message=message)
    names: list[str | Template] = [f"errors/{status}.html", "errors/generic.html"]
    return render_template(names, status=status, code=code, message=message)


def _is_rivalry(error: IntegrityError) -> bool:
    """Whether a unique or foreign key was violated (not a NOT NULL or a check, which would be our mistake)."""
    code = str(getattr(error.orig, "sqlstate", ""))
    return code in {"23503", "23505", "23P01"} or str(error.orig).startswith(("UNIQUE", "FOREIGN KEY"))


def init_app(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> Response:
        return _answer(error.status, error.code, str(error), error.field, **error.details)

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> Response:
        return _answer(400, "csrf", _("This page was open too long. Please reload it and try again."))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        status = error.code or 500
        if error.response is not None or status < 400:
            return error
        answer = _answer(status, CODES.get(status, "error"), str(MESSAGES.get(status, error.name)))
        for key, value in error.get_headers():
            if key.lower() in {"allow", "retry-after", "www-authenticate"}:
                answer.headers[key] = value
        return answer

    _of_the_database(app)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error at %s", request.endpoint, exc_info=error)
    return _answer(500, "internal_error", str(MESSAGES[500]))


def _of_the_database(app: Flask) -> None:
    @app.errorhandler(OperationalError)
    def database_busy(error: OperationalError) -> Response:
        log.error("database at %s: %s", request.endpoint, error.orig)
        return _answer(503, "busy", str(MESSAGES[503]))

    @app.errorhandler(IntegrityError)
    @app.errorhandler(StaleDataError)
    def overtaken(error: Exception) -> Response:
        # Two people at the same thing at the same moment: a unique or foreign key refused the second, or its row is gone.
        if isinstance(error, IntegrityError) and not _is_rivalry(error):
            return _unexpected(error)
        log.info("overtaken at %s: %s", request.endpoint, type(error).__name__)
        return _answer(409, "conflict", str(MESSAGES[409]))

    @app.errorhandler(DataError)
    @app.errorhandler(OverflowError)
    @app.errorhandler(UnicodeEncodeError)
    def out_of_range(error: Exception) -> Response:
        # A number beyond the column's range, half a character: the sender's mistake in an address or a body, not ours.
        log.info("value out of range at %s", request.endpoint)
        return _answer(422, "invalid_input", str(MESSAGES[422]))

    @app.errorhandler(StatementError)
    def statement_error(error: StatementError) -> Response:
        if isinstance(error.orig, OverflowError):
            return out_of_range(error)
        return _unexpected(error)
