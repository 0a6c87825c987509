"""Start page of a role at a fair."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.permissions import VIEW_FAIR
from fairs.core.permissions import Permission
from fairs.core.web import NavItem, register_nav, requires
from fairs.workplace import installation, profile_routes, search_routes, setup
from fairs.workplace.queries import dates, figures, needs

bp = Blueprint("workplace", __name__)
blueprints = [bp, setup.bp, installation.bp, search_routes.bp, profile_routes.bp]


@bp.get("/fairs/<fair_slug>/")
@requires(VIEW_FAIR)
def overview() -> str:
    """What needs this person, the fair in one line, the next dates."""
    fair = current_fair()

    def may(permission: Permission) -> bool:
        return matching_grant(g.grants, permission, fair.id) is not None

    return render_template(
        "workplace/overview.html", needs=needs(fair, may), figures=figures(fair, may), dates=dates(fair)
    )


register_nav(NavItem("overview", _l("Overview"), "home", "workplace.overview", VIEW_FAIR, 10, bottom=True))
