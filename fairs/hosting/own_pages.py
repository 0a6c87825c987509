"""What the guest does on the own page: confirm the support, or give it back. Opening a page changes nothing."""

from __future__ import annotations

import flask_babel
from flask import Blueprint, g, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fairs.core.actor import Actor
from fairs.core.errors import NotFound
from fairs.core.links import linked
from fairs.core.web import go, public
from fairs.hosting.models import Hosting
from fairs.hosting.queries import hosting_of
from fairs.hosting.service import confirm_hosting, withdraw_hosting
from fairs.importers.models import Importer

bp = Blueprint("hosting_own", __name__)


def _mine(token: str) -> Hosting:
    importer = linked(token, Importer)
    g.fair = importer.fair
    if "locale" not in session:
        g.locale = importer.locale
    flask_babel.refresh()
    row = hosting_of(importer.id)
    if row is None:
        raise NotFound
    return row


@bp.post("/i/<token>/support/confirm")
@public
def confirm(token: str) -> Response:
    """The guest comes with the support."""
    row = _mine(token)
    confirm_hosting(row, by=Actor(None, row.importer.reference))
    return go(url_for("importers.own_page", token=token, _anchor="card-support"))


@bp.post("/i/<token>/support/decline")
@public
def decline(token: str) -> Response:
    """The guest gives the support back; the registration stays."""
    row = _mine(token)
    withdraw_hosting(row, by=Actor(None, row.importer.reference), reason=_("Given back by the guest."))
    return go(url_for("importers.own_page", token=token, _anchor="card-support"))
