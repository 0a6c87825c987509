"""A scan handed in with a form that has other errors is kept, so that nobody has to choose it twice."""

from __future__ import annotations

from typing import Any

from flask import current_app, g
from itsdangerous import BadSignature, URLSafeTimedSerializer

from fairs.contracts.evidence import store_evidence
from fairs.core.db import db, transaction
from fairs.core.storage import StoredFile, Upload

_HOURS = 12


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="contract-evidence")


def keep_upload(upload: Upload | None) -> str | None:
    """Keep an acceptable file and give the token for the form's hidden field; raises InvalidInput otherwise."""
    if upload is None:
        return None
    with transaction():
        file = store_evidence(upload)
    return _serializer().dumps([file.id, g.user.id])


def kept_file(token: Any) -> StoredFile | None:
    """The file of a token that this user was given in the last hours."""
    try:
        file_id, user_id = _serializer().loads(str(token or ""), max_age=_HOURS * 3600)
    except (BadSignature, ValueError, TypeError):
        return None
    return db.session.get(StoredFile, file_id) if user_id == g.user.id else None
