"""Start page and overview of a fair."""

from __future__ import annotations

from flask import Blueprint, render_template

from fairs.calendar.permissions import VIEW_FAIR
from fairs.core.web import NavItem, register_nav, requires
from fairs.workplace import setup

bp = Blueprint("workplace", __name__)
blueprints = [bp, setup.bp]


@bp.get("/fairs/<fair_slug>/")
@requires(VIEW_FAIR)
def overview() -> str:
    """The fair at a glance."""
    return render_template("workplace/overview.html")


register_nav(NavItem("overview", "Overview", "home", "workplace.overview", VIEW_FAIR, 10, bottom=True))
