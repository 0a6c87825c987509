"""The fair of a request: every address with ``<fair_slug>`` finds it before anything else runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g, request, url_for
from werkzeug.routing import BuildError

from fairs.accounts.models import RoleGrant
from fairs.accounts.security import enforce
from fairs.calendar.models import Fair
from fairs.calendar.queries import all_fairs, fair_by_slug
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.kept import kept
from fairs.core.web import HOT, MARK


def current_fair() -> Fair:
    """The fair of this request; raises NotFound on an address without one."""
    fair: Fair | None = g.get("fair")
    if fair is None:
        raise NotFound
    return fair


def init_app(app: Flask) -> None:
    """Find the fair from the address, and hide drafts from outsiders."""
    # Accounts lies below fairs and names them only by number: this is how it finds them.
    app.extensions["fair_id_by_slug"] = _fair_id
    app.extensions["fair_names"] = lambda: {fair.id: fair.name for fair in all_fairs()}

    @app.url_value_preprocessor
    def find_fair(endpoint: str | None, values: dict[str, Any] | None) -> None:
        slug = g.fair_slug = values.pop("fair_slug", None) if values else None
        if not slug:
            g.fair = None
        elif getattr(app.view_functions.get(endpoint or ""), HOT, False):
            g.fair = _fairs.get(slug, lambda: _detached(slug))
        else:
            g.fair = fair_by_slug(slug)

    @app.url_defaults
    def keep_fair(endpoint: str, values: dict[str, Any]) -> None:
        if "fair_slug" in values or not g.get("fair_slug"):
            return
        if app.url_map.is_endpoint_expecting(endpoint, "fair_slug"):
            values["fair_slug"] = g.fair_slug

    def hide_drafts() -> None:
        if g.get("fair_slug") is None:
            return
        fair = g.fair
        if fair is not None and (fair.is_public or _belongs(fair)):
            return
        view = app.view_functions.get(request.endpoint or "")
        if g.get("user") is None and getattr(view, MARK, None) != "public":
            return  # not signed in yet: asked to, whether there is such a fair or not
        g.fair = g.fair_slug = None  # the page that says so must not name it either
        raise NotFound

    # After we know who it is and before the refusals: a stranger gets the same answer for a draft as for no fair at all.
    hooks = app.before_request_funcs[None]
    hooks.insert(hooks.index(enforce), hide_drafts)


_fairs = kept("fairs")


def _detached(slug: str) -> Fair | None:
    fair = fair_by_slug(slug)
    if fair is not None:
        db.session.expunge(fair)
    return fair


def _fair_id(slug: str) -> int:
    fair = fair_by_slug(slug)
    if fair is None:
        raise NotFound
    return fair.id


def _belongs(fair: Fair) -> bool:
    return any(grant.fair_id in (None, fair.id) for grant in g.get("grants") or [])


def fairs_of_user(grants: Iterable[RoleGrant]) -> list[dict[str, Any]]:
    """The fairs for the switcher, each with the address of the same page there."""
    held = list(grants)
    if not held:
        return []
    everywhere = any(grant.fair_id is None for grant in held)
    mine = {grant.fair_id for grant in held}
    fairs = [fair for fair in all_fairs() if everywhere or fair.id in mine]
    return [
        {"fair": fair, "slug": fair.slug, "code": fair.code, "name": fair.name, "state": fair.state,
         "starts_on": fair.starts_on, "ends_on": fair.ends_on, "is_rehearsal": fair.is_rehearsal,
         "switch_url": _same_page(fair)}
        for fair in fairs
    ]  # fmt: skip


def _same_page(fair: Fair) -> str:
    # A page of one record has no twin at another fair: its list does.
    values = request.view_args or {}
    if request.endpoint and g.get("fair_slug") and not values:
        try:
            return url_for(request.endpoint, fair_slug=fair.slug)
        except BuildError:
            pass
    return url_for("workplace.overview", fair_slug=fair.slug)
