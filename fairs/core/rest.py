"""What the REST API of every feature shares: blueprint class, money and page schemas, idempotency."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import flask
from flask import Flask, Response, json, request
from flask_babel import lazy_gettext as _l
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import String, Text, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.clock import now
from fairs.core.db import Record, db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.money import EXPONENTS, LARGEST
from fairs.core.web import actor

__all__ = ["ApiBlueprint", "MoneySchema", "PageQuery", "RestApi", "StrictSchema", "idempotent", "page_schema"]
KEPT = timedelta(days=2)
IDEMPOTENT = "__fairs_idempotent__"


def refuse_deep_json(app: Flask) -> None:
    """Take JSON that is nested thousands of levels deep for an error of its sender, not of the program.

    Called when every library has put its own provider in place.
    """
    read = app.json.loads

    def loads(text: str | bytes, **kwargs: Any) -> Any:
        try:
            return read(text, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    app.json.loads = loads  # type: ignore[method-assign, assignment]


class RestApi(Api):
    """flask-smorest, with this project's own error handlers (problem+json) instead of its own."""

    def _register_error_handlers(self) -> None:
        """Errors are answered by core.error_pages."""


class ApiBlueprint(Blueprint):
    """A feature's part of /api/v1. Views are plain functions marked with @requires."""


class StrictSchema(Schema):
    """A body or query with unknown names refused."""

    class Meta:
        """Marshmallow's settings."""

        unknown = RAISE


class MoneySchema(StrictSchema):
    """``{"amount_minor", "currency"}``."""

    amount_minor = fields.Integer(required=True, strict=True, validate=validate.Range(-LARGEST, LARGEST))
    currency = fields.String(required=True, validate=validate.OneOf(sorted(EXPONENTS)))


class PageQuery(StrictSchema):
    """``?cursor=&limit=`` of every list."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=400))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


def page_schema(item: type[Schema]) -> type[Schema]:
    """The schema of a page of ``item``: ``{"items": […], "next": cursor or null}``."""
    return Schema.from_dict(
        {"items": fields.List(fields.Nested(item)), "next": fields.String(allow_none=True)},
        name=f"{item.__name__.removesuffix('Schema')}Page",
    )


class IdempotencyKeyReused(Conflict):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_key_reused"
    message = _l("This Idempotency-Key was used for another request.")


class StoredAnswer(Record):
    """The answer given for an Idempotency-Key, kept for two days."""

    __tablename__ = "stored_answers"
    __table_args__ = (UniqueConstraint("owner_id", "key"),)

    owner_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Honour ``Idempotency-Key``: the same key gives the same answer, and the work is done once.

    The key's row is written in the view's own transaction, so the answer exists exactly when the work does; of two
    equal requests at once, the second waits for the unique key and returns the first one's answer. Errors are not kept.
    """

    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(*args, **kwargs)
        if len(key) > 200:
            raise InvalidInput(_l("At most 200 characters."), field="Idempotency-Key")
        owner = actor().user_id or 0
        print_ = hashlib.sha256(request.method.encode() + request.full_path.encode() + request.get_data()).hexdigest()
        known = _known(owner, key, print_)
        if known is not None:
            return known
        try:
            with transaction():
                stored = _claim(owner, key, print_)
                answer = flask.current_app.make_response(view(*args, **kwargs))
                stored.status, stored.body = answer.status_code, answer.get_data(as_text=True)
                stored.location = answer.headers.get("Location", "")
                return answer
        except _Claimed as error:
            known = _known(owner, key, print_)
            if known is None:
                raise Conflict from error
            return known

    setattr(wrapper, IDEMPOTENT, True)
    return wrapper


class _Claimed(Exception):
    """Another request with this key was a moment earlier."""


def _claim(owner: int, key: str, fingerprint: str) -> StoredAnswer:
    """Take the key before the work begins: who comes second waits here until the first one's answer is there."""
    forget_answers(StoredAnswer.owner_id == owner, StoredAnswer.key == key)
    stored = StoredAnswer(owner_id=owner, key=key, fingerprint=fingerprint, status=0, body="")
    db.session.add(stored)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise _Claimed from error
    return stored


def forget_answers(*which: Any) -> None:
    """Remove stored answers that are older than two days; inside transaction()."""
    db.session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < now() - KEPT, *which))


def _known(owner: int, key: str, fingerprint: str) -> Response | None:
    row = db.session.scalar(select(StoredAnswer).where(StoredAnswer.owner_id == owner, StoredAnswer.key == key))
    if row is None or row.created_at < now() - KEPT:
        return None
    if row.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    headers = {"Idempotency-Replayed": "true"}
    if row.location:
        headers["Location"] = row.location
    return Response(row.body, row.status, mimetype="application/json", headers=headers)


def json_response(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body), status, mimetype="application/json")
