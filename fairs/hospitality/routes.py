"""One guest, one screen: the panels of all features, each edited in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, render_template

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.core.web import requires
from fairs.hospitality.permissions import VIEW_GUESTS
from fairs.importers.models import Importer
from fairs.importers.panels import filled_panels, register_page
from fairs.importers.queries import importer_by_reference

bp = Blueprint("guests", __name__)


@bp.get("/fairs/<fair_slug>/guests/<reference>")
@requires(VIEW_GUESTS)
def show(reference: str) -> Any:
    """Everything about one guest; ``reference`` is that of the registration."""
    return _page(importer_by_reference(current_fair().id, reference), {})


def _page(importer: Importer, forms: Mapping[str, Any]) -> Any:
    panels = filled_panels(importer, lambda one: matching_grant(g.grants, one, importer.fair_id) is not None, forms)
    return render_template("hospitality/guest.html", importer=importer, panels=panels)


register_page(_page)
