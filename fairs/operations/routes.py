"""The administrator's status page, and the figures for Prometheus."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_babel import lazy_gettext as _l

from fairs.core.errors import NotFound
from fairs.core.web import NavItem, public, register_nav, requires
from fairs.operations.permissions import VIEW_STATUS
from fairs.operations.status import status

bp = Blueprint("operations", __name__)


@bp.get("/admin/status")
@requires(VIEW_STATUS)
def show() -> str:
    """How the installation runs."""
    subjects = status()
    wrong = [
        fact for subject in subjects for fact in subject.facts if fact.advice and fact.tone in {"warning", "danger"}
    ]
    return render_template("operations/status.html", subjects=subjects, wrong=wrong)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Figures in Prometheus' text format; for others than the scraper the address does not exist."""
    from fairs.operations import metrics as figures

    if not figures.may_read():
        raise NotFound
    return Response(figures.exposition(), content_type=figures.CONTENT_TYPE)


register_nav(
    NavItem(
        "status", _l("Status of the system"), "activity-heartbeat", "operations.show", VIEW_STATUS, 960, for_fair=False
    )
)
