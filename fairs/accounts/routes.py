"""Language, start page after sign-in."""

from __future__ import annotations

from flask import Blueprint, g, request, session
from werkzeug.wrappers import Response

from fairs.core.db import transaction
from fairs.core.errors import NotFound
from fairs.core.i18n import LOCALES
from fairs.core.web import go, public, safe_next

bp = Blueprint("accounts", __name__)


@bp.get("/language/<locale>")
@public
def language(locale: str) -> Response:
    """Choose the interface's language; a signed-in person's choice is kept."""
    if locale not in LOCALES:
        raise NotFound
    session["locale"] = locale
    if g.user is not None and g.user.locale != locale:
        with transaction():
            g.user.locale = locale
    return go(safe_next(request.args.get("next"), "/"))
