"""The test client: a request sees the database as a browser's request would, not as the test's own session does."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_login.utils import _create_identifier
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from fairs.core.db import db


class Client(FlaskClient):
    """Every request gets an application context of its own, and with it its own ``g`` and database session."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request. What the test has read before is read again afterwards."""
        with own_session(self.application):
            answer = super().open(*args, **kwargs)
            answer.get_data()  # a streamed body is made while its context still exists
        return answer

    def submit(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """POST a form as a browser would: with the session's CSRF token."""
        return self.post(path, data={**(data or {}), "csrf_token": csrf(self)}, **kwargs)


@contextmanager
def own_session(application: Flask) -> Iterator[None]:
    """Inside, code has an application context and a database session of its own, as a request or a job has."""
    outside = db.session() if has_app_context() else None
    if outside is not None and outside.in_transaction():
        if outside.new or outside.dirty or outside.deleted:
            raise AssertionError("write through a service or a factory, not on the test's session")
        outside.rollback()  # else the test's savepoint would swallow what is written inside
    with application.app_context():
        yield
    if outside is not None:
        outside.expire_all()


def csrf(client: FlaskClient) -> str:
    """A valid CSRF token of the client's session."""
    with client.session_transaction() as session:
        raw = session.setdefault("csrf_token", hashlib.sha1(os.urandom(64)).hexdigest())
    application = client.application
    key = application.config.get("WTF_CSRF_SECRET_KEY") or application.secret_key
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))


def login(client: FlaskClient, user: Any) -> None:
    """Sign ``user`` in as if a moment ago, password typed. The sign-in page itself has tests of its own."""
    identity = user.get_id()
    with client.application.test_request_context(environ_base=client.environ_base):
        browser = _create_identifier()  # without it Flask-Login takes the session for a stolen one
    with client.session_transaction() as session:
        session.clear()
        session.update(_user_id=identity, _fresh=True, _id=browser, fs_cc="set", fs_paa=time.time())


def logout(client: FlaskClient) -> None:
    """Forget who was signed in."""
    with client.session_transaction() as session:
        session.clear()
