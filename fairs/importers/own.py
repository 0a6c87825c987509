"""Whose page a link opens."""

from __future__ import annotations

import flask_babel
from flask import g, session

from fairs.core.links import linked
from fairs.importers.models import Importer


def owner_of(token: str) -> Importer:
    """The importer whose own page the token opens, the page in their language; raises NotFound and LinkExpired."""
    importer = linked(token, Importer)
    g.fair = importer.fair
    if "locale" not in session:
        g.locale = importer.locale
    flask_babel.refresh()
    return importer
