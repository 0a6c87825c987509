"""The history of a fair: who did what, when."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from flask_babel import lazy_gettext as _l

from fairs.audit.permissions import READ_AUDIT
from fairs.audit.queries import page_of_entries
from fairs.core.masking import is_masked, mask_values
from fairs.core.web import NavItem, register_nav, requires

bp = Blueprint("audit", __name__)


@bp.get("/fairs/<fair_slug>/history")
@requires(READ_AUDIT)
def history() -> str:
    """All acts of this fair, newest first."""
    page = page_of_entries(
        g.fair.id,
        person=request.args.get("q", "")[:100],
        action=request.args.get("action", "")[:60],
        cursor=request.args.get("cursor"),
    )
    return render_template(
        "audit/history.html", page=page, shown=lambda values: mask_values(values) if is_masked() else values
    )


register_nav(NavItem("history", _l("History"), "history", "audit.history", READ_AUDIT, 920))
